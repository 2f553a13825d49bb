"""A sheet that was exported and edited offline comes back: looked at first, then taken in one transaction, or undone.

The sheet's hidden keys name item and version, so a change to an item that somebody has changed since is an error of
that row and not an overwriting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.engines.reading.clauses import paths as clause_paths
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, require
from yaodian.plans.models import (
    FINDING_MODELS,
    ITEM_MODELS,
    Clause,
    Correction,
    Finding,
    Item,
    ItemKind,
    ItemState,
    Plan,
    PlanState,
    SheetEdit,
)
from yaodian.plans.operations.changing import By, lock_plan, require_no_commitments, require_plan_state, write_down
from yaodian.plans.operations.corrections import add, correct, put_back, reject, restore
from yaodian.plans.operations.documents import clean_name
from yaodian.plans.operations.errors import UnableTo, UnableToApplySheet, UnableToUndoSheet
from yaodian.plans.operations.values import (
    ClauseValues,
    DeadlineValues,
    MentionValues,
    ResponsibilityValues,
    TargetValues,
    Values,
    columns_from,
)
from yaodian.plans.problem import COLUMNS, columns_of, day, item_label, plain
from yaodian.plans.queries.exchange import SHEET_KINDS, reader_plan
from yaodian.plans.queries.pages import PlanRows, load_rows
from yaodian.plans.queries.visibility import visible_plan
from yaodian.plans.queries.words import FieldChange, field_changes

_KINDS: Mapping[str, str] = {sheet_kind: kind for kind, sheet_kind in SHEET_KINDS.items()}
_WORDS_FIELD = {
    ItemKind.TARGET: "subject",
    ItemKind.DEADLINE: "text",
    ItemKind.POLICY: "name",
    ItemKind.SYSTEM: "name",
}


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One row of the sheet that asks for something: ``change``, ``add`` or ``reject``; ``cell`` is where it stands."""

    cell: str
    action: str
    kind: str
    kind_label: str
    item_id: int | None
    label: str
    field_changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class SheetError:
    """A cell that cannot be taken, in the clerk's words; ``is_error`` false: the rest can be taken without it."""

    cell: str
    message: str
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """What a sheet would change. ``digest`` goes to :func:`apply_sheet_edits`: what was seen is what is done."""

    name: str
    digest: str
    changes: tuple[SheetChange, ...]
    errors: tuple[SheetError, ...]
    notices: tuple[SheetError, ...]

    @property
    def is_applicable(self) -> bool:
        """There is something to do and nothing in the way."""
        return bool(self.changes) and not self.errors


@dataclass(frozen=True, slots=True)
class _Step:
    """One change, ready to be done."""

    shown: SheetChange
    kind: str
    item: Item | None
    values: Values | None
    span: tuple[int, int] | None


class _Refused(Exception):
    """A row that cannot be taken."""


def preview_sheet(*, account: Visitor, public_id: str, name: str, content: bytes) -> SheetPreview:
    """What a sheet would change in a plan; nothing is written.

    Raises ``PermissionMissing``, ``Plan.DoesNotExist``, ``WrongState``, and ``UnableToApplySheet`` where the file as a
    whole is no sheet of ours (``not-a-workbook``, ``too-large``, ``not-exported-here``, ``other-version``).
    """
    require(account=account, permission="plans.correct")
    plan = visible_plan(account, public_id)
    require_plan_state(plan, PlanState.REVIEW)
    return _look(plan, name, content)[0]


@transaction.atomic
def apply_sheet_edits(
    *, actor: Account, now: datetime, public_id: str, name: str, content: bytes, digest: str
) -> SheetEdit:
    """Takes all changes of a sheet that was previewed, or none.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToApplySheet`` (``changed-since-preview``, ``cell-errors``,
    ``nothing-to-do``, and those of :func:`preview_sheet`).
    """
    require(account=actor, permission="plans.correct")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.REVIEW)
    preview, steps = _look(plan, name, content)
    if preview.digest != digest:
        raise UnableToApplySheet(
            _("这不是刚才预览过的那张表，或者预览之后要点又有了更改。请重新上传，看过预览再确认。"),
            code="changed-since-preview",
        )
    if preview.errors:
        raise UnableToApplySheet(
            _("表格里有 %(count)s 处不能读入，什么都没有更改。请按提示改好后重新上传。")
            % {"count": len(preview.errors)},
            code="cell-errors",
            errors=preview.errors,
        )
    if not steps:
        raise UnableToApplySheet(
            _("这张表与要点现在的内容没有差别，没有可读入的更改。请确认改过并保存了表格。"), code="nothing-to-do"
        )
    edit = SheetEdit.objects.create(
        plan=plan,
        sha256=hashlib.sha256(content).hexdigest(),
        name=preview.name,
        applied_by=actor,
        applied_at=now,
    )
    by = By(actor, now, reason=_("读入表格“%(name)s”") % {"name": preview.name}, sheet_edit=edit)
    for step in sorted(steps, key=_order):
        if step.item is None and step.values is not None and step.span is not None:
            add(by, step.kind, public_id, step.span, step.values)
        elif step.item is not None and step.values is not None:
            correct(by, step.kind, step.item.pk, step.item.version, step.values, step.span)
        elif step.item is not None:
            current = ITEM_MODELS[step.kind]._default_manager.get(pk=step.item.pk)
            reject(by, step.kind, step.item.pk, current.version)
    _close(public_id, By(actor, now), "apply_sheet", edit, len(steps))
    return edit


@transaction.atomic
def undo_sheet_edits(*, actor: Account, now: datetime, sheet_edit_id: int) -> SheetEdit:
    """Takes back everything a sheet changed, as long as nobody has touched those items since.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToUndoSheet`` (``already-undone``, ``changed-since``).
    """
    require(account=actor, permission="plans.correct")
    plan_id = SheetEdit.objects.values_list("plan_id", flat=True).get(pk=sheet_edit_id)
    plan = lock_plan(plan_id=plan_id)
    edit = SheetEdit.objects.get(pk=sheet_edit_id)
    require_plan_state(plan, PlanState.REVIEW)
    if edit.undone_at is not None:
        raise UnableToUndoSheet(_("这张表的更改已经撤销过了。请刷新页面。"), code="already-undone")
    corrections = list(edit.corrections.order_by("-pk"))
    for correction in corrections:
        last = plan.corrections.filter(kind=correction.kind, item_id=correction.item_id).order_by("-pk").first()
        if last is None or last.sheet_edit_id != edit.pk:
            raise UnableToUndoSheet(
                _("“%(item)s”在读入表格之后又有更改，不能整张撤销。请逐项更正。") % {"item": correction.summary},
                code="changed-since",
            )
    by = By(actor, now, reason=_("撤销读入表格“%(name)s”") % {"name": edit.name})
    for correction in corrections:
        _undo(by, plan_id, correction)
    edit.undone_by, edit.undone_at = actor, now
    edit.save(update_fields=["undone_by", "undone_at"])
    _close(plan.public_id, By(actor, now), "undo_sheet", edit, len(corrections))
    return edit


def _undo(by: By, plan_id: int, correction: Correction) -> None:
    item = ITEM_MODELS[correction.kind]._default_manager.get(pk=correction.item_id)
    verb = correction.action.rpartition(".")[2]
    if verb == "add":
        reject(by, correction.kind, item.pk, item.version)
    elif verb == "reject":
        restore(by, correction.kind, item.pk, item.version)
    else:
        put_back(by, lock_plan(plan_id=plan_id), item, correction.before)


def _close(public_id: str, by: By, verb: str, edit: SheetEdit, count: int) -> None:
    plan = lock_plan(public_id=public_id)
    write_down(
        plan,
        by,
        code=f"plans.plan.{verb}",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=edit.name,
        after={"sheet": edit.sha256, "changes": count},
    )


def _order(step: _Step) -> int:
    """Corrections first, then additions, then what is taken out, clauses at the very end."""
    if step.values is not None:
        return 0 if step.item is not None else 1
    return 3 if step.kind == ItemKind.CLAUSE else 2


# --- looking at a sheet ----------------------------------------------------------------------------------------------


def _look(plan: Plan, name: str, content: bytes) -> tuple[SheetPreview, list[_Step]]:
    # The Excel library takes long to load; no page needs it before somebody hands in a sheet.
    from yaodian.engines.reading.export.xlsx import UnreadableWorkbook, read_back

    is_english = (get_language() or "zh").startswith("en")
    try:
        edits = read_back(content)
    except UnreadableWorkbook as error:
        raise UnableToApplySheet(error.message("en" if is_english else "zh"), code=error.code) from error
    rows = load_rows(plan, is_live_only=True)
    places = _Places(rows)
    steps: list[_Step] = []
    problems = [
        SheetError(problem.cell, problem.message_en if is_english else problem.message, problem.is_error)
        for problem in edits.problems
    ]
    for change in edits.changes:
        try:
            step = _step(places, change)
        except _Refused as refused:
            problems.append(SheetError(change.cell, str(refused)))
        except UnableTo as refused:
            problems.append(SheetError(change.cell, refused.message))
        else:
            if step is not None:
                steps.append(step)
    # The plan's version is part of what was seen: a plan changed since is looked at again.
    digest = hashlib.sha256(content + f"/{plan.public_id}/{plan.version}".encode()).hexdigest()
    preview = SheetPreview(
        name=clean_name(name),
        digest=digest,
        changes=tuple(step.shown for step in steps),
        errors=tuple(problem for problem in problems if problem.is_error),
        notices=tuple(problem for problem in problems if not problem.is_error),
    )
    return preview, steps


class _Places:
    """Rows by reference, clauses by the path that the sheet prints, and where words stand."""

    def __init__(self, rows: PlanRows) -> None:
        self.plan = rows.plan
        live = sorted(rows.live_clauses(), key=lambda clause: (clause.position, clause.pk))
        self.first = live[0].span_start if live else len(rows.plan.text)
        path_by_index = clause_paths(reader_plan(rows))
        self.clauses = {path_by_index[index]: clause for index, clause in enumerate(live)}
        self.path_of = {clause.pk: path for path, clause in self.clauses.items()}
        self.items: dict[str, Item] = {item.ref: item for item in [*live, *rows.live_findings()]}

    def item(self, key: str) -> Item:
        """The live item of a key; refuses one that is gone or has changed since the export."""
        ref, _sign, version = key.rpartition("-v")
        item = self.items.get(ref)
        if item is None:
            raise _Refused(_("这一项在导出之后已被剔除或重新读取。请重新导出，在新表里修改。"))
        if str(item.version) != version:
            who = item.changed_by.name if item.changed_by else _("系统")
            raise _Refused(
                _("“%(item)s”在导出之后已由%(who)s更改。请重新导出，在新表里修改。")
                % {"item": item_label(item), "who": who}
            )
        return item

    def extent(self, path: str) -> tuple[int, int]:
        """The own words of the clause with a printed path; the preamble for the empty one."""
        if not path:
            return 0, self.first
        clause = self.clauses.get(path)
        if clause is None:
            raise _Refused(_("没有编号为“%(path)s”的条目。请从列表中选择条目。") % {"path": path})
        return clause.span_start, clause.own_end

    def find(self, path: str, *words: str) -> tuple[int, int]:
        """Where the first of ``words`` that stands in a clause stands there."""
        start, end = self.extent(path)
        for wanted in words:
            at = self.plan.text.find(wanted, start, end) if wanted else -1
            if at >= 0:
                return at, at + len(wanted)
        raise _Refused(
            _("在条目“%(path)s”里找不到“%(words)s”。请在“原文”一列填写这一项在要点里的原话，或在网页上补充。")
            % {"path": path or _("前言"), "words": next((word for word in words if word), "")}
        )


def _step(places: _Places, change: Any) -> _Step | None:
    kind = _KINDS[change.kind]
    if change.action == "added":
        return _addition(places, kind, change)
    item = places.item(change.key)
    if change.action == "removed":
        if isinstance(item, Clause):
            require_no_commitments(item, UnableToApplySheet)
        shown = SheetChange(change.cell, "reject", kind, str(ItemKind(kind).label), item.pk, item_label(item), ())
        return _Step(shown, kind, item, None, None)
    span = None
    if isinstance(item, Finding):
        path = places.path_of.get(item.clause_id or 0, "")
        if change.after["clause"] != path:
            raise _Refused(_("不能在表格里把一项移到别的条目。请在网页上剔除后，到那一条里重新补充。"))
        if kind == ItemKind.DEADLINE and change.after["text"] != change.before["text"]:
            span = places.find(path, str(change.after["text"]))
    values = _values(kind, change.after, item)
    columns = columns_from(values, refusal=UnableToApplySheet)
    before = columns_of(item, kind)
    after = {**before, **{name: plain(value) for name, value in columns.items()}}
    if span is not None:
        after["span"] = list(span)
    changed = [name for name in (*COLUMNS[kind], "span") if before.get(name) != after.get(name)]
    if not changed:
        return None
    shown = SheetChange(
        change.cell,
        "change",
        kind,
        str(ItemKind(kind).label),
        item.pk,
        item_label(item),
        field_changes({name: before[name] for name in changed}, {name: after[name] for name in changed}),
    )
    return _Step(shown, kind, item, values, span)


def _addition(places: _Places, kind: str, change: Any) -> _Step:
    after = change.after
    values = _values(kind, after, None)
    columns = columns_from(values, refusal=UnableToApplySheet)
    first_unit = after["units"][0] if kind == ItemKind.RESPONSIBILITY and after["units"] else ""
    field = _WORDS_FIELD.get(ItemKind(kind), "")
    span = places.find(after["clause"], str(after.get("quote", "")), str(after.get(field, "")), first_unit)
    item = FINDING_MODELS[kind](
        plan=places.plan, state=ItemState.CORRECTED, quote=places.plan.text[slice(*span)], **columns
    )
    item.span_start, item.span_end = span
    shown = SheetChange(
        change.cell,
        "add",
        kind,
        str(ItemKind(kind).label),
        None,
        item_label(item),
        field_changes({}, {name: plain(value) for name, value in columns.items()}),
    )
    return _Step(shown, kind, None, values, span)


def _values(kind: str, after: Mapping[str, Any], item: Item | None) -> Values:
    """The content of an item as a row of the sheet gives it."""
    match kind:
        case ItemKind.CLAUSE:
            number = item.number if isinstance(item, Clause) else ""
            return ClauseValues(number, after["heading"] or "")
        case ItemKind.TARGET:
            return TargetValues(
                subject=after["subject"],
                comparator=after["comparator"],
                value=after["value"],
                value_max=after["value_max"],
                unit=after["unit"] or "",
                due_on=day(after["due"]),
                per=after["per"] or "",
                strength=after["strength"],
                is_implicit=bool(after["implicit"]),
            )
        case ItemKind.DEADLINE:
            return DeadlineValues(day(after["date"]))
        case ItemKind.RESPONSIBILITY:
            return ResponsibilityValues(tuple(after["units"]), tuple(after["lead"]), tuple(after["support"]))
        case _:
            return MentionValues(after["name"])
