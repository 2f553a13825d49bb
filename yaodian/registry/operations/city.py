"""A synthetic city into the database, in bulk and all or none."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.keys import blind_index
from yaodian.organisations.models import PUBLIC_ALPHABET, Account
from yaodian.organisations.operations import UnableToLoadUnits, load_people, load_units
from yaodian.registry.demonstration.city import City, CityPart
from yaodian.registry.demonstration.tables import YearlyReturn as YearlyReturnRow
from yaodian.registry.models import (
    Campus,
    Enrolment,
    Guardian,
    Guardianship,
    Pupil,
    School,
    SchoolClass,
    Teacher,
    TeacherPost,
    YearlyReturn,
)
from yaodian.registry.operations.bulk import BulkTable

Progress = Callable[[str, int], None]
_UNIT_TABLES = ("units", "unit_names", "memberships", "successions")
SOURCE = "demonstration"


class UnableToLoadCity(RuntimeError):
    """The city cannot be loaded; the message says why and what to do."""


def load_city(
    *, actor: Account | None, city: City, now: datetime, progress: Progress = lambda _table, _rows: None
) -> dict[str, int]:
    """Loads every table of the city in one transaction, one entry in the journal for each; returns the rows of each.

    `progress` is told a table and how many rows it has got so far. Raises UnableToLoadCity where the city, or anything
    with its codes, is there already.
    """
    try:
        with transaction.atomic():
            return _Load(actor, city, now, progress).load()
    except UnableToLoadUnits as error:
        raise UnableToLoadCity(
            _("%(city)s装不进这个数据库：%(why)s请换一个空的数据库。") % {"city": city.name, "why": error}
        ) from error


class _Load:
    def __init__(self, actor: Account | None, city: City, now: datetime, progress: Progress) -> None:
        self.actor, self.city, self.now, self.progress = actor, city, now, progress
        self.counts: dict[str, int] = {}
        self.ids: dict[str, dict[str, int]] = {}
        self.tables: dict[str, BulkTable] = {}
        self.next: dict[str, int] = {}
        self.public_ids = _public_ids()

    def load(self) -> dict[str, int]:
        self._units()
        for part in self.city.parts():
            for table, load in _TABLES.items():
                load(self, part)
                self.progress(table, self.counts[table])
        for table, bulk in self.tables.items():
            bulk.close()
            record(
                actor=self.actor,
                code=f"registry.city.load_{table}",
                subject=f"city:{self.city.name}",
                detail={"scale": self.city.scale.name, "seed": self.city.seed, "rows": self.counts[table]},
                at=self.now,
            )
        return self.counts

    def _units(self) -> None:
        """Units, people and posts: they belong to the organisation, and are few."""
        first = next(self.city.parts())
        units, names, memberships, successions = (first.rows(table) for table in _UNIT_TABLES)
        self.ids["units"] = load_units(
            actor=self.actor,
            units=units,
            names=names,
            memberships=memberships,
            successions=successions,
            now=self.now,
        )
        people, posts = [], []
        for part in self.city.parts():
            people += part.rows("people")
            posts += part.rows("posts")
        self.ids["people"] = load_people(
            actor=self.actor, people=people, posts=posts, units=self.ids["units"], now=self.now
        )
        for table, rows in (
            *zip(_UNIT_TABLES, (units, names, memberships, successions), strict=True),
            ("people", people),
            ("posts", posts),
        ):
            self.counts[table] = len(rows)
            self.progress(table, len(rows))

    def _write(
        self,
        table: str,
        model: type[Model],
        rows: list[Any],
        names: Sequence[str],
        values: Callable[[Any], Sequence[Any]],
    ) -> range:
        """Writes the rows of a part, each under the next id; `values` gives a row's values in the order of `names`."""
        bulk = self.tables.get(table)
        if bulk is None:
            bulk = self.tables[table] = BulkTable(model, ("id", *names))
            self.next[table] = bulk.next_id()
        ids = range(self.next[table], self.next[table] + len(rows))
        bulk.write((number, *values(row)) for number, row in zip(ids, rows, strict=True))
        self.next[table] = ids.stop
        self.counts[table] = self.counts.get(table, 0) + len(rows)
        return ids

    def _schools(self, part: CityPart) -> None:
        rows, units = part.rows("schools"), self.ids["units"]
        names = (
            "unit_id", "school_type", "runner", "is_public", "is_inclusive", "area_kind", "address", "longitude",
            "latitude", "is_boarding", "is_minority", "credit_code", "founded_year", "version",
        )  # fmt: skip
        ids = self._write("schools", School, rows, names, lambda row: (units[row.unit], *row[1:], 1))
        self.ids["schools"] = {row.unit: number for row, number in zip(rows, ids, strict=True)}

    def _campuses(self, part: CityPart) -> None:
        rows, schools = part.rows("campuses"), self.ids["schools"]
        names = ("school_id", "code", "name", "address", "longitude", "latitude", "is_main", "version")
        ids = self._write("campuses", Campus, rows, names, lambda row: (schools[row.school], *row[1:], 1))
        self.ids["campuses"] = {f"{row.school} {row.code}": number for row, number in zip(rows, ids, strict=True)}

    def _teachers(self, part: CityPart) -> None:
        rows, schools, people = part.rows("teachers"), self.ids["schools"], self.ids["people"]
        names = (
            "staff_number", "person_id", "name", "name_index", "id_number", "id_number_index", "gender", "birth_year",
            "birth_on", "school_id", "establishment", "qualification", "title", "subject", "stage", "has_certificate",
            "backbone_level", "started_year", "phone", "phone_index", "status", "left_on", "public_id", "version",
        )  # fmt: skip

        def values(row: Any) -> Sequence[Any]:
            return (
                row.staff_number, people.get(row.person), row.name, indexed("teacher", "name", row.name), row.id_number,
                indexed("teacher", "id_number", row.id_number), row.gender, row.birth_on.year, row.birth_on,
                schools[row.school], row.establishment, row.qualification, row.title, row.subject, row.stage,
                row.has_certificate, row.backbone_level, row.started_year, row.phone,
                indexed("teacher", "phone", row.phone), row.status, None, next(self.public_ids), 1,
            )  # fmt: skip

        ids = self._write("teachers", Teacher, rows, names, values)
        self.ids["teachers"] = {row.staff_number: number for row, number in zip(rows, ids, strict=True)}

    def _teacher_posts(self, part: CityPart) -> None:
        teachers, schools = self.ids["teachers"], self.ids["schools"]
        self._write(
            "teacher_posts",
            TeacherPost,
            part.rows("teacher_posts"),
            ("teacher_id", "school_id", "duty", "from_on", "until_on"),
            lambda row: (teachers[row.teacher], schools[row.school], *row[2:]),
        )

    def _school_classes(self, part: CityPart) -> None:
        rows, schools, teachers = part.rows("school_classes"), self.ids["schools"], self.ids["teachers"]
        campuses = self.ids["campuses"]
        names = (
            "external_id", "school_id", "stage", "grade", "entered_year", "number", "name", "campus_id",
            "homeroom_teacher_id", "from_on", "until_on", "public_id", "version",
        )  # fmt: skip

        def values(row: Any) -> Sequence[Any]:
            return (
                row.key, schools[row.school], row.stage, row.grade, row.entered_year, row.number, row.name,
                campuses[f"{row.school} {row.campus}"], teachers[row.homeroom_teacher], row.from_on, row.until_on,
                next(self.public_ids), 1,
            )  # fmt: skip

        ids = self._write("school_classes", SchoolClass, rows, names, values)
        self.ids["school_classes"] = {row.key: number for row, number in zip(rows, ids, strict=True)}

    def _pupils(self, part: CityPart) -> None:
        rows, schools, classes = part.rows("pupils"), self.ids["schools"], self.ids["school_classes"]
        names = (
            "external_id", "enrolment_number", "enrolment_number_index", "name", "name_index", "id_number",
            "id_number_index", "gender", "birth_year", "birth_on", "ethnicity", "school_id", "school_class_id",
            "is_boarding", "is_migrant", "is_left_behind", "has_disability", "disability_kind", "is_poor", "residence",
            "status", "entered_on", "left_on", "public_id", "version",
        )  # fmt: skip

        def values(row: Any) -> Sequence[Any]:
            return (
                row.key, row.enrolment_number, indexed("pupil", "enrolment_number", row.enrolment_number), row.name,
                indexed("pupil", "name", row.name), row.id_number, indexed("pupil", "id_number", row.id_number),
                row.gender, row.birth_on.year, row.birth_on, row.ethnicity, schools[row.school],
                classes.get(row.school_class), row.is_boarding, row.is_migrant, row.is_left_behind, row.has_disability,
                row.disability_kind, row.is_poor, row.residence, row.status, row.entered_on, row.left_on,
                next(self.public_ids), 1,
            )  # fmt: skip

        ids = self._write("pupils", Pupil, rows, names, values)
        self.ids["pupils"] = {row.key: number for row, number in zip(rows, ids, strict=True)}

    def _enrolments(self, part: CityPart) -> None:
        pupils, schools, classes = self.ids["pupils"], self.ids["schools"], self.ids["school_classes"]
        self._write(
            "enrolments",
            Enrolment,
            part.rows("enrolments"),
            ("pupil_id", "school_id", "school_class_id", "from_on", "until_on"),
            lambda row: (pupils[row.pupil], schools[row.school], classes.get(row.school_class), *row[3:]),
        )

    def _guardians(self, part: CityPart) -> None:
        rows = part.rows("guardians")
        names = (
            "external_id", "name", "name_index", "phone", "phone_index", "id_number", "id_number_index", "public_id",
            "version",
        )  # fmt: skip

        def values(row: Any) -> Sequence[Any]:
            return (
                row.key, row.name, indexed("guardian", "name", row.name), row.phone,
                indexed("guardian", "phone", row.phone), row.id_number,
                indexed("guardian", "id_number", row.id_number), next(self.public_ids), 1,
            )  # fmt: skip

        ids = self._write("guardians", Guardian, rows, names, values)
        self.ids["guardians"] = {row.key: number for row, number in zip(rows, ids, strict=True)}

    def _guardianships(self, part: CityPart) -> None:
        pupils, guardians = self.ids["pupils"], self.ids["guardians"]
        self._write(
            "guardianships",
            Guardianship,
            part.rows("guardianships"),
            ("pupil_id", "guardian_id", "relation", "is_primary", "is_confirmed"),
            lambda row: (pupils[row.pupil], guardians[row.guardian], *row[2:]),
        )

    def _yearly_returns(self, part: CityPart) -> None:
        rows, schools = part.rows("yearly_returns"), self.ids["schools"]
        names = ("school_id", *YearlyReturnRow._fields[1:], "source", "changed_at", "version")
        self._write(
            "yearly_returns",
            YearlyReturn,
            rows,
            names,
            lambda row: (schools[row.school], *row[1:], SOURCE, self.now, 1),
        )


_TABLES: dict[str, Callable[[_Load, CityPart], None]] = {
    "schools": _Load._schools,
    "campuses": _Load._campuses,
    "teachers": _Load._teachers,
    "teacher_posts": _Load._teacher_posts,
    "school_classes": _Load._school_classes,
    "pupils": _Load._pupils,
    "enrolments": _Load._enrolments,
    "guardians": _Load._guardians,
    "guardianships": _Load._guardianships,
    "yearly_returns": _Load._yearly_returns,
}


def indexed(model: str, name: str, value: str) -> bytes | None:
    """The blind index of a value of a column; null where there is no value."""
    return blind_index(value, purpose=f"registry.{model}.{name}") if value else None


def _public_ids() -> Iterator[str]:
    """As `new_public_id`, many at once: bytes of the system's randomness that fall on the alphabet evenly."""
    even = 256 - 256 % len(PUBLIC_ALPHABET)
    table = bytes(ord(PUBLIC_ALPHABET[byte % len(PUBLIC_ALPHABET)]) for byte in range(256))
    uneven = bytes(range(even, 256))
    while True:
        text = os.urandom(12 * 1024).translate(table, uneven).decode("ascii")
        for start in range(0, len(text) - 11, 12):
            yield text[start : start + 12]
