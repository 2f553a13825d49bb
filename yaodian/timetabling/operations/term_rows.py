"""What every change of a term and its plans has in common: the lock, the state, the entry in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Term, TermState
from yaodian.timetabling.operations.errors import WrongState
from yaodian.timetabling.queries.reach import PLAN, PUBLISH, SUBSTITUTE

__all__ = ["PLAN", "PUBLISH", "SUBSTITUTE", "lock_term", "note_term", "require_live"]


def lock_term(term: Term) -> Term:
    """The term as it stands, locked until the end of the transaction. Whatever changes what belongs to a term takes this lock first."""
    return Term.objects.select_for_update(of=("self",)).select_related("school").get(pk=term.pk)


def require_live(term: Term) -> None:
    """Raises WrongState for a term that has ended."""
    if term.state == TermState.ENDED:
        raise WrongState(_("这个学期已经结束，不能再改。请在新的学期里做。"), code="ended")


def note_term(actor: Account | None, code: str, term: Term, detail: Mapping[str, Any], now: datetime) -> None:
    """The journal's entry, `timetabling.<code>`. People stand in it as keys."""
    record(actor=actor, code=f"timetabling.{code}", subject=f"timetabling_term:{term.pk}", detail=detail, at=now)
