"""Pupils."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Column, Day, Flag, Problem, Sheet, Text, Whole
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.targets import Key
from yaodian.registry.models import Pupil, PupilStatus, Purpose, RecordAccess, Stage
from yaodian.registry.queries import class_keys, external_keys, sealed_keys
from yaodian.registry.sheets.columns import (
    BIRTH,
    DOCUMENT,
    GENDER,
    SCHOOL,
    birth_against_document,
    check_pupil_number,
    choice,
)
from yaodian.registry.sheets.rows import (
    RegistryTarget,
    authorise,
    chunks,
    in_parts,
    journal,
    plain,
    stored_value,
)

PUPILS = Sheet(
    code="registry.pupils",
    label=_("学生"),
    english="Pupils",
    key=("number",),
    note=_("每名学生一行，以学籍号为准。改动的各栏照表更新；调班、转学、离校请在学生页面办理。"),
    columns=(
        Column("number", _("学籍号"), "Enrolment number", kind=Text(max_length=80, is_code=True), is_required=True,
               check=check_pupil_number, rule=_("全国学籍号的位数、日期和校验码"), is_sensitive=True, aliases=("全国学籍号", "学生编号"),
               note=_("全国学籍号；没有学籍号的（如幼儿）填本校编号，以后不要改")),
        Column("name", _("姓名"), "Name", kind=Text(max_length=60), is_required=True),
        GENDER,
        BIRTH,
        DOCUMENT,
        SCHOOL,
        Column("stage", _("学段"), "Stage", kind=choice(Stage)),
        Column("entered_year", _("入学年份"), "Entered in", kind=Whole(least=1990, most=2199), example="2026",
               note=_("所在班级进入本学段的年份，与班级表一致")),
        Column("class_number", _("班号"), "Class", kind=Whole(least=1, most=99), example="1"),
        Column("is_boarding", _("寄宿"), "Boarder", kind=Flag(), is_required=True),
        Column("is_migrant", _("随迁子女"), "Migrant", kind=Flag(), is_required=True),
        Column("is_left_behind", _("留守儿童"), "Left behind", kind=Flag(), is_required=True),
        Column("residence", _("家庭住址"), "Residence", kind=Text(max_length=200), is_sensitive=True),
        Column("entered_on", _("入学日期"), "Entered on", kind=Day(), is_required=True, example="2026-09-01"),
    ),
    cross_checks=(birth_against_document,),
    rules=(_("出生日期与证件号码一致"),
           _("学段、入学年份、班号要么都填，要么都不填，并且学校有这个班"),
           _("学校在您的权限范围内；已有的学生不能由导入转学、调班")),
)  # fmt: skip


# What says who and where a pupil is stands in other columns, and in other tables.
_PLACING = frozenset({"number", "school", "stage", "entered_year", "class_number"})
_OF_PUPILS = tuple(column.code for column in PUPILS.columns if column.code not in _PLACING)


class PupilTarget(RegistryTarget):
    sheet = PUPILS
    table = "pupils"
    fixed: Mapping[str, Any] = {
        "school": _("转学要留下学籍异动，请在学生页面办理。请把这一栏改回原来的学校。"),
        **dict.fromkeys(
            ("stage", "entered_year", "class_number"),
            _("调班要留下经历，请在学生页面办理。请把这一栏改回原来的班级。"),
        ),
        "entered_on": _("入学日期已登记，不能由导入修改。请改回原来的日期。"),
    }
    columns = _OF_PUPILS

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        numbers = [key[0] for key in keys]
        found = external_keys(model=Pupil, ids=numbers)
        found |= sealed_keys(model=Pupil, column="enrolment_number", values=numbers)
        missing = [number for number in numbers if number not in found]
        found |= dict(Pupil.objects.filter(public_id__in=missing).values_list("public_id", "pk")) if missing else {}
        return {(number,): pk for number, pk in found.items()}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = Pupil.objects.select_related("school__unit", "school_class").order_by("pk")
        if ids is not None:
            rows = rows.filter(pk__in=list(ids))
        else:
            rows = self.reach.rows(rows).filter(merged_into__isnull=True, status=PupilStatus.ENROLLED)
        for row in in_parts(rows):
            values = {name: plain(getattr(row, name)) for name in self.columns}
            place = row.school_class
            values |= {
                "number": ids[row.pk][0] if ids is not None else row.enrolment_number or row.external_id or row.public_id,
                "school": row.school.unit.code,
                "stage": place.stage if place else None,
                "entered_year": place.entered_year if place else None,
                "class_number": place.number if place else None,
            }  # fmt: skip
            yield row.pk, row.school_id, values

    def export(self) -> Iterator[dict[str, Any]]:
        for part in chunks(self.shown(None)):
            self.note_export("pupil_id", part, Purpose.ROLL)
            yield from (values for _pk, _school, values in part)

    def check_new(self, row: Row, school: int | None) -> Iterator[Problem]:
        place = [row.values.get(name) for name in ("stage", "entered_year", "class_number")]
        if any(value is None for value in place):
            if any(value is not None for value in place):
                sentence = _("学段、入学年份、班号要么都填，要么都不填。请补全。")
                yield self.wrong(row, "class_number", sentence)
        elif not self._has_class(row, school, place):
            sentence = _("这所学校没有这个班。请核对学段、入学年份和班号，或先导入班级。")
            yield self.wrong(row, "class_number", sentence)

    def _has_class(self, row: Row, school: int | None, place: list[Any]) -> bool:
        if (row.values["school"], *place) in self.coming.classes:
            return True
        return school is not None and (school, *place) in self._classes

    def learn(self, schools: Collection[int]) -> None:
        """Asks for the classes of these schools, those of each school once in a run."""
        unknown = set(schools) - self._known
        if unknown:
            self._classes.update(class_keys(schools=unknown))
            self._known.update(unknown)

    @cached_property
    def _classes(self) -> dict[Any, int]:
        """By school, stage, year of entry and number."""
        return {}

    @cached_property
    def _known(self) -> set[int]:
        return set()

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = {name: stored_value(Pupil, name, value) for name, value in values.items() if name in self.columns}
        if schools and "school" in values:
            school = schools[values["school"]]
            place = (school, values.get("stage"), values.get("entered_year"), values.get("class_number"))
            number = values["number"]
            is_national = len(number) == 19 and number[:1] in "GJL"
            row |= {
                "school_id": school, "school_class_id": self._classes.get(place),
                "enrolment_number": number if is_national else "", "external_id": "" if is_national else number,
                "status": PupilStatus.ENROLLED,
            }  # fmt: skip
        return row

    def held(self, ids: list[int]) -> set[int]:
        opened = RecordAccess.objects.filter(pupil_id__in=ids).values_list("pupil_id", flat=True)
        kept = Pupil.objects.filter(pk__in=ids, guardianships__isnull=False).values_list("pk", flat=True)
        return {pk for pk in (*opened, *kept) if pk is not None}


def pupil_target(*, scope: str, actor_id: int | None) -> PupilTarget:
    return PupilTarget(scope, actor_id)


IMPORT_PUPILS = Importer(sheet=PUPILS, target=pupil_target, authorise=authorise, journal=journal)
