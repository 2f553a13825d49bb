"""Values far from those of the other schools of a stage, and values in another unit than the one asked for."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from yaodian.indicators.queries.findings import Finding, Kind, Reported, is_readable
from yaodian.indicators.queries.needs import why_of
from yaodian.registry.queries import SchoolIn, figure_label, grades_taught
from yaodian.statutes.quality_balance.county import AMOUNTS
from yaodian.statutes.verdicts import odd_values

# Compared are values per pupil (or per class) of one stage in one office, where at least so many schools have them, each
# with so many pupils: a teaching point of five has hundreds of metres a child, and nothing is wrong.
LEAST_PEERS = 8
LEAST_PUPILS = 20
# An outlier is at least so many times the median (or the median so many times it), and on the scale of logarithms further
# from it than so many median absolute deviations, brought to the size of a standard deviation.
TIMES = 3
DEVIATIONS = 4
TO_STANDARD = 1.4826
# What another unit makes of an amount: 元 for 万元 is ten thousand times, and a poor school's then a thousand.
UNIT_TIMES = 1000

# Where the figure of a return has another name than the quantity of the statutes.
_FIELDS = {"public_funds": "public_funds_per_pupil"}
_PER_PUPIL = (
    *("full_time", "teaching_rooms", "sports_ground", "site", "equipment_value_10k_yuan", "multimedia_classrooms"),
    *("computers", "books", "training_funds"),
)


def outliers(reported: Reported) -> Iterator[Finding]:
    """Values far from those of the other schools of the stage; first those that are a thousand times theirs."""
    by_pk = {place.school_id: place for place in reported.places}
    by_stage: dict[str, list[tuple[SchoolIn, Any]]] = {}
    for (school, stage), row in reported.rows.items():
        place = by_pk.get(school)
        if place is not None and is_readable(row) and stage in grades_taught(place.school_type) and row.pupils:
            by_stage.setdefault(stage, []).append((place, row))
    for stage, given in by_stage.items():
        odd = list(odd_units(stage, given, reported.day))
        yield from odd
        told = {(finding.place.school_id, finding.figure) for finding in odd if finding.place is not None}
        for name in (*_PER_PUPIL, "public_funds_per_pupil", "classes"):
            shares = {
                place.school_id: share
                for place, row in given
                if row.pupils >= LEAST_PUPILS and (place.school_id, name) not in told and (share := _share(name, row))
            }
            for school, (share, middle) in far_off(shares).items():
                yield _outlier(by_pk[school], stage, name, share, middle, len(shares), reported.day)


def _share(name: str, row: Any) -> Fraction | None:
    """The value per pupil; of classes, pupils per class; None where there is none, or 0."""
    if name == "classes":
        return Fraction(row.pupils, row.classes) if row.classes else None
    value = getattr(row, name)
    if not value:
        return None
    return Fraction(value) if name == "public_funds_per_pupil" else Fraction(value) / row.pupils


def far_off(values: Mapping[Any, Fraction]) -> dict[Any, tuple[Fraction, Fraction]]:
    """Which of these positive values lie far from the rest, with the median: the rule of `TIMES` and `DEVIATIONS`."""
    if len(values) < LEAST_PEERS:
        return {}
    middle = Fraction(statistics.median(values.values()))
    distances = {key: abs(math.log(value / middle)) for key, value in values.items()}
    usual = statistics.median(distances.values()) * TO_STANDARD
    return {
        key: (value, middle)
        for key, value in values.items()
        if (value >= TIMES * middle or TIMES * value <= middle) and distances[key] > DEVIATIONS * usual
    }


def odd_units(stage: str, given: Sequence[tuple[SchoolIn, Any]], day: date) -> Iterator[Finding]:
    """元 for 万元 and the like: the statutes' own rule, which also keeps them from deciding."""
    rows = [
        {
            "stage": stage,
            "place": place,
            "pupils": row.pupils,
            "public_funds": None if row.public_funds_per_pupil is None else row.public_funds_per_pupil * row.pupils,
            **{name: getattr(row, name) for name in AMOUNTS if name not in _FIELDS},
        }
        for place, row in given
    ]
    for odd in odd_values(rows, AMOUNTS, times=UNIT_TIMES):
        name = _FIELDS.get(odd.name, odd.name)
        times = _times(odd.share, odd.middle)
        yield Finding(
            Kind.OUTLIER,
            "odd-unit",
            odd.row["place"],
            stage,
            name,
            figure_label(name),
            short_of(odd.share),
            short_of(odd.middle),
            _(
                "“%(label)s”人均%(value)s，同学段学校的中位数是%(middle)s，相差%(times)s倍，疑似单位报错（如把元填成了万元）。"
            )
            % {
                "label": figure_label(name),
                "value": short_of(odd.share),
                "middle": short_of(odd.middle),
                "times": times,
            },
            _("单位错了，全县的结论不作数；%(what)s") % {"what": why_of(name, stage, day)},
            _("请核对单位后改正报表。"),
        )


def odd_units_since(place: SchoolIn, row: Any, last: Any, day: date) -> Iterator[Finding]:
    """Amounts that are a thousand times the school's own of last year, or a thousandth: the unit has changed, not the school."""
    for name in AMOUNTS:
        name = _FIELDS.get(name, name)
        now, before = getattr(row, name), getattr(last, name)
        if not now or not before or not (now >= UNIT_TIMES * before or UNIT_TIMES * now <= before):
            continue
        yield Finding(
            Kind.OUTLIER,
            "odd-unit",
            place,
            row.stage,
            name,
            figure_label(name),
            str(now),
            str(before),
            _("“%(label)s”%(value)s，上学年是%(before)s，疑似单位报错（如把元填成了万元）。")
            % {"label": figure_label(name), "value": now, "before": before},
            _("单位错了，全县的结论不作数；%(what)s") % {"what": why_of(name, row.stage, day)},
            _("请核对单位后改正报表。"),
        )


def _outlier(
    place: SchoolIn, stage: str, name: str, share: Fraction, middle: Fraction, peers: int, day: date
) -> Finding:
    label = _("平均班额") if name == "classes" else figure_label(name)
    said = {
        "label": label,
        "value": short_of(share),
        "peers": peers,
        "middle": short_of(middle),
        "times": _times(share, middle),
    }
    if name in ("classes", "public_funds_per_pupil"):
        high = _("“%(label)s”%(value)s，是同学段%(peers)s所学校中位数%(middle)s的%(times)s倍。")
        low = _("“%(label)s”%(value)s，同学段%(peers)s所学校的中位数%(middle)s是它的%(times)s倍。")
    else:
        high = _("“%(label)s”人均%(value)s，是同学段%(peers)s所学校中位数%(middle)s的%(times)s倍。")
        low = _("“%(label)s”人均%(value)s，同学段%(peers)s所学校的中位数%(middle)s是它的%(times)s倍。")
    return Finding(
        Kind.OUTLIER,
        "outlier",
        place,
        stage,
        name,
        label,
        short_of(share),
        short_of(middle),
        (high if share > middle else low) % said,
        why_of(name, stage, day),
        _("请对照台账核对；数字无误的不必改。"),
    )


def _times(share: Fraction, middle: Fraction) -> str:
    return short_of(max(share / middle, middle / share))


def short_of(value: Fraction) -> str:
    """Three significant digits, no exponent, for reading only."""
    number = float(value)
    places = max(0, 2 - math.floor(math.log10(abs(number)))) if number else 0
    said = f"{number:,.{min(places, 6)}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said
