"""What every change of a term's data has in common: the right, the lock, that the term has not ended; names and amounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.timetabling.models import Term
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.errors import UnableToKeepTermData
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, require_live

BATCH = 500
MOST_NAMED = 5


def opened(actor: Account | None, term: Term) -> Term:
    """The term, locked, to be changed. Raises PermissionMissing, WrongState."""
    require_right(actor, term.school_id, PLAN)
    row = lock_term(term)
    require_live(row)
    return row


def tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Texts without blanks at their ends or twice."""
    return {name: " ".join(value.split()) if isinstance(value, str) else value for name, value in values.items()}


def named(names: Iterable[str]) -> str:
    """Some of the names, and how many there are."""
    listed = list(dict.fromkeys(names))
    some = "、".join(listed[:MOST_NAMED])
    if len(listed) <= MOST_NAMED:
        return some
    return _("%(some)s等 %(count)s 个") % {"some": some, "count": len(listed)}


def in_use(what: str, names: Iterable[str]) -> UnableToKeepTermData:
    """What is still needed is not taken away."""
    return UnableToKeepTermData(
        _("“%(what)s”还在用：%(names)s。请先改掉这些，再删除。") % {"what": what, "names": named(names)},
        code="in-use",
        status=409,
    )
