"""Charts as declarations: one source for the drawing, the table behind it and the workbook.

    chart = LineChart(
        code="course", title=_("公办园占比"), unit="%", note=str(citation),
        series=(Series(_("青禾县"), (Point(day, Fraction(53), "53%"), …)),),
        limit=Limit(Fraction(50), _("不低于 50%")),
    )

A query gives it, the template writes `{% chart chart %}`, and the view answers the link to Excel with `answer_workbook`.
Values are exact; what is printed stands beside them in words. Where there is no value the words say why, and they stand in the
table and in the workbook in its place.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yaodian.foundation.answering import as_file
from yaodian.foundation.sheets.views import XLSX
from yaodian.foundation.sheets.writing import Cell, Leaf, leaves_xlsx

# Into about so many classes a distribution is cut.
CLASSES = 10


class Datum(Protocol):
    """A value and the words that print it; or no value, and the words that say why."""

    @property
    def value(self) -> Fraction | None: ...

    @property
    def words(self) -> str: ...


@dataclass(frozen=True)
class Figure:
    """A datum by itself."""

    value: Fraction | None
    words: str


NOTHING = Figure(None, "")


@dataclass(frozen=True)
class Point:
    """The datum of a day."""

    on: date
    value: Fraction | None
    words: str


@dataclass(frozen=True)
class Series:
    """Values over time under one name, oldest first. `is_whole`: what the others are parts of."""

    label: str
    points: tuple[Point, ...]
    url: str = ""
    is_whole: bool = False


@dataclass(frozen=True)
class Bar:
    """The datum of one thing."""

    label: str
    value: Fraction | None
    words: str
    url: str = ""


@dataclass(frozen=True)
class Limit:
    """A line across the values: what the law asks for, or the value of the whole; `label` says which."""

    value: Fraction
    label: str


@dataclass(frozen=True)
class Row:
    """A row of the table: what it is of, and a cell for each further column."""

    label: str | date
    cells: tuple[Datum, ...]
    url: str = ""

    @property
    def name(self) -> str:
        return self.label.isoformat() if isinstance(self.label, date) else self.label


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`code` is unique on its page. `unit` is that of the values; `note` says whence they come. `of` names the first column."""

    code: str
    title: str
    unit: str = ""
    limit: Limit | None = None
    note: str = ""
    of: str = ""

    @property
    def heads(self) -> tuple[str, ...]:
        """What the columns of the table are called."""
        raise NotImplementedError

    @property
    def rows(self) -> tuple[Row, ...]:
        """The table: what is drawn, in the same order, and all of it."""
        raise NotImplementedError

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be drawn."""
        return not any(cell.value is not None for row in self.rows for cell in row.cells)

    def _in_unit(self, label: str) -> str:
        return f"{label}（{self.unit}）" if self.unit else label


@dataclass(frozen=True, kw_only=True)
class LineChart(Chart):
    """Values over time. A single series has a row for each day, several have a row each."""

    series: tuple[Series, ...]

    @cached_property
    def days(self) -> tuple[date, ...]:
        return tuple(sorted({point.on for series in self.series for point in series.points}))

    @property
    def heads(self) -> tuple[str, ...]:
        if len(self.series) == 1:
            return (_("日期"), self._in_unit(_("数值")))
        return (self._in_unit(self.of), *(day.isoformat() for day in self.days))

    @property
    def rows(self) -> tuple[Row, ...]:
        if len(self.series) == 1:
            return tuple(Row(point.on, (point,)) for point in self.series[0].points)
        found = []
        for series in self.series:
            by_day = {point.on: point for point in series.points}
            found.append(Row(series.label, tuple(by_day.get(day, NOTHING) for day in self.days), series.url))
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class BarChart(Chart):
    """A bar for each thing, in the order given."""

    bars: tuple[Bar, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        return (self.of, self._in_unit(_("数值")))

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(Row(bar.label, (bar,), bar.url) for bar in self.bars)


@dataclass(frozen=True)
class Class:
    """How many values are at least `low` and less than `high`; the last class holds its upper edge as well."""

    low: Fraction
    high: Fraction
    count: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Distribution(Chart):
    """How many things have which value: `bars` are the things, `counted` says what they are. Those without a value are not drawn."""

    bars: tuple[Bar, ...]
    counted: str

    @cached_property
    def classes(self) -> tuple[Class, ...]:
        values = [bar.value for bar in self.bars if bar.value is not None]
        if not values:
            return ()
        edges = scale(min(values), max(values), most=CLASSES, is_whole=is_whole(values))
        found = []
        for low, high in itertools.pairwise(edges):
            is_last = high == edges[-1]
            count = sum(low <= value < high or (is_last and value == high) for value in values)
            found.append(Class(low, high, count, f"{tick_words(low, edges)}–{tick_words(high, edges)}"))
        return tuple(found)

    @property
    def is_empty(self) -> bool:
        return not self.classes

    @property
    def heads(self) -> tuple[str, ...]:
        return (self._in_unit(_("数值")), self.counted)

    @property
    def rows(self) -> tuple[Row, ...]:
        rows = [Row(one.words, (Figure(Fraction(one.count), str(one.count)),)) for one in self.classes]
        without = sum(bar.value is None for bar in self.bars)
        if without:
            rows.append(Row(_("没有数值"), (Figure(Fraction(without), str(without)),)))
        return tuple(rows)


# --- scales ----------------------------------------------------------------------------------------------------------


def is_whole(values: Iterable[Fraction]) -> bool:
    return all(value.denominator == 1 for value in values)


def scale(low: Fraction, high: Fraction, *, most: int, is_whole: bool = False) -> tuple[Fraction, ...]:
    """At most `most` + 2 round numbers, evenly apart, the first not above `low` and the last not below `high`.

    They lie 1, 2 or 5 times a power of ten apart; `is_whole`: at least 1.
    """
    if low == high:
        high = low + (1 if is_whole else abs(low) / 10 or Fraction(1))
    wanted = (high - low) / most
    power = Fraction(10) ** math.floor(math.log10(wanted))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if power * factor >= wanted)
    if is_whole:
        step = max(step, Fraction(1))
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(step * place for place in range(first, last + 1))


def tick_words(number: Fraction, marks: Sequence[Fraction]) -> str:
    """A number of a scale as printed: as many decimals as its step needs."""
    step = marks[1] - marks[0]
    decimals = max(0, -math.floor(math.log10(step)))
    return f"{float(number):,.{decimals}f}"


# --- Excel -----------------------------------------------------------------------------------------------------------


def _cell(datum: Datum) -> Cell:
    if datum.value is None:
        return datum.words or None
    return int(datum.value) if datum.value.denominator == 1 else float(datum.value)


def workbook(charts: Sequence[Chart]) -> bytes:
    """The tables of charts, a sheet each, numbers to the digits that Excel keeps; a last sheet says what each is and whence it comes."""
    said: list[list[Cell]] = []
    leaves = []
    for chart in charts:
        rows = [[row.label, *(_cell(cell) for cell in row.cells)] for row in chart.rows]
        leaves.append(Leaf(chart.title, chart.heads, rows))
        limit = chart.limit.label if chart.limit else None
        said.append([chart.title, chart.unit or None, limit, chart.note or None])
    leaves.append(Leaf(_("说明"), (_("图"), _("单位"), _("参照线"), _("来源")), said))
    return b"".join(leaves_xlsx(leaves))


def answer_workbook(request: HttpRequest, charts: Sequence[Chart]) -> HttpResponse | None:
    """The workbook where `?format=xlsx` asks for it, of one chart with `chart=…` or of all; None for the page itself.

    Raises Http404 for a chart that the page does not have.
    """
    if request.GET.get("format") != "xlsx":
        return None
    asked = request.GET.get("chart")
    chosen = [chart for chart in charts if asked in (None, chart.code)]
    if not chosen:
        raise Http404
    return as_file(HttpResponse(workbook(chosen), content_type=XLSX), f"{chosen[0].title}.xlsx")
