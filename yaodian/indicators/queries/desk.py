"""What the monitoring desk shows: from stored assessments, in a number of queries that does not grow; one county live
where it is asked for under the rules of another day, and one school down to its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import cast

from yaodian.engines import rules
from yaodian.foundation.charting import LineChart
from yaodian.foundation.refusing import Absent
from yaodian.indicators.models import Assessment, StatuteCode, Verdict
from yaodian.indicators.problem import (
    County,
    Presented,
    Spread,
    Standing,
    Value,
    day_of,
    judge,
    load,
    present,
    word_of,
)
from yaodian.indicators.queries.charts import spread_charts
from yaodian.organisations.models import Ancestry, Hierarchy, Unit, UnitKind, holds_on
from yaodian.organisations.queries import Visitor, day_within, find_unit, is_visible, may, named, scope_of
from yaodian.statutes.monitored import MONITORED, Statute
from yaodian.statutes.verdicts import Evaluable
from yaodian.statutes.verdicts import Scope as Of

VIEW = "indicators.view"
MOST_YEARS = 12


@dataclass(frozen=True)
class CountyLine:
    """A county in the list; `worst` is the coefficient of variation nearest to or furthest beyond its limit."""

    unit: Unit
    assessment: Assessment | None
    worst: Spread | None

    @property
    def schools(self) -> int:
        found = self.assessment
        return found.schools_met + found.schools_failed + found.schools_undecided if found else 0


@dataclass(frozen=True)
class DeskPage:
    """Every county in scope under a statute. `years` have assessments, the newest first; none before the first night."""

    statute: Statute
    year: int | None
    years: tuple[int, ...]
    lines: tuple[CountyLine, ...]
    own_schools: tuple[Unit, ...]
    may_compute: bool

    def count(self, verdict: str) -> int:
        return sum(line.assessment is not None and line.assessment.verdict == verdict for line in self.lines)

    @property
    def meets(self) -> int:
        return self.count(Verdict.MEETS)

    @property
    def fails(self) -> int:
        return self.count(Verdict.FAILS)

    @property
    def undecided(self) -> int:
        return self.count(Verdict.UNDECIDED)


@dataclass(frozen=True)
class SchoolLine:
    """One stage of a school in a county: how many indicators it reaches, and what is short."""

    unit: Unit | None
    name: str
    stage: str
    standing: Standing
    labelled: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class CountyPage:
    """A county under a statute for a school year. `rules_on` differs from `day` where other rules were asked for."""

    statute: Statute
    unit: Unit
    year: int
    years: tuple[int, ...]
    day: date
    rules_on: date
    assessment: Assessment | None
    found: Presented
    schools: tuple[SchoolLine, ...]
    labels: tuple[str, ...]
    history: tuple[Assessment, ...]
    may_state: bool
    may_plan: bool

    @cached_property
    def charts(self) -> tuple[LineChart, ...]:
        """The course of the coefficients, where there is more than one year."""
        return spread_charts(self.history)

    @property
    def is_today(self) -> bool:
        return self.rules_on != self.day

    @property
    def met(self) -> int:
        return self.found.count(Verdict.MEETS)

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """How sure the texts of the items are: the codes that occur, with what they mean."""
        used = {code for item in self.found.items for code in item["sure"]}
        return [(one.value, one.meaning) for one in rules.Confidence if one.value in used]


@dataclass(frozen=True)
class Explained:
    """A result down to its cells, for a page: the outcome, the number of its item, and what the value is held against."""

    result: rules.Result
    standing: str
    number: str
    threshold: rules.FigureUsed | None

    @property
    def reasons(self) -> tuple[rules.Reason, ...]:
        return self.result.reasons if isinstance(self.result, rules.NotComputable) else ()

    @property
    def verdict(self) -> rules.Verdict | None:
        return self.result.verdict if isinstance(self.result, rules.Computed) else None

    @property
    def value(self) -> object:
        return self.result.value if isinstance(self.result, rules.Computed) else None

    @property
    def needed(self) -> str:
        """By how much the lever has to rise, or fall, as printed."""
        verdict = self.verdict
        return rules.shown(abs(verdict.needed)) if verdict is not None and verdict.needed else ""


@dataclass(frozen=True)
class StagePage:
    """One stage of a school: the indicators, and the other items that ask something of a school."""

    stage: str
    verdict: str
    indicators: tuple[Explained, ...]
    others: tuple[Explained, ...]


@dataclass(frozen=True)
class SchoolPage:
    statute: Statute
    unit: Unit
    county: Unit
    year: int
    years: tuple[int, ...]
    rules_on: date
    stages: tuple[StagePage, ...]
    sees_returns: bool
    sees_county: bool

    @property
    def is_today(self) -> bool:
        return self.rules_on != day_of(self.year)


def statute_of(code: str) -> Statute:
    """The statute of a code; the first where none is named. Raises Absent."""
    found = MONITORED.get(code or StatuteCode.QUALITY_BALANCE)
    if found is None:
        raise Absent(code)
    return found


def years_of(statute: Statute) -> tuple[int, ...]:
    """The school years with assessments, the newest first. One query."""
    found = Assessment.objects.filter(statute=statute.code).order_by("-year").values_list("year", flat=True).distinct()
    return tuple(found[:MOST_YEARS])


def chosen(year: str | None, years: tuple[int, ...]) -> int | None:
    """The year asked for, else the newest. Raises Absent for one without assessments."""
    if not year:
        return years[0] if years else None
    if not year.isdecimal() or int(year) not in years:
        raise Absent(year)
    return int(year)


def desk_page(*, account: Visitor, statute: str, year: str | None, today: date) -> DeskPage:
    """The counties that the account reaches; whoever reaches none has his schools. A constant number of queries."""
    asked = statute_of(statute)
    years = years_of(asked)
    wanted = chosen(year, years)
    scope = scope_of(account=account, permission=VIEW)
    units = scope.rows(Unit.objects.filter(kind=UnitKind.COUNTY), unit="pk")
    counties = list(named(units, day=day_of(wanted) if wanted else today).order_by("code"))
    found = {
        one.county_id: one
        for one in Assessment.objects.filter(
            statute=asked.code, year=wanted or 0, county_id__in=[unit.pk for unit in counties]
        ).defer("items")
    }
    lines = tuple(
        CountyLine(unit, found.get(unit.pk), _worst(found[unit.pk].spreads) if unit.pk in found else None)
        for unit in counties
        if unit.pk in found or unit.closed_on is None
    )
    schools: tuple[Unit, ...] = ()
    if not lines:
        kinds = (UnitKind.SCHOOL, UnitKind.KINDERGARTEN)
        own = scope.rows(Unit.objects.filter(kind__in=kinds, closed_on__isnull=True), unit="pk")
        schools = tuple(named(own, day=today).order_by("code")[:60])
    return DeskPage(asked, wanted, years, lines, schools, may(account=account, permission="measures.compute"))


def _worst(spreads: list[Spread]) -> Spread | None:
    """The coefficient that stands worst against its limit."""
    known = [one for one in spreads if one["value"] and one["limit"]]
    return max(known, key=lambda one: float(one["value"]) / float(one["limit"]), default=None)


def find_county(*, account: Visitor, public_id: str, day: date) -> Unit:
    """A county that the account reaches, named as on the day. Raises Absent."""
    unit = find_unit(public_id=public_id)
    scope = scope_of(account=account, permission=VIEW)
    if unit is None or unit.kind != UnitKind.COUNTY or not is_visible(unit=unit, scope=scope, day=day):
        raise Absent(public_id)
    return named(Unit.objects.filter(pk=unit.pk), day=day_within(unit, day)).get()


def county_page(
    *, account: Visitor, statute: str, public_id: str, year: str | None, today: date, rules_today: bool = False
) -> CountyPage:
    """A county with every item, coefficient and school. Under the rules of its own time from what is stored, else live.

    Raises Absent.
    """
    asked = statute_of(statute)
    years = years_of(asked)
    wanted = chosen(year, years)
    if wanted is None:
        raise Absent(public_id)
    unit = find_county(account=account, public_id=public_id, day=today)
    history = list(
        Assessment.objects.filter(statute=asked.code, county_id=unit.pk).order_by("year").defer("items", "obstacles")
    )
    kept = Assessment.objects.filter(statute=asked.code, county_id=unit.pk, year=wanted).first()
    if kept is None:
        raise Absent(public_id)
    if rules_today:
        county = load(statute=asked, counties={unit.pk: unit.code}, year=wanted)[unit.pk]
        found = present(statute=asked, county=county, found=judge(statute=asked, county=county, rules_on=today))
        places = {place.code: place.unit_id for place in county.schools}
        standings = [(places.get(one.code), one) for one in found.standings]
    else:
        rows = list(kept.standings.all())
        standings = [
            (row.unit_id, Standing("", row.stage, row.verdict, row.pupils, row.met, row.values)) for row in rows
        ]
        found = Presented(kept.verdict, kept.items, kept.spreads, kept.obstacles, [one for _unit, one in standings])
    units = named(Unit.objects.filter(pk__in=[key for key, _one in standings if key]), day=kept.on).in_bulk()
    names = {one.code.rpartition(".")[2]: one.label for one in asked.indicators}
    schools = []
    for key, one in standings:
        place = units.get(key) if key else None
        cells = tuple((label, one.values[name]) for name, label in names.items() if name in one.values)
        schools.append(SchoolLine(place, place.name_then if place else one.code, one.stage, one, cells))
    order = {Verdict.FAILS.value: 0, Verdict.UNDECIDED.value: 1, Verdict.MEETS.value: 2}
    schools.sort(key=lambda line: (order[line.standing.verdict], line.standing.met, line.name))
    return CountyPage(
        statute=asked,
        unit=unit,
        year=wanted,
        years=years,
        day=kept.on,
        rules_on=today if rules_today else kept.on,
        assessment=kept,
        found=found,
        schools=tuple(schools),
        labels=tuple(one.label for one in asked.indicators),
        history=tuple(history),
        may_state=may(account=account, permission="indicators.state", unit_id=unit.pk),
        may_plan=may(account=account, permission="indicators.plan", unit_id=unit.pk),
    )


def school_page(
    *, account: Visitor, statute: str, public_id: str, year: str | None, today: date, rules_today: bool = False
) -> SchoolPage:
    """A school down to its cells: every indicator with formula, figures of the law, values and whence they came.

    Raises Absent.
    """
    asked = statute_of(statute)
    years = years_of(asked)
    wanted = chosen(year, years)
    unit = find_unit(public_id=public_id)
    scope = scope_of(account=account, permission=VIEW)
    kinds = (UnitKind.SCHOOL, UnitKind.KINDERGARTEN)
    if wanted is None or unit is None or unit.kind not in kinds or not is_visible(unit=unit, scope=scope, day=today):
        raise Absent(public_id)
    day = day_of(wanted)
    county = _county_of(unit, day)
    if county is None:
        raise Absent(public_id)
    known = load(statute=asked, counties={county.pk: county.code}, year=wanted)[county.pk]
    place = next((one for one in known.schools if one.unit_id == unit.pk), None)
    rules_on = today if rules_today else day
    stages = tuple(
        _stage(asked, known, row, rules_on) for row in known.rows if place is not None and row["code"] == place.code
    )
    return SchoolPage(
        statute=asked,
        unit=named(Unit.objects.filter(pk=unit.pk), day=day_within(unit, day)).get(),
        county=county,
        year=wanted,
        years=years,
        rules_on=rules_on,
        stages=stages,
        sees_returns=may(account=account, permission="registry.view", unit_id=unit.pk),
        sees_county=scope.includes(county.pk),
    )


def _county_of(unit: Unit, day: date) -> Unit | None:
    lines = Ancestry.objects.filter(
        holds_on(day), hierarchy=Hierarchy.ADMINISTRATIVE, descendant_id=unit.pk, ancestor__kind=UnitKind.COUNTY
    )
    return named(Unit.objects.filter(pk__in=lines.order_by().values("ancestor_id")), day=day).first()


def _stage(statute: Statute, county: County, row: Mapping[str, object], rules_on: date) -> StagePage:
    key = (str(row["code"]), str(row["stage"] or ""))
    origins = county.origins.get(key, {})

    def explained(declared: Evaluable, number: str = "") -> Explained:
        result = rules.evaluate(declared, row, day=county.day, rules_on=rules_on, region=county.region, origins=origins)
        asked = declared.requires.figure if declared.requires else ""
        threshold = next((figure for figure in result.figures if asked and figure.name == asked), None)
        return Explained(result, word_of(result.standing), number, threshold)

    others, verdict = [], Verdict.UNDECIDED.value
    for item in statute.items:
        if item.scope is not Of.SCHOOL or not item.applies(row):
            continue
        for declared in item.declared:
            found = explained(cast(Evaluable, declared), item.number)
            if issubclass(declared, rules.Several):
                verdict = found.standing
            else:
                others.append(found)
    indicators = tuple(explained(each) for each in statute.indicators)
    if not any(item.number == "1.1" and item.scope is Of.SCHOOL for item in statute.items):
        verdict = (Verdict.UNDECIDED if any(one.reasons for one in indicators) else Verdict.MEETS).value
    return StagePage(key[1], verdict, indicators, tuple(others))


def shown(value: object, unit: str) -> str:
    """A value as printed: shares in per cent, numbers with their unit, yes and no."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Fraction):
        return rules.shown(value * 100) + "%" if unit == "%" else f"{rules.shown(value)} {unit}".strip()
    return str(value)
