"""After a change to what is counted today's values are taken again: once for many changes, at almost no cost without one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.audit.operations import record
from yaodian.audit.queries import entries
from yaodian.foundation import schedules
from yaodian.foundation.measuring import changes
from yaodian.measures import operations, tasks
from yaodian.measures.models import Snapshot, Taking
from yaodian.measures.operations import CALM, MOST_PATIENCE, take_due, take_if_changed, take_values
from yaodian.organisations import operations as organisations
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
DAY = date(2026, 11, 2)
LATER = NOW + timedelta(hours=1)


def reported(place, boarding: int, now: datetime = NOW) -> None:
    registry.store_return(
        actor=None,
        public_id=place.unit.public_id,
        year=2026,
        stage="primary",
        figures={"pupils_by_grade": [60], "boarding": boarding},
        now=now,
    )


def something_else(now: datetime = LATER) -> None:
    record(actor=None, code="identity.session.begin", subject="account:nobody", detail={}, at=now)


def boarders(unit) -> int:
    row = Snapshot.objects.get(unit=unit, measure="registry.boarding_share", stage="primary", filter="", on=DAY)
    assert row.numerator is not None
    return int(row.numerator)


@pytest.fixture
def place():
    """A school whose values of the day stand."""
    made = factories.school(factories.county("青禾县"))
    reported(made, 6)
    take_values(actor=None, day=DAY, now=NOW)
    take_if_changed(now=NOW)
    return made


def test_without_a_change_nothing_is_taken_and_two_questions_are_asked(place) -> None:
    for number in range(3):
        factories.school(factories.county(f"第{number}县"))
    assert len(take_if_changed(now=LATER)) == 1
    take_if_changed(now=LATER)
    with CaptureQueriesContext(connection) as queries:
        assert take_if_changed(now=LATER) == []
    assert len(queries) == 2


def test_what_is_not_counted_costs_one_look(place) -> None:
    for _number in range(50):
        something_else()
    before = Taking.objects.get().taken_at
    with CaptureQueriesContext(connection) as queries:
        assert take_if_changed(now=LATER) == []
    assert len(queries) == 4
    with CaptureQueriesContext(connection) as queries:
        assert take_if_changed(now=LATER) == []
    assert len(queries) == 2
    assert Taking.objects.get().taken_at == before


def test_a_corrected_return_stands_in_the_values_after_a_minute(place) -> None:
    county = place.unit.memberships.get().parent
    reported(place, 9, LATER)
    something_else()
    assert take_if_changed(now=LATER + CALM / 2) == []
    assert boarders(county) == 6
    (taking,) = take_if_changed(now=LATER + CALM)
    assert (taking.on, boarders(county)) == (DAY, 9)
    # A taking is an entry as well, and no change.
    assert take_if_changed(now=LATER + CALM) == []
    assert len(entries(code="measures.values.take")) == 2


def test_many_changes_are_one_taking_and_endless_ones_are_not_waited_out(place) -> None:
    taken = 0
    step = CALM / 2
    for number in range(int(3 * MOST_PATIENCE / step)):
        now = LATER + step * number
        reported(place, number % 60, now)
        taken += len(take_if_changed(now=now))
    assert 1 <= taken <= 3
    after = LATER + 3 * MOST_PATIENCE + CALM
    assert len(take_if_changed(now=after)) == 1
    assert take_if_changed(now=after) == []


def test_units_that_move_change_the_sums(place) -> None:
    other = factories.county("临溪区")
    assert len(take_if_changed(now=LATER)) == 1
    organisations.move_unit(actor=None, unit=place.unit, parent=other, from_on=DAY, now=LATER)
    assert len(take_if_changed(now=LATER + CALM)) == 1
    assert boarders(other) == 6


def test_on_a_new_day_a_change_brings_the_values_of_that_day(place) -> None:
    tomorrow = NOW + timedelta(days=1)
    reported(place, 9, tomorrow)
    (taking,) = take_if_changed(now=tomorrow + CALM)
    assert taking.on == date(2026, 11, 3)
    assert boarders(place.unit) == 6


def test_before_the_first_taking_the_ends_of_earlier_years_come_as_well() -> None:
    made = factories.school(factories.county("青禾县"))
    for year in (2024, 2026):
        registry.store_return(
            actor=None, public_id=made.unit.public_id, year=year, stage="primary", figures={"boarding": 1}, now=NOW
        )
    assert [one.on for one in take_if_changed(now=LATER)] == [date(2024, 12, 31), DAY]
    assert take_if_changed(now=LATER) == []


def test_a_second_worker_that_saw_the_same_change_does_nothing(place, monkeypatch: pytest.MonkeyPatch) -> None:
    reported(place, 9, LATER)
    seen = operations.audit.span_of

    def while_another_takes(**asked):
        found = seen(**asked)
        monkeypatch.setattr(operations.audit, "span_of", seen)
        assert len(take_if_changed(now=LATER + CALM)) == 1
        return found

    monkeypatch.setattr(operations.audit, "span_of", while_another_takes)
    assert take_if_changed(now=LATER + CALM) == []
    assert len(entries(code="measures.values.take")) == 2


def test_values_of_one_measure_do_not_pass_for_those_of_all(place) -> None:
    reported(place, 9, LATER)
    measure = operations.measures()["registry.pupils"]
    take_values(actor=None, day=DAY, now=LATER, only=[measure])
    assert len(take_if_changed(now=LATER + CALM)) == 1


def test_every_operation_on_what_is_counted_writes_a_code_that_is_watched(place) -> None:
    room = factories.school_class(place)
    factories.pupil(place, room)
    factories.teacher(place)
    codes = set(entries().values_list("code", flat=True))
    counted = {code for code in codes if code.startswith(("registry.", "organisations.unit."))}
    watched = (operations.UNITS_CHANGED, *changes())
    assert len(counted) >= 4
    assert {code for code in counted if not code.startswith(watched)} == set()


def test_the_night_and_the_watch_are_both_in_the_schedule(place) -> None:
    assert schedules._SCHEDULES["measures.take_changed"].every == timedelta(minutes=2)
    take_due(actor=None, now=NOW)
    tasks.take_changed(None)  # type: ignore[arg-type]  # The job has no use for its context.
