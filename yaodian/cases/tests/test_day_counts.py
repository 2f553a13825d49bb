"""What was a month before is what stood that night, counted once for each day that is over."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from yaodian.cases import operations, queries
from yaodian.cases.declaring import Confidentiality
from yaodian.cases.models import Case, CaseClock, CountedDay, DayCount
from yaodian.cases.queries import CaseFigures, Figure
from yaodian.cases.tests import factories
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import with_rights

pytestmark = pytest.mark.django_db
NOW = factories.NOW
NAMES = ("open", "overdue", "escalated", "closed", "in_time", "defects")


def recount(account: Account, today: date, units: set[int]) -> dict[str, int]:
    """The numbers one by one, off rows, as they stand now."""
    found = dict.fromkeys(NAMES, 0)
    trusted = queries.visible(account=account, today=today).filter(confidentiality=Confidentiality.RESTRICTED)
    for case in Case.objects.filter(doing_unit_id__in=units, confidentiality=Confidentiality.INTERNAL) | trusted:
        if case.ended_at is None:
            found["open"] += 1
            found["overdue"] += case.due_on is not None and case.due_on < today
            found["escalated"] += case.is_escalated
            found["defects"] += case.kind == "indicators.data_defect"
        elif case.state == "closed" and timezone.localdate(case.ended_at).replace(day=1) == today.replace(day=1):
            clocks = CaseClock.objects.filter(case=case)
            found["closed"] += 1
            found["in_time"] += all(
                row.stopped_at is not None and timezone.localdate(row.stopped_at) <= row.due_on for row in clocks
            )
    return found


def numbers(found: CaseFigures | None, *, before: bool) -> dict[str, int | None]:
    assert found is not None
    figures: dict[str, Figure] = {name: getattr(found, name) for name in NAMES}
    return {name: one.before if before else one.now for name, one in figures.items()}


def test_figures_are_those_of_a_recount_while_the_days_pass() -> None:
    city = factories.city()
    supervisor, county = factories.account("supervisor", city["bureau"]), factories.account("viewer", city["c0"])
    handlers = {city[code].pk: factories.account("handler", city[code]) for code in ("s0", "s1")}
    everywhere = {unit.pk for unit in city.values()}
    people = ((supervisor, everywhere), (county, {city["c0"].pk, city["s0"].pk}))
    chance = random.Random(5)
    nights: dict[tuple[int, date], dict[str, int]] = {}
    for passed in range(40):
        now = NOW + timedelta(days=passed)
        today = now.date()
        live_a_day(city, supervisor, handlers, now, chance)
        if passed % 7 == 3:
            operations.fold_tallies()
        if passed % 4 != 1:
            # On some nights no worker runs; the next makes up for it.
            operations.count_days(now=now)
        for account, units in people:
            stands = recount(account, today, units)
            found = queries.case_figures(account=account, today=today)
            assert numbers(found, before=False) == stands, (passed, account)
            nights[account.pk, today] = stands
            was = nights.get((account.pk, queries.month_before(today)))
            if was is not None and passed % 4 != 1:
                assert numbers(found, before=True) == was, (passed, account)
    assert operations.check_tallies() == []
    last = nights[supervisor.pk, today]
    assert all(last[name] for name in ("open", "overdue", "escalated", "closed")), last
    assert 0 < last["in_time"] < last["closed"]


def live_a_day(
    city: dict[str, Unit], supervisor: Account, handlers: dict[int, Account], now: datetime, chance: random.Random
) -> None:
    """Two cases are opened, and some of those there are go a step on."""
    for _turn in range(2):
        kind = chance.choice(
            ("plans.commitment_overdue", "services.ticket", "indicators.data_defect", "inspection.finding")
        )
        given: dict[str, Any] = {"doing_unit": city[chance.choice(("s0", "s1"))]} if chance.random() < 0.8 else {}
        factories.opened(city, kind=kind, now=now, **given)
    for case in Case.objects.filter(ended_at__isnull=True).order_by("pk"):
        roll = chance.random()
        same: dict[str, Any] = {"public_id": case.public_id, "now": now}
        handler = handlers.get(case.doing_unit_id)
        if roll < 0.02:
            operations.withdraw_case(actor=supervisor, reason="重复", **same)
        elif roll < 0.06 and case.state != "submitted":
            operations.escalate_case(actor=supervisor, reason="拖延", **same)
        elif roll < 0.25 and case.state == "assigned" and handler is not None:
            operations.accept_case(actor=handler, **same)
        elif roll < 0.15 and case.state == "working" and handler is not None:
            operations.add_evidence(actor=handler, pieces=[factories.proof(), factories.proof("pdf")], **same)
            operations.submit_case(actor=handler, **same)
        elif roll < 0.5 and case.state == "submitted":
            operations.verify_case(actor=supervisor, **same)


def test_a_day_is_counted_once_and_days_that_were_missed_are_made_up_for() -> None:
    city = factories.city()
    factories.opened(city, doing_unit=city["s0"])
    later = NOW + timedelta(days=40)
    assert operations.count_days(now=later) == (later.date() - queries.month_before(later.date())).days
    rows = list(DayCount.objects.values_list())
    assert rows
    assert operations.count_days(now=later) == 0
    assert operations.count_days(now=later + timedelta(hours=3)) == 0
    assert list(DayCount.objects.values_list()) == rows
    # What was counted stays, whatever becomes of the case.
    operations.withdraw_case(
        actor=factories.account("supervisor", city["bureau"]), public_id=Case.objects.get().public_id, reason="重复", now=later
    )  # fmt: skip
    assert operations.count_days(now=later + timedelta(days=2)) == 2
    days = dict(DayCount.objects.values_list("day", "open"))
    assert days[later.date() - timedelta(days=1)] == 1
    assert later.date() not in days
    assert CountedDay.objects.filter(day=later.date()).exists()


def test_days_of_long_ago_are_forgotten() -> None:
    factories.opened(factories.city(), kind="safety.hazard")
    operations.count_days(now=NOW + timedelta(days=3))
    operations.count_days(now=NOW + timedelta(days=500))
    assert min(CountedDay.objects.values_list("day", flat=True)) > NOW.date() + timedelta(days=99)
    assert min(DayCount.objects.values_list("day", flat=True)) > NOW.date() + timedelta(days=99)


def test_before_the_first_night_nothing_tells_what_was() -> None:
    city = factories.city()
    factories.opened(city, now=NOW - timedelta(days=60))
    found = queries.case_figures(account=factories.account("supervisor", city["bureau"]), today=NOW.date())
    assert found is not None
    assert found.open == Figure(1, None)
    assert found.closed.change is None


def test_figures_cost_the_same_queries_however_many_cases_there_are() -> None:
    city = factories.city()
    accounts = (factories.account("supervisor", city["bureau"]), factories.account("handler", city["s0"]))

    def cost() -> list[int]:
        spent = []
        for account in accounts:
            with CaptureQueriesContext(connection) as asked:
                queries.case_figures(account=with_rights(Account.objects.get(pk=account.pk)), today=NOW.date())
            spent.append(len(asked))
        return spent

    factories.opened(city, doing_unit=city["s0"], kind="services.ticket", now=NOW - timedelta(days=40))
    operations.count_days(now=NOW)
    one = cost()
    for turn in range(8):
        factories.opened(city, doing_unit=city["s0"], kind=factories.KINDS[turn % 7], now=NOW - timedelta(days=turn))
    operations.count_days(now=NOW + timedelta(days=1))
    assert cost() == one
    # The account and its rights are two of them.
    assert max(one) <= 13, one
