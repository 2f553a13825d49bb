"""A stolen session: it gets the day's budget of records and not one more, and the alarm stands within a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yaodian.audit.queries import reads_on
from yaodian.foundation.tests import processes
from yaodian.operating.queries import alarms
from yaodian.organisations.models import Account
from yaodian.registry import operations
from yaodian.registry.models import Pupil, RecordAccess, School
from yaodian.registry.operations import disclosure
from yaodian.registry.tests import factories


def signed_in(account: Account) -> Client:
    # The second factor is the door's business.
    Account.objects.filter(pk=account.pk).update(is_demonstration=True)
    client = Client()
    client.force_login(account)
    return client


def pupils(school: School, count: int) -> list[Pupil]:
    """Pupils as plain rows: hundreds of them through the operation would cost the test its time."""
    return [
        Pupil.objects.create(
            school=school, name="顾沐晴", gender="2", residence="栖禾镇棠陂街33号", entered_on=factories.OPENED_ON
        )
        for _ in range(count)
    ]


def address(kind: str, row: Any) -> str:
    return reverse(f"registry:{kind}", args=[row.public_id])


def spent_on(account: Account, now: datetime) -> int:
    return reads_on(account_id=account.pk, day=timezone.localdate(now)).count


@pytest.mark.django_db(transaction=True)
def test_a_stolen_session_gets_two_hundred_records_and_raises_an_alarm_within_a_minute() -> None:
    """The drill of the threat model, with real requests, a real worker and the real clock."""
    made = factories.school()
    rows = pupils(made, 230)
    thief = factories.registrar(made.unit)
    client = signed_in(thief)
    with processes.workers(processes.command()):
        until = time.monotonic() + 60
        while not _is_watched() and time.monotonic() < until:
            time.sleep(0.1)
        begun_at = timezone.now()
        answers = [client.get(address("pupil", row)) for row in rows]
        refused = client.post(address("unmask_pupil", rows[-1]), {"purpose": "roll"})
        while not alarms().exists() and timezone.now() < begun_at + timedelta(seconds=60):
            time.sleep(0.1)
    shown = [answer for answer in answers if "顾沐晴" in answer.content.decode()]
    assert len(shown) == settings.READ_BUDGET_PER_DAY == 200
    assert {answer.status_code for answer in answers[200:]} == {429}
    assert refused.status_code == 429
    assert "棠陂街" not in refused.content.decode()
    alarm = alarms().get()
    assert (alarm.kind, alarm.account_id, alarm.state) == ("mass_read", thief.pk, "open")
    assert alarm.first_seen_at < begun_at + timedelta(seconds=60)


def _is_watched() -> bool:
    """Whether the worker has found the schedules."""
    from yaodian.foundation.models import Schedule

    return Schedule.objects.filter(code="operating.judge").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["pupil", "teacher"])
def test_the_page_says_why_nothing_is_shown_and_how_to_go_on(settings: Any, kind: str) -> None:
    settings.READ_BUDGET_PER_DAY = 1
    made = factories.school()
    make = factories.pupil if kind == "pupil" else factories.teacher
    first, second = make(made), make(made)  # type: ignore[operator]  # Two factories of one shape.
    clerk = factories.registrar(made.unit)
    client = signed_in(clerk)
    assert client.get(address(kind, first)).status_code == 200
    answer = client.get(address(kind, second))
    text = answer.content.decode()
    assert answer.status_code == 429
    assert "今天最多可查阅 1 条个人记录" in text
    assert "请系统管理员说明理由后增加今天的额度" in text
    assert second.name not in text
    spent = reads_on(account_id=clerk.pk, day=timezone.localdate())
    assert (spent.count, spent.refused, spent.limit) == (1, 1, 1)
    assert RecordAccess.objects.count() == 1, "what was refused was not opened"


@pytest.mark.django_db
def test_the_same_record_costs_once_a_day_and_in_clear_once_more(settings: Any) -> None:
    settings.READ_BUDGET_PER_DAY = 2
    made = factories.school()
    child = factories.pupil(made)
    clerk = factories.registrar(made.unit)
    now = factories.NOW
    for _ in range(3):
        operations.open_pupil(actor=clerk, public_id=child.public_id, now=now)
        operations.unmask_pupil(actor=clerk, public_id=child.public_id, purpose="roll", now=now)
    assert spent_on(clerk, now) == 2
    other = factories.pupil(made)
    with pytest.raises(disclosure.TooManyReads):
        operations.open_pupil(actor=clerk, public_id=other.public_id, now=now)
    tomorrow = now + timedelta(days=1)
    operations.open_pupil(actor=clerk, public_id=child.public_id, now=tomorrow)
    assert spent_on(clerk, tomorrow) == 1


@pytest.mark.django_db
def test_a_record_out_of_reach_costs_nothing() -> None:
    child = factories.pupil(factories.school())
    stranger = factories.viewer(factories.school().unit)
    with pytest.raises(Pupil.DoesNotExist):
        operations.open_pupil(actor=stranger, public_id=child.public_id, now=factories.NOW)
    assert spent_on(stranger, factories.NOW) == 0


def race(client: Client, rows: list[Pupil]) -> int:
    """How many of these pupils' pages, asked for at the same moment with one session, show their pupil."""
    gate, statuses = Barrier(len(rows)), []
    cookies = client.cookies.output(header="", sep=";")

    def ask(row: Pupil) -> None:
        own = Client()
        own.cookies.load(cookies)
        try:
            gate.wait()
            statuses.append(own.get(address("pupil", row)).status_code)
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == len(rows)
    assert set(statuses) <= {200, 429}
    return statuses.count(200)


@contextmanager
def a_budget_that_looks_first(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The budget as one would write it without a thought: look, then count."""

    days = apps.get_model("audit", "ReadDay")._default_manager

    def naive(*, account_id: int, kind: str, now: Any) -> None:
        row, _is_new = days.get_or_create(account_id=account_id, day=timezone.localdate(now))
        time.sleep(0.2)
        if row.count >= settings.READ_BUDGET_PER_DAY:
            raise disclosure.TooManyReads("spent")
        days.filter(pk=row.pk).update(count=row.count + 1)

    with monkeypatch.context() as patched:
        patched.setattr(disclosure, "note_reads", naive)
        yield


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_do_not_pass_the_budget_together(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.READ_BUDGET_PER_DAY = 5
    made = factories.school()
    rows = pupils(made, 12)
    assert race(signed_in(factories.registrar(made.unit)), rows) == 5
    with a_budget_that_looks_first(monkeypatch):
        shown = race(signed_in(factories.registrar(made.unit)), rows)
    # The race is real where two can write at once; SQLite lets one transaction in at a time.
    assert shown > 5 if connection.vendor == "postgresql" else shown == 5
