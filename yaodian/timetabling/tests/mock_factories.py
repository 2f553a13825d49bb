"""Mock examinations of the school of `factories`, in any state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from yaodian.timetabling import operations
from yaodian.timetabling.models import MockExam, RoundKind
from yaodian.timetabling.queries.mock_rules import ABSENT, Given
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, YEAR, Made

HELD_ON = date(2026, 10, 28)
# Ten pupils of physics, chemistry and biology; chemistry comes to two A, three B, four C, one D and no E.
CHEMISTRY = (95, 90, 80, 80, 70, 60, 50, 50, 40, 20)
BY_HAND = {95: ("A", 100), 90: ("A", 86), 80: ("B", 85), 70: ("B", 71), 60: ("C", 70), 50: ("C", 63), 40: ("C", 56), 20: ("D", 55)}  # fmt: skip


def world(*, pupils: int = 10, codes: Sequence[str] = ()) -> Made:
    """A grade whose choices are settled: all of them physics, chemistry and biology, unless said otherwise."""
    made = factories.world(pupils=pupils)
    factories.settled(made, RoundKind.BINDING, *(codes or ["PCB"] * pupils))
    return made


def mock(made: Made, **values: Any) -> MockExam:
    given = {"title": "高一期中模拟", "held_on": HELD_ON, **values}
    return operations.make_mock(actor=None, school=made.unit, entered_year=YEAR, values=given, now=NOW)


def entries(chemistry: Decimal | int | str, **more: Any) -> dict[str, Given]:
    """Six scores of somebody with physics, chemistry and biology."""
    given = {
        "chinese": 100, "mathematics": 120, "foreign": 90, "physics": 75, "chemistry": chemistry, "biology": 60, **more,
    }  # fmt: skip
    return {name: value if value is None or value == ABSENT else Decimal(value) for name, value in given.items()}


def loaded(
    made: Made,
    row: MockExam | None = None,
    *,
    scores: Mapping[str, Mapping[str, Given]] | None = None,
    actor: Any = None,
) -> MockExam:
    """With `CHEMISTRY` for the pupils in their order, unless other entries are given."""
    usual = {one.public_id: entries(raw) for one, raw in zip(made.pupils, CHEMISTRY, strict=False)}
    return operations.put_scores(actor=actor, mock=row or mock(made), scores=scores or usual, now=NOW)


def converted(made: Made, row: MockExam | None = None, *, actor: Any = None) -> MockExam:
    return operations.convert_mock(actor=actor, mock=row or loaded(made), now=NOW)


def published(made: Made, row: MockExam | None = None) -> MockExam:
    row = row or converted(made)
    return operations.publish_mock(actor=None, mock=row, expected_sha256=row.sha256, now=NOW)
