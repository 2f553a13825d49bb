"""The course of a county's coefficients of variation, as charts."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _

from yaodian.foundation.charting import Limit, LineChart, Point, Series
from yaodian.indicators.models import Assessment
from yaodian.statutes.verdicts import STAGES


def spread_charts(history: Iterable[Assessment]) -> tuple[LineChart, ...]:
    """A chart for each stage: every coefficient over the school years, with the limit where all share one."""
    years = sorted(history, key=lambda one: one.year)
    if len(years) < 2:
        return ()
    charts = []
    for stage, words in STAGES.items():
        labels: dict[str, str] = {}
        points: dict[str, list[Point]] = {}
        limits: set[str] = set()
        for one in years:
            for spread in one.spreads:
                if spread["stage"] != stage:
                    continue
                name = spread["indicator"]
                labels[name] = spread["label"].removesuffix("差异系数")
                value = Fraction(spread["value"]) if spread["value"] else None
                shown = f"{float(spread['value']):.3f}" if spread["value"] else spread["reason"]
                points.setdefault(name, []).append(Point(one.on, value, shown))
                limits.update([spread["limit"]] if spread["limit"] else [])
        if points:
            (limit,) = limits if len(limits) == 1 else (None,)
            charts.append(
                LineChart(
                    code=f"spreads-{stage}",
                    title=_("%(stage)s校际差异系数") % {"stage": words},
                    of=_("指标"),
                    limit=Limit(Fraction(limit), _("上限 %(limit)s") % {"limit": limit}) if limit else None,
                    series=tuple(Series(labels[name], tuple(found)) for name, found in points.items()),
                )
            )
    return tuple(charts)
