"""Noting reads: nothing beyond the day's budget, counted by minute, and a sentence that says how to go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from yaodian.audit import operations
from yaodian.audit.queries import reads_since

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> Any:
    return get_user_model()._default_manager.create(username="linlan", name="林岚", created_at=NOW)


def note(account: Any, count: int = 1, now: datetime = NOW) -> None:
    with transaction.atomic():
        operations.note_reads(account_id=account.pk, kind="pupil", count=count, now=now)


def test_a_stolen_session_gets_the_days_budget_and_not_one_record_more(account: Any) -> None:
    shown = 0
    for second in range(500):
        try:
            note(account, now=NOW + timedelta(seconds=second))
        except operations.TooManyReads:
            continue
        shown += 1
    assert shown == 200


def test_a_request_for_more_than_is_left_shows_nothing_and_counts_nothing(account: Any) -> None:
    note(account, 150)
    with pytest.raises(operations.TooManyReads, match=r"已查阅 150 条，本次还需 51 条.*增加今天的额度"):
        note(account, 51)
    note(account, 50)


def test_a_single_request_above_the_budget_is_refused(account: Any) -> None:
    with pytest.raises(operations.TooManyReads):
        note(account, 400_000)


def test_the_budget_returns_at_midnight_of_the_local_day(account: Any) -> None:
    note(account, 200)
    with pytest.raises(operations.TooManyReads):
        note(account, now=datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    note(account, now=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))


def test_an_approval_raises_the_budget_of_that_day_only(account: Any) -> None:
    note(account, 200)
    with transaction.atomic():
        operations.allow_more(account_id=account.pk, extra=30, now=NOW)
    note(account, 30)
    with pytest.raises(operations.TooManyReads):
        note(account)
    with pytest.raises(operations.TooManyReads):
        note(account, 201, now=NOW + timedelta(days=1))


def test_reads_and_refusals_are_summed_over_a_window(account: Any) -> None:
    note(account, 3, now=NOW - timedelta(minutes=20))
    note(account, 5)
    with transaction.atomic():
        operations.note_refused_reads(account_id=account.pk, kind="pupil", count=400, now=NOW)
    (found,) = reads_since(moment=NOW - timedelta(minutes=10), at_least=100)
    assert (found.account_id, found.count, found.refused) == (account.pk, 5, 400)


@pytest.mark.parametrize("count", [0, -1])
def test_a_note_is_about_at_least_one_record(account: Any, count: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        note(account, count)


@pytest.mark.django_db(transaction=True)
def test_a_note_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        operations.note_reads(account_id=1, kind="pupil", now=NOW)
