"""The plan object of the schema (``docs/reference/plan-json.md``) as JSON text."""

from __future__ import annotations

import json

from yaodian.engines.reading.phrasing import Language
from yaodian.engines.reading.plan import Plan


def render(plan: Plan, *, language: Language = "zh", indent: int | None = 1) -> str:
    """One JSON object, keys in the schema's order, Chinese as it is, ending with a line feed.

    ``indent=None`` gives one line. The schema's keys are the same in every ``language``.
    """
    return json.dumps(plan.to_dict(), ensure_ascii=False, indent=indent, allow_nan=False) + "\n"
