"""What every change of a round has in common: the lock, the right, the state, the entry in the journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.refusing import UnableTo
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.timetabling.models import NEXT_OF_ROUND, ChoiceRound, RoundState
from yaodian.timetabling.operations.errors import WrongState

RUN, DECIDE, LOAD = "timetabling.run", "timetabling.decide", "timetabling.load"


def lock_round(row: ChoiceRound) -> ChoiceRound:
    """The round as it stands, locked until the end of the transaction."""
    return ChoiceRound.objects.select_for_update(of=("self",)).select_related("school").get(pk=row.pk)


def require_right(actor: Account | None, unit_id: int, permission: str) -> None:
    """Raises PermissionMissing. What the program itself lays has no actor."""
    if actor is not None:
        require(account=actor, permission=permission, unit_id=unit_id)


def require_state(row: ChoiceRound, states: Collection[str]) -> None:
    """Raises WrongState where the round is in none of the states."""
    if row.state not in states:
        raise WrongState(
            _("“%(title)s”现在是“%(now)s”，这一步要在“%(then)s”时做。请刷新页面查看。")
            % {
                "title": row.title,
                "now": RoundState(row.state).label,
                "then": "”“".join(str(RoundState(state).label) for state in states),
            },
            code="state",
        )


def move_round(row: ChoiceRound, state: str, error: type[UnableTo]) -> None:
    """Writes the new state. Raises WrongState where the table knows no such step."""
    if state not in NEXT_OF_ROUND.get(row.state, ()):
        require_state(row, [before for before, after in NEXT_OF_ROUND.items() if state in after])
    row.state = state
    row.version += 1
    stored(row, error)


def stored(row: Any, error: type[UnableTo]) -> Any:
    """The row, written. Raises the failure with the first sentence of what is wrong with it."""
    try:
        return row.store()
    except ValidationError as problem:
        name, sentences = next(iter(problem.message_dict.items()))
        if name == "__all__":
            raise error(sentences[0], code="value") from problem
        label = str(row._meta.get_field(name).verbose_name)
        raise error(f"{label}：{sentences[0]}", code="value", field=name) from problem


def note(actor: Account | None, code: str, row: ChoiceRound, detail: Mapping[str, Any], now: datetime) -> None:
    """The journal's entry of a round. Whom a choice belongs to stands in it as a key, never as a name."""
    record(actor=actor, code=f"timetabling.{code}", subject=f"timetabling_round:{row.pk}", detail=detail, at=now)
