"""What universities ask for, as a list: template, errors by cell, preview, one transaction, undo, the same columns out as in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import (
    Choice,
    Column,
    Kind,
    Misfit,
    Problem,
    Raw,
    Sheet,
    Text,
    in_files,
    show,
    tidy,
)
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account
from yaodian.timetabling import content, operations
from yaodian.timetabling.models import Field, MajorRequirement, Mode, RequirementTable, Subject
from yaodian.timetabling.queries.requirements import LOAD, visible_tables
from yaodian.timetabling.sheets.scoping import act, authorise, journal, wrong

_NAMES = {in_files(Subject(code).label): code for code in content.SECOND}
# The subject is called 思想政治 and everybody writes 政治.
_KNOWN = _NAMES | {"政治": content.POLITICS}
_BETWEEN = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True)
class SecondSubjects(Kind):
    """Some of the four further subjects, each once, in any order; the value has their codes in the order of the catalogue."""

    def read(self, raw: Raw) -> str:
        """Codes with commas. Raises Misfit."""
        codes = [_KNOWN.get(word, "") for word in _BETWEEN.split(tidy(show(raw))) if word]
        if "" in codes or len(set(codes)) < len(codes):
            raise Misfit(
                _("“%(shown)s”里有不认识或重复的科目。请写再选科目，用顿号分开，每门一次；可用的科目：%(known)s。")
                % {"shown": show(raw)[:50], "known": "、".join(_NAMES)},
                "subjects",
            )
        return ",".join(one for one in content.SECOND if one in codes)

    def write(self, value: Any) -> str:
        return "、".join(in_files(Subject(code).label) for code in value.split(","))

    def describe(self) -> str:
        return _("科目，用顿号分开：%(known)s") % {"known": "、".join(_NAMES)}


def _check_together(row: Mapping[str, Any]) -> Problem | None:
    if row.get("mode") is None:
        return None
    if (row["mode"] == Mode.ANY) != (not row.get("second")):
        return Problem(_("“不提再选要求”时再选科目要空着，否则要写明科目。"), code="second", column="second")
    return None


REQUIREMENTS = Sheet(
    code="timetabling.requirements",
    label=gettext_lazy("专业选考要求"),
    english="Subject requirements",
    key=("table", "university", "major"),
    columns=(
        Column("table", gettext_lazy("要求表编号"), "Table", Text(max_length=12, is_code=True), is_required=True,
               note=gettext_lazy("选考要求表页面上的 12 位编号")),
        Column("university", gettext_lazy("院校代码"), "University", Text(max_length=10, is_code=True), is_required=True, example="10001"),
        Column("university_name", gettext_lazy("院校名称"), "University name", Text(max_length=60), is_required=True, example="云泽大学"),
        Column("major", gettext_lazy("专业代码"), "Major", Text(max_length=20, is_code=True), is_required=True, example="080901"),
        Column("major_name", gettext_lazy("专业名称"), "Major name", Text(max_length=80), is_required=True, example="计算机科学与技术"),
        Column("field", gettext_lazy("学科门类"), "Field",
               Choice(options={one.value: in_files(one.label) for one in Field}), is_required=True),
        Column("first", gettext_lazy("首选科目"), "First subject",
               Choice(options={code: in_files(Subject(code).label) for code in content.FIRST}),
               note=gettext_lazy("物理或历史均可的空着")),
        Column("mode", gettext_lazy("再选要求"), "Further subjects",
               Choice(options={one.value: in_files(one.label) for one in Mode}), is_required=True),
        Column("second", gettext_lazy("再选科目"), "Which", SecondSubjects(), example="化学、生物"),
    ),
    cross_checks=(_check_together,),
    rules=(gettext_lazy("选考要求表已经建立，并由您所在的单位发布"),),
)  # fmt: skip


@dataclass
class RequirementTarget:
    """The majors behind the list."""

    sheet: Sheet
    actor_id: int | None
    now: datetime

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    def _tables(self, keys: Sequence[Key]) -> dict[str, RequirementTable]:
        found = visible_tables(self.actor).filter(public_id__in={key[0] for key in keys})
        return {one.public_id: one for one in found}

    def _shown(self, **narrowed: Any) -> Iterator[dict[str, Any]]:
        rows = MajorRequirement.objects.filter(**narrowed).select_related("table")
        for one in rows.order_by("table_id", "university", "major").iterator(chunk_size=2_000):
            yield {
                "table": one.table.public_id, "university": one.university, "university_name": one.university_name,
                "major": one.major, "major_name": one.major_name, "field": one.field, "first": one.first or None,
                "mode": one.mode, "second": one.second or None,
            }  # fmt: skip

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        wanted = set(keys)
        rows = self._shown(table__public_id__in={key[0] for key in keys}, university__in={key[1] for key in keys})
        return {key: values for values in rows if (key := self.sheet.key_of(values)) in wanted}

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        known = self._tables([row.key for row in rows])
        for row in rows:
            if row.values["table"] not in known:
                yield wrong(row, "table", _("没有这份选考要求表，或不在您的权限范围内。请核对编号。"))

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        self._write({self.sheet.key_of(row): row for row in rows})

    def change(self, changes: Sequence[Change]) -> None:
        now = self.existing([each.key for each in changes])
        self._write({each.key: {**now[each.key], **each.after} for each in changes})

    def _write(self, rows: Mapping[Key, Mapping[str, Any]]) -> None:
        for table, keys in self._by_table(list(rows)):
            said = {
                key[1:]: {name: rows[key].get(name) or "" for name in operations.REQUIREMENT_VALUES} for key in keys
            }
            act(operations.put_requirements, actor=self.actor, table=table, rows=said, now=self.now)

    def _by_table(self, keys: Sequence[Key]) -> Iterator[tuple[RequirementTable, list[Key]]]:
        known = self._tables(keys)
        grouped: dict[str, list[Key]] = defaultdict(list)
        for key in keys:
            grouped[key[0]].append(key)
        for public_id, some in grouped.items():
            if public_id not in known:
                raise UnableToCommitImport(_("选考要求表已经变动。请重新检查这份文件。"), code="refused")
            yield known[public_id], some

    def unremovable(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        return {}

    def remove(self, keys: Sequence[Key]) -> None:
        for table, some in self._by_table(keys):
            act(
                operations.remove_requirements, actor=self.actor, table=table, keys=[key[1:] for key in some],
                now=self.now,
            )  # fmt: skip

    def export(self) -> Iterator[dict[str, Any]]:
        yield from self._shown(table__in=visible_tables(self.actor).order_by().values("pk"))


def _authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    authorise(actor_id=actor_id, scope=scope, permission=LOAD)


IMPORT_REQUIREMENTS = Importer(
    sheet=REQUIREMENTS,
    target=lambda *, scope, actor_id: RequirementTarget(REQUIREMENTS, actor_id, timezone.now()),
    authorise=_authorise,
    journal=journal,
)
