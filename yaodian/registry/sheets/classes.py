"""Classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Column, Day, Problem, Sheet, Text, Whole
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.targets import Key
from yaodian.registry.models import Pupil, SchoolClass, Stage, grades_of
from yaodian.registry.queries import class_keys, school_keys, school_types
from yaodian.registry.sheets.columns import SCHOOL, choice
from yaodian.registry.sheets.rows import EXPORT_CHUNK, RegistryTarget, authorise, journal

CLASSES = Sheet(
    code="registry.classes",
    label=_("班级"),
    english="Classes",
    key=("school", "stage", "entered_year", "number"),
    note=_("每个班一行，以学校、学段、入学年份和班号为准。先导入班级，再导入学生。"),
    rules=(_("学校在您的权限范围内，并且办这个学段"), _("年级不超过这个学段的年级数")),
    columns=(
        SCHOOL,
        Column("stage", _("学段"), "Stage", kind=choice(Stage), is_required=True),
        Column("entered_year", _("入学年份"), "Entered in", kind=Whole(least=1990, most=2199), is_required=True,
               example="2026", note=_("这个班进入本学段一年级（小班）的年份")),
        Column("number", _("班号"), "Number", kind=Whole(least=1, most=99), is_required=True, example="1"),
        Column("grade", _("年级"), "Grade", kind=Whole(least=1, most=9), is_required=True, example="1"),
        Column("name", _("班级名称"), "Name", kind=Text(max_length=60), is_required=True, example="一年级（1）班"),
        Column("from_on", _("开班日期"), "From", kind=Day(), is_required=True, example="2026-09-01"),
    ),
)  # fmt: skip


class ClassTarget(RegistryTarget):
    sheet = CLASSES
    table = "classes"
    fixed: Mapping[str, Any] = {}

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        schools = school_keys(codes={key[0] for key in keys})
        found = class_keys(schools=set(schools.values()))
        places = {key: (schools.get(key[0]), *key[1:]) for key in keys}
        return {key: found[place] for key, place in places.items() if place in found}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = SchoolClass.objects.filter(pk__in=list(ids)) if ids is not None else self.reach.rows(SchoolClass.objects)
        names = ("pk", "school_id", "school__unit__code", "stage", "entered_year", "number", "grade", "name", "from_on")
        for pk, school, code, stage, year, number, grade, name, from_on in (
            rows.order_by("school_id", "pk").values_list(*names).iterator(chunk_size=EXPORT_CHUNK)
        ):
            yield pk, school, {
                "school": code, "stage": stage, "entered_year": year, "number": number, "grade": grade, "name": name,
                "from_on": from_on,
            }  # fmt: skip

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = {name: value for name, value in values.items() if name != "school"}
        return row | ({"school_id": schools[values["school"]]} if "school" in values else {})

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        yield from super().check(rows)
        types = {**school_types(codes={row.values["school"] for row in rows}), **self.coming.schools}
        for row in rows:
            stage, grade, kind = row.values.get("stage"), row.values.get("grade"), types.get(row.values["school"])
            if kind is None or stage is None:
                continue
            most = grades_of(kind, stage)
            if not most:
                yield self.wrong(row, "stage", _("这所学校不办这个学段。请核对学段，或学校的办学类型。"))
            elif grade is not None and grade > most:
                sentence = _("这个学段只有 %(most)s 个年级。请按学段内的年级填写，如初中一年级填 1。")
                yield self.wrong(row, "grade", str(sentence) % {"most": most})

    def check_new(self, row: Row, school: int | None) -> Iterator[Problem]:
        self.coming.classes.add(tuple(row.values.get(name) for name in CLASSES.key))
        yield from ()

    def held(self, ids: list[int]) -> set[int]:
        return set(Pupil.objects.filter(school_class_id__in=ids).values_list("school_class_id", flat=True))


def _class_target(*, scope: str, actor_id: int | None) -> ClassTarget:
    return ClassTarget(scope, actor_id)


def class_target(*, scope: str, actor_id: int | None) -> ClassTarget:
    return ClassTarget(scope, actor_id)


IMPORT_CLASSES = Importer(sheet=CLASSES, target=class_target, authorise=authorise, journal=journal)
