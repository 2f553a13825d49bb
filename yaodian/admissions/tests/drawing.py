"""A promise over two public sources and a draw from them, for tests that need an intake that was drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from yaodian.admissions.models import Draw, IntakeState
from yaodian.admissions.operations.drawing import draw_intake, promise_draw
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.engines.lottery import Reveal

PROMISED_AT = NOW + timedelta(hours=1)
KNOWN_AT = NOW + timedelta(days=1)
DRAWN_AT = NOW + timedelta(days=1, hours=1)
REVEALS = (Reveal("d3", published="4 0 7"), Reveal("index", published="3,284.10"))


def sources(*, known_at: datetime = KNOWN_AT) -> list[dict[str, Any]]:
    """A welfare lottery and a closing value, both not in the bureau's hands."""
    at = known_at.isoformat(timespec="minutes")
    digits = [{"count": 3, "least": 0, "most": 9, "sorted": False}]
    return [
        {"id": "d3", "kind": "welfare", "name": "福彩 3D 第 2026152 期", "known_at": at, "numbers": digits},
        {"id": "index", "kind": "market", "name": "上证指数 2026 年 6 月 11 日收盘", "known_at": at, "decimals": 2},
    ]


def promised(world: Made) -> Draw:
    world.intake.state = IntakeState.CHECKED
    world.intake.store()
    return promise_draw(actor=None, intake=world.intake, sources=sources(), promised_at=PROMISED_AT, now=NOW)


def drawn(world: Made) -> Draw:
    made = draw_intake(actor=None, draw=promised(world), reveals=REVEALS, now=DRAWN_AT)
    world.intake.refresh_from_db()
    return made
