"""Teachers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.declaring import Column, Flag, Sheet, Text, Whole
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.targets import Key
from yaodian.registry.models import (
    Backbone,
    Establishment,
    Purpose,
    Qualification,
    RecordAccess,
    SchoolClass,
    Stage,
    Teacher,
    TeacherStatus,
    Title,
)
from yaodian.registry.queries import teacher_keys
from yaodian.registry.sheets.columns import (
    BIRTH,
    DOCUMENT,
    GENDER,
    SCHOOL,
    birth_against_document,
    check_phone,
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

HERE = (TeacherStatus.ACTIVE, TeacherStatus.ON_LEAVE)

TEACHERS = Sheet(
    code="registry.teachers",
    label=_("教师"),
    english="Teachers",
    key=("staff_number",),
    note=_("每位教师一行，以工号为准。工号不变，改动的各栏照表更新；调动、离职请在教师页面办理。"),
    columns=(
        Column("staff_number", _("工号"), "Staff number", kind=Text(max_length=40, is_code=True), is_required=True,
               example="T000123"),
        Column("name", _("姓名"), "Name", kind=Text(max_length=60), is_required=True),
        GENDER,
        BIRTH,
        DOCUMENT,
        SCHOOL,
        Column("stage", _("任教学段"), "Stage taught", kind=choice(Stage), is_required=True),
        Column("subject", _("任教学科"), "Subject", kind=Text(max_length=40), example="语文"),
        Column("establishment", _("编制"), "Establishment", kind=choice(Establishment), is_required=True),
        Column("qualification", _("学历"), "Qualification", kind=choice(Qualification), is_required=True),
        Column("title", _("职称"), "Title", kind=choice(Title), is_required=True),
        Column("backbone_level", _("骨干层级"), "Backbone level", kind=choice(Backbone), is_required=True),
        Column("has_certificate", _("持有教师资格证"), "Certified", kind=Flag(), is_required=True),
        Column("started_year", _("从教年份"), "Teaching since", kind=Whole(least=1940, most=2199), example="2010"),
        Column("phone", _("电话"), "Telephone", kind=Text(max_length=30, is_code=True), check=check_phone, rule=_("手机号，或带区号的固定电话"),
               is_sensitive=True, aliases=("联系电话", "手机号")),
    ),
    cross_checks=(birth_against_document,),
    rules=(_("出生日期与证件号码一致"), _("学校在您的权限范围内；已有的教师不能由导入换学校")),
)  # fmt: skip


class TeacherTarget(RegistryTarget):
    sheet = TEACHERS
    table = "teachers"
    fixed: Mapping[str, Any] = {"school": _("教师调动要留下经历，请在教师页面办理。请把这一栏改回原来的学校。")}
    columns = tuple(column.code for column in TEACHERS.columns if column.code != "school")

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        return {(number,): pk for number, pk in teacher_keys(staff_numbers=[key[0] for key in keys]).items()}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = Teacher.objects.select_related("school__unit").order_by("pk")
        rows = rows.filter(pk__in=list(ids)) if ids is not None else self.reach.rows(rows).filter(status__in=HERE)
        for row in in_parts(rows):
            values = {name: plain(getattr(row, name)) for name in self.columns}
            yield row.pk, row.school_id, values | {"school": row.school.unit.code}

    def export(self) -> Iterator[dict[str, Any]]:
        for part in chunks(self.shown(None)):
            self.note_export("teacher_id", part, Purpose.STAFF)
            yield from (values for _pk, _school, values in part)

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = {name: stored_value(Teacher, name, value) for name, value in values.items() if name != "school"}
        if "school" in values and schools:
            row |= {"school_id": schools[values["school"]], "status": TeacherStatus.ACTIVE}
        return row

    def held(self, ids: list[int]) -> set[int]:
        opened = RecordAccess.objects.filter(teacher_id__in=ids).values_list("teacher_id", flat=True)
        led = SchoolClass.objects.filter(homeroom_teacher_id__in=ids).values_list("homeroom_teacher_id", flat=True)
        return {pk for pk in (*opened, *led) if pk is not None}


def teacher_target(*, scope: str, actor_id: int | None) -> TeacherTarget:
    return TeacherTarget(scope, actor_id)


IMPORT_TEACHERS = Importer(sheet=TEACHERS, target=teacher_target, authorise=authorise, journal=journal)
