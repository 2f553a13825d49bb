"""The ladder: each rung is told once, whatever crashes and however often and by however many it is climbed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from yaodian.cases import operations
from yaodian.cases.models import Case, CaseClock, Notice
from yaodian.cases.tests import factories
from yaodian.foundation.workdays import calendar_as_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=SHANGHAI)


OPENED = date(2026, 3, 2)
DUE = date(2026, 3, 30)  # Twenty working days.


def told(case: Case) -> list[tuple[int, str, str]]:
    rows = Notice.objects.filter(case=case).order_by("rung").values_list("rung", "step", "on")
    return [(rung, step, on.isoformat()) for rung, step, on in rows]


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


@pytest.mark.django_db
def test_a_case_that_nobody_touches_climbs_rung_by_rung_without_anybody_in_it() -> None:
    city = factories.city()
    case = factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    assert case.due_on == DUE
    for day in days(OPENED, date(2026, 5, 15)):
        operations.escalate_due(now=at(day))
        operations.escalate_due(now=at(day))
    calendar = calendar_as_of(DUE)
    assert told(case) == [
        (0, "handler", "2026-03-25"),
        (1, "handler", "2026-03-30"),
        (2, "head", "2026-03-31"),
        (3, "supervisor", calendar.add_working_days(DUE, 5).isoformat()),
        (4, "leader", calendar.add_working_days(DUE, 10).isoformat()),
    ]
    rows = {row.step: row for row in Notice.objects.all()}
    assert (rows["head"].unit, rows["head"].account) == (city["s0"], None)
    assert rows["leader"].unit == city["bureau"]
    assert CaseClock.objects.get(case=case).next_act_on is None


@pytest.mark.django_db
def test_whoever_signed_for_it_is_told_by_name() -> None:
    city = factories.city()
    handler = factories.account("handler", city["s0"])
    case = factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    operations.accept_case(actor=handler, public_id=case.public_id, now=at(OPENED))
    operations.escalate_due(now=at(DUE))
    assert Notice.objects.get(case=case, rung=1).account == handler


@pytest.mark.django_db
def test_after_a_month_without_a_worker_the_rungs_are_made_up_for_but_no_warning_is_false() -> None:
    city = factories.city()
    case = factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    operations.escalate_due(now=at(date(2026, 4, 8)))
    assert [row[0] for row in told(case)] == [1, 2, 3]
    assert CaseClock.objects.get(case=case).rung == 4


@pytest.mark.django_db
def test_a_moved_day_has_a_ladder_of_its_own() -> None:
    city = factories.city()
    supervisor, handler = factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"])
    case = factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    given: dict[str, Any] = {"public_id": case.public_id}
    operations.accept_case(actor=handler, now=at(OPENED), **given)
    operations.escalate_due(now=at(date(2026, 3, 25)))
    operations.ask_extension(
        actor=handler, new_due_on=date(2026, 4, 30), reason="招标", now=at(date(2026, 3, 26)), **given
    )
    operations.decide_extension(actor=supervisor, approves=True, now=at(date(2026, 3, 26)), **given)
    for day in days(date(2026, 3, 26), date(2026, 4, 30)):
        operations.escalate_due(now=at(day))
    assert [(row.rung, row.due_on.isoformat()) for row in Notice.objects.order_by("pk")] == [
        (0, "2026-03-30"),
        (0, "2026-04-30"),
        (1, "2026-04-30"),
    ]


@pytest.mark.django_db
def test_nobody_is_told_of_what_is_being_checked_or_has_ended() -> None:
    city = factories.city()
    supervisor = factories.account("supervisor", city["bureau"])
    handler = factories.account("handler", city["s0"])
    checked = factories.opened(city, kind="indicators.data_defect", doing_unit=city["s0"], now=at(OPENED))
    ended = factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    operations.accept_case(actor=handler, public_id=checked.public_id, now=at(OPENED))
    operations.submit_case(actor=handler, public_id=checked.public_id, now=at(OPENED))
    operations.withdraw_case(actor=supervisor, public_id=ended.public_id, reason="误报", now=at(OPENED))
    assert operations.escalate_due(now=at(date(2026, 5, 15))) == 0
    assert Notice.objects.count() == 0


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.django_db(transaction=True)
def test_a_pass_that_dies_anywhere_tells_nobody_twice_and_nobody_less() -> None:
    city = factories.city()
    cases = [
        factories.opened(city, doing_unit=city["s0"], kind=kind, now=at(OPENED))
        for kind in ("plans.commitment_overdue", "indicators.data_defect", "safety.hazard")
    ]
    now = at(date(2026, 4, 20))
    left = 0

    def dying(execute: Callable[..., Any], *statement: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        return execute(*statement)

    deaths = 0
    for moment in range(1, 60):
        left = moment
        try:
            with connection.execute_wrapper(dying):
                operations.escalate_due(now=now)
            break
        except Killed:
            deaths += 1
    assert deaths > 3
    assert operations.escalate_due(now=now) == 0
    for case in cases:
        rungs = [row[0] for row in told(case)]
        assert rungs == sorted(set(rungs))
        clock = CaseClock.objects.get(case=case)
        assert (clock.next_act_on, rungs[-1]) == (None, clock.rung - 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_everybody_once() -> None:
    city = factories.city()
    cases = [factories.opened(city, doing_unit=city["s0"], now=at(OPENED)) for _turn in range(20)]
    now = at(date(2026, 4, 20))
    start = threading.Barrier(2)
    moved: list[int] = []

    def climb() -> None:
        try:
            start.wait(timeout=30)
            moved.append(operations.escalate_due(now=now))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=climb) for _turn in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert len(moved) == 2
    assert sum(moved) == 20
    assert {tuple(row[0] for row in told(case)) for case in cases} == {(1, 2, 3, 4)}


@pytest.mark.django_db
def test_a_pass_costs_the_same_statements_however_many_clocks_there_are() -> None:
    city = factories.city()

    def statements(count: int) -> int:
        Notice.objects.all().delete()
        for _turn in range(count):
            factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
        with CaptureQueriesContext(
            connection,
        ) as found:
            operations.escalate_due(now=at(DUE))
        CaseClock.objects.update(rung=0, next_act_on=date(2026, 3, 25))
        return len(found)

    assert statements(2) == statements(10)
