"""What the HTTP API gives of the registry: within the account's scope, masked, page by page."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import StringConstraints

from yaodian.foundation.api import ABSENT, REFUSALS, Refusal
from yaodian.foundation.sheets.describing import schema
from yaodian.organisations.access import SessionHolding, account_of
from yaodian.registry import operations, queries, sheets
from yaodian.registry.models import FIGURES, School

router = Router(tags=["registry"])
VIEWER = SessionHolding("registry.view")


PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]
Word = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]
Place = Annotated[str, StringConstraints(max_length=200, pattern=r"^[0-9A-Za-z_-]*$")]
Size = Annotated[int, Field(ge=1, le=100)]


# Lists of people take from the day's budget of records.
SPENT: dict[Any, Any] = {**REFUSALS, 429: Refusal}


class SheetOut(Schema):
    """A table that goes in and out as a file: the same columns everywhere."""

    code: str
    label: str
    english: str
    key: list[str]
    headers: dict[str, str]
    """What each column is called in a file, by its code."""
    row: dict[str, Any]
    """The JSON Schema of a row."""


@router.get("/sheets", auth=SessionHolding("registry.import"), response={200: list[SheetOut], **REFUSALS})
def list_sheets(request: HttpRequest) -> list[SheetOut]:
    """The tables that may be imported and exported, with the schema of a row of each."""
    return [
        SheetOut(
            code=sheet.code,
            label=str(sheet.label),
            english=sheet.english,
            key=list(sheet.key),
            headers={column.code: column.header for column in sheet.columns},
            row=schema(sheet).model_json_schema(),
        )
        for sheet in sheets.ALL
    ]


class SchoolOut(Schema):
    """A school in a list."""

    public_id: str
    code: str
    name: str
    county: str
    school_type: str
    runner: str
    is_public: bool
    is_inclusive: bool
    area_kind: str
    stages: list[str]
    address: str
    longitude: float | None
    latitude: float | None
    is_boarding: bool
    pupils: int
    classes: int
    version: int


class SchoolList(Schema):
    """One page of schools."""

    items: list[SchoolOut]
    page: int
    pages: int
    total: int


class GradeOut(Schema):
    """A grade of a school now."""

    stage: str
    label: str
    classes: int
    pupils: int
    girls: int


class CampusOut(Schema):
    """A campus."""

    code: str
    name: str
    address: str
    longitude: float | None
    latitude: float | None
    is_main: bool


class SchoolDetail(SchoolOut):
    """A school with its figures."""

    girls: int
    teachers: int
    grades: list[GradeOut]
    campuses: list[CampusOut]
    years: list[int]


class Listed(Schema):
    """Where a list goes on: send `after` with the next call; `total` counts to 1,000 and no further."""

    after: str
    total: int
    is_more: bool


class ClassOut(Schema):
    """A class."""

    public_id: str
    school: str
    stage: str
    grade: int
    entered_year: int
    number: int
    name: str
    pupils: int
    homeroom: str


class ClassList(Listed):
    """One page of classes."""

    items: list[ClassOut]


class TeacherOut(Schema):
    """A teacher, without what is sensitive."""

    public_id: str
    staff_number: str
    name: str
    gender: str
    birth_year: int | None
    school: str
    school_id: str
    stage: str
    subject: str
    qualification: str
    title: str
    establishment: str
    backbone: str
    has_certificate: bool
    status: str


class TeacherList(Listed):
    """One page of teachers."""

    items: list[TeacherOut]


class PupilOut(Schema):
    """A pupil; the enrolment number is masked."""

    public_id: str
    name: str
    enrolment_number: str
    gender: str
    birth_year: int | None
    school: str
    school_id: str
    class_name: str
    class_id: str
    status: str
    is_boarding: bool
    is_migrant: bool
    is_left_behind: bool


class PupilList(Listed):
    """One page of pupils."""

    items: list[PupilOut]


class ReturnOut(Schema):
    """A yearly return; what was not reported is null, and never 0."""

    school_code: str
    year: int
    stage: str
    figures: dict[str, Any]
    version: int


class ReturnList(Listed):
    """One page of yearly returns."""

    items: list[ReturnOut]


class SchoolsIn(Schema):
    """Which schools."""

    text: Word = ""
    county: Word = ""
    school_type: Word = ""
    stage: Word = ""
    status: Word = "open"
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Size = 50


class ClassesIn(Schema):
    """Which classes."""

    school: Word = ""
    stage: Word = ""
    grade: Annotated[int, Field(ge=1, le=12)] | None = None
    status: Word = "open"
    after: Place = ""
    size: Size = 50


class PeopleIn(Schema):
    """Which teachers or pupils; `text` is a whole name or number."""

    text: Word = ""
    school: Word = ""
    stage: Word = ""
    status: Word = ""
    after: Place = ""
    size: Size = 50


class ReturnsIn(Schema):
    """Which yearly returns."""

    school: Word = ""
    stage: Word = ""
    year: Annotated[int, Field(ge=1949, le=2199)] | None = None
    after: Place = ""
    size: Size = 50


def _school(school: School, name: str, county: str, pupils: int, classes: int) -> dict[str, Any]:
    columns = (
        *("school_type", "runner", "is_public", "is_inclusive", "area_kind", "address", "longitude", "latitude"),
        *("is_boarding", "version"),
    )
    return {
        "public_id": school.unit.public_id,
        "code": school.unit.code,
        "name": name,
        "county": county,
        "stages": [str(stage) for stage in school.stages],
        "pupils": pupils,
        "classes": classes,
        **{column: getattr(school, column) for column in columns},
    }


def _listed(found: queries.Slice[Any], items: list[Any]) -> dict[str, Any]:
    return {"items": items, "after": found.after, "total": found.total, "is_more": found.is_more}


@router.get(
    "/schools", response={200: SchoolList, **REFUSALS}, summary="List schools", operation_id="list_schools", auth=VIEWER
)
def list_schools(request: HttpRequest, asked: Query[SchoolsIn]) -> Any:
    """The schools that the account reaches, by code."""
    filters = queries.SchoolFilters(
        text=asked.text,
        county=asked.county,
        school_type=asked.school_type,
        stage=asked.stage,
        status=asked.status,
    )
    page = queries.schools(account=request.user, filters=filters, page=asked.page, size=asked.size)
    items = [_school(row.school, row.name, row.county, row.pupils, row.classes) for row in page.items]
    return {"items": items, "page": page.number, "pages": page.pages, "total": page.total}


@router.get(
    "/schools/{public_id}",
    response={200: SchoolDetail, **ABSENT},
    summary="Get a school",
    operation_id="get_school",
    auth=VIEWER,
)
def get_school(request: HttpRequest, public_id: PublicId) -> Any:
    """A school with its figures."""
    try:
        page = queries.school_page(account=request.user, public_id=public_id)
    except ObjectDoesNotExist:
        detail = _("没有找到这所学校，或者您的权限不包括它。请核对地址。")
        return Status(404, Refusal(code="not-found", detail=detail))
    return {
        **_school(page.school, page.name, page.county, page.pupils, len(page.classes)),
        "girls": page.girls,
        "teachers": page.teachers,
        "grades": list(page.grades),
        "campuses": list(page.campuses),
        "years": list(page.years),
    }


@router.get(
    "/classes",
    response={200: ClassList, **REFUSALS},
    summary="List classes",
    operation_id="list_classes",
    auth=VIEWER,
)
def list_classes(request: HttpRequest, asked: Query[ClassesIn]) -> Any:
    """The classes of the schools that the account reaches."""
    filters = queries.ClassFilters(school=asked.school, stage=asked.stage, grade=asked.grade, status=asked.status)
    found = queries.classes(account=request.user, filters=filters, after=asked.after, size=asked.size)
    columns = ("public_id", "stage", "grade", "entered_year", "number", "name")
    items = [
        {
            **{column: getattr(one.row, column) for column in columns},
            "school": one.school,
            "pupils": one.pupils,
            "homeroom": one.homeroom,
        }
        for one in found.items
    ]
    return _listed(found, items)


@router.get(
    "/teachers",
    response={200: TeacherList, **SPENT},
    summary="List teachers",
    operation_id="list_teachers",
    auth=VIEWER,
)
def list_teachers(request: HttpRequest, asked: Query[PeopleIn]) -> Any:
    """The teachers of the schools that the account reaches."""
    filters = queries.TeacherFilters(
        text=asked.text, school=asked.school, stage=asked.stage, status=asked.status or "working"
    )
    found = operations.list_teachers(
        actor=account_of(request), filters=filters, after=asked.after, size=asked.size, now=timezone.now()
    )
    return _listed(found, list(found.items))


@router.get(
    "/pupils", response={200: PupilList, **SPENT}, summary="List pupils", operation_id="list_pupils", auth=VIEWER
)
def list_pupils(request: HttpRequest, asked: Query[PeopleIn]) -> Any:
    """The pupils of the schools that the account reaches, masked."""
    filters = queries.PupilFilters(
        text=asked.text, school=asked.school, stage=asked.stage, status=asked.status or "present"
    )
    found = operations.list_pupils(
        actor=account_of(request), filters=filters, after=asked.after, size=asked.size, now=timezone.now()
    )
    return _listed(found, list(found.items))


@router.get(
    "/returns",
    response={200: ReturnList, **REFUSALS},
    summary="List yearly returns",
    operation_id="list_returns",
    auth=VIEWER,
)
def list_returns(request: HttpRequest, asked: Query[ReturnsIn]) -> Any:
    """The yearly returns of the schools that the account reaches."""
    found = queries.returns(
        account=request.user,
        year=asked.year,
        school=asked.school,
        stage=asked.stage,
        after=asked.after,
        size=asked.size,
    )
    items = [
        {
            "school_code": row.school.unit.code,
            "year": row.year,
            "stage": row.stage,
            "figures": {name: getattr(row, name) for name in FIGURES},
            "version": row.version,
        }
        for row in found.items
    ]
    return _listed(found, items)
