"""Scenarios are kept, changed and taken away: by whom, in which state, with which entry in the journal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from yaodian.audit.queries import entries_of
from yaodian.indicators import operations, queries
from yaodian.indicators.models import Scenario
from yaodian.indicators.tests import planning
from yaodian.indicators.tests.planning import NOW, YEAR, hiring
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.queries import returns_in
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db


@dataclass
class Place:
    county: Unit
    short: Any  # one teacher of sports and arts, and no 骨干: two of seven are missing
    good: Any
    planner: Account
    viewer: Account
    stranger: Account


@pytest.fixture
def place() -> Place:
    county = factories.county("青禾县")
    return Place(
        county,
        planning.school(county, name="青禾县东岭小学", music=0, backbone_county_or_above=0),
        planning.school(county, name="青禾县西坪小学", sports=4, full_time=20, certified=20, trained_360=20),
        factories.account(county, "registrar"),
        factories.account(county, "viewer"),
        factories.account(factories.county("临溪区"), "registrar"),
    )


def said_of(public_id: str) -> list[tuple[str, dict[str, Any]]]:
    rows = entries_of(subject=f"scenario:{public_id}").order_by("pk")
    return [(row.code, json.loads(row.detail)) for row in rows]


def figures_of(place: Place) -> list[dict[str, Any]]:
    """What the registry holds of the schools, version and time of the last change included."""
    found = returns_in(schools=[place.short.pk, place.good.pk], years=[YEAR], stages=["primary"])
    return [{field.name: getattr(row, field.attname) for field in row._meta.fields} for row in found[YEAR]]


def test_a_scenario_is_kept_with_its_entry_in_the_journal(place: Place) -> None:
    made = planning.scenario(place.planner, place.county, name="  补齐  教师 ")
    assert (made.name, made.changes, made.prices, made.version) == ("补齐 教师", [], {}, 1)
    code, detail = said_of(made.public_id)[-1]
    assert code == "indicators.scenario.keep"
    assert detail == {"county": place.county.pk, "year": YEAR, "name": "补齐 教师", "statute": "quality_balance"}


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "   "}, "no-name", "name"),
        ({"statute": "preschool"}, "no-statute", "statute"),
        ({"statute": "none"}, "no-statute", "statute"),
        ({"year": 2027}, "year-to-come", "year"),
        ({"year": 3}, "year-to-come", "year"),
    ],
)
def test_what_cannot_be_a_scenario_is_refused_at_its_field(
    place: Place, values: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(operations.UnableToKeepScenario) as refused:
        planning.scenario(place.planner, place.county, **values)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert Scenario.objects.count() == 0


ACTS: dict[str, Callable[[Account, Scenario, Place], Any]] = {
    "change": lambda actor, row, place: operations.change_scenario(actor=actor, scenario=row, name="别的", now=NOW),
    "add": lambda actor, row, place: operations.add_change(
        actor=actor, scenario=row, change=hiring(place.short, full_time=1), now=NOW
    ),
    "remove": lambda actor, row, place: operations.remove_change(actor=actor, scenario=row, number=1, now=NOW),
    "move": lambda actor, row, place: operations.move_change(actor=actor, scenario=row, number=1, to=2, now=NOW),
    "suggest": lambda actor, row, place: operations.suggest_changes(actor=actor, scenario=row, now=NOW),
    "delete": lambda actor, row, place: operations.delete_scenario(actor=actor, scenario=row, now=NOW),
}


@pytest.mark.parametrize("act", ACTS)
def test_only_who_may_plan_for_the_county_changes_anything(place: Place, act: str) -> None:
    row = planning.scenario(place.planner, place.county)
    before = len(said_of(row.public_id))
    for actor in (place.viewer, place.stranger):
        with pytest.raises(PermissionMissing):
            ACTS[act](actor, row, place)
    row.refresh_from_db()
    assert (row.version, row.changes, len(said_of(row.public_id))) == (1, [], before)


def test_who_only_views_or_plans_elsewhere_keeps_no_scenario(place: Place) -> None:
    for actor in (place.viewer, place.stranger):
        with pytest.raises(PermissionMissing):
            planning.scenario(actor, place.county)


def test_a_change_is_added_moved_and_taken_out_and_the_registry_stays_as_it_was(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    reported = figures_of(place)
    operations.add_change(actor=place.planner, scenario=row, change=hiring(place.short, full_time=2), now=NOW)
    row = operations.add_change(actor=place.planner, scenario=row, change=hiring(place.good, full_time=1), now=NOW)
    assert [change["code"] for change in row.changes] == [place.short.unit.code, place.good.unit.code]
    row = operations.move_change(actor=place.planner, scenario=row, number=2, to=1, now=NOW)
    assert [change["code"] for change in row.changes] == [place.good.unit.code, place.short.unit.code]
    row = operations.remove_change(actor=place.planner, scenario=row, number=1, now=NOW)
    assert [change["code"] for change in row.changes] == [place.short.unit.code]
    assert row.version == 5
    assert figures_of(place) == reported
    entries = said_of(row.public_id)
    assert [code for code, _detail in entries] == ["indicators.scenario.keep", *["indicators.scenario.change"] * 4]
    assert entries[1][1]["added"]["numbers"] == {"full_time": 2}
    assert entries[-1][1]["removed"]["numbers"] == {"full_time": 1}


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_change_that_is_not_there_is_neither_removed_nor_moved(place: Place, number: int) -> None:
    row = planning.scenario(place.planner, place.county)
    row = operations.add_change(actor=place.planner, scenario=row, change=hiring(place.short, full_time=2), now=NOW)
    for act in (
        lambda: operations.remove_change(actor=place.planner, scenario=row, number=number, now=NOW),
        lambda: operations.move_change(actor=place.planner, scenario=row, number=1, to=number, now=NOW),
    ):
        with pytest.raises(operations.UnableToKeepScenario) as refused:
            act()
        assert refused.value.code == "no-such-change"


def test_a_change_that_cannot_be_done_is_refused_with_its_own_sentence(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    move = {
        "kind": "move_teachers",
        "from_code": place.short.unit.code,
        "from_stage": "primary",
        "to_code": place.good.unit.code,
        "to_stage": "primary",
        "numbers": {"full_time": 40},
    }
    with pytest.raises(operations.UnableToKeepScenario) as refused:
        operations.add_change(actor=place.planner, scenario=row, change=move, now=NOW)
    assert "专任教师数只有16，不够40；请改小" in refused.value.message
    with pytest.raises(operations.UnableToKeepScenario) as refused:
        operations.add_change(actor=place.planner, scenario=row, change={"kind": "wish"}, now=NOW)
    assert "不认识的变化种类" in refused.value.message
    row.refresh_from_db()
    assert (row.changes, row.version) == ([], 1)


def test_a_change_on_which_a_later_one_rests_stays(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    split = {
        "kind": "split_school",
        "code": place.good.unit.code,
        "new_code": "NEW1",
        "new_name": "青禾县新坪小学",
        "share": "1/2",
    }
    operations.add_change(actor=place.planner, scenario=row, change=split, now=NOW)
    hire = {"kind": "hire_teachers", "code": "NEW1", "stage": "primary", "numbers": {"full_time": 1}}
    row = operations.add_change(actor=place.planner, scenario=row, change=hire, now=NOW)
    for act in (
        lambda: operations.remove_change(actor=place.planner, scenario=row, number=1, now=NOW),
        lambda: operations.move_change(actor=place.planner, scenario=row, number=1, to=2, now=NOW),
    ):
        with pytest.raises(operations.UnableToKeepScenario, match="没有代码为「NEW1」的学校"):
            act()


def test_a_scenario_whose_figures_moved_on_opens_says_which_change_fails_and_lets_it_go(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    train = {
        "kind": "train_teachers",
        "code": place.short.unit.code,
        "stage": "primary",
        "numbers": {"backbone_county_or_above": 16},
    }
    operations.add_change(actor=place.planner, scenario=row, change=train, now=NOW)
    row = operations.add_change(actor=place.planner, scenario=row, change=hiring(place.good, full_time=1), now=NOW)
    planning.report(place.short, full_time=10, certified=10, trained_360=10)

    def page() -> queries.ScenarioPage:
        return queries.scenario_page(
            account=place.planner, county=place.county.public_id, scenario=row.public_id, today=NOW.date()
        )

    shown = page()
    assert [one.number for one in shown.failed] == [1]
    assert "县级以上骨干教师数（16）会多于专任教师数（10）" in shown.failed[0].problem
    assert "新聘专任教师1人" in shown.tried[1].sentence
    # What fails already may stay while something else is added, and may go.
    row = operations.add_change(actor=place.planner, scenario=row, change=hiring(place.good, full_time=2), now=NOW)
    assert len(row.changes) == 3
    row = operations.remove_change(actor=place.planner, scenario=row, number=1, now=NOW)
    assert page().failed == ()
    # It does not come back.
    with pytest.raises(operations.UnableToKeepScenario):
        operations.add_change(actor=place.planner, scenario=row, change=train, now=NOW)


def test_a_stored_change_that_nobody_can_read_any_more_does_not_shut_the_scenario(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    Scenario.objects.filter(pk=row.pk).update(changes=[{"kind": "sell_school"}, hiring(place.good, full_time=1)])
    shown = queries.scenario_page(
        account=place.planner, county=place.county.public_id, scenario=row.public_id, today=NOW.date()
    )
    assert [one.number for one in shown.failed] == [1]
    row = operations.remove_change(actor=place.planner, scenario=row, number=1, now=NOW)
    assert [change["kind"] for change in row.changes] == ["hire_teachers"]


def test_of_two_people_the_second_is_told_and_changes_nothing(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    operations.add_change(
        actor=place.planner, scenario=row, change=hiring(place.short, full_time=2), version=1, now=NOW
    )
    for act in (
        lambda: operations.add_change(
            actor=place.planner, scenario=row, change=hiring(place.good, full_time=2), version=1, now=NOW
        ),
        lambda: operations.remove_change(actor=place.planner, scenario=row, number=1, version=1, now=NOW),
        lambda: operations.change_scenario(actor=place.planner, scenario=row, name="别的", version=1, now=NOW),
        lambda: operations.suggest_changes(actor=place.planner, scenario=row, version=1, now=NOW),
    ):
        with pytest.raises(operations.StaleScenario, match="刚被别人改过"):
            act()
    row.refresh_from_db()
    assert (row.name, len(row.changes), row.version) == ("补齐教师", 1, 2)


def test_the_suggestion_is_put_behind_and_brings_the_schools_past_item_1_1(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    row, found = operations.suggest_changes(actor=place.planner, scenario=row, now=NOW)
    assert len(row.changes) == len(found.changes) > 0
    shown = queries.scenario_page(
        account=place.planner, county=place.county.public_id, scenario=row.public_id, today=NOW.date()
    )
    first = next(item for item in shown.items if item.number == "1.1")
    assert (first.before, first.after, first.turned, first.failing) == ("fails", "meets", "better", (1, 0))
    assert [one.of for one in shown.schools] == ["青禾县东岭小学小学"]
    assert shown.lacking == ()
    with pytest.raises(operations.UnableToKeepScenario, match="已全部达标"):
        operations.suggest_changes(actor=place.planner, scenario=row, now=NOW)


def test_teachers_who_can_be_spared_are_moved_before_anybody_is_hired(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    row, _found = operations.suggest_changes(actor=place.planner, scenario=row, may_move=True, now=NOW)
    assert row.changes[0]["kind"] == "move_teachers"
    assert (row.changes[0]["from_code"], row.changes[0]["to_code"]) == (place.good.unit.code, place.short.unit.code)


def test_where_a_figure_is_missing_nothing_is_suggested_and_the_reason_is_said(place: Place) -> None:
    planning.report(place.short, backbone_county_or_above=None)
    row = planning.scenario(place.planner, place.county)
    with pytest.raises(operations.UnableToKeepScenario, match="县级以上骨干教师"):
        operations.suggest_changes(actor=place.planner, scenario=row, now=NOW)
    basic = planning.scenario(place.planner, place.county, statute="basic_balance")
    with pytest.raises(operations.UnableToKeepScenario) as refused:
        operations.suggest_changes(actor=place.planner, scenario=basic, now=NOW)
    assert refused.value.code == "no-suggestion"


def test_prices_are_kept_exactly_and_what_is_none_is_refused_at_its_field(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    row = operations.change_scenario(
        actor=place.planner, scenario=row, prices={"teacher_year": "96,000.50", "books": " ", "gold": "1"}, now=NOW
    )
    assert row.prices == {"teacher_year": "96000.5"}
    for text in ("-1", "很多", "NaN", "Infinity", "1" * 20):
        with pytest.raises(operations.UnableToKeepScenario) as refused:
            operations.change_scenario(actor=place.planner, scenario=row, prices={"books": text}, now=NOW)
        assert (refused.value.code, refused.value.field) == ("price", "books")
    row.refresh_from_db()
    assert row.prices == {"teacher_year": "96000.5"}


def test_more_changes_than_a_page_can_show_are_refused(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    most = operations.scenarios.MOST_CHANGES
    with pytest.raises(operations.UnableToKeepScenario) as refused:
        operations.change_scenario(
            actor=place.planner, scenario=row, changes=[hiring(place.short, full_time=1)] * (most + 1), now=NOW
        )
    assert refused.value.code == "too-many"


def test_a_deleted_scenario_is_gone_and_the_journal_knows_its_name(place: Place) -> None:
    row = planning.scenario(place.planner, place.county)
    operations.delete_scenario(actor=place.planner, scenario=row, now=NOW)
    assert not Scenario.objects.filter(pk=row.pk).exists()
    code, detail = said_of(row.public_id)[-1]
    assert (code, detail["name"]) == ("indicators.scenario.delete", "补齐教师")
    with pytest.raises(operations.UnableToKeepScenario, match="已被删除"):
        operations.change_scenario(actor=place.planner, scenario=row, name="别的", now=NOW)
    with pytest.raises(operations.UnableToKeepScenario, match="已被删除"):
        operations.delete_scenario(actor=place.planner, scenario=row, now=NOW)
