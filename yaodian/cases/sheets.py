"""Cases that come as a list: for each kind that says so a sheet, made from its declaration; with template, errors by cell,
preview, one transaction, and an undo that takes back whatever nobody has touched.

A row is known by the name of its list and its number there; brought in a second time it is the same case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.audit.operations import record
from yaodian.cases import operations
from yaodian.cases.declaring import CaseKind, Field, FieldKind, kinds
from yaodian.cases.models import Case
from yaodian.cases.operations import NewCase
from yaodian.cases.queries.standing import DISPATCH, visible
from yaodian.foundation.models import Import
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import (
    Choice,
    Column,
    Day,
    Found,
    Kind,
    Number,
    Problem,
    Reference,
    Sheet,
    Text,
    in_files,
)
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import PermissionMissing, require, scope_of

PREFIX = "sheet:"
UNITS = ("supervising", "doing", "about")
EXPORT_CHUNK = 1_000


def _check_number(value: str) -> Found:
    return str(_("序号里不能有冒号。请只用数字和字母。")) if ":" in value or "：" in value else None


def _kind_of_column(asked: Field) -> Kind:
    if asked.kind is FieldKind.NUMBER:
        return Number(decimals=4, least=Decimal(-(10**12)), most=Decimal(10**12))
    if asked.kind is FieldKind.DAY:
        return Day()
    if asked.kind is FieldKind.CHOICE:
        return Choice(options={code: in_files(label) for code, label in asked.choices})
    return Text(max_length=500)


def sheet_of(kind: CaseKind) -> Sheet:
    """The sheet of a kind: what every case has, and the fields that the kind asks for."""
    grades = (
        Column("grade", gettext_lazy("等级"), "Grade",
               Choice(options={one.code: in_files(one.label) for one in kind.grades}), is_required=True),
    ) if kind.grades else ()  # fmt: skip
    return Sheet(
        code=f"cases.{kind.code.replace('.', '_')}",
        label=kind.label,
        english=kind.code.replace(".", " ").capitalize(),
        key=("list", "number"),
        note=gettext_lazy("一行一件，以批次和序号为准：再次导入时，已有的不会重复，也不会被改动。"),
        columns=(
            Column("list", gettext_lazy("批次"), "List", Text(max_length=60), is_required=True,
                   note=gettext_lazy("这一批的名称，如“2026 年春季开学督导”")),
            Column("number", gettext_lazy("序号"), "Number", Text(max_length=20, is_code=True), is_required=True,
                   check=_check_number, rule=gettext_lazy("不含冒号")),
            Column("title", gettext_lazy("什么事"), "Title", Text(max_length=200), is_required=True),
            Column("body", gettext_lazy("具体情况"), "Details", Text(max_length=2_000)),
            *grades,
            Column("supervising", gettext_lazy("督办单位代码"), "Supervising unit",
                   Reference(max_length=40, to="organisations.units"), is_required=True),
            Column("doing", gettext_lazy("承办单位代码"), "Doing unit", Reference(max_length=40, to="organisations.units"),
                   note=gettext_lazy("不填则先由督办单位交办")),
            Column("about", gettext_lazy("涉及单位代码"), "Unit concerned", Reference(max_length=40, to="organisations.units")),
            *(
                Column(f"field_{one.code}", one.label, f"Field {one.code}", _kind_of_column(one), is_required=one.is_required)
                for one in kind.fields
            ),
        ),
        rules=(gettext_lazy("单位代码是现有的单位，督办单位在您的权限范围内"),),
    )  # fmt: skip


def scope_word(*, account: Any) -> str:
    """The units in which somebody may dispatch, as one word, kept with each import: colleagues with the same right find it."""
    return scope_of(account=account, permission=DISPATCH).word


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    """Raises PermissionMissing where the right has ended, or reaches other units than when the file was uploaded."""
    account = Account.objects.filter(pk=actor_id).first()
    require(account=account, permission=DISPATCH)
    if scope != scope_word(account=account):
        raise PermissionMissing(
            str(_("您的交办权限已有变动，这次导入不能继续。请用现在的权限重新上传。")), permission=DISPATCH
        )


def journal(*, batch: Import, action: str, actor_id: int | None, now: datetime) -> None:
    """The entry of the whole file; the operations write theirs."""
    record(
        actor=Account.objects.filter(pk=actor_id).first(),
        code=f"cases.import.{action}",
        subject=f"import:{batch.pk}",
        detail={"sheet": batch.sheet, "sha256": batch.sha256, "created": batch.created, "untouched": batch.untouched},
        at=now,
    )


def _subject(key: Key) -> str:
    return f"{PREFIX}{key[0]}:{key[1]}"


@dataclass
class CaseTarget:
    """The cases behind a sheet."""

    kind: CaseKind
    sheet: Sheet
    actor_id: int | None
    now: datetime

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    @cached_property
    def columns(self) -> Mapping[str, Kind]:
        return {one.code: one.kind for one in self.sheet.columns}

    def _values(self, case: Case, opened: Mapping[str, Any]) -> dict[str, Any]:
        """A case as the row that brought it in, whatever has become of it since."""
        values: dict[str, Any] = {
            "list": opened["list"], "number": opened["number"], "title": opened["title"], "body": case.body or None,
        }  # fmt: skip
        if self.kind.grades:
            values["grade"] = case.grade
        values |= {name: opened.get(name) for name in UNITS}
        for one in self.kind.fields:
            said = case.fields.get(one.code)
            values[f"field_{one.code}"] = self.columns[f"field_{one.code}"].from_plain(said) if said else None
        return values

    def _shown(self, cases: Iterable[Case]) -> Iterator[dict[str, Any]]:
        for case in cases:
            opened = next((one for one in case.events.all() if one.number == 1), None)
            if opened is not None and "list" in opened.detail:
                yield self._values(case, opened.detail)

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        cases = Case.objects.filter(kind=self.kind.code, subject__in={_subject(key) for key in keys})
        rows = self._shown(cases.order_by("pk").prefetch_related("events"))
        return {self.sheet.key_of(values): values for values in rows}

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        today = timezone.localdate(self.now)
        units = self._units(rows)
        scope = scope_of(account=self.actor, permission=DISPATCH, as_of=today)
        reached = set(scope.unit_ids().filter(descendant_id__in=[one.pk for one in units.values()]))
        known = self.existing([row.key for row in rows])
        for row in rows:
            before = known.get(row.key)
            if before is not None:
                if any(before.get(code) != value for code, value in row.values.items()):
                    yield self._wrong(
                        row,
                        "number",
                        _(
                            "这一批的这个序号已经导入过，内容与这一行不同。导入不改动已有的事项，请删去这一行，或换一个序号。"
                        ),
                    )
                continue
            for name in UNITS:
                code = row.values.get(name)
                if code is None:
                    continue
                unit = units.get(code)
                if unit is None:
                    yield self._wrong(row, name, _("没有代码为“%(code)s”的单位。请核对代码。") % {"code": code})
                elif not unit.exists_on(today):
                    yield self._wrong(
                        row, name, _("单位“%(code)s”已撤销或还没有设立，不能作为事项的单位。") % {"code": code}
                    )
                elif name == "supervising" and unit.pk not in reached:
                    yield self._wrong(row, name, _("这个单位不在您的交办权限范围内，不能作为督办单位。"))

    def _wrong(self, row: Row, column: str, sentence: str) -> Problem:
        return Problem(sentence, code="scope", column=column, row=row.number)

    def _units(self, rows: Iterable[Row | Mapping[str, Any]]) -> dict[str, Unit]:
        wanted: set[str] = set()
        for row in rows:
            values = row.values if isinstance(row, Row) else row
            wanted |= {values[name] for name in UNITS if values.get(name)}
        return {unit.code: unit for unit in Unit.objects.filter(code__in=wanted)}

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        units = self._units(rows)
        made = [
            NewCase(
                subject=_subject(self.sheet.key_of(row)),
                title=row["title"],
                body=row.get("body") or "",
                grade=row.get("grade") or "",
                supervising_unit=units[row["supervising"]],
                doing_unit=units.get(row.get("doing") or ""),
                about_unit=units.get(row.get("about") or ""),
                fields={one.code: row.get(f"field_{one.code}") for one in self.kind.fields},
                detail={name: row.get(name) for name in ("list", "number", "title", *UNITS)},
            )
            for row in rows
        ]
        try:
            operations.open_many(actor=self.actor, kind=self.kind.code, cases=made, now=self.now)
        except (operations.UnableTo, PermissionMissing) as refusal:
            raise UnableToCommitImport(refusal.message, code="refused") from refusal

    def change(self, changes: Sequence[Change]) -> None:
        raise UnableToCommitImport(_("导入不改动已有的事项。请重新检查这份文件。"), code="no-changes")

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        """None: what somebody has touched goes on, and the undo takes back the others."""
        return {}

    def remove(self, keys: Sequence[Key]) -> None:
        operations.withdraw_many(
            actor=self.actor, kind=self.kind.code, subjects={_subject(key) for key in keys}, reason=_("撤销导入"),
            now=self.now,
        )  # fmt: skip

    def export(self) -> Iterator[dict[str, Any]]:
        cases = visible(account=self.actor).filter(kind=self.kind.code, subject__startswith=PREFIX)
        last = 0
        while part := list(cases.filter(pk__gt=last).order_by("pk").prefetch_related("events")[:EXPORT_CHUNK]):
            yield from self._shown(part)
            last = part[-1].pk


def _importer(kind: CaseKind) -> Importer:
    sheet = sheet_of(kind)

    def target(*, scope: str, actor_id: int | None) -> CaseTarget:
        return CaseTarget(kind, sheet, actor_id, timezone.now())

    return Importer(sheet=sheet, target=target, authorise=authorise, journal=journal)


# One for each kind whose cases come in lists, by the kind's code.
IMPORTERS: Mapping[str, Importer] = {code: _importer(kind) for code, kind in kinds().items() if kind.comes_in_sheets}
