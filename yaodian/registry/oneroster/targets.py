"""The registry's rows as OneRoster names them: the targets of the sheets, found by `sourcedId`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Column, Problem, Sheet, Text
from yaodian.foundation.sheets.targets import Key
from yaodian.registry.models import Pupil, SchoolClass
from yaodian.registry.queries import external_keys, sealed_keys
from yaodian.registry.sheets import CLASSES, PUPILS, SCHOOLS, TEACHERS
from yaodian.registry.sheets.classes import ClassTarget
from yaodian.registry.sheets.pupils import PupilTarget
from yaodian.registry.sheets.rows import Coming, RegistryTarget
from yaodian.registry.sheets.schools import SchoolTarget
from yaodian.registry.sheets.teachers import TeacherTarget

_ID = Column("sourced_id", "sourcedId", "sourcedId", kind=Text(max_length=80), is_required=True)

ROSTER_SCHOOLS = replace(SCHOOLS, code="registry.roster_schools", is_declared=False)
ROSTER_TEACHERS = replace(TEACHERS, code="registry.roster_teachers", is_declared=False)
# The place of a class and the number of a pupil stand in the key, so that rows which came by other ways are found as well.
ROSTER_CLASSES = replace(
    CLASSES,
    code="registry.roster_classes",
    is_declared=False,
    columns=(_ID, *CLASSES.columns),
    key=(_ID.code, *CLASSES.key),
)
ROSTER_PUPILS = replace(
    PUPILS,
    code="registry.roster_pupils",
    is_declared=False,
    columns=(_ID, *PUPILS.columns),
    key=(_ID.code, *PUPILS.key),
)
TABLES: tuple[Sheet, ...] = (ROSTER_SCHOOLS, ROSTER_CLASSES, ROSTER_TEACHERS, ROSTER_PUPILS)
SCHOOL_TABLE, CLASS_TABLE, TEACHER_TABLE, PUPIL_TABLE = range(4)


class Rostered(RegistryTarget):
    """A file need not have all columns: what it does not say stays, and is refused only where a new row needs it."""

    needed: Sequence[str]
    # Columns that say when something began: they are for new rows, since a roster speaks of the year that it is for.
    for_new: Sequence[str] = ()

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        found = self.find([row.key for row in rows])
        first: dict[int, Row] = {}
        for row in rows:
            pk = found.get(row.key)
            if pk is None:
                continue
            for column in self.for_new:
                row.values.pop(column, None)
            if first.setdefault(pk, row) is not row:
                sentence = str(_("与第 %(row)s 行是系统中的同一条记录。请只保留一行。")) % {"row": first[pk].number}
                yield self.wrong(row, self.sheet.key[0], sentence)
        yield from super().check(rows)

    def check_new(self, row: Row, school: int | None) -> Iterator[Problem]:
        for code in self.needed:
            if row.values.get(code) is None:
                sentence = str(_("系统中还没有这条记录，新建需要“%(label)s”，文件里没有。")) % {
                    "label": self.sheet.column(code).label
                }
                yield self.wrong(row, code, sentence)
        yield from super().check_new(row, school)

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        defaults = self.defaults
        super().create(
            [{**defaults, **{code: value for code, value in row.items() if value is not None}} for row in rows]
        )

    @property
    def defaults(self) -> dict[str, Any]:
        """What a new row has where the file says nothing."""
        return dict.fromkeys((column.code for column in self.sheet.columns), None)


class RosterSchoolTarget(Rostered, SchoolTarget):
    sheet = ROSTER_SCHOOLS
    needed = ("name", "parent", "school_type", "runner", "area_kind", "is_public", "opened_on")

    @property
    def defaults(self) -> dict[str, Any]:
        return super().defaults | {"is_inclusive": False, "is_boarding": False, "is_minority": False}


class RosterClassTarget(Rostered, ClassTarget):
    sheet = ROSTER_CLASSES
    needed = ("grade", "name")

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        ids = [key[0] for key in keys]
        found = external_keys(model=SchoolClass, ids=ids)
        found |= dict(SchoolClass.objects.filter(public_id__in=set(ids) - found.keys()).values_list("public_id", "pk"))
        by_place = super().find([key[1:] for key in keys if key[0] not in found])
        return {key: pk for key in keys if (pk := found.get(key[0], by_place.get(key[1:]))) is not None}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        for pk, school, values in super().shown(ids):
            yield pk, school, values | ({"sourced_id": ids[pk][0]} if ids is not None else {})

    fixed: Mapping[str, Any] = dict.fromkeys(
        ("school", "stage", "entered_year", "number"),
        _("这个班在系统中的学校、学段、入学年份或班号不同。请核对，或在班级页面修改。"),
    )

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = super().stored({name: value for name, value in values.items() if name != "sourced_id"}, schools)
        if "sourced_id" in values:
            row |= {
                "external_id": values["sourced_id"],
                "from_on": values.get("from_on") or date(values["entered_year"], 9, 1),
            }
        return row


class RosterTeacherTarget(Rostered, TeacherTarget):
    sheet = ROSTER_TEACHERS
    needed = (
        *("name", "gender", "school", "stage", "establishment", "qualification", "title", "backbone_level"),
        "has_certificate",
    )


class RosterPupilTarget(Rostered, PupilTarget):
    sheet = ROSTER_PUPILS
    needed = ("name", "gender", "school", "entered_on")
    for_new = ("entered_on",)

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        ids = [key[0] for key in keys]
        found = external_keys(model=Pupil, ids=ids)
        missing = set(ids) - found.keys()
        found |= dict(Pupil.objects.filter(public_id__in=missing).values_list("public_id", "pk"))
        numbers = [key[1] for key in keys if key[0] not in found]
        by_number = sealed_keys(model=Pupil, column="enrolment_number", values=numbers)
        return {key: pk for key in keys if (pk := found.get(key[0], by_number.get(key[1]))) is not None}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        for pk, school, values in super().shown(ids):
            if ids is not None:
                values |= {"sourced_id": ids[pk][0], "number": ids[pk][1]}
            yield pk, school, values

    @property
    def defaults(self) -> dict[str, Any]:
        return super().defaults | {"is_boarding": False, "is_migrant": False, "is_left_behind": False}

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = super().stored(values, schools)
        if "external_id" in row:
            row["external_id"] = values["sourced_id"]
        return row


def roster_targets(*, scope: str, actor_id: int | None) -> tuple[RegistryTarget, ...]:
    """One target for each of TABLES; each knows what those before it will create."""
    coming = Coming()
    return (
        RosterSchoolTarget(scope, actor_id, coming=coming),
        RosterClassTarget(scope, actor_id, coming=coming),
        RosterTeacherTarget(scope, actor_id, coming=coming),
        RosterPupilTarget(scope, actor_id, coming=coming),
    )
