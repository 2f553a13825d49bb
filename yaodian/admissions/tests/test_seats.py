"""Many claim one freed seat at once: it is given once. The same as ``python -m benchmarks.seats``, small enough for every run."""

from __future__ import annotations

import pytest
from django.db import connection

from benchmarks import seats
from yaodian.audit.queries import verify_journal

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMERS, TRIALS = 20, 5


def test_twenty_claimers_of_one_freed_seat_get_it_once_in_each_of_five_trials() -> None:
    ground = seats.Ground(TRIALS)
    for _trial in range(TRIALS):
        raced = seats.race(ground, claimers=CLAIMERS)
        assert raced.is_right, raced
        assert sum(raced.answers.values()) == CLAIMERS
    assert verify_journal().ok


def test_without_locks_and_fences_the_seat_is_sold_more_than_once() -> None:
    """The canary: with the protection switched off the same race oversells, so that the trials above can fail."""
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # One writer at a time, with or without row locks.
        return
    ground = seats.Ground(TRIALS * CLAIMERS)
    assert seats.oversell(ground, claimers=CLAIMERS, trials=TRIALS) > 0
    assert seats.race(ground, claimers=CLAIMERS).is_right
