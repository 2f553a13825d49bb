"""The desk for the quality of data: what the returns of a year lack and contradict, by county and school by school.

Read within the scope of `indicators.view`: whoever has a school sees that school's findings, held against the others of its
county, of which he learns no more than a median. Every page is a constant number of queries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yaodian.foundation.refusing import Absent
from yaodian.indicators.models import Fact
from yaodian.indicators.problem import day_of
from yaodian.indicators.queries.findings import KINDS, Finding, Reported
from yaodian.indicators.queries.looking import completeness, look
from yaodian.organisations.models import Ancestry, Hierarchy, Unit, UnitKind
from yaodian.organisations.queries import Scope, Visitor, named, scope_of
from yaodian.registry.queries import (
    SchoolIn,
    enrolled_in,
    returns_in,
    school_year,
    schools_in,
    stage_labels,
    units_reached,
    years_reported,
)

VIEW = "indicators.view"
SCHOOLS_ON_A_PAGE = 20


@dataclass(frozen=True)
class CountyLine:
    """A county in the list: how many schools, how many returns of those expected lack nothing, findings of each kind."""

    unit: Unit
    schools: int
    complete: int
    expected: int
    counts: Mapping[str, int]

    @property
    def share(self) -> float | None:
        """Complete returns, as a percentage; None where none is expected."""
        return 100 * self.complete / self.expected if self.expected else None

    @property
    def by_kind(self) -> tuple[tuple[str, str, int], ...]:
        """Code, label and number of each kind."""
        return tuple((str(kind), str(label), self.counts.get(kind, 0)) for kind, label in KINDS.items())

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ListPage:
    """All counties that the account reaches, in a school year; `years` are those to choose from, the newest first."""

    year: int
    years: tuple[int, ...]
    lines: tuple[CountyLine, ...]

    @property
    def complete(self) -> int:
        return sum(line.complete for line in self.lines)

    @property
    def expected(self) -> int:
        return sum(line.expected for line in self.lines)

    @property
    def share(self) -> float | None:
        return 100 * self.complete / self.expected if self.expected else None

    @property
    def by_kind(self) -> tuple[tuple[str, int], ...]:
        """Label and number of each kind over all lines."""
        return tuple(
            (str(label), sum(line.counts.get(kind, 0) for line in self.lines)) for kind, label in KINDS.items()
        )


@dataclass(frozen=True)
class Group:
    """The findings of one school; of the county itself where `place` is None. `is_linked`: the visitor may open its return."""

    place: SchoolIn | None
    findings: tuple[Finding, ...]
    is_linked: bool


@dataclass(frozen=True)
class Tab:
    """A kind to choose, with how many there are in the stage chosen. `code` is empty for all."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class FindingsPage:
    """What was found in a county, or a school, in a school year: `groups` of one page, `findings` of all pages."""

    unit: Unit
    office: Unit | None
    is_school: bool
    is_partial: bool
    year: int
    years: tuple[int, ...]
    kind: str
    stage: str
    tabs: tuple[Tab, ...]
    stages: tuple[tuple[str, str], ...]
    schools: int
    complete: int
    expected: int
    findings: tuple[Finding, ...]
    groups: tuple[Group, ...]
    number: int
    size: int
    total: int

    @property
    def share(self) -> float | None:
        return 100 * self.complete / self.expected if self.expected else None

    @property
    def found(self) -> int:
        """How many there are of all kinds in the stage chosen."""
        return sum(tab.count for tab in self.tabs)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.stage)


def quality_list(*, account: Visitor, today: date, year: int | None = None) -> ListPage:
    """Counts for each county that the account reaches, and for the schools that the city runs itself."""
    scope = scope_of(account=account, permission=VIEW)
    chosen, years = _year(year, today)
    day = day_of(chosen)
    reached = units_reached(scope)
    offices = _offices(scope, reached, day)
    counties = [unit for unit in offices if unit.kind == UnitKind.COUNTY]
    places = schools_in(offices=[unit.pk for unit in counties], day=day)
    if reached - {place.unit_id for place in places}:
        bureaux = [unit.pk for unit in offices if unit.kind == UnitKind.BUREAU]
        places = [*places, *_outside_counties(schools_in(offices=bureaux, day=day), day)]
    own = set(scope.unit_ids().filter(descendant_id__in=[unit.pk for unit in counties]))
    known = _reported(places, chosen, day, today, counties)
    lines = []
    for unit in offices:
        reported = known.get(unit.pk)
        shown = {place.unit_id for place in reported.places} & reached if reported is not None else set()
        if reported is None or not (shown or unit.pk in own):
            continue
        found = look(reported, only=shown, with_office=unit.pk in own)
        complete, expected = completeness(reported, only=shown)
        counts = Counter(str(finding.kind) for finding in found)
        lines.append(CountyLine(unit, len(shown), complete, expected, counts))
    return ListPage(chosen, years, tuple(lines))


def quality_page(
    *,
    account: Visitor,
    unit: str,
    today: date,
    year: int | None = None,
    kind: str = "",
    stage: str = "",
    number: int = 1,
) -> FindingsPage:
    """The findings of a county, of the schools that the city runs itself (its bureau's address), or of one school.

    Raises Absent. An unknown kind or stage narrows nothing.
    """
    scope = scope_of(account=account, permission=VIEW)
    chosen, years = _year(year, today)
    day = day_of(chosen)
    asked = named(Unit.objects.filter(public_id=unit), day=today).first()
    if asked is None:
        raise Absent
    reached = units_reached(scope)
    is_school = asked.kind not in (UnitKind.COUNTY, UnitKind.BUREAU)
    office = _office_of(asked, day, today) if is_school else asked
    places = _places(office, day)
    shown = {place.unit_id for place in places} & reached
    is_own = asked.kind == UnitKind.COUNTY and scope.includes(asked.pk)
    if is_school:
        shown &= {asked.pk}
        if asked.pk not in reached:
            raise Absent
    elif not shown and not is_own:
        raise Absent
    kind = kind if kind in list(KINDS) else ""
    stage = stage if stage in stage_labels() else ""
    reported = _reported(places, chosen, day, today, [office] if office and office.kind == UnitKind.COUNTY else [])
    own = reported.get(office.pk) if office is not None else None
    found = look(own, only=shown, with_office=is_own) if own is not None else []
    complete, expected = completeness(own, only=shown) if own is not None else (0, 0)
    of_stage = [finding for finding in found if not stage or finding.stage == stage]
    narrowed = tuple(finding for finding in of_stage if not kind or finding.kind == kind)
    linked = units_reached(scope_of(account=account, permission="registry.view"))
    groups = _groups(narrowed, linked)
    number = min(max(1, number), max(1, -(-len(groups) // SCHOOLS_ON_A_PAGE)))
    counts = Counter(str(finding.kind) for finding in of_stage)
    present = {finding.stage for finding in found}
    return FindingsPage(
        unit=asked,
        office=office if is_school and office is not None and scope.includes(office.pk) else None,
        is_school=is_school,
        is_partial=not is_school and not scope.includes(asked.pk),
        year=chosen,
        years=years,
        kind=kind,
        stage=stage,
        tabs=tuple(Tab(str(one), str(label), counts.get(one, 0)) for one, label in KINDS.items()),
        stages=tuple((one, label) for one, label in stage_labels().items() if one in present or one == stage),
        schools=len(shown),
        complete=complete,
        expected=expected,
        findings=narrowed,
        groups=tuple(groups[(number - 1) * SCHOOLS_ON_A_PAGE : number * SCHOOLS_ON_A_PAGE]),
        number=number,
        size=SCHOOLS_ON_A_PAGE,
        total=len(groups),
    )


def _year(asked: int | None, today: date) -> tuple[int, tuple[int, ...]]:
    """The school year to show, by default the newest one reported, and all of them; a year to come is none of them."""
    current = school_year(today)
    reported = [year for year in years_reported() if year <= current]
    years = sorted({current, *reported}, reverse=True)
    newest = max(reported, default=current)
    return (asked if asked in years else newest), tuple(years)


def _offices(scope: Scope, reached: Collection[int], day: date) -> list[Unit]:
    """The counties and the bureau in the scope, and those in which the schools reached lie. One query."""
    above = _lines(day).filter(descendant_id__in=reached).values("ancestor_id")
    units = Unit.objects.filter(kind__in=(UnitKind.COUNTY, UnitKind.BUREAU), opened_on__lte=day).filter(
        Q(pk__in=above) | Q(pk__in=scope.unit_ids())
    )
    # Those that stood on the day; the counties first.
    return sorted(
        (unit for unit in named(units, day=day) if unit.exists_on(day)),
        key=lambda unit: (unit.kind == UnitKind.BUREAU, unit.code),
    )


def _lines(day: date) -> QuerySet[Ancestry]:
    """Who lies under whom on a day, or did within the year before, as `registry.queries.schools_in` has it."""
    return Ancestry.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=day - timedelta(days=366)),
        hierarchy=Hierarchy.ADMINISTRATIVE,
        from_on__lte=day,
    ).order_by()


def _office_of(school: Unit, day: date, today: date) -> Unit | None:
    """The county in which a school lies, else the bureau; on its nearest day, where it does not stand. One query."""
    units = Unit.objects.filter(
        kind__in=(UnitKind.COUNTY, UnitKind.BUREAU), pk__in=_lines(day).filter(descendant=school).values("ancestor_id")
    )
    found = sorted(named(units, day=today), key=lambda unit: (unit.kind != UnitKind.COUNTY, unit.code))
    return found[0] if found else None


def _places(office: Unit | None, day: date) -> list[SchoolIn]:
    """The schools of a county; of the bureau those that lie in no county."""
    if office is None:
        return []
    places = schools_in(offices=[office.pk], day=day)
    return places if office.kind == UnitKind.COUNTY else _outside_counties(places, day)


def _outside_counties(places: Sequence[SchoolIn], day: date) -> list[SchoolIn]:
    inside = set(_lines(day).filter(ancestor__kind=UnitKind.COUNTY).values_list("descendant_id", flat=True))
    return [place for place in places if place.unit_id not in inside]


def _reported(
    places: Sequence[SchoolIn], year: int, day: date, today: date, counties: Sequence[Unit]
) -> dict[int, Reported]:
    """What is known of the schools, by office. Four queries; the register is asked only for the school year of today."""
    keys = [place.school_id for place in places]
    given = returns_in(schools=keys, years=[year, year - 1], stages=list(stage_labels()))
    rows, last = ({(row.school_id, row.stage): row for row in given.get(which, ())} for which in (year, year - 1))
    enrolled = enrolled_in(schools=keys, day=day) if school_year(today) == year else None
    states = {unit.pk for unit in counties}
    stated: dict[int, set[tuple[str, str]]] = defaultdict(set)
    units = [*states, *(place.unit_id for place in places)] if states else []
    for unit, quantity, stage in Fact.objects.filter(year=year, unit_id__in=units).values_list(
        "unit_id", "quantity", "stage"
    ):
        stated[unit].add((quantity, stage))
    by_office: dict[int, list[SchoolIn]] = {unit: [] for unit in states}
    for place in places:
        by_office.setdefault(place.office_id, []).append(place)
    said = {unit: frozenset(keys) for unit, keys in stated.items()}
    return {
        office: Reported(year, day, office, tuple(here), rows, last, enrolled, said if office in states else None)
        for office, here in by_office.items()
    }


def _groups(findings: Sequence[Finding], linked: Collection[int]) -> list[Group]:
    by_place: dict[int, list[Finding]] = {}
    for finding in findings:
        by_place.setdefault(finding.place.school_id if finding.place else 0, []).append(finding)
    groups = []
    for found in by_place.values():
        place = found[0].place
        groups.append(Group(place, tuple(found), place is not None and place.unit_id in linked))
    return groups
