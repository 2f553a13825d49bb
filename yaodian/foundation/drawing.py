"""Charts drawn as inline SVG: no script and no style in it; colours, fonts and dashes come from the style sheet by class.

Each chart is drawn twice, for a screen and for a telephone, because words inside a picture shrink with it. One of the
two is shown; the wide one is what is exported and printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yaodian.foundation.charting import (
    BarChart,
    Chart,
    Distribution,
    LineChart,
    Point,
    Series,
    is_whole,
    scale,
    tick_words,
)

WIDE, NARROW = 720, 320
LETTER = 12.0
"""The size of the words in a picture, as the style sheet sets it."""
PLAIN_STYLES = 6
"""So many series have a look of their own; further ones lie behind as thin lines."""
MOST_BARS = 40
MOST_MARKED = 24


def _at(number: float) -> str:
    return f"{number:.1f}"


def _wide(words: str) -> float:
    """About how wide words are: a Chinese character is as wide as high, a letter or digit a little more than half."""
    return LETTER * sum(1 if ord(letter) > 0x2E7F or letter == "%" else 0.64 for letter in words)


def _fitted(words: str, room: float) -> str:
    """The words as far as there is room."""
    if _wide(words) <= room:
        return words
    while words and _wide(words) + LETTER > room:
        words = words[:-1]
    return f"{words}…"


@dataclass
class Drawing:
    """The pieces of a picture of a width; coordinates are pixels of the page."""

    width: float
    height: float = 0
    shapes: list[SafeString] = field(default_factory=list)
    texts: list[SafeString] = field(default_factory=list)
    """Words lie above everything else."""

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        places = (_at(number) for number in (x1, y1, x2, y2))
        self.shapes.append(format_html('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>', *places, look))

    def words(self, x: float, y: float, words: str, look: str = "", anchor: str = "start", title: str = "") -> None:
        told = format_html("<title>{}</title>", title) if title and title != words else ""
        self.texts.append(
            format_html(
                '<text x="{}" y="{}" text-anchor="{}" class="drawn-words {}">{}{}</text>',
                _at(x), _at(y), anchor, look, told, words,
            )
        )  # fmt: skip

    def rectangle(self, x: float, y: float, width: float, height: float, look: str, title: str = "") -> None:
        places = (_at(number) for number in (x, y, max(width, 0), height))
        told = format_html("<title>{}</title>", title) if title else ""
        self.shapes.append(
            format_html('<rect x="{}" y="{}" width="{}" height="{}" class="{}">{}</rect>', *places, look, told)
        )

    def path(self, places: Sequence[tuple[float, float]], look: str, title: str) -> None:
        self.shapes.append(
            format_html(
                '<polyline points="{}" class="drawn-line {}"><title>{}</title></polyline>', _points(places), look, title
            )
        )

    def mark(self, x: float, y: float, look: str, title: str) -> None:
        self.shapes.append(
            format_html(
                '<circle cx="{}" cy="{}" r="3.5" class="drawn-point {}"><title>{}</title></circle>',
                *(_at(x), _at(y), look, title),
            )
        )

    def upright_limit(self, x: float, stretches: Iterable[tuple[float, float]], top: float, label: str) -> None:
        """A line in stretches downwards, its label above `top` and inside the picture."""
        for start, end in stretches:
            self.line(x, start, x, end, "drawn-limit")
        label = _fitted(label, self.width)
        half = _wide(label) / 2
        self.words(min(max(x, half), self.width - half), top - 5, label, "drawn-limit-words", "middle")

    def svg(self, label: str, look: str) -> SafeString:
        return format_html(
            '<svg class="drawn {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>',
            *(look, _at(self.width), _at(self.height), _at(self.width), _at(self.height), label),
            format_html_join("", "{}", ((piece,) for piece in (*self.shapes, *self.texts))),
        )


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_at(x)},{_at(y)}" for x, y in places)


def draw(chart: Chart, *, is_narrow: bool = False) -> SafeString:
    """The picture of a chart; its label for those who do not see it says what it is of, and where it ends."""
    drawing = Drawing(NARROW if is_narrow else WIDE)
    match chart:
        case LineChart():
            _lines(chart, drawing)
        case BarChart():
            _bars(chart, drawing, is_narrow)
        case Distribution():
            _classes(chart, drawing)
    return drawing.svg(_summary(chart), "drawn-narrow" if is_narrow else "drawn-wide")


def _summary(chart: Chart) -> str:
    match chart:
        case LineChart(series=(Series(points=points),)):
            known = [point for point in points if point.value is not None]
            return f"{chart.title}: {known[0].on} {known[0].words} → {known[-1].on} {known[-1].words}"
        case BarChart(bars=bars):
            most = max((bar for bar in bars if bar.value is not None), key=lambda bar: bar.value or Fraction(0))
            least = min((bar for bar in bars if bar.value is not None), key=lambda bar: bar.value or Fraction(0))
            return f"{chart.title}: {most.label} {most.words} … {least.label} {least.words}"
    return chart.title


def _tick(number: Fraction, ticks: Sequence[Fraction], unit: str) -> str:
    return tick_words(number, ticks) + ("%" if unit == "%" else "")


def _values_in(chart: Chart, values: Iterable[Fraction | None]) -> list[Fraction]:
    known = [value for value in values if value is not None]
    return [*known, chart.limit.value] if chart.limit else known


# --- lines -----------------------------------------------------------------------------------------------------------


def look_of(series: Series, place: int) -> str:
    """The class that gives a series its colour and dashes."""
    if series.is_whole:
        return "series-whole"
    return f"series-{place}" if place < PLAIN_STYLES else "series-more"


def _lines(chart: LineChart, drawing: Drawing) -> None:
    looks: list[tuple[Series, str]] = []
    place = 0
    for series in chart.series:
        looks.append((series, look_of(series, place)))
        place += not series.is_whole
    known = _values_in(chart, (point.value for series in chart.series for point in series.points))
    low, high = min(known), max(known)
    # What is never negative begins at 0 where 0 is near; a course far above it would look level.
    if 0 <= low <= high / 3:
        low = Fraction(0)
    ticks = scale(low, high, most=5, is_whole=is_whole(known) and chart.unit != "%")
    left = max(_wide(_tick(tick, ticks, chart.unit)) for tick in ticks) + 8
    top, right, tall = 12.0, 12.0, 220.0
    across = drawing.width - left - right
    first, last = chart.days[0], chart.days[-1]
    days = (last - first).days

    def x_of(point: Point) -> float:
        return left + (across * (point.on - first).days / days if days else across / 2)

    def y_of(value: Fraction) -> float:
        return top + tall * float((ticks[-1] - value) / (ticks[-1] - ticks[0]))

    for tick in ticks:
        drawing.line(left, y_of(tick), left + across, y_of(tick), "drawn-axis" if tick == ticks[0] else "drawn-grid")
        drawing.words(left - 6, y_of(tick) + 4, _tick(tick, ticks, chart.unit), "drawn-soft", "end")
    _days_below(chart, drawing, left, across, top + tall + 20)
    # What lies in front is drawn last.
    for series, look in sorted(looks, key=lambda one: (one[1] != "series-more", one[0].is_whole)):
        for piece in _unbroken(series.points):
            drawing.path([(x_of(point), y_of(point.value)) for point in piece], look, series.label)  # type: ignore[arg-type]  # _unbroken gives points with a value.
        if look == "series-more":
            continue
        marked = [point for point in series.points if point.value is not None]
        for point in marked if len(marked) <= MOST_MARKED else marked[-1:]:
            assert point.value is not None  # Filtered just above.
            said = f"{point.on.isoformat()}: {point.words}"
            title = said if len(looks) == 1 else f"{series.label} {said}"
            drawing.mark(x_of(point), y_of(point.value), look, title)
    if chart.limit is not None:
        y = y_of(chart.limit.value)
        drawing.line(left, y, left + across, y, "drawn-limit")
        words = _fitted(chart.limit.label, across - 8)
        drawing.words(left + across - 4, y - 5 if y > top + 16 else y + 15, words, "drawn-limit-words", "end")
    drawing.height = top + tall + 30
    if len(looks) > 1:
        _legend(looks, drawing)


def _unbroken(points: Iterable[Point]) -> list[list[Point]]:
    """The stretches without a gap."""
    found: list[list[Point]] = [[]]
    for point in points:
        if point.value is None:
            found.append([])
        else:
            found[-1].append(point)
    return [piece for piece in found if piece]


def _days_below(chart: LineChart, drawing: Drawing, left: float, across: float, y: float) -> None:
    """As many days as there is room for, the first and the last always."""
    first, last = chart.days[0], chart.days[-1]
    room = _wide(first.isoformat()) + 14
    days = (last - first).days
    ends: list[float] = []
    for day in dict.fromkeys((first, last, *chart.days)):
        x = left + (across * (day - first).days / days if days else across / 2)
        half = room / 2
        middle = min(max(x, half - 7), drawing.width - half + 7)
        if all(abs(middle - other) >= room for other in ends):
            ends.append(middle)
            drawing.words(middle, y, day.isoformat(), "drawn-soft", "middle")


def _legend(looks: Sequence[tuple[Series, str]], drawing: Drawing) -> None:
    named = [(series.label, look) for series, look in looks if look != "series-more"]
    further = len(looks) - len(named)
    if further:
        named.append((_("其余 %(count)d 个") % {"count": further}, "series-more"))
    columns = max(1, int(drawing.width // 230))
    room = drawing.width / columns
    for place, (label, look) in enumerate(named):
        x, y = room * (place % columns), drawing.height + 12 + 20 * (place // columns)
        drawing.line(x, y, x + 28, y, f"drawn-line {look}")
        if look != "series-more":
            drawing.mark(x + 14, y, look, label)
        drawing.words(x + 36, y + 4, _fitted(label, room - 48), title=label)
    drawing.height += 20 * -(-len(named) // columns) + 6


# --- bars ------------------------------------------------------------------------------------------------------------


def _bars(chart: BarChart, drawing: Drawing, is_narrow: bool) -> None:
    bars = chart.bars[:MOST_BARS]
    known = _values_in(chart, (bar.value for bar in bars))
    low, high = min(Fraction(0), *known), max(Fraction(0), *known)
    reach = high - low or Fraction(1)
    # On a telephone the words stand above the bar, elsewhere on both sides of it.
    said = max(_wide(bar.words) for bar in bars if bar.value is not None)
    left = 0.0 if is_narrow else min(max(_wide(bar.label) for bar in bars), 200.0) + 10
    across = drawing.width - left - (0 if is_narrow else said + 8)
    top, tall = 22.0 if chart.limit else 4.0, 40.0 if is_narrow else 24.0

    def x_of(value: Fraction) -> float:
        return left + across * float((value - low) / reach)

    for place, bar in enumerate(bars):
        y = top + tall * place
        if is_narrow:
            room = drawing.width - (said + 12 if bar.value is not None else 0)
            drawing.words(0, y + 14, _fitted(bar.label, room if bar.value is not None else room / 2), title=bar.label)
        else:
            drawing.words(left - 8, y + 16, _fitted(bar.label, left - 10), anchor="end", title=bar.label)
        if bar.value is None:
            room = drawing.width / 2 if is_narrow else across
            x, anchor = (drawing.width, "end") if is_narrow else (left + 4, "start")
            drawing.words(x, y + (14 if is_narrow else 16), _fitted(bar.words, room), "drawn-soft", anchor, bar.words)
            continue
        start, end = sorted((x_of(Fraction(0)), x_of(bar.value)))
        title = f"{bar.label}: {bar.words}"
        if is_narrow:
            drawing.words(drawing.width, y + 14, bar.words, "drawn-number", "end")
            drawing.rectangle(start, y + 20, end - start, 12, "drawn-block", title)
        else:
            drawing.rectangle(start, y + 5, end - start, 14, "drawn-block", title)
            drawing.words(end + 6, y + 16, bar.words, "drawn-number")
    bottom = top + tall * len(bars)
    if low < 0 or not is_narrow:
        drawing.line(x_of(Fraction(0)), top, x_of(Fraction(0)), bottom, "drawn-axis")
    if chart.limit is not None:
        # Where words stand above the bars the line leaves them alone.
        beside = [(top + tall * place + 17, top + tall * place + 35) for place in range(len(bars))]
        stretches = beside if is_narrow else [(top, bottom)]
        drawing.upright_limit(x_of(chart.limit.value), stretches, top, chart.limit.label)
    drawing.height = bottom + 4
    left_out = len(chart.bars) - len(bars)
    if left_out:
        drawing.height += 18
        drawing.words(0, drawing.height - 4, _("其余 %(count)d 个见表格") % {"count": left_out}, "drawn-soft")


# --- distributions ---------------------------------------------------------------------------------------------------


def _classes(chart: Distribution, drawing: Drawing) -> None:
    classes = chart.classes
    low, high = classes[0].low, classes[-1].high
    if chart.limit is not None:
        low, high = min(low, chart.limit.value), max(high, chart.limit.value)
    edges = [classes[0].low, *(one.high for one in classes)]
    most = max(one.count for one in classes)
    left, top, tall = 12.0, 40.0 if chart.limit else 20.0, 180.0
    across = drawing.width - 2 * left

    def x_of(value: Fraction) -> float:
        return left + across * float((value - low) / (high - low))

    for one in classes:
        height = tall * one.count / most
        x, end = x_of(one.low), x_of(one.high)
        if one.count:
            title = f"{one.words}: {one.count}"
            drawing.rectangle(x + 1, top + tall - height, end - x - 2, height, "drawn-block", title)
            drawing.words((x + end) / 2, top + tall - height - 5, str(one.count), "drawn-number", "middle")
    drawing.line(left, top + tall, left + across, top + tall, "drawn-axis")
    room, last = max(_wide(_tick(edge, edges, chart.unit)) for edge in edges) + 10, -drawing.width
    for edge in edges:
        if x_of(edge) - last >= room:
            last = x_of(edge)
            words = _tick(edge, edges, chart.unit)
            half = _wide(words) / 2
            drawing.words(min(max(last, half), drawing.width - half), top + tall + 18, words, "drawn-soft", "middle")
    if chart.limit is not None:
        drawing.upright_limit(x_of(chart.limit.value), [(top - 20, top + tall)], top - 20, chart.limit.label)
    drawing.height = top + tall + 26
