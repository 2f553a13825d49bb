"""Counties against each other and over the years under a statute: verdicts, schools that meet it, and one indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext as _

from yaodian.engines import rules
from yaodian.foundation.charting import (
    NOTHING,
    Bar,
    BarChart,
    Chart,
    Datum,
    Distribution,
    Figure,
    Limit,
    LineChart,
    Point,
    Series,
)
from yaodian.indicators.models import Assessment, SchoolStanding, Verdict
from yaodian.indicators.queries.desk import VIEW, Absent
from yaodian.indicators.queries.mapping import Choice, MapChart, Marked, marked_counties
from yaodian.indicators.queries.standards import Declared, judges_schools, limit_for, shown_in, stage_words
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, named, scope_of
from yaodian.registry.queries import schools_in
from yaodian.statutes.monitored import MONITORED, Statute
from yaodian.statutes.verdicts import Scope

MOST_YEARS = 6
MOST_COUNTIES = 200
# The mean of all coefficients, where a statute limits that and not each of them.
MEAN = "mean"

# Statute, public id of a county, school year.
Address = Callable[[str, str, int], str]


@dataclass(frozen=True)
class Held:
    """A county in a year: its verdict, the schools that meet the statute, the coefficient and the mean of the indicator."""

    year: int
    verdict: str
    label: str
    met: Datum
    spread: Datum
    mean: Datum
    url: str = ""


@dataclass(frozen=True)
class CountyRow:
    """A county over the years; None for a year in which it was not assessed."""

    unit: Unit
    name: str
    years: tuple[Held | None, ...]


@dataclass(frozen=True)
class Comparison:
    """What the page shows. `spread_label` and `mean_label` are empty where the statute has no such thing."""

    statute: Statute
    statutes: tuple[Choice, ...]
    stages: tuple[Choice, ...]
    indicators: tuple[Choice, ...]
    stage: str
    indicator: str
    years: tuple[int, ...]
    rows: tuple[CountyRow, ...]
    spread_label: str
    mean_label: str
    charts: tuple[Chart, ...]
    map: MapChart | None
    left_out: int


@dataclass(frozen=True)
class _Asked:
    """What was chosen: the school's indicator (None: the mean of all coefficients, or nothing), and its coefficient."""

    stage: str
    indicator: type[rules.Indicator] | None
    spread: Declared | None
    code: str

    @property
    def spread_code(self) -> str:
        return self.spread.code.rpartition(".")[2] if self.spread else ""


def compare(
    *,
    account: Visitor,
    statute: str = "",
    stage: str = "",
    indicator: str = "",
    address: Address = lambda _statute, _county, _year: "",
) -> Comparison:
    """The counties that the account reaches. What is chosen and does not exist counts as not chosen, but for the statute.

    `address` is where a county's verdict leads. A constant number of queries. Raises Absent.
    """
    chosen = MONITORED.get(statute or next(iter(MONITORED)))
    if chosen is None:
        raise Absent(statute)
    asked = _asked(chosen, stage, indicator)
    rows = scope_of(account=account, permission=VIEW).rows(
        Assessment.objects.filter(statute=chosen.code), unit="county_id"
    )
    years = sorted(set(rows.order_by().values_list("year", flat=True)))[-MOST_YEARS:]
    found = list(rows.filter(year__in=years).defer("items", "obstacles").order_by("county__code", "year"))
    counties = list(dict.fromkeys(one.county_id for one in found))
    left_out = max(0, len(counties) - MOST_COUNTIES)
    counties = counties[:MOST_COUNTIES]
    day = max((one.on for one in found), default=date.max)
    units = {unit.pk: unit for unit in named(Unit.objects.filter(pk__in=counties), day=day)}
    found = [one for one in found if one.county_id in units]
    met = _met(found, asked.stage) if judges_schools(chosen) else {}
    means = _means(found, asked)
    by_county: dict[int, dict[int, Held]] = defaultdict(dict)
    for one in found:
        by_county[one.county_id][one.year] = Held(
            one.year,
            one.verdict,
            str(Verdict(one.verdict).label),
            met.get(one.pk, NOTHING),
            _spread(one, asked),
            means.get(one.pk, NOTHING),
            address(chosen.code, units[one.county_id].public_id, one.year),
        )
    table = tuple(
        CountyRow(units[pk], units[pk].name_then, tuple(by_county[pk].get(year) for year in years))  # type: ignore[attr-defined]  # Annotated by `named`.
        for pk in counties
    )
    charts = _charts(chosen, asked, found, table, day) if table else ()
    return Comparison(
        statute=chosen,
        statutes=tuple(Choice(code, one.title, one is chosen) for code, one in MONITORED.items()),
        stages=tuple(Choice(one, stage_words(one), one == asked.stage) for one in chosen.stages)
        if chosen.indicators
        else (),
        indicators=tuple(
            Choice(code, label, code == asked.code) for code, label in _choices(chosen).items()
        ),
        stage=asked.stage,
        indicator=asked.code,
        years=tuple(years),
        rows=table,
        spread_label=asked.spread.label if asked.spread else "",
        mean_label=asked.indicator.label if asked.indicator else "",
        charts=charts,
        map=_map(table, units, years, day),
        left_out=left_out,
    )  # fmt: skip


def _mean_of_spreads(statute: Statute) -> Declared | None:
    """The notion that limits the mean of all coefficients, if the statute has one."""
    return next(
        (
            one
            for item in statute.items
            if item.scope is Scope.SPREAD
            for one in item.declared
            if issubclass(one, rules.MeanDispersion)
        ),
        None,
    )


def _choices(statute: Statute) -> Mapping[str, str]:
    mean = _mean_of_spreads(statute)
    found = {MEAN: mean.label} if mean else {}
    return {**found, **{one.code.rpartition(".")[2]: one.label for one in statute.indicators}}


def _asked(statute: Statute, stage: str, indicator: str) -> _Asked:
    choices = _choices(statute)
    code = indicator if indicator in choices else next(iter(choices), "")
    stage = stage if stage in statute.stages else next(iter(statute.stages), "")
    if code == MEAN:
        return _Asked(stage, None, _mean_of_spreads(statute), code)
    known = next((one for one in statute.indicators if one.code.rpartition(".")[2] == code), None)
    spread = next((one for one in statute.spreads if one.of is known), None)
    return _Asked(stage, known, spread, code)


# --- figures ---------------------------------------------------------------------------------------------------------


def _met(found: Sequence[Assessment], stage: str) -> dict[int, Figure]:
    """The share of a stage's schools that meet the statute, by assessment. One query."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = SchoolStanding.objects.filter(assessment__in=[one.pk for one in found], stage=stage).order_by()
    for pk, verdict, count in rows.values_list("assessment_id", "verdict").annotate(count=Count("pk")):
        counts[pk][verdict] = count
    shares = {}
    for pk, by_verdict in counts.items():
        total, met = sum(by_verdict.values()), by_verdict.get(Verdict.MEETS, 0)
        shares[pk] = Figure(Fraction(100 * met, total), f"{100 * met / total:.1f}%（{met}/{total}）")
    return shares


def _means(found: Sequence[Assessment], asked: _Asked) -> dict[int, Figure]:
    """The mean of an indicator over the schools of a stage, weighted by pupils as the coefficient is. One query."""
    if asked.indicator is None:
        return {}
    sums: dict[int, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for pk, pupils, exact in _values(found, asked):
        counts[pk][1] += 1
        if exact and pupils:
            counts[pk][0] += 1
            sums[pk][0] += Fraction(exact) * pupils
            sums[pk][1] += pupils
    means = {}
    for pk, (known, of) in counts.items():
        total, weight = sums[pk]
        if not weight:
            means[pk] = Figure(None, _("没有学校有数值"))
            continue
        words = _words(total / weight, asked.indicator.unit)
        said = words if known == of else _("%(value)s（%(of)d 个中 %(known)d 个有数值）") % {
            "value": words, "of": of, "known": known,
        }  # fmt: skip
        means[pk] = Figure(_drawn(total / weight, asked.indicator.unit), said)
    return means


def _values(found: Sequence[Assessment], asked: _Asked) -> Any:
    rows = SchoolStanding.objects.filter(assessment__in=[one.pk for one in found], stage=asked.stage).order_by("pk")
    # By its own class: in the short form «exact» is a comparison.
    exact = KeyTextTransform("exact", KeyTransform(asked.code, "values"))
    return rows.values_list("assessment_id", "pupils", exact)


def _spread(one: Assessment, asked: _Asked) -> Figure:
    """The coefficient as it was stored, with six digits."""
    if asked.spread is None:
        return NOTHING
    here = [spread for spread in one.spreads if spread["stage"] == asked.stage]
    if asked.code == MEAN:
        values = [spread["value"] for spread in here]
        if not values or not all(values):
            return Figure(None, next((spread["reason"] for spread in here if spread["reason"]), _("无法计算")))
        value = sum((Fraction(each) for each in values), Fraction(0)) / len(values)
        return Figure(value, f"{float(value):.4f}")
    known = next((spread for spread in here if spread["indicator"] == asked.spread_code), None)
    if known is None:
        return NOTHING
    if not known["value"]:
        return Figure(None, known["reason"] or _("无法计算"))
    return Figure(Fraction(known["value"]), f"{float(known['value']):.4f}")


def _words(value: Fraction, unit: str) -> str:
    return shown_in(value, unit, 2)


def _drawn(value: Fraction, unit: str) -> Fraction:
    """As it is drawn: a share in per cent."""
    return value * 100 if unit == "%" else value


def _limit(declared: Declared, stage: str, day: date) -> Limit | None:
    found = limit_for(declared, stage=stage, day=day)
    if found is None:
        return None
    return Limit(_drawn(found.number, found.unit), f"{stage_words(stage)} {found.sign_words}")


# --- charts ----------------------------------------------------------------------------------------------------------


def _charts(
    statute: Statute, asked: _Asked, found: Sequence[Assessment], table: Sequence[CountyRow], day: date
) -> tuple[Chart, ...]:
    on = {one.year: one.on for one in found}
    stage = stage_words(asked.stage)
    charts: list[Chart] = []

    def course(code: str, title: str, pick: Callable[[Held], Datum], **more: Any) -> LineChart:
        series = []
        for row in table:
            held = [one for one in row.years if one is not None]
            points = tuple(Point(on[one.year], pick(one).value, pick(one).words) for one in held)
            series.append(Series(row.name, points, held[-1].url if held else ""))
        return LineChart(code=code, title=title, of=_("县区"), series=tuple(series), **more)

    if asked.spread is not None:
        limit, note = _limit(asked.spread, asked.stage, day), str(asked.spread.citation())
        title = f"{asked.spread.label}（{stage}）"
        charts.append(
            course("spread", _("%(what)s：历年") % {"what": title}, lambda one: one.spread, limit=limit, note=note)
        )
        charts.append(
            BarChart(
                code="latest",
                title=_("%(what)s：%(year)s 学年") % {"what": title, "year": day.year},
                of=_("县区"),
                limit=limit,
                note=note,
                bars=_bars(table, lambda one: one.spread),
            )
        )
    if asked.indicator is not None:
        limit, note = _limit(asked.indicator, asked.stage, day), str(asked.indicator.citation())
        title = f"{asked.indicator.label}（{stage}）"
        charts.append(
            course(
                "mean", _("%(what)s：县均值") % {"what": title}, lambda one: one.mean,
                unit=asked.indicator.unit, limit=limit,
                note=_("按学生数加权的平均值。%(source)s") % {"source": note},
            )
        )  # fmt: skip
        latest = [one for one in found if one.on == day]
        values = [
            Bar("", Fraction(exact) if exact else None, "") for _pk, _pupils, exact in _values(latest, asked)
        ]  # fmt: skip
        drawn = tuple(
            Bar(bar.label, None if bar.value is None else _drawn(bar.value, asked.indicator.unit), "") for bar in values
        )
        charts.append(
            Distribution(
                code="schools",
                title=_("%(what)s：%(year)s 学年学校分布") % {"what": title, "year": day.year},
                unit=asked.indicator.unit,
                limit=limit,
                note=note,
                counted=_("学校数"),
                bars=drawn,
            )
        )
    if any(one.met.value is not None for row in table for one in row.years if one is not None):
        charts.append(
            course("met", _("达标学校占比（%(stage)s）：历年") % {"stage": stage}, lambda one: one.met, unit="%",
                   note=str(statute.items[0].declared[0].citation()))
        )  # fmt: skip
    return tuple(charts)


def _bars(table: Sequence[CountyRow], pick: Callable[[Held], Datum]) -> tuple[Bar, ...]:
    """A bar for each county that was assessed in the latest year, the smallest value first, at the end those without one."""
    known = [(row, row.years[-1]) for row in table if row.years and row.years[-1] is not None]
    bars = [Bar(row.name, pick(held).value, pick(held).words or _("无法计算"), held.url) for row, held in known if held]
    return tuple(sorted(bars, key=lambda bar: (bar.value is None, bar.value or Fraction(0), bar.label)))


def _map(
    table: Sequence[CountyRow], units: Mapping[int, Unit], years: Sequence[int], day: date
) -> MapChart | None:  # fmt: skip
    """The counties where their schools lie in the middle, by the verdict of the latest year."""
    held = {row.unit.pk: row.years[-1] for row in table if row.years and row.years[-1] is not None}
    if not held:
        return None
    places = marked_counties(schools_in(offices=list(held), day=day))
    names = {row.unit.pk: row.name for row in table}
    points = tuple(
        Marked(names[pk], places.get(pk), one.verdict, Figure(None, one.label), one.url)
        for pk, one in held.items()
        if one is not None
    )
    return MapChart(
        code="counties",
        title=_("各县区结论：%(year)s 学年") % {"year": years[-1]},
        of=_("县区"),
        said=_("结论"),
        note=_("点在该县区各校坐标的中间。"),
        points=points,
        is_named=True,
    )
