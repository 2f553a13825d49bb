"""A bureau, two schools, and somebody for each part that one can have in a case."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from yaodian.cases import operations
from yaodian.cases.models import Case
from yaodian.cases.operations import Piece
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
        "grade": GRADES[kind],
        "fields": FIELDS.get(kind, {}),
        "now": NOW,
        **given,
    }
    return operations.open_case(**values)


GRADES = {
    "plans.commitment_overdue": "general",
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


def note(words: str = "已整改") -> Piece:
    return Piece("note", note=words)
