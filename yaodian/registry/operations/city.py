"""A synthetic city into the database, in bulk and all or none."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToLoadUnits, load_people, load_units
from yaodian.registry.demonstration import tables as rows_of
from yaodian.registry.demonstration.city import City, CityPart
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
from yaodian.registry.operations.bulk import insert_rows

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

    def load(self) -> dict[str, int]:
        self._units()
        for part in self.city.parts():
            for table, load in _TABLES.items():
                load(self, part)
                self.progress(table, self.counts[table])
        for table in _TABLES:
            record(
                actor=self.actor,
                code="registry.city.load",
                subject=f"table:{table}",
                detail={
                    "city": self.city.name,
                    "scale": self.city.scale.name,
                    "seed": self.city.seed,
                    "count": self.counts[table],
                },
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
        columns: Sequence[str],
        values: Callable[[Any], Sequence[Any]],
    ) -> list[int]:
        """Writes the rows of a part, `values` in the order of `columns`; returns their ids in the order of the rows."""
        ids = insert_rows(model=model, columns=columns, rows=[values(row) for row in rows], now=self.now)
        self.counts[table] = self.counts.get(table, 0) + len(rows)
        return ids

    def _schools(self, part: CityPart) -> None:
        rows, units = part.rows("schools"), self.ids["units"]
        columns = ("unit_id", *rows_of.School._fields[1:])
        ids = self._write("schools", School, rows, columns, lambda row: (units[row.unit], *row[1:]))
        self.ids["schools"] = {row.unit: number for row, number in zip(rows, ids, strict=True)}

    def _campuses(self, part: CityPart) -> None:
        rows, schools = part.rows("campuses"), self.ids["schools"]
        columns = ("school_id", *rows_of.Campus._fields[1:])
        ids = self._write("campuses", Campus, rows, columns, lambda row: (schools[row.school], *row[1:]))
        self.ids["campuses"] = {f"{row.school} {row.code}": number for row, number in zip(rows, ids, strict=True)}

    def _teachers(self, part: CityPart) -> None:
        rows, schools, people = part.rows("teachers"), self.ids["schools"], self.ids["people"]
        columns = tuple(
            {"person": "person_id", "school": "school_id"}.get(name, name) for name in rows_of.Teacher._fields
        )

        def values(row: Any) -> Sequence[Any]:
            return row._replace(person=people.get(row.person), school=schools[row.school])

        ids = self._write("teachers", Teacher, rows, columns, values)
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
        renamed = {
            "key": "external_id", "school": "school_id", "campus": "campus_id", "homeroom_teacher": "homeroom_teacher_id",
        }  # fmt: skip
        columns = tuple(renamed.get(name, name) for name in rows_of.SchoolClass._fields)

        def values(row: Any) -> Sequence[Any]:
            return row._replace(
                school=schools[row.school],
                campus=campuses[f"{row.school} {row.campus}"],
                homeroom_teacher=teachers[row.homeroom_teacher],
            )

        ids = self._write("school_classes", SchoolClass, rows, columns, values)
        self.ids["school_classes"] = {row.key: number for row, number in zip(rows, ids, strict=True)}

    def _pupils(self, part: CityPart) -> None:
        rows, schools, classes = part.rows("pupils"), self.ids["schools"], self.ids["school_classes"]
        renamed = {"key": "external_id", "school": "school_id", "school_class": "school_class_id"}
        columns = tuple(renamed.get(name, name) for name in rows_of.Pupil._fields)

        def values(row: Any) -> Sequence[Any]:
            return row._replace(school=schools[row.school], school_class=classes.get(row.school_class))

        ids = self._write("pupils", Pupil, rows, columns, values)
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
        ids = self._write("guardians", Guardian, rows, ("external_id", *rows_of.Guardian._fields[1:]), lambda row: row)
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
        schools = self.ids["schools"]
        self._write(
            "yearly_returns",
            YearlyReturn,
            part.rows("yearly_returns"),
            ("school_id", *rows_of.YearlyReturn._fields[1:], "source"),
            lambda row: (schools[row.school], *row[1:], SOURCE),
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
