"""A round of scores as it is played, and what must be true at its end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yaodian.admissions.models import Candidate, RunState, ScoreRun
from yaodian.admissions.problem.score_placing import verify_scores
from yaodian.audit.queries import verify_journal
from yaodian.config.simulation.scores import play_scores
from yaodian.config.simulation.season import Staff
from yaodian.organisations.models import Account
from yaodian.organisations.queries import with_rights
from yaodian.organisations.tests import factories as units

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def _played() -> ScoreRun:
    city = units.city(schools=8)

    def staff(name: str, role: str) -> Account:
        made = units.account(name, (role, city["bureau"]), now=NOW)
        return with_rights(Account.objects.get(pk=made.pk))

    officer = staff("officer", "admissions_officer")
    people = Staff(officer, (officer, officer, officer), staff("publisher", "publisher"))
    return play_scores(
        office=city["bureau"], seniors=[city[code] for code in ("s0", "s1", "s3")], juniors=[city["s4"], city["s6"]],
        staff=people, year=2026, seed=1,
    )  # fmt: skip


def test_a_round_goes_from_its_rules_to_publication() -> None:
    run = _played()
    assert run.state == RunState.OPENED
    assert run.tallies["candidates"] == 120
    assert 60 < run.tallies["placed"] < 100
    assert 0 < run.tallies["without_wishes"] < 12
    assert run.admissions.count() == run.tallies["placed"]
    assert verify_scores(bytes(run.inputs), bytes(run.result)) == ()
    assert Candidate.objects.filter(rank__isnull=True).count() == 0
    assert verify_journal().ok
