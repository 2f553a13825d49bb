"""Values of a day: summed from schools to offices, exact, repeatable, and honest about what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from yaodian.audit.queries import entries
from yaodian.foundation import schedules
from yaodian.foundation.jobs import JobFailed
from yaodian.foundation.measuring import measures
from yaodian.measures import operations, tasks
from yaodian.measures.models import Snapshot, Taking
from yaodian.measures.operations import UnableToTakeValues, order_values, take_due, take_values
from yaodian.measures.queries import Place, readings_on, value_of
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
DAY = date(2026, 11, 2)


def reported(place, year: int = 2026, stage: str = "primary", **figures) -> None:
    registry.store_return(
        actor=None, public_id=place.unit.public_id, year=year, stage=stage, figures=figures, now=NOW, source="测试报表"
    )


def found(unit: Unit, code: str, stage: str, narrowed: str = "", day: date = DAY) -> Snapshot:
    return Snapshot.objects.get(unit=unit, measure=f"registry.{code}", stage=stage, filter=narrowed, on=day)


@pytest.fixture
def counties():
    one, other = factories.county("青禾县"), factories.county("临溪区")
    return one, other


def test_schools_are_summed_up_to_their_county_and_the_bureau(counties) -> None:
    one, other = counties
    places = [factories.school(one), factories.school(one, is_public=False, runner="private"), factories.school(other)]
    for place, migrants in zip(places, (6, 4, 10), strict=True):
        reported(place, migrant=migrants, pupils_by_grade=[20, 20, 20, 20, 20, 20])
    take_values(actor=None, day=DAY, now=NOW)
    share = found(one, "migrants_in_public", "compulsory")
    assert (share.numerator, share.denominator) == (Decimal(6), Decimal(10))
    assert value_of(share).exact == 60
    root = factories.root()
    assert value_of(found(root, "migrants_in_public", "primary")).exact == 80
    assert value_of(found(root, "schools", "")).exact == 3
    assert value_of(found(root, "schools", "", "private")).exact == 1
    assert value_of(found(places[0].unit, "pupils", "primary")).exact == 120


def test_values_of_a_day_are_read_with_whence_they_come(counties, django_assert_num_queries) -> None:
    one, other = counties
    place = Place("registry.pupils", one.pk, "primary")
    assert readings_on(places=[place], day=DAY) == (None, {}), "before the first taking"
    reported(factories.school(one), pupils_by_grade=[10, 10, 10, 10, 10, 10])
    taking = take_values(actor=None, day=DAY, now=NOW)
    asked = [place, Place("registry.pupils", other.pk, "primary"), Place("registry.nothing", one.pk)]
    with django_assert_num_queries(2):
        taken_on, found_there = readings_on(places=asked, day=DAY + timedelta(days=40))
    assert taken_on == DAY
    assert place in found_there
    assert asked[2] not in found_there
    reading = found_there[place]
    assert (reading.value.exact, reading.taking_id) == (60, taking.pk)
    assert reading.snapshot_id == found(one, "pupils", "primary").pk
    assert readings_on(places=[], day=DAY) == (DAY, {})


def test_a_missing_return_is_never_0(counties) -> None:
    one, other = counties
    told, silent = factories.school(one), factories.school(other)
    reported(told, pupils_by_grade=[10, 10, 10, 10, 10, 10])
    take_values(actor=None, day=DAY, now=NOW)
    assert found(silent.unit, "pupils", "primary").problem == "no-return"
    assert found(other, "pupils", "primary").problem == "no-return"
    bureau = found(factories.root(), "pupils", "primary")
    assert (bureau.problem, bureau.counted, bureau.expected) == ("incomplete", 1, 2)
    assert bureau.missing == [[silent.unit_id, "no-return"]]
    assert found(told.unit, "boarding_share", "primary").problem == "missing:boarding"


def test_nothing_to_divide_by_and_contradictions_have_names(counties) -> None:
    one, other = counties
    empty, wrong = factories.school(one), factories.school(other)
    reported(empty, pupils_by_grade=[0, 0, 0, 0, 0, 0], boarding=0, migrant=0)
    reported(
        wrong,
        pupils_by_grade=[10, 10, 10, 10, 10, 10],
        boarding=61,
        classes_by_grade=[1, 1, 1, 1, 1, 1],
        class_size_bands={"25-": 5},
    )
    take_values(actor=None, day=DAY, now=NOW)
    assert found(one, "boarding_share", "primary").problem == "nothing-to-divide"
    assert found(other, "boarding_share", "primary").problem == "part-exceeds-whole"
    assert found(other, "large_classes", "primary").problem == "bands-do-not-add-up"
    assert found(one, "public_kindergartens", "preschool").problem == "no-rows"
    assert value_of(found(one, "kindergartens", "preschool")).exact == 0


@pytest.mark.parametrize(("bands", "large"), [({"51-55": 6}, 0), ({"51-55": 5, "56-60": 1}, 1), ({"66+": 6}, 6)])
def test_a_class_is_large_from_56_pupils_on(counties, bands, large) -> None:
    place = factories.school(counties[0])
    reported(place, classes_by_grade=[1] * 6, class_size_bands=bands)
    take_values(actor=None, day=DAY, now=NOW)
    assert found(place.unit, "large_classes", "primary").numerator == large


def test_bands_that_cross_the_line_decide_nothing(counties) -> None:
    place = factories.school(counties[0])
    reported(place, classes_by_grade=[1] * 6, class_size_bands={"50-60": 6})
    take_values(actor=None, day=DAY, now=NOW)
    assert found(place.unit, "large_classes", "primary").problem == "bands-undecided"


def test_a_new_kindergarten_counts_in_the_year_of_its_opening(counties) -> None:
    registry.create_school(
        actor=None,
        new=registry.NewSchool(
            code="1199000777",
            name="栖禾新苗幼儿园",
            opened_on=date(2026, 9, 1),
            parent=counties[0].code,
            values={**factories.SCHOOL, "school_type": "111"},
        ),
        now=NOW,
    )
    take_values(actor=None, day=DAY, now=NOW)
    take_values(actor=None, day=date(2026, 8, 31), now=NOW)
    assert value_of(found(counties[0], "kindergartens_opened", "preschool", "public")).exact == 1
    assert value_of(found(counties[0], "kindergartens_opened", "preschool", day=date(2026, 8, 31))).exact == 0


def test_the_return_in_force_is_the_latest_that_half_have_given(counties) -> None:
    places = [factories.school(counties[0]) for _number in range(4)]
    for place in places:
        reported(place, year=2025, pupils_by_grade=[10] * 6)
    reported(places[0], year=2026, pupils_by_grade=[20] * 6)
    take_values(actor=None, day=DAY, now=NOW)
    assert found(counties[0], "pupils", "primary").period == "2025"
    reported(places[1], year=2026, pupils_by_grade=[20] * 6)
    take_values(actor=None, day=DAY, now=NOW)
    assert found(counties[0], "pupils", "primary").period == "2026"


def test_taken_twice_a_day_has_the_same_rows(counties) -> None:
    reported(factories.school(counties[0]), pupils_by_grade=[10] * 6)
    columns = ("unit_id", "measure", "stage", "filter", "numerator", "denominator", "problem", "counted", "expected")
    take_values(actor=None, day=DAY, now=NOW)
    before = sorted(Snapshot.objects.values_list(*columns), key=str)
    take_values(actor=None, day=DAY, now=NOW + timedelta(minutes=1))
    assert sorted(Snapshot.objects.values_list(*columns), key=str) == before
    assert Taking.objects.get().rows == len(before)


def test_the_questions_grow_with_the_measures_and_not_with_the_schools(counties) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            take_values(actor=None, day=DAY, now=NOW)
        return sum(one["sql"].startswith("SELECT") for one in queries)

    for place in (factories.school(counties[0]), factories.school(counties[1], school_type="111")):
        reported(place, stage="preschool" if place.school_type == "111" else "primary", pupils_by_grade=[10] * 3)
    few = asked()
    for _number in range(12):
        reported(factories.school(counties[0]), pupils_by_grade=[10] * 6)
    assert asked() == few
    assert few < 37


def test_a_taking_stands_in_the_journal_and_asks_for_the_right(counties) -> None:
    actor = factories.registrar(counties[0])
    take_values(actor=actor, day=DAY, now=NOW)
    entry = entries(code="measures.values.take")[0]
    assert entry.subject == "day:2026-11-02"
    with pytest.raises(PermissionMissing):
        take_values(actor=factories.viewer(counties[0]), day=DAY, now=NOW)
    with pytest.raises(PermissionMissing):
        order_values(actor=factories.viewer(counties[0]), now=NOW)
    with pytest.raises(UnableToTakeValues, match="还没有到"):
        take_values(actor=None, day=date(2027, 1, 1), now=NOW)


def test_the_first_night_brings_the_ends_of_earlier_years(counties) -> None:
    place = factories.school(counties[0])
    for year in (2023, 2024, 2026):
        reported(place, year=year, pupils_by_grade=[year - 2000] * 6)
    take_due(actor=None, now=NOW)
    days = list(Taking.objects.order_by("on").values_list("on", flat=True))
    assert days == [date(2023, 12, 31), date(2024, 12, 31), DAY]
    assert value_of(found(place.unit, "pupils", "primary", day=days[0])).exact == 138
    take_due(actor=None, now=NOW)
    assert Taking.objects.count() == 3


def test_of_long_past_months_the_last_day_stays(counties) -> None:
    for day in (date(2024, 3, 1), date(2024, 3, 9), date(2024, 4, 2), date(2026, 10, 1), date(2026, 10, 2)):
        Taking.objects.create(on=day, taken_at=NOW)
    operations._thin(DAY)
    kept = set(Taking.objects.values_list("on", flat=True))
    assert kept == {date(2024, 3, 9), date(2024, 4, 2), date(2026, 10, 1), date(2026, 10, 2)}


def test_before_its_figure_of_the_law_a_measure_says_so(counties) -> None:
    take_values(actor=None, day=date(2015, 1, 1), now=NOW)
    row = found(counties[0], "large_classes", "compulsory", day=date(2015, 1, 1))
    assert row.problem == "no-rule"


def test_the_database_takes_no_row_with_both_a_value_and_a_reason(counties) -> None:
    take_values(actor=None, day=DAY, now=NOW)
    row = Snapshot.objects.filter(problem="").first()
    assert row is not None
    row.problem = "no-rows"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    # An office has a row of everything that is summed, also where nothing is below it.
    summed = {code for code, one in measures().items() if one.is_summed}
    assert set(Snapshot.objects.values_list("measure", flat=True)) == summed


def test_the_nights_job_takes_the_day_and_an_ordered_one_asks_for_the_right_again(counties) -> None:
    rhythm = schedules._SCHEDULES["measures.take"]
    assert rhythm.daily_at == time(1, 30)
    tasks.take(None)  # type: ignore[arg-type]  # The job has no use for its context.
    assert Taking.objects.filter(on=timezone.localdate()).exists()
    with pytest.raises(JobFailed) as failed:
        tasks.take_ordered(None, actor_id=factories.viewer(counties[0]).pk)  # type: ignore[arg-type]
    assert failed.value.code == "permission"
