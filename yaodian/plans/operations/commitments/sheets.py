"""The commitments of a plan as a sheet: out, edited offline, looked at, taken in as a whole, undone as a whole.

A row is known by its number; the version beside it tells a row that somebody has changed since. Nothing is added by a
sheet, and a day in force is not changed by it: that needs a document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.cases.queries import holding, refs_with_cases
from yaodian.foundation.sheets.checking import Checker, Row
from yaodian.foundation.sheets.declaring import Choice, Column, Day, Number, Problem, Sheet, Text, Whole, in_files
from yaodian.foundation.sheets.reading import UnableToReadSheet, check_file, read_file
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor
from yaodian.plans.models import (
    Commitment,
    CommitmentSheet,
    CommitmentState,
    Disclosure,
    Duty,
    Milestone,
    Plan,
    PlanState,
    UnitPart,
)
from yaodian.plans.operations.changing import cases_named, require_plan_state
from yaodian.plans.operations.commitments.adjusting import CommitmentValues, check, drop, edit
from yaodian.plans.operations.commitments.changing import content_of, journal, lock_as_office, move, save
from yaodian.plans.operations.errors import UnableTo, UnableToApplySheet, UnableToUndoSheet
from yaodian.plans.problem import day, iso
from yaodian.plans.queries.commitments import is_office, meanings, refs_of
from yaodian.plans.queries.visibility import visible_plan

_PARTS = (UnitPart.LEAD, UnitPart.RESPONSIBLE, UnitPart.SUPPORT)

COMMITMENTS = Sheet(
    code="plans.commitments",
    label=gettext_lazy("工作任务"),
    english="Commitments",
    key=("number",),
    note=gettext_lazy("只能修改已有的任务；补充任务请在网页上进行。已确认的任务，期限只能凭文件在网页上调整。"),
    columns=(
        Column("number", gettext_lazy("编号"), "Number", Text(max_length=12, is_code=True), is_required=True),
        Column("version", gettext_lazy("版本"), "Version", Whole(least=1, most=10**9), is_required=True),
        Column("clause", gettext_lazy("条目"), "Clause", Text(max_length=800)),
        Column("text", gettext_lazy("工作任务"), "Commitment", Text(max_length=1000), is_required=True),
        Column("due_on", gettext_lazy("完成期限"), "Due", Day()),
        Column("due_words", gettext_lazy("期限原文"), "Words of the deadline", Text(max_length=60)),
        Column("lead", gettext_lazy("牵头单位"), "Lead units", Text(max_length=1500)),
        Column("responsible", gettext_lazy("责任单位"), "Responsible units", Text(max_length=1500)),
        Column("support", gettext_lazy("配合单位"), "Supporting units", Text(max_length=1500)),
        Column("weight", gettext_lazy("权重"), "Weight", Number(decimals=2, least=Decimal(0), most=Decimal(1000))),
        Column("disclosure", gettext_lazy("公开属性"), "Disclosure", Choice(dict(Disclosure.choices))),
        Column("state", gettext_lazy("状态"), "State", Choice(dict(CommitmentState.choices))),
        Column("reason", gettext_lazy("不列入的理由"), "Reason for dropping", Text(max_length=300)),
    ),
    is_declared=False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowChange:
    """What one row of the sheet asks for, in words: column and from what to what."""

    row: int
    text: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that cannot be taken, such as C17, and why."""

    cell: str
    message: str


@dataclass(frozen=True, slots=True)
class CommitmentSheetPreview:
    """What a sheet would change; ``digest`` goes to :func:`apply_commitment_sheet`."""

    name: str
    digest: str
    changes: tuple[RowChange, ...]
    errors: tuple[CellProblem, ...]

    @property
    def is_applicable(self) -> bool:
        return bool(self.changes) and not self.errors


@dataclass
class _Step:
    """A row that changes something, with the row of the table it changes."""

    row: Row
    commitment: Commitment
    change: RowChange
    units: dict[str, list[str]] | None = None
    to: str = ""
    values: CommitmentValues | None = None
    created: list[Duty] = field(default_factory=list)


def export_commitments(*, account: Visitor, public_id: str) -> tuple[Plan, Iterator[Mapping[str, Any]]]:
    """The plan and the rows of its sheet. Raises ``Plan.DoesNotExist``. Two queries and the plan's."""
    plan = visible_plan(account, public_id)
    if not is_office(account, plan):
        raise Plan.DoesNotExist
    return plan, (_shown(row) for row in _rows(plan))


def preview_commitment_sheet(
    *, account: Visitor, today: date, public_id: str, name: str, content: bytes
) -> CommitmentSheetPreview:
    """What a sheet would change; nothing is written. Raises ``Plan.DoesNotExist``, ``WrongState``, ``UnableToApplySheet``."""
    plan = visible_plan(account, public_id)
    if not is_office(account, plan):
        raise Plan.DoesNotExist
    require_plan_state(plan, PlanState.PUBLISHED)
    return _look(plan, name, content)[0]


@transaction.atomic
def apply_commitment_sheet(
    *, actor: Account, now: datetime, today: date, public_id: str, name: str, content: bytes, digest: str
) -> CommitmentSheet:
    """Takes all changes of a sheet that was previewed, or none.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToApplySheet`` (``changed-since-preview``, ``cell-errors``,
    ``nothing-to-do``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    preview, steps = _look(plan, name, content)
    if preview.digest != digest:
        raise UnableToApplySheet(
            _("这不是刚才预览过的那张表，或者预览之后任务又有了更改。请重新上传，看过预览再确认。"),
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
            _("这张表与现在的任务没有差别，没有可读入的更改。请确认改过并保存了表格。"), code="nothing-to-do"
        )
    said = meanings(
        names={unit for step in steps for names in (step.units or {}).values() for unit in names},
        plan=plan,
        today=today,
    )
    before = [{**_snapshot(step.commitment), "commitment": step.commitment.pk} for step in steps]
    for step in steps:
        row = step.commitment
        if step.values is not None:
            edit(row, step.values, actor=actor, now=now, plan=plan)
        if step.units is not None:
            _set_units(row, step.units, said)
            save(row, actor=actor, now=now)
        if step.to == CommitmentState.DROPPED:
            drop(row, step.row.values.get("reason") or "", actor=actor, now=now, plan=plan)
        elif step.to == CommitmentState.ACCEPTED:
            move(row, CommitmentState.ACCEPTED)
            save(row, actor=actor, now=now, fields=("state",))
    for one, step in zip(before, steps, strict=True):
        one["version"] = step.commitment.version
    sheet = CommitmentSheet.objects.create(
        plan=plan,
        sha256=hashlib.sha256(content).hexdigest(),
        name=preview.name,
        changes=before,
        applied_by=actor,
        applied_at=now,
    )
    journal(
        actor=actor, now=now, plan=plan, code="plans.commitment.apply_sheet", sheet=sheet.sha256, changes=len(steps)
    )
    return sheet


@transaction.atomic
def undo_commitment_sheet(*, actor: Account, now: datetime, public_id: str, sheet_id: int) -> CommitmentSheet:
    """Takes back everything a sheet changed, as long as nobody has touched those commitments since.

    Where a case was opened since, what the sheet says is what the case rests on, and it stays. Raises
    ``PermissionMissing``, ``WrongState``, ``CommitmentSheet.DoesNotExist``, ``UnableToUndoSheet``
    (``already-undone``, ``changed-since``, ``has-cases``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    sheet = CommitmentSheet.objects.get(pk=sheet_id, plan=plan)
    if sheet.undone_at is not None:
        raise UnableToUndoSheet(_("这张表的更改已经撤销过了。请刷新页面。"), code="already-undone")
    touched = Commitment.objects.prefetch_related("milestones")
    rows = touched.in_bulk([one["commitment"] for one in sheet.changes])
    signed = set(
        Duty.objects.filter(commitment__in=rows, answered_at__gt=sheet.applied_at).values_list(
            "commitment_id", flat=True
        )
    )
    for one in sheet.changes:
        row = rows[one["commitment"]]
        if row.version != one["version"] or row.pk in signed:
            raise UnableToUndoSheet(
                _("“%(item)s”在读入表格之后又有更改，不能整张撤销。请逐项调整。") % {"item": row.text[:40]},
                code="changed-since",
            )
    refs = [ref for row in rows.values() for ref in refs_of(row)]
    held = [case for case in holding(refs=refs) if case.opened_at > sheet.applied_at]
    if held:
        raise UnableToUndoSheet(
            _("读入表格之后，这些任务已有督办事项：%(cases)s%(more)s。不能整张撤销；请逐项调整，或先撤销误报的事项。")
            % cases_named(held),
            code="has-cases",
        )
    for one in sheet.changes:
        _put_back(rows[one["commitment"]], one, actor, now)
    sheet.undone_by, sheet.undone_at = actor, now
    sheet.save(update_fields=["undone_by", "undone_at"])
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.commitment.undo_sheet",
        sheet=sheet.sha256,
        changes=len(sheet.changes),
    )
    return sheet


# --- rows and cells ---------------------------------------------------------------------------------------------------


def _rows(plan: Plan) -> Iterable[Commitment]:
    return (
        Commitment.objects.filter(plan=plan, state__in=(CommitmentState.PROPOSED, CommitmentState.ACCEPTED))
        .select_related("clause")
        .prefetch_related("duties", "milestones")
        .order_by("position", "pk")
    )


def _names(row: Commitment) -> dict[str, list[str]]:
    """The printed names by part, each once: a collective name stands for many units."""
    found: dict[str, list[str]] = {part: [] for part in _PARTS}
    for duty in row.duties.all():
        if duty.name not in found[duty.part]:
            found[duty.part].append(duty.name)
    return found


def _shown(row: Commitment) -> dict[str, Any]:
    names = _names(row)
    return {
        "number": str(row.pk),
        "version": row.version,
        "clause": f"{row.clause.path} {row.clause.heading}".strip() if row.clause else None,
        "text": row.text,
        "due_on": row.due_on,
        "due_words": row.due_words or None,
        **{str(part): "、".join(names[part]) or None for part in _PARTS},
        "weight": row.weight,
        "disclosure": row.disclosure,
        "state": row.state,
        "reason": row.dropped_reason or None,
    }


def _look(plan: Plan, name: str, content: bytes) -> tuple[CommitmentSheetPreview, list[_Step]]:
    rows = {str(row.pk): row for row in _rows(plan)}
    steps: list[_Step] = []
    checker = Checker(COMMITMENTS)
    problems: list[Problem] = []
    try:
        check_file(name=name, size=len(content))
        with read_file(name=name, chunks=[content], prefer=[in_files(COMMITMENTS.label), COMMITMENTS.english]) as raw:
            for row in checker.rows(raw):
                found = _step(row, rows.get(row.key[0]))
                if isinstance(found, Problem):
                    problems.append(checker.place(found))
                elif found is not None:
                    steps.append(found)
        problems += [checker.place(one) for one in _held_by_cases(steps)]
    except UnableToReadSheet as error:
        raise UnableToApplySheet(error.message, code=error.code) from error
    wrong = [problem for problem in (*checker.tally.problems, *problems) if not problem.is_warning]
    versions = ",".join(f"{pk}:{row.version}" for pk, row in rows.items())
    digest = hashlib.sha256(content + f"/{plan.public_id}/{versions}".encode()).hexdigest()
    preview = CommitmentSheetPreview(
        name=name.replace("\\", "/").rpartition("/")[2][:255],
        digest=digest,
        changes=tuple(step.change for step in steps),
        errors=tuple(CellProblem(problem.address, problem.message) for problem in wrong),
    )
    return preview, steps


def _held_by_cases(steps: Sequence[_Step]) -> Iterator[Problem]:
    """A row that would take a commitment off the list although it has cases. Two queries where there is such a row."""
    dropped = [step for step in steps if step.to == CommitmentState.DROPPED]
    if not dropped:
        return
    found = refs_with_cases(refs=[ref for step in dropped for ref in refs_of(step.commitment)])
    for step in dropped:
        held = holding(refs=found.intersection(refs_of(step.commitment)))
        if held:
            yield Problem(
                _("这项任务有督办事项，不能不列入：%(cases)s%(more)s。确属误报的，请先撤销这些事项。")
                % cases_named(held),
                column="state",
                row=step.row.number,
            )


def _step(row: Row, commitment: Commitment | None) -> _Step | Problem | None:
    """What a row asks for; None where it says what stands."""

    def wrong(column: str, message: str) -> Problem:
        return Problem(message, column=column, row=row.number)

    if commitment is None:
        return wrong("number", _("这份要点没有这个编号的任务，或它已不在列。请重新导出，在新表里修改。"))
    if row.values.get("version") != commitment.version:
        return wrong("version", _("这项任务在导出之后有人更改过。请重新导出，在新表里修改。"))
    now = _shown(commitment)
    given = {code: value for code, value in row.values.items() if code in now and value != now[code]}
    changed = {code for code in given if code not in ("number", "version", "clause", "due_words")}
    if not changed:
        return None
    values = CommitmentValues(
        text=row.values.get("text") or "",
        due_on=row.values.get("due_on", commitment.due_on),
        weight=row.values.get("weight") if row.values.get("weight") is not None else commitment.weight,
        disclosure=row.values.get("disclosure") or commitment.disclosure,
    )
    try:
        check(values)
    except UnableTo as refused:
        return wrong(refused.field or "text", refused.message)
    if "due_on" in changed and commitment.state == CommitmentState.ACCEPTED:
        return wrong("due_on", _("已确认的任务，期限只能凭文件调整。请在网页上填写依据，这里恢复原来的日期。"))
    to = row.values.get("state") or commitment.state
    if row.values.get("reason") and to != CommitmentState.DROPPED:
        return wrong("state", _("填写了不列入的理由，状态却不是“不列入”。请两格一致。"))
    if to == CommitmentState.DROPPED and not row.values.get("reason"):
        return wrong("reason", _("状态是“不列入”，却没有写理由。请写明理由。"))
    if to == CommitmentState.MERGED or (to == CommitmentState.PROPOSED != commitment.state):
        return wrong("state", _("状态不能在表格里这样改。可以改为“已确认”或“不列入”。"))
    columns = {column.code: column for column in COMMITMENTS.columns}
    shown = tuple(
        (
            str(columns[code].label),
            _cell(columns[code], now[code]),
            _cell(columns[code], row.values.get(code)),
        )
        for code in (column.code for column in COMMITMENTS.columns)
        if code in changed
    )
    return _Step(
        row=row,
        commitment=commitment,
        change=RowChange(row.number, commitment.text, shown),
        units={str(part): _split(row.values.get(str(part))) for part in _PARTS}
        if changed & {str(part) for part in _PARTS}
        else None,
        to=to if to != commitment.state else "",
        values=values if changed & {"text", "due_on", "weight", "disclosure"} else None,
    )


def _cell(column: Column, value: Any) -> str:
    return "" if value is None else str(column.kind.write(value))


def _split(words: str | None) -> list[str]:
    parts = (words or "").replace("，", "、").replace(",", "、").replace("；", "、").replace(";", "、").split("、")
    return list(dict.fromkeys(part.strip()[:120] for part in parts if part.strip()))


def _set_units(row: Commitment, units: Mapping[str, list[str]], said: Mapping[str, Any]) -> None:
    """Makes the duties those of these names; who stays in his part keeps what he has signed."""
    wanted = {name: part for part in reversed(_PARTS) for name in units.get(part, ())}
    taken: set[int] = set()
    for duty in row.duties.all():
        if wanted.get(duty.name) != duty.part:
            duty.delete()
        elif duty.unit_id:
            taken.add(duty.unit_id)
    kept = set(row.duties.values_list("name", flat=True))
    for name, part in wanted.items():
        if name in kept:
            continue
        meaning = said.get(name)
        if meaning is None or not meaning.units:
            Duty.objects.create(commitment=row, name=name, part=part)
            continue
        for unit in meaning.units:
            if unit.pk not in taken:
                taken.add(unit.pk)
                Duty.objects.create(commitment=row, unit=unit, name=name, part=part)


_DUTY_COLUMNS = ("unit_id", "name", "part", "words", "state", "answered_by_id", "answered_at", "reason")


def _snapshot(row: Commitment) -> dict[str, Any]:
    return {
        "content": content_of(row),
        "due_kind": row.due_kind,
        "state": str(row.state),
        "dropped_reason": row.dropped_reason,
        "override": [
            row.override,
            row.override_reason,
            row.override_by_id,
            row.override_at.isoformat() if row.override_at else None,
        ],
        "duties": [
            {
                name: value.isoformat() if isinstance(value := getattr(duty, name), datetime) else value
                for name in _DUTY_COLUMNS
            }
            for duty in row.duties.all()
        ],
        "milestones": [[stop.label, iso(stop.due_on), stop.rule] for stop in row.milestones.all()],
    }


def _put_back(row: Commitment, before: Mapping[str, Any], actor: Account, now: datetime) -> None:
    content = before["content"]
    row.text, row.due_on = content["text"], day(content["due_on"])
    row.weight, row.disclosure = Decimal(content["weight"]), content["disclosure"]
    row.due_kind, row.state, row.dropped_reason = before["due_kind"], before["state"], before["dropped_reason"]
    light, reason, by, at = before["override"]
    row.override, row.override_reason, row.override_by_id = light, reason, by
    row.override_at = datetime.fromisoformat(at) if at else None
    save(
        row,
        actor=actor,
        now=now,
        fields=(
            *("text", "due_on", "weight", "disclosure", "due_kind", "state", "dropped_reason"),
            *("override", "override_reason", "override_by", "override_at"),
        ),
    )
    row.duties.all().delete()
    Duty.objects.bulk_create(
        Duty(
            commitment=row,
            **{
                name: datetime.fromisoformat(value) if name == "answered_at" and value else value
                for name, value in duty.items()
            },
        )
        for duty in before["duties"]
    )
    if [[stop.label, iso(stop.due_on), stop.rule] for stop in row.milestones.all()] == before["milestones"]:
        # Cases name milestones by their rows.
        return
    row.milestones.all().delete()
    Milestone.objects.bulk_create(
        Milestone(commitment=row, label=label, due_on=day(on), rule=rule) for label, on, rule in before["milestones"]
    )
