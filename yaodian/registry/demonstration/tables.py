"""The rows of the city, one class a table, with the field names of the registry.

A foreign key stands as the other row's key in words: a unit's or school's code, a class's, teacher's, pupil's or guardian's
`key`. A key is the external id under which the row is imported again without being doubled. Days are days; what is not
known is None, which is never the same as 0.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Unit(NamedTuple):
    code: str
    kind: str
    opened_on: date
    closed_on: date | None


class UnitName(NamedTuple):
    unit: str
    name: str
    short_name: str
    from_on: date
    until_on: date | None


class Membership(NamedTuple):
    hierarchy: str
    unit: str
    parent: str
    from_on: date
    until_on: date | None


class Succession(NamedTuple):
    predecessor: str
    successor: str
    kind: str
    on: date


class Person(NamedTuple):
    key: str
    name: str


class Post(NamedTuple):
    person: str
    unit: str
    title: str
    from_on: date
    until_on: date | None


class School(NamedTuple):
    unit: str
    school_type: str
    runner: str
    is_public: bool
    is_inclusive: bool
    area_kind: str
    address: str
    longitude: float | None
    latitude: float | None
    is_boarding: bool
    is_minority: bool
    credit_code: str
    founded_year: int


class Campus(NamedTuple):
    school: str
    code: str
    name: str
    address: str
    longitude: float
    latitude: float
    is_main: bool


class SchoolClass(NamedTuple):
    key: str
    school: str
    stage: str
    grade: int
    entered_year: int
    number: int
    name: str
    campus: str
    homeroom_teacher: str
    from_on: date
    until_on: date | None


class Teacher(NamedTuple):
    staff_number: str
    person: str
    name: str
    id_number: str
    gender: str
    birth_on: date
    school: str
    establishment: str
    qualification: str
    title: str
    subject: str
    stage: str
    has_certificate: bool
    backbone_level: str
    started_year: int
    phone: str
    status: str


class TeacherPost(NamedTuple):
    teacher: str
    school: str
    duty: str
    from_on: date
    until_on: date | None


class Pupil(NamedTuple):
    key: str
    enrolment_number: str
    name: str
    id_number: str
    gender: str
    birth_on: date
    ethnicity: str
    school: str
    school_class: str
    is_boarding: bool
    is_migrant: bool
    is_left_behind: bool
    has_disability: bool
    disability_kind: str
    is_poor: bool
    residence: str
    status: str
    entered_on: date
    left_on: date | None


class Enrolment(NamedTuple):
    pupil: str
    school: str
    school_class: str
    from_on: date
    until_on: date | None


class Guardian(NamedTuple):
    key: str
    name: str
    phone: str
    id_number: str


class Guardianship(NamedTuple):
    pupil: str
    guardian: str
    relation: str
    is_primary: bool
    is_confirmed: bool


class YearlyReturn(NamedTuple):
    school: str
    year: int
    stage: str
    pupils_by_grade: list[int]
    classes_by_grade: list[int]
    class_size_bands: dict[str, int]
    largest_class: int | None
    girls: int | None
    minority: int | None
    migrant: int | None
    left_behind: int | None
    boarding: int | None
    disabled: int | None
    entrants: int | None
    graduates: int | None
    moved_in: int | None
    moved_out: int | None
    dropped_out: int | None
    deaths: int | None
    full_time: int | None
    above_required_qualification: int | None
    by_qualification: dict[str, int]
    by_title: dict[str, int]
    backbone_county_or_above: int | None
    sports: int | None
    music: int | None
    art: int | None
    certified: int | None
    trained_360: int | None
    in_establishment: int | None
    exchanged: int | None
    exchange_eligible: int | None
    site: int | None
    sports_ground: int | None
    indoor_sports: int | None
    teaching_rooms: int | None
    living: int | None
    dangerous: int | None
    ordinary_rooms: int | None
    music_rooms: int | None
    music_rooms_area: int | None
    art_rooms: int | None
    art_rooms_area: int | None
    multimedia_classrooms: int | None
    equipment_value_10k_yuan: str | None
    computers: int | None
    books: int | None
    public_funds_per_pupil: int | None
    training_funds: int | None


Row = tuple[object, ...]
