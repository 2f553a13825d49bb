"""What every change of a round of scores has in common: the lock, the right, the state, the entry in the journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.admissions.models import NEXT_OF_SCORES, ScoreRound, ScoreState
from yaodian.admissions.operations.errors import WrongState
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

SET, PLACE, PUBLISH = "admissions.set", "admissions.place", "admissions.publish"


def lock_round(row: ScoreRound) -> ScoreRound:
    """The round as it stands, locked until the end of the transaction, with its intake and season."""
    rows = ScoreRound.objects.select_for_update(of=("self",)).select_related("intake__season__office")
    return rows.get(pk=row.pk)


def require_round(row: ScoreRound, states: Collection[str]) -> None:
    """Raises WrongState where the round is in none of the states."""
    if row.state not in states:
        raise WrongState(
            _("“%(title)s”现在是“%(now)s”，这一步要在“%(then)s”时做。请刷新页面查看进度。")
            % {
                "title": row.title,
                "now": ScoreState(row.state).label,
                "then": "”“".join(str(ScoreState(state).label) for state in states),
            },
            code="state",
        )


def move_round(row: ScoreRound, state: str) -> None:
    """Writes the new state. Raises WrongState where the table knows no such step."""
    if state not in NEXT_OF_SCORES.get(row.state, ()):
        require_round(row, [before for before, after in NEXT_OF_SCORES.items() if state in after])
    row.state = state
    row.version += 1
    row.store()


def require_right(actor: Account | None, row: ScoreRound, permission: str) -> None:
    """Raises PermissionMissing. What the program itself lays has no actor."""
    if actor is not None:
        require(account=actor, permission=permission, unit_id=row.intake.season.office_id)


def note(actor: Account | None, code: str, row: ScoreRound, detail: Mapping[str, Any], now: datetime) -> None:
    """The journal's entry of a round."""
    record(actor=actor, code=f"admissions.{code}", subject=f"admissions_scoreround:{row.pk}", detail=detail, at=now)
