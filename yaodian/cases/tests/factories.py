"""A bureau, two schools, and somebody for each part that one can have in a case."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from yaodian.cases import operations
from yaodian.cases.models import Case, CaseClock
from yaodian.cases.operations import Piece
from yaodian.foundation.files.storing import store_file
from yaodian.foundation.files.taking import TakenFile
from yaodian.foundation.models import StoredFile
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.tests import factories as organisations

# Monday of the week in which the arrangement of the New Year is over: nothing special until the Spring Festival.
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_NUMBERS = count()


def city() -> dict[str, Unit]:
    return organisations.city(schools=2, counties=2)


def account(role: str | None, unit: Unit | None, *, name: str = "") -> Account:
    roles = ((role, unit),) if role is not None and unit is not None else ()
    return organisations.account(f"{name or role or 'nobody'}{next(_NUMBERS)}", *roles)


def opened(city: dict[str, Unit], *, kind: str = "plans.commitment_overdue", **given: Any) -> Case:
    values: dict[str, Any] = {
        "actor": None,
        "kind": kind,
        "title": "改善食堂采光",
        "supervising_unit": city["bureau"],
        "grade": GRADES.get(kind, ""),
        "fields": FIELDS.get(kind, {}),
        "now": NOW,
        **given,
    }
    return operations.open_case(**values)


GRADES = {
    "plans.commitment_overdue": "general",
    "plans.recurring_duty": "",
    "indicators.data_defect": "doubt",
    "inspection.finding": "general",
    "audit.finding": "at_once",
    "safety.hazard": "general",
    "services.ticket": "request",
}
FIELDS = {
    "audit.finding": {"report": "云审〔2026〕3号"},
    "safety.hazard": {"place": "教学楼三层东侧"},
    "services.ticket": {"source": "hotline"},
}
KINDS = tuple(GRADES)


def file(kind: str = "jpeg") -> TakenFile:
    """A file as the foundation gives it after its look."""
    data = f"{kind}{next(_NUMBERS)}".encode()
    is_picture = kind == "jpeg"
    return TakenFile(
        name="现场.jpg" if is_picture else "报告.pdf",
        kind=kind,
        media_type="image/jpeg" if is_picture else "application/pdf",
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        received_sha256=hashlib.sha256(data).hexdigest(),
        is_stripped=is_picture,
        is_scanned=False,
        width=40 if is_picture else 0,
        height=30 if is_picture else 0,
        thumbnail=b"small" if is_picture else b"",
        place=(31.5, 118.25) if is_picture else None,
    )


def proof(kind: str = "jpeg") -> Piece:
    return Piece("file", file=file(kind))


def stored(kind: str = "jpeg") -> StoredFile:
    return store_file(file(kind), by=None, now=NOW)


def note(words: str = "已整改") -> Piece:
    return Piece("note", note=words)


def aged(
    case: Case, *, doing: Unit, due_on: date, ended_at: datetime | None = None, stopped_at: datetime | None = None
) -> Case:
    """The case as it would stand had it lain with a unit and been due on a day: open, or closed at a moment."""
    values: dict[str, Any] = {"doing_unit": doing, "due_on": due_on}
    if ended_at is not None:
        values |= {"state": "closed", "phase": "ended", "ended_at": ended_at, "due_on": None}
    Case.objects.filter(pk=case.pk).update(**values)
    stop = stopped_at or ended_at
    CaseClock.objects.filter(case=case).update(due_on=due_on, first_due_on=due_on, next_act_on=None, stopped_at=stop)
    case.refresh_from_db()
    return case
