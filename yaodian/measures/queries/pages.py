"""What the pages of measures show, from the snapshots, in a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from yaodian.foundation.charting import Chart
from yaodian.foundation.measuring import Asked, Measure, Value, measure_of, measures
from yaodian.foundation.refusing import Absent
from yaodian.measures.models import Snapshot, Taking
from yaodian.measures.queries.behind import count_behind, rows_behind
from yaodian.measures.queries.charts import best_first, course
from yaodian.measures.queries.values import Place, latest_taking, series, value_of
from yaodian.measures.queries.words import filter_words, problem_words, stage_words, title_of
from yaodian.organisations.models import Ancestry, Hierarchy, Unit, UnitKind, holds_on
from yaodian.organisations.queries import (
    Referent,
    Scope,
    Visitor,
    children_of,
    is_visible,
    may,
    named,
    referents,
    scope_of,
)
from yaodian.registry.queries import Panel

VIEW = "measures.view"
MOST_UNITS = 60
MOST_BELOW = 300
MOST_ROWS = 300


@dataclass(frozen=True)
class Line:
    """A measure for the unit shown: its value now, and its course."""

    measure: Measure
    title: str
    value: Value | None
    values: tuple[Value, ...]


@dataclass(frozen=True)
class ListPage:
    """All measures of a unit. `taking` is the last one; none before the first night."""

    unit: Unit | None
    units: tuple[Unit, ...]
    taking: Taking | None
    lines: tuple[Line, ...]
    may_compute: bool


@dataclass(frozen=True)
class Option:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Below:
    """The value of a unit directly below."""

    unit: Unit
    value: Value


@dataclass(frozen=True)
class MeasurePage:
    """One measure for one unit, stage and filter: its definition, its course, and the units below."""

    measure: Measure
    unit: Unit
    units: tuple[Unit, ...]
    stages: tuple[Option, ...]
    filters: tuple[Option, ...]
    stage: str
    narrowed: str
    title: str
    value: Value | None
    values: tuple[Value, ...]
    charts: tuple[Chart, ...]
    below: tuple[Below, ...]
    figures: tuple[tuple[str, str, str, str], ...]
    as_of: date | None


@dataclass(frozen=True)
class Counted:
    """One school's part in a value."""

    unit: Unit
    stage: str
    numerator: Decimal | None
    denominator: Decimal | None
    problem: str


@dataclass(frozen=True)
class Shown:
    """One row that was counted: what it is, where the visitor may know it, and whether the numerator has it."""

    referent: Referent | None
    is_counted: bool


@dataclass(frozen=True)
class Explanation:
    """Whence a value comes. `rows` are None for whoever may not see the registry of the unit. `behind` are the first of the
    cases, commitments or reports that were counted one by one, `total_behind` how many there are.

    `is_outdated`: the rows have changed since the value was taken.
    """

    page: MeasurePage
    snapshot: Snapshot | None
    sources: Mapping[str, Any]
    missing: tuple[tuple[str, str], ...]
    rows: tuple[Counted, ...] | None
    total_rows: int
    is_outdated: bool
    list_query: str
    period: str
    behind: tuple[Shown, ...] = ()
    total_behind: int = 0

    @property
    def hidden(self) -> int:
        """How many of the rows shown the visitor may not know of."""
        return sum(1 for one in self.behind if one.referent is None)


def _units_for(account: Visitor, day: date) -> tuple[Scope, tuple[Unit, ...]]:
    """The offices that the account may look at, the highest first; whoever reaches none has his schools. One query."""
    scope = scope_of(account=account, permission=VIEW)
    kinds = (UnitKind.BUREAU, UnitKind.COUNTY, UnitKind.GROUP, UnitKind.SCHOOL, UnitKind.KINDERGARTEN)
    found = named(scope.rows(Unit.objects.filter(kind__in=kinds, closed_on__isnull=True), unit="pk"), day=day)
    units = list(found.order_by("kind", "code")[: MOST_UNITS * 4])
    units.sort(key=lambda unit: (kinds.index(UnitKind(unit.kind)), unit.code))
    return scope, tuple(units[:MOST_UNITS])


def chosen_unit(account: Visitor, public_id: str, day: date) -> tuple[Unit | None, tuple[Unit, ...]]:
    """The unit of an address, or the highest one that the account reaches. Raises Absent for one out of reach."""
    scope, units = _units_for(account, day)
    if not public_id:
        return (units[0] if units else None), units
    for unit in units:
        if unit.public_id == public_id:
            return unit, units
    # No database need be asked for what is no id; PostgreSQL takes no NUL.
    is_id = public_id.isascii() and public_id.isalnum()
    found = named(Unit.objects.filter(public_id=public_id), day=day).first() if is_id else None
    if found is None or not is_visible(unit=found, scope=scope, day=day):
        raise Absent
    return found, units


def list_page(*, account: Visitor, unit: str = "", day: date) -> ListPage:
    """Every measure of a unit with its course, in the order of declaration."""
    shown, units = chosen_unit(account, unit, day)
    lines: list[Line] = []
    if shown is not None:
        places = {code: Place(code, shown.pk, one.default_stage) for code, one in measures().items()}
        known = series(places=places.values(), day=day)
        for code, place in places.items():
            values = tuple(known.get(place, ()))
            measure = measures()[code]
            if values:
                lines.append(Line(measure, title_of(measure, stage=place.stage, narrowed=""), values[-1], values))
    may_compute = may(account=account, permission="measures.compute")
    return ListPage(shown, units, latest_taking(day=day), tuple(lines), may_compute)


def measure_page(
    *, account: Visitor, code: str, unit: str = "", stage: str | None = None, narrowed: str = "", day: date
) -> MeasurePage:
    """One measure. A stage or filter that the measure does not have counts as not chosen. Raises Absent."""
    measure = measure_of(code)
    shown, units = chosen_unit(account, unit, day)
    if measure is None or shown is None:
        raise Absent
    stage = stage if stage is not None and stage in measure.stages else measure.default_stage
    narrowed = narrowed if narrowed in measure.filters else ""
    place = Place(code, shown.pk, stage, narrowed)
    values = tuple(series(places=[place], day=day).get(place, ()))
    taking = latest_taking(day=day)
    title = title_of(measure, stage=stage, narrowed=narrowed)
    return MeasurePage(
        measure=measure,
        unit=shown,
        units=units,
        stages=stages_of(measure, stage),
        filters=filters_of(measure, narrowed),
        stage=stage,
        narrowed=narrowed,
        title=title,
        value=values[-1] if values else None,
        values=values,
        charts=(course(measure, title, shown.name_then, values),) if len(values) > 1 else (),  # type: ignore[attr-defined]  # Annotated by `named`.
        below=_below(shown, place, taking, day),
        figures=_figures(measure, taking),
        as_of=taking.on if taking else None,
    )


def stages_of(measure: Measure, chosen: str) -> tuple[Option, ...]:
    """What a measure may be asked for, to choose from."""
    return tuple(Option(one, stage_words(one), one == chosen) for one in measure.stages)


def filters_of(measure: Measure, chosen: str) -> tuple[Option, ...]:
    """How a measure may be narrowed, to choose from."""
    return tuple(Option(one, filter_words(one) or _("全部"), one == chosen) for one in ("", *measure.filters))


def _below(unit: Unit, place: Place, taking: Taking | None, day: date) -> tuple[Below, ...]:
    """The units directly below that have a value or a reason, the best known first. Two queries."""
    if taking is None:
        return ()
    children = {child.pk: child for child in children_of(unit=unit, day=day)[:MOST_BELOW]}
    rows = Snapshot.objects.filter(
        taking=taking, unit_id__in=children, measure=place.measure, stage=place.stage, filter=place.narrowed
    ).defer("missing")
    found = [Below(children[row.unit_id], value_of(row)) for row in rows]
    found.sort(key=lambda one: (*best_first(one.value), one.unit.code))
    return tuple(found)


def _figures(measure: Measure, taking: Taking | None) -> tuple[tuple[str, str, str, str], ...]:
    """The figures of the law behind a value: label, figure, from when, where it stands."""
    said = (taking.inputs.get(measure.code, {}) if taking else {}).get("parameters", {})
    return tuple(
        (str(one.label), said[one.code]["figure"], said[one.code]["from_on"], said[one.code]["citation"])
        for one in measure.parameters
        if one.code in said
    )


def explain(
    *, account: Visitor, code: str, unit: str = "", stage: str | None = None, narrowed: str = "", day: date
) -> Explanation:
    """From a figure to its formula, the figures of the law, the rows, and where these came from. Raises Absent.

    The rows are asked for now, and for those only who may see the registry of the unit.
    """
    page = measure_page(account=account, code=code, unit=unit, stage=stage, narrowed=narrowed, day=day)
    taking = latest_taking(day=day)
    snapshot = (
        Snapshot.objects.filter(
            taking=taking, unit=page.unit, measure=code, stage=page.stage, filter=page.narrowed
        ).first()
        if taking
        else None
    )
    names = _names({unit for unit, _problem in snapshot.missing} if snapshot else set(), day)
    rows: list[Counted] | None = None
    is_outdated = False
    if taking is not None and may(account=account, permission="registry.view", unit_id=page.unit.pk):
        rows = _counted(page, taking.on)
        is_outdated = snapshot is not None and _differs(page.measure, snapshot, rows)
    behind = _behind(account, page, taking.on) if taking is not None else ()
    asked = page.measure.list_query(page.stage, page.narrowed) if page.measure.list_query else ""
    if page.unit.kind == UnitKind.COUNTY:
        asked = "&".join(filter(None, [asked, f"county={page.unit.public_id}"]))
    return Explanation(
        page=page,
        snapshot=snapshot,
        sources=(taking.inputs.get(code, {}) if taking else {}).get("sources", {}),
        missing=tuple(
            (names[unit].name_then, problem_words(problem)) for unit, problem in snapshot.missing if unit in names
        )  # type: ignore[attr-defined]  # Annotated by `named`.
        if snapshot
        else (),
        rows=tuple(rows[:MOST_ROWS]) if rows is not None else None,
        total_rows=len(rows) if rows is not None else 0,
        is_outdated=is_outdated,
        list_query=asked,
        period=snapshot.period if snapshot else "",
        behind=behind,
        total_behind=max(count_behind(page.measure, page.value), len(behind)),
    )


def _behind(account: Visitor, page: MeasurePage, day: date) -> tuple[Shown, ...]:
    place = Place(page.measure.code, page.unit.pk, page.stage)
    rows = rows_behind(places=[place], day=day, most=MOST_ROWS).get(place, ())
    known = referents(account=account, refs=[row.ref for row in rows], today=day)
    return tuple(Shown(known.get(row.ref), row.is_counted) for row in rows)


def _names(units: set[int], day: date) -> dict[int, Unit]:
    return {unit.pk: unit for unit in named(Unit.objects.filter(pk__in=units), day=day)} if units else {}


def _counted(page: MeasurePage, day: date) -> list[Counted]:
    """What each school below the unit contributes, by its code."""
    below = set(
        Ancestry.objects.filter(holds_on(day), hierarchy__in=Hierarchy.values, ancestor=page.unit)
        .order_by()
        .values_list("descendant_id", flat=True)
    )
    held = page.measure.stages[page.stage]
    try:
        answer = page.measure.compute(Asked(day))
    except LookupError:
        # No figure of the law was in force on the day: nothing was counted.
        return []
    found = [
        row
        for row in answer.contributions
        if row.unit_id in below
        and (not held or row.stage in held)
        and (not page.narrowed or page.narrowed in row.marks)
    ]
    names = _names({row.unit_id for row in found}, day)
    rows = [
        Counted(
            names[row.unit_id],
            row.stage,
            None if row.problem else Decimal(row.numerator),
            None if row.problem or row.denominator is None else Decimal(row.denominator),
            row.problem,
        )
        for row in found
        if row.unit_id in names
    ]
    return sorted(rows, key=lambda row: (row.unit.code, row.stage))


def _differs(measure: Measure, snapshot: Snapshot, rows: list[Counted]) -> bool:
    if snapshot.numerator is None:
        return False
    above = sum((row.numerator for row in rows if row.numerator is not None), Decimal(0))
    below = sum((row.denominator for row in rows if row.denominator is not None), Decimal(0))
    return above != snapshot.numerator or (measure.is_ratio and below != (snapshot.denominator or 0))


MOST_ON_PANEL = 12


def school_panel(unit: Unit, account: Visitor, on: date) -> Panel | None:
    """What a school's page shows of its measures: the last values, of all its stages together. Three queries."""
    if not may(account=account, permission=VIEW, unit_id=unit.pk):
        return None
    taking = latest_taking(day=on)
    if taking is None:
        return None
    found: dict[str, Snapshot] = {}
    for row in Snapshot.objects.filter(taking=taking, unit=unit, filter="").defer("missing").order_by("pk"):
        # Of several stages the one that the measure means where nobody says one.
        known = found.get(row.measure)
        measure = measure_of(row.measure)
        if measure is not None and (known is None or row.stage == measure.default_stage):
            found[row.measure] = row
    lines = [
        Line(measure, str(measure.label), value_of(found[code]), ())
        for code, measure in measures().items()
        if code in found
    ]
    if not lines:
        return None
    context = {"unit": unit, "lines": lines[:MOST_ON_PANEL], "as_of": taking.on}
    return Panel("measures", _("指标"), "measures/_panel.html", context)
