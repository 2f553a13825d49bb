"""Lists of schools and classes, a school's page, a class's page, a yearly return beside the one before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from yaodian.foundation.paging import Page, page_of
from yaodian.organisations import walls
from yaodian.organisations.models import Ancestry, Hierarchy, Unit, UnitKind, UnitName
from yaodian.organisations.queries import Visitor, named, names_of_units, parents_of, scope_of
from yaodian.registry.models import (
    PRESENT,
    RURAL,
    TOWN,
    URBAN,
    WORKING,
    AreaKind,
    Campus,
    Pupil,
    Qualification,
    School,
    SchoolClass,
    SchoolType,
    Stage,
    Teacher,
    Title,
    YearlyReturn,
    grade_label,
    types_with,
)
from yaodian.registry.queries.doubts import Doubt, doubts_about
from yaodian.registry.queries.panels import Panel, panels_for
from yaodian.registry.queries.reach import MOST_ON_A_PAGE, PAGE, VIEW, Reach, Slice, reach_of, slice_of, today

# Labels by code: a list asks for them too often to go through the choices of a field each time.
_TYPES = dict(SchoolType.choices)
_AREAS = dict(AreaKind.choices)
AREAS = {"urban": URBAN, "town": TOWN, "rural": RURAL}


@dataclass(frozen=True)
class SchoolFilters:
    """What a list of schools is narrowed to; empty values narrow nothing. `status` is open, closed or all."""

    text: str = ""
    county: str = ""
    school_type: str = ""
    stage: str = ""
    ownership: str = ""
    area: str = ""
    status: str = "open"


@dataclass(frozen=True)
class SchoolRow:
    """A school in a list; `pupils` and `classes` are those of today."""

    school: School
    name: str
    county: str
    pupils: int
    classes: int

    @property
    def public_id(self) -> str:
        return self.school.unit.public_id

    @property
    def type_label(self) -> str:
        return str(_TYPES[self.school.school_type])

    @property
    def area_label(self) -> str:
        return str(_AREAS[self.school.area_kind])

    @property
    def ownership(self) -> str:
        if self.school.is_public:
            return _("公办")
        return _("普惠性民办") if self.school.is_inclusive else _("民办")


def with_names(rows: "QuerySet[Any]", *, on: date, unit: str = "unit_id") -> "QuerySet[Any]":
    """Rows with `unit_name`, what their unit is called on a day; outside its life the nearest."""
    then = UnitName.objects.filter(unit=OuterRef(unit))
    return rows.annotate(
        unit_name=Coalesce(
            Subquery(then.filter(from_on__lte=on).order_by("-from_on").values("name")[:1]),
            Subquery(then.order_by("from_on").values("name")[:1]),
        )
    )


def names_of(*, schools: Collection[int], on: date) -> dict[int, str]:
    """What schools are called on a day, former schools out of reach too. One query; where such are among them, two."""
    found = _names(schools, on)
    beyond = set(schools) - set(found)
    if beyond and walls.stands():
        with walls.lifted():
            found |= _names(beyond, on)
    return found


def _names(schools: Collection[int], on: date) -> dict[int, str]:
    rows = with_names(School.objects.filter(pk__in=schools), on=on).order_by().values_list("pk", "unit_name")
    return dict(rows)


def _narrowed(rows: "QuerySet[School]", filters: SchoolFilters, on: date) -> "QuerySet[School]":
    for word in filters.text.replace("\x00", "").split()[:5]:
        called = UnitName.objects.filter(unit=OuterRef("unit_id")).filter(
            Q(name__icontains=word) | Q(short_name__icontains=word)
        )
        rows = rows.filter(Q(unit__code__istartswith=word) | Exists(called))
    if filters.county:
        below = Ancestry.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gt=on) | Q(until_on=F("descendant__closed_on")),
            hierarchy=Hierarchy.ADMINISTRATIVE,
            ancestor__public_id=filters.county,
            from_on__lte=on,
        )
        rows = rows.filter(unit_id__in=below.order_by().values("descendant_id"))
    if filters.school_type:
        rows = rows.filter(school_type=filters.school_type)
    if filters.stage:
        rows = rows.filter(school_type__in=types_with(filters.stage))
    if filters.ownership:
        rows = rows.filter(is_public=filters.ownership == "public")
    if filters.area in AREAS:
        rows = rows.filter(area_kind__in=AREAS[filters.area])
    is_open = Q(unit__closed_on__isnull=True) | Q(unit__closed_on__gt=on)
    if filters.status == "open":
        rows = rows.filter(is_open)
    elif filters.status == "closed":
        rows = rows.exclude(is_open)
    return rows


def schools(
    *, account: Visitor, filters: SchoolFilters | None = None, page: int = 1, size: int = PAGE, on: date | None = None
) -> Page[SchoolRow]:
    """The schools the account reaches, by code. A constant number of queries, whatever the scope."""
    day = on or today()
    reach = reach_of(account=account, on=day)
    rows = _narrowed(reach.rows(School.objects.all(), school="pk"), filters or SchoolFilters(), day)
    wanted = with_names(rows.select_related("unit"), on=day).order_by("unit__code")
    return page_of(wanted, page=page, size=size, most=MOST_ON_A_PAGE, make=lambda found: _school_rows(found, day))


def _school_rows(found: Sequence[Any], on: date) -> Iterable[SchoolRow]:
    keys = [school.pk for school in found]
    pupils = _pupils_in(keys)
    classes = dict(
        SchoolClass.objects.filter(school_id__in=keys, until_on__isnull=True)
        .order_by()
        .values_list("school_id")
        .annotate(number=Count("*"))
    )
    counties = counties_of(units=[school.unit_id for school in found], on=on)
    for school in found:
        yield SchoolRow(
            school,
            school.unit_name,
            counties.get(school.unit_id, ""),
            pupils.get(school.pk, 0),
            classes.get(school.pk, 0),
        )


def _pupils_in(keys: Collection[int]) -> dict[int, int]:
    """How many pupils are in schools now, off an index that holds no more than the counting needs."""
    return dict(
        Pupil.objects.filter(school_id__in=keys, status__in=PRESENT, merged_into__isnull=True)
        .order_by()
        .values_list("school_id")
        .annotate(number=Count("*"))
    )


def counties_of(*, units: Collection[int], on: date) -> dict[int, str]:
    """The county that each unit lies in on a day, named; none for what the city runs itself. Two queries."""
    lines = dict(
        Ancestry.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gt=on) | Q(until_on=F("descendant__closed_on")),
            hierarchy=Hierarchy.ADMINISTRATIVE,
            descendant_id__in=units,
            ancestor__kind=UnitKind.COUNTY,
            from_on__lte=on,
        )
        .order_by("from_on")
        .values_list("descendant_id", "ancestor_id")
    )
    called = names_of_units(ids=lines.values(), day=on, is_short=True)
    return {unit: called[county] for unit, county in lines.items()}


def counties(*, account: Visitor, on: date | None = None) -> list[Unit]:
    """The counties that lie in the account's scope, for a filter. One query; none for whoever has less than a county."""
    day = on or today()
    scope = scope_of(account=account, permission=VIEW, as_of=day)
    return list(named(scope.rows(Unit.objects.filter(kind=UnitKind.COUNTY), unit="pk"), day=day).order_by("code"))


# One school.


@dataclass(frozen=True)
class ClassRow:
    """A class in a list, with how many are in it and who leads it."""

    row: SchoolClass
    pupils: int
    girls: int
    school: str
    homeroom: str

    @property
    def grade(self) -> str:
        return self.row.grade_label


@dataclass(frozen=True)
class GradeRow:
    """A grade of a school now."""

    stage: str
    label: str
    classes: int
    pupils: int
    girls: int


@dataclass(frozen=True)
class SchoolPage:
    """All that the page of a school shows."""

    school: School
    name: str
    former_names: tuple[UnitName, ...]
    county: str
    parents: Mapping[str, Unit]
    campuses: tuple[Campus, ...]
    grades: tuple[GradeRow, ...]
    classes: tuple[ClassRow, ...]
    teachers: int
    qualifications: tuple[tuple[str, int], ...]
    titles: tuple[tuple[str, int], ...]
    returns: tuple[YearlyReturn, ...]
    panels: tuple[Panel, ...]

    @property
    def pupils(self) -> int:
        return sum(grade.pupils for grade in self.grades)

    @property
    def girls(self) -> int:
        return sum(grade.girls for grade in self.grades)

    @property
    def latest(self) -> tuple[YearlyReturn, ...]:
        """The returns of the latest year, one a stage."""
        return tuple(row for row in self.returns if row.year == self.returns[0].year) if self.returns else ()

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(row.year for row in self.returns))


def find_school(*, account: Visitor, public_id: str, permission: str = "registry.view") -> School:
    """A school the account reaches, with its unit and `unit_name`. Raises School.DoesNotExist."""
    on = today()
    reach = reach_of(account=account, permission=permission)
    rows = reach.rows(School.objects.all(), school="pk")
    found: School = with_names(rows.select_related("unit"), on=on).get(unit__public_id=public_id)
    return found


def school_page(*, account: Visitor, public_id: str, on: date | None = None) -> SchoolPage:
    """A school with its figures. A constant number of queries. Raises School.DoesNotExist."""
    day = on or today()
    school = find_school(account=account, public_id=public_id)
    unit_names = list(UnitName.objects.filter(unit_id=school.unit_id).order_by("from_on"))
    order = [stage.value for stage in Stage]
    open_classes = sorted(
        school.classes.filter(until_on__isnull=True).select_related("homeroom_teacher", "campus"),
        key=lambda row: (order.index(row.stage), row.grade, row.number),
    )
    classes = tuple(_class_rows(open_classes, {school.pk: school.unit_name}))  # type: ignore[attr-defined]  # Annotated.
    working = Teacher.objects.filter(school=school, status__in=WORKING).order_by()
    by_both = list(working.values_list("qualification", "title").annotate(number=Count("*")))
    return SchoolPage(
        school=school,
        name=school.unit_name,  # type: ignore[attr-defined]  # Annotated.
        former_names=tuple(name for name in unit_names if name.until_on is not None and name.until_on <= day),
        county=counties_of(units=[school.unit_id], on=day).get(school.unit_id, ""),
        parents=parents_of(units=[school.unit_id], day=day).get(school.unit_id, {}),
        campuses=tuple(school.campuses.order_by("-is_main", "code")),
        grades=tuple(_grades(school, classes)),
        classes=classes,
        teachers=sum(number for _qualification, _title, number in by_both),
        qualifications=_shares(Qualification, [(one, number) for one, _title, number in by_both]),
        titles=_shares(Title, [(one, number) for _qualification, one, number in by_both]),
        returns=tuple(
            sorted(school.returns.order_by("-year")[:40], key=lambda row: (-row.year, order.index(row.stage)))
        ),
        panels=panels_for(unit=school.unit, account=account, on=day),
    )


def _shares(choices: Any, counted: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = defaultdict(int)
    for value, number in counted:
        sums[value] += number
    return tuple((str(choice.label), sums[choice.value]) for choice in choices if sums[choice.value])


def _grades(school: School, classes: Sequence[ClassRow]) -> Iterable[GradeRow]:
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in classes:
        total = sums[(one.row.stage, one.row.grade)]
        total[0] += 1
        total[1] += one.pupils
        total[2] += one.girls
    order = [stage.value for stage in Stage]
    for stage, grade in sorted(sums, key=lambda key: (order.index(key[0]), key[1])):
        yield GradeRow(stage, grade_label(stage, grade), *sums[(stage, grade)])


def _class_rows(found: Sequence[SchoolClass], names: Mapping[int, str]) -> Iterable[ClassRow]:
    counts = {
        key: (number, girls)
        for key, number, girls in Pupil.objects.filter(
            school_class_id__in=[row.pk for row in found], status__in=PRESENT, merged_into__isnull=True
        )
        .order_by()
        .values_list("school_class_id")
        .annotate(number=Count("*"), girls=Count("pk", filter=Q(gender="2")))
    }
    for row in found:
        number, girls = counts.get(row.pk, (0, 0))
        teacher = row.homeroom_teacher
        yield ClassRow(row, number, girls, names.get(row.school_id, ""), teacher.name if teacher is not None else "")


@dataclass(frozen=True)
class ClassFilters:
    """What a list of classes is narrowed to; `status` is open, closed or all."""

    school: str = ""
    stage: str = ""
    grade: int | None = None
    status: str = "open"


def classes(
    *,
    account: Visitor,
    filters: ClassFilters | None = None,
    after: str = "",
    size: int = PAGE,
    on: date | None = None,
) -> Slice[ClassRow]:
    """The classes of the schools the account reaches. A constant number of queries."""
    day = on or today()
    chosen = filters or ClassFilters()
    reach = reach_of(account=account, on=day)
    rows = reach.rows(SchoolClass.objects.select_related("homeroom_teacher", "school__unit"))
    if chosen.school:
        rows = rows.filter(school__unit__public_id=chosen.school)
    if chosen.stage:
        rows = rows.filter(stage=chosen.stage)
    if chosen.grade is not None:
        rows = rows.filter(grade=chosen.grade)
    if chosen.status == "open":
        rows = rows.filter(until_on__isnull=True)
    elif chosen.status == "closed":
        rows = rows.filter(until_on__isnull=False)

    def make(found: list[SchoolClass]) -> Iterable[ClassRow]:
        return _class_rows(found, names_of(schools={row.school_id for row in found}, on=day))

    return slice_of(rows, order=("school_id", "id"), after=after, size=size, make=make)


def find_class(*, account: Visitor, public_id: str, permission: str = "registry.view") -> SchoolClass:
    """A class of a school the account reaches. Raises SchoolClass.DoesNotExist."""
    reach = reach_of(account=account, permission=permission)
    rows = reach.rows(SchoolClass.objects.select_related("school__unit", "campus", "homeroom_teacher"))
    return rows.get(public_id=public_id)


def class_row(*, row: SchoolClass, on: date | None = None) -> ClassRow:
    """A class with how many are in it and what its school is called. Two queries."""
    names = names_of(schools=[row.school_id], on=on or today())
    return next(iter(_class_rows([row], names)))


# Yearly returns.


@dataclass(frozen=True)
class ReturnPage:
    """A yearly return with the one before and what is doubtful."""

    school: School
    name: str
    row: YearlyReturn
    last: YearlyReturn | None
    doubts: tuple[Doubt, ...]


def return_pages(*, account: Visitor, public_id: str, year: int) -> tuple[School, tuple[ReturnPage, ...]]:
    """The returns of a school for a year, one a stage. Raises School.DoesNotExist. A constant number of queries."""
    school = find_school(account=account, public_id=public_id)
    rows = list(school.returns.filter(year__in=(year, year - 1)))
    last = {row.stage: row for row in rows if row.year == year - 1}
    order = [stage.value for stage in Stage]
    found = sorted((row for row in rows if row.year == year), key=lambda row: order.index(row.stage))
    name = school.unit_name  # type: ignore[attr-defined]  # Annotated.
    return school, tuple(
        ReturnPage(school, name, row, last.get(row.stage), tuple(doubts_about(row, last.get(row.stage))))
        for row in found
    )


def returns(
    *,
    account: Visitor,
    year: int | None = None,
    school: str = "",
    stage: str = "",
    after: str = "",
    size: int = PAGE,
) -> Slice[YearlyReturn]:
    """The yearly returns of the schools the account reaches. A constant number of queries."""
    reach: Reach = reach_of(account=account)
    rows = reach.rows(YearlyReturn.objects.select_related("school__unit"))
    if year is not None:
        rows = rows.filter(year=year)
    if school:
        rows = rows.filter(school__unit__public_id=school)
    if stage:
        rows = rows.filter(stage=stage)
    return slice_of(rows, order=("school_id", "id"), after=after, size=size, make=lambda found: found)


def is_kindergarten(school: School) -> bool:
    return school.school_type == SchoolType.KINDERGARTEN


def return_years() -> tuple[int, ...]:
    """The school years of which there is any return, the first one first. One query."""
    return tuple(YearlyReturn.objects.order_by("year").values_list("year", flat=True).distinct())
