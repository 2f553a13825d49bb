"""One measure of several units against each other and over the years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yaodian.foundation.charting import BarChart, Chart, Distribution, Limit, LineChart, Series
from yaodian.foundation.measuring import Measure, Value, measure_of
from yaodian.measures.models import Snapshot
from yaodian.measures.queries.charts import bar_of, best_first, points_of, source_of
from yaodian.measures.queries.pages import VIEW, Absent, Option, chosen_unit, filters_of, stages_of
from yaodian.measures.queries.values import value_of, year_days
from yaodian.measures.queries.words import title_of, unit_words, value_words
from yaodian.organisations.models import Membership, Unit, UnitKind, holds_on
from yaodian.organisations.queries import Visitor, named, scope_of

MOST_COMPARED = 300
# From so many values on, how they are spread is worth a picture of its own.
LEAST_SPREAD = 12

# What is compared with its like: a group of schools stands below a county as its schools do, and is none of them.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "county": (UnitKind.COUNTY,),
    "school": (UnitKind.SCHOOL, UnitKind.KINDERGARTEN),
    "group": (UnitKind.GROUP,),
    "area": (UnitKind.AREA,),
    "body": (UnitKind.BODY, UnitKind.SECTION, UnitKind.BUREAU),
}

Address = Callable[[Unit], str]


@dataclass(frozen=True)
class Comparison:
    """A measure for the units of one level directly below one. `choices` are all of them, `charts` show those asked for.

    No charts where none of them has a value or a reason; `left_out` units are more than a page holds.
    """

    measure: Measure
    unit: Unit
    units: tuple[Unit, ...]
    stages: tuple[Option, ...]
    filters: tuple[Option, ...]
    levels: tuple[Option, ...]
    choices: tuple[Option, ...]
    stage: str
    narrowed: str
    title: str
    as_of: date | None
    charts: tuple[Chart, ...]
    left_out: int


def compare(
    *,
    account: Visitor,
    code: str,
    unit: str = "",
    stage: str | None = None,
    narrowed: str = "",
    level: str = "",
    only: Collection[str] = (),
    address: Address = lambda _unit: "",
    day: date,
) -> Comparison:
    """The units below `unit` (by default the highest that the account reaches) that have a value or a reason.

    `level` is one of LEVELS, by default the first that has values; `only` are public ids of those that are wanted, none
    for all. A stage, filter, level or unit that is none counts as not chosen.
    `address` is where a unit's name leads. A constant number of queries. Raises Absent.
    """
    measure = measure_of(code)
    shown, units = chosen_unit(account, unit, day)
    if measure is None or shown is None:
        raise Absent
    stage = stage if stage is not None and stage in measure.stages else measure.default_stage
    narrowed = narrowed if narrowed in measure.filters else ""
    days = year_days(day=day)
    # A group may hold schools that whoever reaches the group by another hierarchy does not reach.
    below = scope_of(account=account, permission=VIEW).rows(directly_below(unit=shown, day=day), unit="pk")
    rows = Snapshot.objects.filter(on__in=days, measure=code, stage=stage, filter=narrowed)
    kinds = set(rows.filter(on__in=days[-1:], unit__in=below).order_by().values_list("unit__kind", flat=True))
    levels = [one for one, held in LEVELS.items() if kinds.intersection(held)]
    level = level if level in levels else levels[0] if levels else ""
    children = named(below.filter(kind__in=LEVELS.get(level, ())), day=day).order_by("code")
    left_out = max(0, children.count() - MOST_COMPARED)
    children = list(children[:MOST_COMPARED])
    rows = rows.filter(unit_id__in=[shown.pk, *(child.pk for child in children)])
    courses: dict[int, list[Value]] = defaultdict(list)
    for row in rows.defer("missing").order_by("on"):
        courses[row.unit_id].append(value_of(row))
    compared = [child for child in children if child.pk in courses]
    known = {child.public_id for child in compared}.intersection(only)
    wanted = [child for child in compared if not known or child.public_id in known]
    last = {child.pk: _on(courses[child.pk], days[-1]) for child in wanted}
    wanted.sort(key=lambda child: (*best_first(last[child.pk]), child.code))
    title = title_of(measure, stage=stage, narrowed=narrowed)
    return Comparison(
        measure=measure,
        unit=shown,
        units=units,
        stages=stages_of(measure, stage),
        filters=filters_of(measure, narrowed),
        levels=tuple(Option(one, _level_words(one), one == level) for one in levels),
        choices=tuple(Option(child.public_id, _name(child), child.public_id in known) for child in compared),
        stage=stage,
        narrowed=narrowed,
        title=title,
        as_of=days[-1] if days else None,
        charts=_charts(measure, title, shown, wanted, courses, last, address) if wanted else (),
        left_out=left_out,
    )


def directly_below(*, unit: Unit, day: date) -> QuerySet[Unit]:
    """The units that stand directly below one on a day, in any hierarchy; no query by itself."""
    return Unit.objects.filter(pk__in=Membership.objects.filter(holds_on(day), parent=unit).values("unit"))


def _level_words(level: str) -> str:
    return _("学校、幼儿园") if level == "school" else str(UnitKind(LEVELS[level][0]).label)


def _name(unit: Unit) -> str:
    name: str = unit.name_then  # type: ignore[attr-defined]  # Annotated by `named`.
    return name


def _on(values: list[Value], day: date) -> Value | None:
    return values[-1] if values and values[-1].on == day else None


def _charts(
    measure: Measure,
    title: str,
    whole: Unit,
    units: list[Unit],
    courses: dict[int, list[Value]],
    last: dict[int, Value | None],
    address: Address,
) -> tuple[Chart, ...]:
    unit, note = unit_words(measure.unit), source_of(measure)
    as_of = max(value.on for values in courses.values() for value in values)
    bars = tuple(
        bar_of(measure, _name(child), value, address(child)) for child in units if (value := last[child.pk]) is not None
    )
    # A sum stands far above its parts; a share of the whole is what each part is held against.
    limit, series = None, [
        Series(_name(child), points_of(measure, courses[child.pk]), address(child)) for child in units
    ]  # fmt: skip
    whole_now = _on(courses[whole.pk], as_of) if whole.pk in courses else None
    if measure.is_ratio and whole_now is not None:
        series.append(Series(_name(whole), points_of(measure, courses[whole.pk]), address(whole), is_whole=True))
        if whole_now.exact is not None:
            limit = Limit(whole_now.exact, f"{_name(whole)} {value_words(measure, whole_now)}")
    charts: list[Chart] = [
        BarChart(
            code="latest",
            title=_("%(title)s：各单位比较，%(day)s") % {"title": title, "day": as_of.isoformat()},
            unit=unit,
            limit=limit,
            note=note,
            of=_("单位"),
            bars=bars,
        ),
        LineChart(
            code="years",
            title=_("%(title)s：历年比较") % {"title": title},
            unit=unit,
            note=note,
            of=_("单位"),
            series=tuple(series),
        ),
    ]
    if sum(bar.value is not None for bar in bars) >= LEAST_SPREAD:
        spread = Distribution(
            code="spread",
            title=_("%(title)s：分布，%(day)s") % {"title": title, "day": as_of.isoformat()},
            unit=unit,
            limit=limit,
            note=note,
            bars=bars,
            counted=_("单位数"),
        )
        charts.insert(1, spread)
    return tuple(chart for chart in charts if chart.rows)
