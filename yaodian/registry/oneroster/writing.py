"""The schools, classes, teachers and pupils of a scope as a OneRoster file set: a ZIP, streamed, a part of it in memory.

Two forms. The slim one is for applications that teach: names, schools, classes, nothing that identifies beyond them. The full
one carries what the standard has no columns for in extensions of ours, so that another installation gets the same rows.

People are found once; each file then asks for the same ones, a part at a time. So no file speaks of somebody whom another
does not know, and memory holds one number for each.
"""

from __future__ import annotations

import csv
import io
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from yaodian.foundation.sheets.declaring import Sheet
from yaodian.foundation.sheets.writing import guarded
from yaodian.organisations.models import Ancestry, Hierarchy, Membership, Unit, UnitKind, UnitName, holds_on
from yaodian.registry.models import Pupil, PupilStatus, Purpose, SchoolClass, Stage, Teacher, school_year_of
from yaodian.registry.oneroster import standard
from yaodian.registry.sheets import CLASSES, PUPILS, SCHOOLS, TEACHERS, rows
from yaodian.registry.sheets.classes import ClassTarget
from yaodian.registry.sheets.pupils import PupilTarget
from yaodian.registry.sheets.schools import SchoolTarget
from yaodian.registry.sheets.teachers import HERE, TeacherTarget

# Columns of the sheets that the standard's own columns carry, or that follow from them.
_OF_TEACHERS = ("staff_number", "gender", "birth_on", "school", "phone")
_OF_PUPILS = ("number", "gender", "birth_on", "school", "stage", "entered_year", "class_number")
_STAGES: Mapping[str, str] = CLASSES.column("stage").kind.options
_ORG_TYPES: Mapping[str, str] = {UnitKind.BUREAU: "local", UnitKind.COUNTY: "district"}


def _extensions(sheet: Sheet, carried: Sequence[str]) -> tuple[str, ...]:
    return tuple(column.code for column in sheet.columns if column.code not in carried)


ORG_EXTENSIONS = _extensions(SCHOOLS, ("code", "name", "parent"))
CLASS_EXTENSIONS = _extensions(CLASSES, ("school", "name"))
TEACHER_EXTENSIONS = _extensions(TEACHERS, _OF_TEACHERS)
PUPIL_EXTENSIONS = _extensions(PUPILS, _OF_PUPILS)
USER_EXTENSIONS = tuple(dict.fromkeys((*PUPIL_EXTENSIONS, *TEACHER_EXTENSIONS)))


class _Sink(io.RawIOBase):
    """Takes what the ZIP writes until somebody fetches it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held


@dataclass
class Roster:
    """One export: for whom, of what moment, in which form."""

    scope: str
    actor_id: int
    now: datetime
    is_full: bool

    def stream(self) -> Iterator[bytes]:
        """The ZIP, piece by piece. Each person's row is noted as handed out before it leaves."""
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            moment = timezone.localtime(self.now).timetuple()[:6]
            for name, lines in self._files():
                info = zipfile.ZipInfo(name, date_time=moment)
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w") as member:
                    for part in _texts(lines):
                        member.write(part.encode())
                        yield sink.take()
        yield sink.take()

    def _files(self) -> Iterator[tuple[str, Iterator[Iterable[Any]]]]:
        files = {
            "orgs.csv": self._orgs, "academicSessions.csv": self._sessions, "courses.csv": self._courses,
            "classes.csv": self._class_rows, "users.csv": self._users, "roles.csv": self._roles,
            "demographics.csv": self._demographics, "enrollments.csv": self._enrollments,
        }  # fmt: skip
        absent = set()
        if not self._rooms:
            absent |= {"academicSessions.csv", "courses.csv", "classes.csv", "enrollments.csv"}
        if not self._teachers and not self._pupils:
            absent |= {"users.csv", "roles.csv", "demographics.csv", "enrollments.csv"}
        if not self.is_full:
            absent.add("demographics.csv")
        if not self._has_enrolments:
            absent.add("enrollments.csv")
        present = {name for name in files if name not in absent}
        yield standard.MANIFEST, _manifest(present)
        for name, lines in files.items():
            if name in present:
                yield name, lines()

    # What is in scope.

    @cached_property
    def _today(self) -> date:
        return timezone.localdate(self.now)

    @cached_property
    def _school_rows(self) -> list[dict[str, Any]]:
        return list(SchoolTarget(self.scope, self.actor_id, self.now).export())

    @cached_property
    def _rooms(self) -> dict[int, tuple[str, str]]:
        """Open classes: primary key to sourcedId and the code of the school."""
        reach = ClassTarget(self.scope, self.actor_id, self.now).reach
        open_now = reach.rows(SchoolClass.objects).filter(Q(until_on__isnull=True) | Q(until_on__gt=self._today))
        named = open_now.filter(school__unit__closed_on__isnull=True).order_by("pk")
        return {
            pk: (external_id or public_id, code)
            for pk, external_id, public_id, code in named.values_list(
                "pk", "external_id", "public_id", "school__unit__code"
            )
        }

    @cached_property
    def _teachers(self) -> array[int]:
        reach = TeacherTarget(self.scope, self.actor_id, self.now).reach
        found = reach.rows(Teacher.objects).filter(status__in=HERE, school__unit__closed_on__isnull=True).order_by("pk")
        return array("q", found.values_list("pk", flat=True))

    @cached_property
    def _pupils(self) -> array[int]:
        reach = PupilTarget(self.scope, self.actor_id, self.now).reach
        found = reach.rows(Pupil.objects).filter(merged_into__isnull=True, status=PupilStatus.ENROLLED)
        found = found.filter(school__unit__closed_on__isnull=True).order_by("pk")
        return array("q", found.values_list("pk", flat=True))

    @cached_property
    def _led(self) -> list[tuple[int, str]]:
        """Open classes with the staff number of whoever leads them, where both go out."""
        known = set(self._teachers)
        rooms = SchoolClass.objects.filter(pk__in=list(self._rooms), homeroom_teacher__isnull=False).order_by("pk")
        found = rooms.values_list("pk", "homeroom_teacher_id", "homeroom_teacher__staff_number")
        return [(pk, number) for pk, teacher, number in found if teacher in known]

    @cached_property
    def _has_enrolments(self) -> bool:
        reach = PupilTarget(self.scope, self.actor_id, self.now).reach
        placed = reach.rows(Pupil.objects).filter(
            merged_into__isnull=True, status=PupilStatus.ENROLLED, school_class__isnull=False,
            school_class__school_id=F("school_id"),
        )  # fmt: skip
        return bool(self._rooms) and (bool(self._led) or placed.exists())

    @cached_property
    def _session(self) -> tuple[str, int]:
        year = school_year_of(self._today)
        return f"year.{year}", year

    # The files.

    def _header(self, name: str, extensions: Sequence[str] = ()) -> list[str]:
        more = [f"{standard.EXTENSION}{code}" for code in extensions] if self.is_full else []
        return [*standard.COLUMNS[name], *more]

    def _line(
        self, name: str, values: Mapping[str, Any], extensions: Sequence[str] = (), more: Any = None
    ) -> list[Any]:
        cells = [values.get(column) for column in standard.COLUMNS[name]]
        return [*cells, *((more or {}).get(code) for code in extensions)] if self.is_full else cells

    def _orgs(self) -> Iterator[Iterable[Any]]:
        name = "orgs.csv"
        yield self._header(name, ORG_EXTENSIONS)
        for code, called, kind, parent in self._above():
            values = {
                "sourcedId": code, "name": called, "type": _ORG_TYPES.get(kind, "department"), "identifier": code,
                "parentSourcedId": parent,
            }  # fmt: skip
            yield self._line(name, values, ORG_EXTENSIONS)
        for row in self._school_rows:
            values = {
                "sourcedId": row["code"], "name": row["name"], "type": "school", "identifier": row["code"],
                "parentSourcedId": row["parent"],
            }  # fmt: skip
            yield self._line(name, values, ORG_EXTENSIONS, row)

    def _above(self) -> list[tuple[str, str, str, str | None]]:
        """The units above the schools, highest first: code, name, kind, parent. Three queries."""
        codes = [row["code"] for row in self._school_rows]
        administrative = {"hierarchy": Hierarchy.ADMINISTRATIVE}
        lines = Ancestry.objects.filter(
            holds_on(self._today), descendant__code__in=codes, distance__gt=0, **administrative
        )
        units = Unit.objects.filter(pk__in=lines.order_by().values("ancestor_id")).exclude(code__in=codes)
        names = dict(UnitName.objects.filter(holds_on(self._today), unit__in=units).values_list("unit_id", "name"))
        parents = dict(
            Membership.objects.filter(holds_on(self._today), unit__in=units, **administrative).values_list(
                "unit_id", "parent__code"
            )
        )
        found = [
            (unit.code, names.get(unit.pk, unit.code), unit.kind, parents.get(unit.pk)) for unit in units.order_by("pk")
        ]
        return sorted(found, key=lambda one: (one[3] is not None, one[0]))

    def _sessions(self) -> Iterator[Iterable[Any]]:
        yield self._header("academicSessions.csv")
        key, year = self._session
        values = {
            "sourcedId": key, "title": f"{year}—{year + 1}学年", "type": "schoolYear", "startDate": date(year, 9, 1),
            "endDate": date(year + 1, 9, 1), "schoolYear": year + 1,
        }  # fmt: skip
        yield self._line("academicSessions.csv", values)

    def _courses(self) -> Iterator[Iterable[Any]]:
        yield self._header("courses.csv")
        owner = next((code for code, _name, _kind, parent in self._above() if parent is None), None)
        for stage in Stage:
            values = {
                "sourcedId": f"course.{stage.value}", "title": _STAGES[stage.value],
                "orgSourcedId": owner or self._school_rows[0]["code"],
            }  # fmt: skip
            yield self._line("courses.csv", values)

    def _class_rows(self) -> Iterator[Iterable[Any]]:
        name = "classes.csv"
        yield self._header(name, CLASS_EXTENSIONS)
        target = ClassTarget(self.scope, self.actor_id, self.now)
        for part in _slices(array("q", self._rooms)):
            for pk, _school, row in target.shown(dict.fromkeys(part, ())):
                values = {
                    "sourcedId": self._rooms[pk][0], "title": row["name"], "grades": standard.grade_code(row["stage"], row["grade"]),
                    "courseSourcedId": f"course.{row['stage']}", "classCode": row["number"], "classType": "homeroom",
                    "schoolSourcedId": row["school"], "termSourcedIds": self._session[0],
                }  # fmt: skip
                yield self._line(name, values, CLASS_EXTENSIONS, row)

    def _users(self) -> Iterator[Iterable[Any]]:
        yield self._header("users.csv", USER_EXTENSIONS)
        for target, keys, column, purpose, make in (
            (TeacherTarget(self.scope, self.actor_id, self.now), self._teachers, "teacher_id", Purpose.STAFF, self._teacher),
            (PupilTarget(self.scope, self.actor_id, self.now), self._pupils, "pupil_id", Purpose.ROLL, self._pupil),
        ):  # fmt: skip
            for part in _slices(keys):
                ids = self._pupil_ids(part) if column == "pupil_id" else {}
                shown = list(target.shown(dict.fromkeys(part, ("",))))
                for pk, _school, row in shown:
                    if pk in ids:
                        row["number"] = ids[pk][1] or None
                handed = shown if self.is_full else [(pk, school, {}) for pk, school, _values in shown]
                target.note_export(column, handed, purpose)
                for pk, _school, row in shown:
                    yield make(row, *ids.get(pk, ()))

    def _teacher(self, row: Mapping[str, Any]) -> Iterable[Any]:
        family, given = standard.split_name(row["name"] or "-")
        key = f"staff.{row['staff_number']}"
        values = {
            "sourcedId": key, "enabledUser": True, "username": key, "givenName": given, "familyName": family,
            "identifier": row["staff_number"], "phone": row["phone"] if self.is_full else None,
            "primaryOrgSourcedId": row["school"],
        }  # fmt: skip
        own = {code: row[code] for code in TEACHER_EXTENSIONS}
        return self._line("users.csv", values, USER_EXTENSIONS, own)

    def _pupil_ids(self, part: Sequence[int]) -> dict[int, tuple[str, str, str | None]]:
        """sourcedId, enrolment number and grade of pupils."""
        found = Pupil.objects.filter(pk__in=part).values_list(
            "pk", "external_id", "public_id", "enrolment_number", "school_class__stage", "school_class__grade"
        )
        return {
            pk: (external_id or public_id, number, standard.grade_code(stage, grade) if stage else None)
            for pk, external_id, public_id, number, stage, grade in found
        }

    def _pupil(self, row: Mapping[str, Any], key: str, number: str, grade: str | None) -> Iterable[Any]:
        family, given = standard.split_name(row["name"] or "-")
        values = {
            "sourcedId": key, "enabledUser": True, "username": key, "givenName": given, "familyName": family,
            "identifier": number if self.is_full else None, "grades": grade, "primaryOrgSourcedId": row["school"],
        }  # fmt: skip
        own = {code: row[code] for code in PUPIL_EXTENSIONS}
        return self._line("users.csv", values, USER_EXTENSIONS, own)

    def _roles(self) -> Iterator[Iterable[Any]]:
        yield self._header("roles.csv")
        for part in _slices(self._teachers):
            found = Teacher.objects.filter(pk__in=part).order_by("pk")
            for number, school in found.values_list("staff_number", "school__unit__code"):
                yield self._role(f"staff.{number}", "teacher", school, None)
        for part in _slices(self._pupils):
            found = Pupil.objects.filter(pk__in=part).order_by("pk")
            names = ("external_id", "public_id", "school__unit__code", "entered_on")
            for external_id, public_id, school, entered_on in found.values_list(*names):
                yield self._role(external_id or public_id, "student", school, entered_on if self.is_full else None)

    def _role(self, user: str, role: str, school: str, begins_on: date | None) -> Iterable[Any]:
        values = {
            "sourcedId": f"role.{user}", "userSourcedId": user, "roleType": "primary", "role": role, "beginDate": begins_on,
            "orgSourcedId": school,
        }  # fmt: skip
        return self._line("roles.csv", values)

    def _demographics(self) -> Iterator[Iterable[Any]]:
        yield self._header("demographics.csv")
        for part in _slices(self._teachers):
            found = Teacher.objects.filter(pk__in=part).order_by("pk")
            for number, born, gender in found.values_list("staff_number", "birth_on", "gender"):
                yield self._demographic(f"staff.{number}", born, gender)
        for part in _slices(self._pupils):
            found = Pupil.objects.filter(pk__in=part).order_by("pk")
            for external_id, public_id, born, gender in found.values_list(
                "external_id", "public_id", "birth_on", "gender"
            ):
                yield self._demographic(external_id or public_id, born, gender)

    def _demographic(self, user: str, born: date | None, gender: str) -> Iterable[Any]:
        values = {"sourcedId": user, "birthDate": born, "sex": standard.SEX_OF.get(gender)}
        return self._line("demographics.csv", values)

    def _enrollments(self) -> Iterator[Iterable[Any]]:
        yield self._header("enrollments.csv")
        for room, number in self._led:
            user = f"staff.{number}"
            values = {
                "sourcedId": f"leads.{self._rooms[room][0]}", "classSourcedId": self._rooms[room][0],
                "schoolSourcedId": self._rooms[room][1], "userSourcedId": user, "role": "teacher", "primary": True,
            }  # fmt: skip
            yield self._line("enrollments.csv", values)
        for part in _slices(self._pupils):
            found = Pupil.objects.filter(pk__in=part, school_class__isnull=False).order_by("pk")
            names = ("external_id", "public_id", "school_class_id", "school__unit__code")
            for external_id, public_id, room, school in found.values_list(*names):
                if room not in self._rooms or self._rooms[room][1] != school:
                    # The class has ended, or was opened after the classes were written.
                    continue
                user = external_id or public_id
                values = {
                    "sourcedId": f"enrolment.{user}", "classSourcedId": self._rooms[room][0], "schoolSourcedId": school,
                    "userSourcedId": user, "role": "student",
                }  # fmt: skip
                yield self._line("enrollments.csv", values)


def _manifest(present: set[str]) -> Iterator[Iterable[Any]]:
    yield ("propertyName", "value")
    yield ("manifest.version", "1.0")
    yield ("oneroster.version", standard.VERSION)
    for name in standard.WRITTEN:
        yield (f"file.{name}", "bulk" if f"{name}.csv" in present else "absent")
    yield ("source.systemName", "yaodian")
    yield ("source.systemCode", "yaodian")


def _slices(keys: array[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), rows.EXPORT_CHUNK):
        yield list(keys[start : start + rows.EXPORT_CHUNK])


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return guarded(value)


def _texts(lines: Iterator[Iterable[Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for line in lines:
        writer.writerow([_cell(value) for value in line])
        if buffer.tell() > 1 << 17:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
