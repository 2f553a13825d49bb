"""The operator's pages, and the alarm that a mass read raises within a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from yaodian.audit import operations as journal
from yaodian.audit.queries import entries
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.operating import operations, queries
from yaodian.operating.models import Alarm
from yaodian.organisations.models import Account
from yaodian.organisations.operations import create_account
from yaodian.organisations.queries import PermissionMissing

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def make(username: str, role: str) -> Account:
    return create_account(
        actor=None, username=username, name=username, password="青禾-县-2026-spring", role=role, now=NOW
    )


@pytest.fixture
def operator(db: None) -> Account:
    return make("operator", "system_administrator")


@pytest.fixture
def thief(db: None) -> Account:
    return make("thief", "editor")


@pytest.fixture
def job(thief: Account, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(jobs, "_REGISTER", {**jobs._REGISTER})
    jobs.job("tests.nothing")(lambda _context: None)
    with transaction.atomic():
        return jobs.enqueue(code="tests.nothing", arguments={}, requested_by_id=thief.pk, key="one")


def test_a_stolen_session_gets_two_hundred_records_and_alarms_within_a_minute(thief: Account) -> None:
    shown, alarmed_after = 0, None
    for second in range(120):
        now = NOW + timedelta(seconds=second)
        for _ in range(10):
            try:
                with transaction.atomic():
                    journal.note_reads(account_id=thief.pk, kind="pupil", now=now)
                shown += 1
            except journal.TooManyReads:
                with transaction.atomic():
                    journal.note_refused_reads(account_id=thief.pk, kind="pupil", now=now)
        if second % 30 == 0 and operations.judge(now=now):
            alarmed_after = second
    assert shown == 200
    assert alarmed_after is not None
    assert alarmed_after < 60
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.account_id, alarm.state) == ("mass_read", thief.pk, "open")
    assert [entry.code for entry in entries()].count("operating.alarm.raise") == 1


def test_a_days_ordinary_reading_is_no_alarm(thief: Account) -> None:
    with transaction.atomic():
        journal.note_reads(account_id=thief.pk, kind="pupil", count=99, now=NOW)
    assert operations.judge(now=NOW) == 0


def test_an_alarm_is_closed_with_a_reason_by_somebody_else(operator: Account, thief: Account) -> None:
    for account in (operator, thief):
        with transaction.atomic():
            journal.note_reads(account_id=account.pk, kind="pupil", count=150, now=NOW)
    assert operations.judge(now=NOW) == 2
    own, other = Alarm.objects.get(account=operator), Alarm.objects.get(account=thief)
    close: Any = operations.acknowledge_alarm
    with pytest.raises(operations.UnableToOperate, match="说明"):
        close(actor=operator, alarm_id=other.pk, note=" ", now=NOW)
    with pytest.raises(operations.UnableToOperate, match="本人"):
        close(actor=operator, alarm_id=own.pk, note="已经核实过了", now=NOW)
    close(actor=operator, alarm_id=other.pk, note="已电话核实，账号已停用", now=NOW)
    assert operations.judge(now=NOW) == 0, "what was looked into is not raised again"


def test_more_is_allowed_with_a_reason_and_never_to_oneself(operator: Account, thief: Account) -> None:
    allow: Any = operations.allow_more_reads
    with pytest.raises(operations.UnableToOperate, match="自己"):
        allow(actor=operator, username="operator", extra=10, reason="学籍核查", now=NOW)
    with pytest.raises(PermissionMissing):
        allow(actor=thief, username="operator", extra=10, reason="学籍核查", now=NOW)
    allow(actor=operator, username="thief", extra=10, reason="学籍核查", now=NOW)
    with transaction.atomic():
        journal.note_reads(account_id=thief.pk, kind="pupil", count=210, now=NOW)


def test_a_job_is_cancelled_and_taken_up_again(operator: Account, thief: Account, job: Job) -> None:
    with pytest.raises(PermissionMissing):
        operations.cancel_job(actor=thief, job_id=job.pk, now=NOW)
    assert operations.cancel_job(actor=operator, job_id=job.pk, now=NOW).state == "cancelled"
    with pytest.raises(operations.UnableToOperate, match="已经结束"):
        operations.cancel_job(actor=operator, job_id=job.pk, now=NOW)
    again = operations.retry_job(actor=operator, job_id=job.pk, now=NOW)
    assert (again.state, again.requested_by_id) == ("queued", thief.pk)


def test_everybody_sees_his_own_jobs_and_the_operator_all(operator: Account, thief: Account, job: Job) -> None:
    stranger = make("stranger", "editor")
    assert list(queries.jobs_for(account=thief)) == list(queries.jobs_for(account=operator)) == [job]
    assert list(queries.jobs_for(account=stranger)) == []


def test_the_pages_cost_a_constant_number_of_queries(
    client: Client, operator: Account, job: Job, django_assert_max_num_queries: Any
) -> None:
    client.force_login(operator)
    Job.objects.bulk_create(
        Job(key=f"k{n}", code="tests.nothing", requested_by_id=job.requested_by_id, run_after=NOW, created_at=NOW)
        for n in range(45)
    )
    for name in ("operating:jobs", "operating:alarms"):
        with django_assert_max_num_queries(12):
            assert client.get(reverse(name)).status_code == 200
