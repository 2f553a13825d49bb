"""Charts as Word draws them itself: sharp in print, in the reader's own fonts, with their numbers in a small workbook inside.

They are told apart by dashes, marks and grey as well as by colour, because official papers are printed in black.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from yaodian.foundation.charting import Bar, BarChart, Chart, Distribution, LineChart, is_whole, scale
from yaodian.foundation.sheets.declaring import letters
from yaodian.foundation.sheets.writing import Cell, Leaf, leaves_xlsx
from yaodian.foundation.word.faces import LATIN, SONG
from yaodian.foundation.word.text import printable

_NAMES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_INLINE = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_EMU_PER_MM = 36_000
_COLOURS = ("1F4E79", "C55A11", "548235", "7F6000", "5B3F8C", "3B3838")
_DASHES = ("solid", "dash", "sysDot", "dashDot", "lgDash", "sysDash")
_SYMBOLS = ("circle", "square", "triangle", "diamond", "x", "plus")
_LIMIT = "C00000"
MOST_BARS = 30
MOST_COLUMNS = 16
MOST_LABELS = 14
"""So many numbers can stand beside a line and still be read."""
_X, _Y = 111, 222
_SHEET = "数据"
_FACE = f'<a:latin typeface="{LATIN}"/><a:ea typeface="{SONG}"/>'

Numbers = Sequence[Fraction | None]


@dataclass(frozen=True)
class _Data:
    """What is drawn, as a table: names, and a column of numbers for each series, the limit's among them."""

    names: Sequence[str]
    columns: Sequence[tuple[str, Numbers]]

    def workbook(self) -> bytes:
        """The table as it lies inside the document, for whoever wants to work on with it."""
        rows: list[list[Cell]] = [
            [name, *(_cell(values[place]) for _label, values in self.columns)] for place, name in enumerate(self.names)
        ]
        return b"".join(leaves_xlsx([Leaf(_SHEET, ("", *(label for label, _values in self.columns)), rows)]))

    def series(self, place: int, inside: str) -> str:
        """The column of this place as a series; `inside` is how it looks."""
        label, values = self.columns[place]
        column, last = letters(place + 1), len(self.names) + 1
        texts = "".join(f'<c:pt idx="{at}"><c:v>{_said(words)}</c:v></c:pt>' for at, words in enumerate(self.names))
        numbers = "".join(
            f'<c:pt idx="{at}"><c:v>{float(value):.10g}</c:v></c:pt>'
            for at, value in enumerate(values)
            if value is not None
        )
        count = f'<c:ptCount val="{len(self.names)}"/>'
        return (
            f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/>'
            f"<c:tx><c:strRef><c:f>{_SHEET}!${column}$1</c:f><c:strCache>"
            f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{_said(label)}</c:v></c:pt></c:strCache></c:strRef></c:tx>{inside}'
            f"<c:cat><c:strRef><c:f>{_SHEET}!$A$2:$A${last}</c:f><c:strCache>{count}{texts}</c:strCache></c:strRef></c:cat>"
            f"<c:val><c:numRef><c:f>{_SHEET}!${column}$2:${column}${last}</c:f><c:numCache>"
            f"<c:formatCode>General</c:formatCode>{count}{numbers}</c:numCache></c:numRef></c:val>"
        )


def left_out(chart: Chart) -> int:
    """How many bars are not drawn because there is no room; those without a number do not count."""
    return max(0, len(_known(chart)) - MOST_BARS) if isinstance(chart, BarChart) else 0


def fitting_height(chart: Chart) -> float:
    """How high a picture should be for what it shows, in millimetres."""
    if isinstance(chart, BarChart) and not _stands(chart):
        return min(190.0, 20.0 + 7.0 * min(MOST_BARS, len(_known(chart))))
    return 75.0


def picture(document: Any, chart: Chart, *, number: int, width_mm: float, height_mm: float) -> str:
    """Adds a chart that is not empty to a document, and gives the run that shows it. `number` is unique in the document."""
    package, data = document.part.package, _data(chart)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    book = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), CONTENT_TYPE.SML_SHEET, data.workbook(), package)
    part._blob = _space(chart, data, part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)).encode()
    said = "；".join(f"{row.name} {'、'.join(cell.words for cell in row.cells)}" for row in chart.rows[:MOST_BARS])
    words = quoteattr(printable(f"{chart.title}：{said}").replace("\n", " ")[:1_000])
    width, height = round(width_mm * _EMU_PER_MM), round(height_mm * _EMU_PER_MM)
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_INLINE}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
        f'<wp:docPr id="{number}" name="chart{number}" descr={words}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic {_NAMES}><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _space(chart: Chart, data: _Data, book: str) -> str:
    match chart:
        case LineChart():
            plot = _lines(chart, data)
        case BarChart():
            plot = _columns(chart, data) if _stands(chart) else _bars(chart, data)
        case Distribution():
            plot = _classes(chart, data)
        case _:
            raise TypeError(type(chart).__name__)
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if len(data.columns) > 1 else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {_NAMES}><c:roundedCorners val="0"/>'
        f'<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>{plot}</c:plotArea>{legend}'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1050">{_FACE}</a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
        f'<c:externalData r:id="{book}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


# --- kinds of charts -------------------------------------------------------------------------------------------------


def _known(chart: BarChart) -> list[Bar]:
    return [bar for bar in chart.bars if bar.value is not None]


def _stands(chart: BarChart) -> bool:
    """Bars stand where a limit goes across them, which Word can draw only there; else they lie, so that names can be read."""
    return chart.limit is not None and len(_known(chart)) <= MOST_COLUMNS


def _data(chart: Chart) -> _Data:
    columns: list[tuple[str, Numbers]] = []
    match chart:
        case LineChart():
            names = _days(chart)
            for series in chart.series:
                by_day = {point.on: point.value for point in series.points}
                columns.append((series.label, [by_day.get(on) for on in chart.days]))
        case BarChart():
            bars = _known(chart)[:MOST_BARS]
            names = [bar.label for bar in bars]
            columns.append((chart.title, [bar.value for bar in bars]))
        case Distribution():
            names = [one.words for one in chart.classes]
            columns.append((chart.counted, [Fraction(one.count) for one in chart.classes]))
        case _:
            raise TypeError(type(chart).__name__)
    if chart.limit is not None and (isinstance(chart, LineChart) or (isinstance(chart, BarChart) and _stands(chart))):
        columns.append((chart.limit.label, [chart.limit.value] * len(names)))
    return _Data(names, columns)


def _days(chart: LineChart) -> list[str]:
    """The days as they stand below a line: only months, where there is one day in each, and the year where it begins."""
    if len({(on.year, on.month) for on in chart.days}) < len(chart.days):
        return [on.isoformat() for on in chart.days]
    return [
        f"{on.year}年{on.month}月" if place == 0 or on.year != chart.days[place - 1].year else f"{on.month}月"
        for place, on in enumerate(chart.days)
    ]


def _bars(chart: BarChart, data: _Data) -> str:
    look = _block() + _labels([bar.words for bar in _known(chart)[:MOST_BARS]], "outEnd")
    return (
        f'<c:barChart><c:barDir val="bar"/>{_grouped(data.series(0, look), gap=45)}</c:barChart>'
        f"{_axes(chart.unit, data, is_lying=True)}"
    )


def _columns(chart: BarChart, data: _Data) -> str:
    look = _block() + _labels([bar.words for bar in _known(chart)[:MOST_BARS]], "outEnd")
    return (
        f'<c:barChart><c:barDir val="col"/>{_grouped(data.series(0, look), gap=60)}</c:barChart>'
        f"<c:lineChart>{_joined(data.series(1, _LIMIT_LOOK))}</c:lineChart>{_axes(chart.unit, data)}"
    )


def _lines(chart: LineChart, data: _Data) -> str:
    drawn = []
    for place, series in enumerate(chart.series):
        colour = _COLOURS[place % len(_COLOURS)]
        look = (
            f'<c:spPr><a:ln w="{28_575 if series.is_whole else 19_050}">{_solid(colour)}'
            f'<a:prstDash val="{_DASHES[place % len(_DASHES)]}"/></a:ln></c:spPr>'
            f'<c:marker><c:symbol val="{_SYMBOLS[place % len(_SYMBOLS)]}"/><c:size val="6"/>{_filled(colour)}</c:marker>'
        )
        if len(chart.series) == 1 and len(chart.days) <= MOST_LABELS:
            by_day = {point.on: point for point in series.points if point.value is not None}
            look += _labels([by_day[on].words if on in by_day else "" for on in chart.days], "t")
        drawn.append(data.series(place, look) + '<c:smooth val="0"/></c:ser>')
    if chart.limit is not None:
        drawn.append(data.series(len(chart.series), _LIMIT_LOOK) + '<c:smooth val="0"/></c:ser>')
    inside = "".join(drawn)
    return (
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{inside}<c:marker val="1"/>{_AXES_OF}</c:lineChart>'
        f"{_axes(chart.unit, data, begins_at_zero=False)}"
    )


def _classes(chart: Distribution, data: _Data) -> str:
    look = _block("FFFFFF") + _labels([str(one.count) if one.count else "" for one in chart.classes], "outEnd")
    return f'<c:barChart><c:barDir val="col"/>{_grouped(data.series(0, look), gap=0)}</c:barChart>{_axes("", data)}'


# --- pieces ----------------------------------------------------------------------------------------------------------


def _said(words: str) -> str:
    return escape(printable(words).replace("\n", " "))


def _cell(value: Fraction | None) -> Cell:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def _solid(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def _filled(colour: str, edge: str = "") -> str:
    return f'<c:spPr>{_solid(colour)}<a:ln w="6350">{_solid(edge or colour)}</a:ln></c:spPr>'


def _block(edge: str = "") -> str:
    return _filled(_COLOURS[0], edge) + '<c:invertIfNegative val="0"/>'


def _grouped(series: str, *, gap: int) -> str:
    return f'<c:grouping val="clustered"/><c:varyColors val="0"/>{series}</c:ser><c:gapWidth val="{gap}"/>{_AXES_OF}'


def _joined(series: str) -> str:
    return (
        f'<c:grouping val="standard"/><c:varyColors val="0"/>{series}<c:smooth val="0"/></c:ser>'
        f'<c:marker val="1"/>{_AXES_OF}'
    )


_AXES_OF = f'<c:axId val="{_X}"/><c:axId val="{_Y}"/>'
_LIMIT_LOOK = (
    f'<c:spPr><a:ln w="15875">{_solid(_LIMIT)}<a:prstDash val="dash"/></a:ln></c:spPr>'
    '<c:marker><c:symbol val="none"/></c:marker>'
)
_SHOWN = "".join(
    f'<c:{what} val="{int(what == "showVal")}"/>'
    for what in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
)
_HIDDEN = _SHOWN.replace('<c:showVal val="1"/>', '<c:showVal val="0"/>')


def _labels(words: Sequence[str], place: str) -> str:
    """The words that print each number beside it: exact, and with their unit."""
    said = "".join(
        f'<c:dLbl><c:idx val="{at}"/><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:rPr lang="zh-CN" sz="900">{_FACE}</a:rPr>'
        f'<a:t>{_said(one)}</a:t></a:r></a:p></c:rich></c:tx><c:dLblPos val="{place}"/>{_SHOWN}</c:dLbl>'
        for at, one in enumerate(words)
        if one
    )
    return f"<c:dLbls>{said}{_HIDDEN}</c:dLbls>"


def _range(unit: str, data: _Data, *, begins_at_zero: bool) -> tuple[str, str]:
    """From where to where the numbers go, and how far apart the lines stand; the same in every program that draws it."""
    known = [value for _label, values in data.columns for value in values if value is not None]
    low, high = min(known), max(known)
    # What is never negative begins at 0 where 0 is near; a course far above it would look level.
    if begins_at_zero or 0 <= low <= high / 3:
        low, high = min(low, Fraction(0)), max(high, Fraction(0))
    ticks = scale(low, high, most=5, is_whole=is_whole(known) and unit != "%")
    step, last = ticks[1] - ticks[0], ticks[-1]
    if unit == "%" and high <= 100 < last:
        last = Fraction(100)
    # The words above the highest need room.
    if high > last - step / 4:
        last += step / 2
    return (
        f'<c:scaling><c:orientation val="minMax"/><c:max val="{float(last):.10g}"/><c:min val="{float(ticks[0]):.10g}"/></c:scaling>',
        f'<c:majorUnit val="{float(step):.10g}"/>',
    )


def _axes(unit: str, data: _Data, *, is_lying: bool = False, begins_at_zero: bool = True) -> str:
    """What things are called on one side, numbers on the other. Where bars lie, the first of them stands on top."""
    small = f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900">{_FACE}</a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    line = f'<c:spPr><a:ln w="6350">{_solid("7F7F7F")}</a:ln></c:spPr>{small}'
    grid = f'<c:majorGridlines><c:spPr><a:ln w="3175">{_solid("D9D9D9")}</a:ln></c:spPr></c:majorGridlines>'
    form = quoteattr('General"%"' if unit == "%" else "General")
    ticks = '<c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
    scaling, steps = _range(unit, data, begins_at_zero=begins_at_zero)
    return (
        f'<c:catAx><c:axId val="{_X}"/><c:scaling><c:orientation val="{"maxMin" if is_lying else "minMax"}"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{"l" if is_lying else "b"}"/>{ticks}<c:tickLblPos val="low"/>{line}<c:crossAx val="{_Y}"/>'
        '<c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/>'
        f'</c:catAx><c:valAx><c:axId val="{_Y}"/>{scaling}<c:delete val="0"/>'
        f'<c:axPos val="{"b" if is_lying else "l"}"/>{grid}<c:numFmt formatCode={form} sourceLinked="0"/>{ticks}<c:tickLblPos val="nextTo"/>{line}'
        f'<c:crossAx val="{_X}"/><c:crosses val="{"max" if is_lying else "autoZero"}"/>'
        f'<c:crossBetween val="between"/>{steps}</c:valAx>'
    )
