"""Rooms, candidates and invigilators as lists: template, errors by cell, preview, one transaction, an undo, the same columns out.

A row names its examination by the number in the address of the examination's page. Lists come and go until they are closed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.audit.operations import record
from yaodian.exams import operations
from yaodian.exams.models import Exam, ExamState, Need
from yaodian.exams.operations.lists import LISTS
from yaodian.exams.queries import visible_exams
from yaodian.foundation.models import Import
from yaodian.foundation.refusing import UnableTo
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Choice, Column, Misfit, Problem, Raw, Sheet, Text, Whole, in_files
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing, exists_on, require, scope_of, subtree_of

SET = "exams.set"
MOST_SIDE = 100
MOST_NUMBER = 99


@dataclass(frozen=True)
class Numbers(Text):
    """Numbers of sessions, each once and in their order: "1、3"."""

    def read(self, raw: Raw) -> str | None:
        words = [one for one in re.split(r"[、,，;；\s]+", super().read(raw) or "") if one]
        if any(not one.isascii() or not one.isdigit() or not 1 <= int(one) <= MOST_NUMBER for one in words):
            raise Misfit(_("看不懂。请写场次的序号，用顿号分开，如“1、3”。"), "kind")
        return "、".join(str(one) for one in sorted({int(one) for one in words})) or None


_EXAM = Column(
    "exam", gettext_lazy("考试编号"), "Examination", Text(max_length=12, is_code=True), is_required=True,
    note=gettext_lazy("考试页面上的 12 位编号"),
)  # fmt: skip
_NEEDS = Choice(options={one.value: in_files(one.label) for one in Need})


def _unit(code: str, label: Any, english: str, *, is_required: bool = True, note: Any = "") -> Column:
    return Column(code, label, english, Text(max_length=40, is_code=True), is_required=is_required, note=note)


ROOMS = Sheet(
    code="exams.rooms",
    label=gettext_lazy("考场"),
    english="Rooms",
    key=("code", "exam"),
    columns=(
        _EXAM,
        Column("code", gettext_lazy("考场号"), "Room", Text(max_length=20, is_code=True), is_required=True),
        _unit("site", gettext_lazy("考点学校代码"), "Site"),
        Column("place", gettext_lazy("地点"), "Place", Text(max_length=60)),
        Column("rows", gettext_lazy("行数"), "Rows", Whole(least=1, most=MOST_SIDE), is_required=True, example="6"),
        Column("columns", gettext_lazy("列数"), "Columns", Whole(least=1, most=MOST_SIDE), is_required=True, example="5"),
        Column("seats", gettext_lazy("座位数"), "Seats", Whole(least=0, most=MOST_SIDE * MOST_SIDE), is_required=True, example="30"),
        Column("need", gettext_lazy("考场类别"), "Kind", _NEEDS, note=gettext_lazy("不填是普通考场")),
    ),
    rules=(gettext_lazy("名单还没有封存，考点是主办单位下面的学校"),),
)  # fmt: skip
EXAMINEES = Sheet(
    code="exams.examinees",
    label=gettext_lazy("考生"),
    english="Candidates",
    key=("number", "exam"),
    columns=(
        _EXAM,
        Column("number", gettext_lazy("准考证号"), "Candidate number", Text(max_length=30, is_code=True), is_required=True),
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), is_required=True, is_sensitive=True),
        _unit("school", gettext_lazy("学校代码"), "School"),
        Column("group", gettext_lazy("班级"), "Class", Text(max_length=30)),
        Column("paper", gettext_lazy("试卷"), "Paper", Text(max_length=40), note=gettext_lazy("如“物理类”；全体同卷不填")),
        Column("need", gettext_lazy("特殊需要"), "Need", _NEEDS, note=gettext_lazy("不填是没有")),
        Column("relatives", gettext_lazy("亲属组"), "Relatives", Text(max_length=20, is_code=True),
               note=gettext_lazy("双胞胎、兄弟姐妹等写同一个编号")),
        _unit("site", gettext_lazy("指定考点代码"), "Site laid down", is_required=False, note=gettext_lazy("只有必须在某考点的才填")),
    ),
    rules=(gettext_lazy("名单还没有封存，学校在主办单位下面"),),
)  # fmt: skip
INVIGILATORS = Sheet(
    code="exams.invigilators",
    label=gettext_lazy("监考教师"),
    english="Invigilators",
    key=("number", "exam"),
    columns=(
        _EXAM,
        Column("number", gettext_lazy("工号"), "Number", Text(max_length=30, is_code=True), is_required=True),
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), is_required=True),
        _unit("school", gettext_lazy("学校代码"), "School"),
        Column("most", gettext_lazy("最多监考场数"), "Most duties", Whole(least=0, most=99)),
        Column("absent", gettext_lazy("不能监考的场次"), "Sessions absent", Numbers(max_length=100),
               note=gettext_lazy("场次的序号，用顿号分开，如“1、3”")),
    ),
    rules=(gettext_lazy("名单还没有封存，学校在主办单位下面"),),
)  # fmt: skip


def scope_word(*, account: Any) -> str:
    """The units in which somebody may set examinations, as one word, kept with each import."""
    return scope_of(account=account, permission=SET).word


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    """Raises PermissionMissing where the right has ended, or reaches other units than when the file was uploaded.

    That somebody took a list of people out stands in the journal.
    """
    account = Account.objects.filter(pk=actor_id).first()
    require(account=account, permission=SET)
    if scope != scope_word(account=account):
        raise PermissionMissing(
            str(_("您的考务权限已有变动，这次导入不能继续。请用现在的权限重新上传。")), permission=SET
        )
    if action == "export":
        with transaction.atomic():
            record(actor=account, code="exams.lists.export", subject=f"account:{actor_id}", detail={}, at=now)


def journal(*, batch: Import, action: str, actor_id: int | None, now: datetime) -> None:
    """The entry of the whole file; the operations write theirs."""
    record(
        actor=Account.objects.filter(pk=actor_id).first(), code=f"exams.import.{action}", subject=f"import:{batch.pk}",
        detail={"sheet": batch.sheet, "sha256": batch.sha256, "created": batch.created, "changed": batch.changed}, at=now,
    )  # fmt: skip


@dataclass
class ListTarget:
    """The rows of one list behind its sheet; what is particular to a list stands in `LISTS`."""

    sheet: Sheet
    name: str
    actor_id: int | None
    now: datetime
    _exams: dict[str, Exam | None] = field(default_factory=dict)

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    def exams(self, public_ids: set[str]) -> dict[str, Exam]:
        """The examinations that the account may load into; each is asked for once."""
        new = public_ids - self._exams.keys()
        if new:
            found = visible_exams(self.actor, SET).select_related("office").filter(public_id__in=new)
            self._exams |= dict.fromkeys(new)
            self._exams |= {row.public_id: row for row in found}
        return {public_id: row for public_id in public_ids if (row := self._exams[public_id]) is not None}

    def schools(self, exam: Exam) -> frozenset[str]:
        """Codes of the schools at and below the examination's office. One query an examination."""
        if exam.pk not in self._schools:
            day = timezone.localdate(self.now)
            below = subtree_of(unit=exam.office, day=day).filter(exists_on(day), kind="school")
            self._schools[exam.pk] = frozenset(below.values_list("code", flat=True))
        return self._schools[exam.pk]

    @cached_property
    def _schools(self) -> dict[int, frozenset[str]]:
        return {}

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        known = self.exams({row.values["exam"] for row in rows})
        for row in rows:
            exam = known.get(row.values["exam"])
            if exam is None:
                yield _wrong(row, "exam", _("没有这次考试，或不在您的权限范围内。请核对编号。"))
                continue
            if exam.state != ExamState.DRAFT:
                yield _wrong(row, "exam", _("“%(title)s”的名单已封存，不能再导入。") % {"title": exam.title})
                continue
            for unit in LISTS[self.name][2]:
                given = row.values.get(unit)
                if given and given not in self.schools(exam):
                    yield _wrong(row, unit, _("主办单位下面没有这所学校。请核对学校代码。"))
            yield from self._own(row)

    def _own(self, row: Row) -> Iterator[Problem]:
        """What only this list can get wrong."""
        values = row.values
        if self.name == "rooms" and values["seats"] > values["rows"] * values["columns"]:
            yield _wrong(row, "seats", _("座位数多于行数乘列数。请核对。"))

    def by_exam(self, keys: Sequence[Key]) -> Iterator[tuple[Exam, list[Key]]]:
        """Keys put together by their examination. Raises UnableToCommitImport where one has gone."""
        known = self.exams({key[1] for key in keys})
        grouped: dict[str, list[Key]] = defaultdict(list)
        for key in keys:
            grouped[key[1]].append(key)
        for public_id, some in grouped.items():
            if public_id not in known:
                raise UnableToCommitImport(_("考试已经变动。请重新检查这份文件。"), code="refused")
            yield known[public_id], some

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        wanted = set(keys)
        found: dict[Key, dict[str, Any]] = {}
        for exam in self.exams({key[1] for key in keys}).values():
            found |= {key: values for key, values in self._shown(exam, keys) if key in wanted}
        return found

    def export(self) -> Iterator[dict[str, Any]]:
        """The rows that may still be changed: who prepares lists needs no others."""
        for exam in visible_exams(self.actor, SET).filter(state=ExamState.DRAFT).order_by("pk"):
            for _key, values in self._shown(exam, None):
                yield values

    def _shown(self, exam: Exam, keys: Sequence[Key] | None) -> Iterator[tuple[Key, dict[str, Any]]]:
        model, key, units, plain = LISTS[self.name]
        rows = model.objects.filter(exam=exam).select_related(*units).order_by(key)
        if keys is not None:
            rows = rows.filter(**{f"{key}__in": {one[0] for one in keys}})
        for row in rows.iterator(chunk_size=2_000):
            values = {"exam": exam.public_id, key: getattr(row, key)}
            values |= {unit: one.code if (one := getattr(row, unit)) else None for unit in units}
            values |= {name: _shown(getattr(row, name)) for name in plain}
            yield self.sheet.key_of(values), values

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        self._write({self.sheet.key_of(row): row for row in rows})

    def change(self, changes: Sequence[Change]) -> None:
        before = self.existing([each.key for each in changes])
        self._write({each.key: {**before[each.key], **each.after} for each in changes})

    def _write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for exam, keys in self.by_exam(list(rows)):
            values = {key[0]: _stored(rows[key]) for key in keys}
            _act(operations.put_rows, actor=self.actor, exam=exam, name=self.name, rows=values, now=self.now)

    def unremovable(self, keys: Sequence[Key]) -> dict[Key, str]:
        known = self.exams({key[1] for key in keys})
        return {
            key: _("名单已封存，不能再撤销。")
            for key in keys
            if key[1] in known and known[key[1]].state != ExamState.DRAFT
        }

    def remove(self, keys: Sequence[Key]) -> None:
        for exam, some in self.by_exam(keys):
            _act(
                operations.remove_rows, actor=self.actor, exam=exam, name=self.name, keys=[key[0] for key in some],
                now=self.now,
            )  # fmt: skip


def _act(operation: Any, **given: Any) -> None:
    """An operation within a commit. Raises UnableToCommitImport with its sentence."""
    try:
        operation(**given)
    except (UnableTo, PermissionMissing) as refusal:
        raise UnableToCommitImport(refusal.message, code="refused") from refusal


def _wrong(row: Row, column: str, message: str) -> Problem:
    return Problem(message, code="scope", column=column, row=row.number)


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(str(one) for one in value) or None
    return None if value in ("", Need.NONE) else value


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name != "exam"}
    if "absent" in kept:
        kept["absent"] = [int(one) for one in (kept["absent"] or "").split("、") if one]
    return kept


def _importer(sheet: Sheet, name: str) -> Importer:
    def target(*, scope: str, actor_id: int | None) -> Any:
        return ListTarget(sheet, name, actor_id, timezone.now())

    return Importer(sheet=sheet, target=target, authorise=authorise, journal=journal)


IMPORTERS: Mapping[str, Importer] = {
    "rooms": _importer(ROOMS, "rooms"),
    "examinees": _importer(EXAMINEES, "examinees"),
    "invigilators": _importer(INVIGILATORS, "invigilators"),
}
