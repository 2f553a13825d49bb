"""Counties held against the statutes: what is stored is what the law says of the rows, and nothing is decided without them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.foundation.measuring import Value
from yaodian.indicators import operations
from yaodian.indicators.models import Assessment, SchoolStanding, StatuteCode, Verdict
from yaodian.indicators.tests.factories import NOW, YEAR, county_of, reporting, stated
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Place, explain, series
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories as registry_factories
from yaodian.statutes.monitored import MONITORED

pytestmark = pytest.mark.django_db


def assessed(statute: str = "quality_balance") -> Assessment:
    (found,) = operations.assess(actor=None, statute=statute, year=YEAR, now=NOW)
    return found


def item(found: Assessment, number: str) -> dict[str, object]:
    return next(one for one in found.items if one["number"] == number)


def test_the_statutes_of_the_database_are_those_that_are_monitored() -> None:
    assert set(StatuteCode.values) == set(MONITORED)


def test_a_county_whose_every_figure_reaches_its_threshold_meets_every_item_but_what_only_juniors_have() -> None:
    county_of({}, {})
    found = assessed()
    assert [one["number"] for one in found.items if one["standing"] != Verdict.MEETS] == []
    assert found.verdict == Verdict.MEETS
    assert (found.schools_met, found.schools_failed, found.schools_undecided) == (2, 0, 0)


def test_one_school_below_85_percent_fails_the_county_with_its_name_and_what_is_short() -> None:
    _unit, (_good, bad) = county_of({}, {"backbone_county_or_above": 5})
    found = assessed()
    # 5 of 600 is 0.83 to a hundred: less than 85 % of 1.
    assert found.verdict == Verdict.FAILS
    (finding,) = item(found, "1.1")["findings"]  # type: ignore[misc]
    assert finding["code"] == bad.unit.code
    standing = SchoolStanding.objects.get(assessment=found, unit=bad.unit)
    assert standing.verdict == Verdict.FAILS
    assert standing.met == 6
    value = standing.values["backbone_teachers"]
    assert (Fraction(value["exact"]), value["standing"], value["needed"]) == (Fraction(5, 6), "fails", "1")


@pytest.mark.parametrize(("sports", "verdict"), [(2, Verdict.MEETS), (1, Verdict.MEETS), (0, Verdict.FAILS)])
def test_six_of_seven_are_enough_where_the_last_has_85_percent(sports: int, verdict: str) -> None:
    """0.9 to a hundred: 6 of 600 reach it, 5 have 92.6 % of it, 4 have 74 %."""
    county_of({"sports": sports})
    assert item(assessed(), "1.1")["standing"] == verdict


def test_without_a_return_nothing_is_decided_and_the_school_is_named() -> None:
    unit, _places = county_of({})
    silent = registry_factories.school(unit, name="栖禾无报表小学")
    found = assessed()
    assert found.verdict == Verdict.UNDECIDED
    texts = " ".join(one["text"] for one in item(found, "1.1")["findings"])  # type: ignore[attr-defined]
    assert "没有2026年的报表" in texts
    assert SchoolStanding.objects.get(assessment=found, unit=silent.unit).verdict == Verdict.UNDECIDED


def test_a_fact_not_stated_leaves_its_item_open_and_says_what_is_missing() -> None:
    unit = registry_factories.county("临溪区")
    reporting(registry_factories.school(unit))
    stated(unit, without=("recognition",))
    found = assessed()
    assert item(found, "4")["standing"] == Verdict.UNDECIDED
    assert "缺少社会认可度" in item(found, "4")["findings"][0]["text"]  # type: ignore[index]
    assert found.verdict == Verdict.UNDECIDED


def test_a_failure_stands_whatever_is_missing_elsewhere() -> None:
    unit = registry_factories.county("临溪区")
    reporting(registry_factories.school(unit))
    stated(unit, without=("recognition",), teacher_income="89999.99")
    assert assessed().verdict == Verdict.FAILS


def test_the_spreads_are_those_of_a_second_computation_by_hand() -> None:
    """CV = S ÷ X̄, both weighted by pupils, written out in floats."""
    county_of({"teaching_rooms": "2700"}, {"teaching_rooms": "5400", "pupils_by_grade": [50] * 6}, {})
    found = assessed()
    (kept,) = [
        one for one in found.spreads if one["indicator"] == "variation_of_teaching_area" and one["stage"] == "primary"
    ]
    schools = [(600, 2700 / 600), (300, 5400 / 300), (600, 2700 / 600)]
    pupils = sum(weight for weight, _value in schools)
    mean = sum(weight * value for weight, value in schools) / pupils
    deviation = (sum(weight / pupils * (value - mean) ** 2 for weight, value in schools)) ** 0.5
    assert float(kept["value"]) == pytest.approx(deviation / mean, abs=1e-6)
    assert kept["standing"] == ("meets" if deviation / mean <= 0.5 else "fails")


def test_assessed_again_it_replaces_what_was_there_and_the_journal_tells() -> None:
    _unit, (place,) = county_of({})
    before = assessed()
    reporting(place, backbone_county_or_above=0)
    after = assessed()
    assert (before.verdict, after.verdict) == (Verdict.MEETS, Verdict.FAILS)
    assert Assessment.objects.count() == 1
    assert entries().filter(code="indicators.assessment.make").count() == 2


def test_what_has_not_changed_is_not_assessed_again() -> None:
    _unit, (place,) = county_of({})
    assert operations.assess_due(actor=None, now=NOW) == {YEAR: 3}
    assert operations.assess_due(actor=None, now=NOW, is_anew=False) == {}
    later = NOW.replace(hour=5)
    registry.store_return(
        actor=None, public_id=place.unit.public_id, year=YEAR, stage="primary", figures={"books": 1}, now=later
    )
    assert operations.assess_due(actor=None, now=later.replace(hour=6), is_anew=False) == {YEAR: 3}


def test_the_queries_do_not_grow_with_schools() -> None:
    county_of({})
    with CaptureQueriesContext(
        connection,
    ) as few:
        assessed()
    unit, _places = county_of({}, {}, {}, name="临溪区")
    del unit
    with CaptureQueriesContext(connection) as many:
        operations.assess(actor=None, statute="quality_balance", year=YEAR, now=NOW)
    # Each county is stored by two statements and its savepoints; what is read stays.
    assert len(many) <= len(few) + 5


def test_nobody_assesses_without_the_right_or_a_year_that_has_not_begun() -> None:
    unit, _places = county_of({})
    somebody = registry_factories.account(unit, "viewer")
    with pytest.raises(PermissionMissing):
        operations.assess(actor=somebody, statute="quality_balance", year=YEAR, now=NOW)
    with pytest.raises(operations.UnableToAssess, match="还没有开始"):
        operations.assess(actor=None, statute="quality_balance", year=YEAR + 1, now=NOW)
    with pytest.raises(operations.UnableToAssess, match="没有“x”"):
        operations.assess(actor=None, statute="x", year=YEAR, now=NOW)


def test_as_measures_counties_are_counted_spreads_belong_to_their_county_and_ratios_are_of_sums() -> None:
    one, _places = county_of({}, {"backbone_county_or_above": 12, "pupils_by_grade": [50] * 6})
    other, _more = county_of({"backbone_county_or_above": 0}, name="临溪区")
    county_of({}, name="东岭县")
    operations.assess(actor=None, statute="quality_balance", year=YEAR, now=NOW)
    take_values(actor=None, day=date(2026, 11, 2), now=NOW)

    def value(measure: str, unit: Unit, stage: str = "") -> Value | None:
        place = Place(f"indicators.{measure}", unit.pk, stage)
        return (series(places=[place], day=date(2026, 11, 2))[place] or [None])[-1]

    root = registry_factories.root()
    counted, failed = value("quality_balance_counties", root), value("quality_balance_counties", other)
    assert counted is not None
    assert failed is not None
    assert (counted.exact, failed.exact) == (1, 0)
    share = value("backbone_teachers", one, "primary")
    assert share is not None
    # 6 and 12 among 600 and 300 pupils: two to a hundred, not the mean of one and four.
    assert share.exact == 2
    kept = value("variation_of_backbone_teachers", one, "primary")
    assert kept is not None
    assert kept.exact == Fraction("0.7072")  # √½, rounded up
    assert value("variation_of_backbone_teachers", root, "primary") is None
    clerk = registry_factories.account(one, "viewer")
    for measure, stage, counted in (
        ("backbone_teachers", "primary", 2),
        ("variation_of_backbone_teachers", "primary", 1),
    ):
        found = explain(
            account=clerk, code=f"indicators.{measure}", unit=one.public_id, stage=stage, day=date(2026, 11, 2)
        )
        assert (found.sources["table"], found.sources["year"], found.total_rows) == ("assessments", YEAR, counted)
        assert not found.is_outdated
        client = Client()
        client.force_login(clerk)
        answer = client.get(reverse("measures:explain", args=[one.public_id, f"indicators.{measure}"]))
        assert "由学年报表和县级填报判定" in answer.content.decode()


def test_a_kindergarten_that_has_not_reported_leaves_the_countys_sums_open() -> None:
    unit = registry_factories.county("青禾县")
    registry_factories.school(unit, school_type="111")
    found = assessed("preschool")
    assert item(found, "1.3")["standing"] == Verdict.UNDECIDED
    assert "缺少" in item(found, "1.3")["findings"][0]["text"]  # type: ignore[index]
