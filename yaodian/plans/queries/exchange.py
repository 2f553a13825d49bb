"""A plan goes out, as a file or held against another, and an edited sheet is looked at before it comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.engines import reading as engine
from yaodian.engines.reading import export
from yaodian.organisations.queries import Visitor
from yaodian.plans.models import ItemKind, Plan
from yaodian.plans.problem import plan_from_rows
from yaodian.plans.queries.pages import PlanRows, load_rows
from yaodian.plans.queries.visibility import is_staff, visible_plan

# The word in an address, which is also the file's suffix → the engine's name of the format.
_ENGINE_FORMATS: Mapping[str, export.Format] = {"json": "json", "md": "markdown", "xlsx": "xlsx", "docx": "docx"}
FORMATS: Mapping[str, str] = {name: export.FORMATS[code].media_type for name, code in _ENGINE_FORMATS.items()}


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be sent as an attachment."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """The second plan held against the first; ``result`` is the engine's, with counts and verdicts."""

    left: Plan
    right: Plan
    result: engine.Comparison


def get_reader_plan(*, account: Visitor, public_id: str) -> engine.Plan:
    """The plan as the reader's object, as its rows stand now; for JSON. Raises ``Plan.DoesNotExist``."""
    return reader_plan(_rows(account, public_id))


def export_plan(*, account: Visitor, public_id: str, format: str) -> Export:  # noqa: A002 - the word of the address and of the API.
    """The plan as ``json``, ``md``, ``xlsx`` or ``docx``. Raises ``Plan.DoesNotExist``; ``ValueError`` for others."""
    if format not in FORMATS:
        raise ValueError(f"a plan is exported as {', '.join(FORMATS)}, not as {format!r}")
    rows = _rows(account, public_id)
    found = reader_plan(rows)
    language = "en" if (get_language() or "zh").startswith("en") else "zh"
    if format == "xlsx":
        # The Excel library takes half a second to load; no page needs it before somebody asks for a sheet.
        from yaodian.engines.reading.export import xlsx

        content = xlsx.render(found, language=language, keys=sheet_keys(rows))
    else:
        content = export.render(found, _ENGINE_FORMATS[format], language=language)
    name = f"{rows.plan.title or _('工作要点')}.{format}"
    return Export(name, FORMATS[format], content)


def get_original(*, account: Visitor, public_id: str) -> Export:
    """The file as uploaded. Only for those who work on plans; else ``Plan.DoesNotExist``."""
    if not is_staff(account):
        raise Plan.DoesNotExist
    plan = visible_plan(account, public_id)
    content = bytes(plan.document.content.content)
    return Export(plan.document.name, "application/octet-stream", content)


def compare_plans(*, account: Visitor, left: str, right: str) -> PlanComparison:
    """Two plans side by side: what is new in ``right``, dropped from ``left``, raised, lowered.

    Raises ``Plan.DoesNotExist`` where the visitor may not know of one of them.
    """
    one, other = _rows(account, left), _rows(account, right)
    return PlanComparison(one.plan, other.plan, engine.compare(reader_plan(one), reader_plan(other)))


def _rows(account: Visitor, public_id: str) -> PlanRows:
    return load_rows(visible_plan(account, public_id), is_live_only=True)


def reader_plan(rows: PlanRows) -> engine.Plan:
    """The reader's object of rows already loaded."""
    return plan_from_rows(rows.plan, clauses=rows.clauses, findings=rows.findings)


# The sheet calls units of a clause by the reader's word.
SHEET_KINDS: Mapping[str, Any] = {
    ItemKind.CLAUSE: "clause",
    ItemKind.TARGET: "target",
    ItemKind.DEADLINE: "deadline",
    ItemKind.RESPONSIBILITY: "responsible",
    ItemKind.POLICY: "policy",
    ItemKind.SYSTEM: "system",
}


def sheet_keys(rows: PlanRows) -> dict[tuple[Any, int], str]:
    """The key of each row of a sheet: kind, row number and version, so that a sheet grown stale is noticed."""
    keys: dict[tuple[Any, int], str] = {}
    live = sorted(rows.live_clauses(), key=lambda clause: (clause.position, clause.pk))
    for index, clause in enumerate(live):
        keys["clause", index] = f"{clause.ref}-v{clause.version}"
    for kind, items in rows.findings.items():
        ordered = sorted((item for item in items if item.is_live), key=lambda item: (item.span_start, item.pk))
        for index, item in enumerate(ordered):
            keys[SHEET_KINDS[kind], index] = f"{item.ref}-v{item.version}"
    return keys
