"""PDF with a text layer, read with pdfplumber: characters → lines → paragraphs, ruled tables → tables.

1. Open; refuse passwords, damage, more than the allowed pages. 2. Per page: ruled tables, then the characters
outside them grouped into lines by their place on the page. 3. Drop page numbers and running heads. 4. Join lines
into paragraphs: a line that reaches the right margin runs on into one that starts at the left margin, unless that
one begins with a number of the genre; over the end of a page too. 5. A table that goes on over a page is one table.
"""

from __future__ import annotations

import binascii
import io
import itertools
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pdfplumber
from pdfminer.layout import LTChar, LTCurve, LTFigure, LTImage
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats.blocks import Blocks
from yaodian.engines.reading.formats.characters import cleaned
from yaodian.engines.reading.formats.numbers import (
    BARE_PAGE_NUMBER,
    ENDS_SENTENCE,
    PAGE_NUMBER,
    WEAK,
    starts_paragraph,
)
from yaodian.engines.reading.formats.refusals import damaged
from yaodian.engines.reading.source import Source

# What pdfminer lets through on files that are broken by accident or by intent; it checks little of what it reads.
_BROKEN: Final = (
    PDFException,
    PSException,
    PdfminerException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    UnboundLocalError,
    ValueError,
    binascii.Error,
    struct.error,
    zlib.error,
)
_UNMAPPED: Final = re.compile(r"\(cid:\d+\)")
_DIGITS: Final = re.compile(r"\d+")
_FILE_TITLE: Final = re.compile(r"^(?:Microsoft Word - )?(.*?)(?:\.docx?|\.wps|\.pdf)?$", re.IGNORECASE)
# More drawn lines than this on a page are a map or a chart, not a table.
_MOST_RULES: Final = 3_000


@dataclass(slots=True)
class _Glyph:
    """One printed character and its box, in points from the top left of its page."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


@dataclass(slots=True)
class _Line:
    """A printed line; places in points from the top left of its page."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


@dataclass(slots=True)
class _Grid:
    """A ruled table: ``None`` in a row is a place that a merged cell covers."""

    rows: list[list[str | None]]
    top: float
    bottom: float


@dataclass(slots=True)
class _Sheet:
    """What one page holds, top to bottom."""

    items: list[_Line | _Grid]
    width: float
    height: float
    images: int
    # Characters whose font does not say which they are.
    unmapped: int


def parse(data: bytes) -> Source:
    """The lines and tables of a PDF file.

    Raises :class:`UnreadableDocument`: ``encrypted``, ``damaged``, ``no-text-layer``, ``garbled``,
    ``too-many-pages``, ``empty`` and the limits of the text; ``MemoryError`` where it unpacks to too much.
    """
    # A download that broke off lacks its end; what could still be read would be half a plan.
    if data.rfind(b"%%EOF") <= data.rfind(b"endobj"):
        raise damaged("pdf")
    try:
        sheets, title = _sheets(data)
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise UnreadableDocument("encrypted") from None
    except PdfminerException as problem:
        if problem.args and isinstance(problem.args[0], PDFPasswordIncorrect | PDFEncryptionError):
            raise UnreadableDocument("encrypted") from None
        if problem.args and isinstance(problem.args[0], MemoryError):
            raise problem.args[0] from None
        raise damaged("pdf") from None
    except UnreadableDocument:
        raise
    except _BROKEN:
        raise damaged("pdf") from None
    _refuse_wordless(sheets)
    _drop_furniture(sheets)
    blocks = Blocks()
    _add(sheets, blocks)
    return blocks.source("pdf", title)


def _sheets(data: bytes) -> tuple[list[_Sheet], str | None]:
    sheets: list[_Sheet] = []
    characters = cells = 0
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        pages = sum(1 for _ in itertools.islice(PDFPage.create_pages(pdf.doc), limits.PDF_PAGES + 1))
        if pages > limits.PDF_PAGES:
            raise UnreadableDocument("too-many-pages", limit=limits.PDF_PAGES)
        if not pages:
            raise damaged("pdf")
        for page in pdf.pages:
            sheet = _sheet(page)
            sheets.append(sheet)
            for item in sheet.items:
                if isinstance(item, _Line):
                    characters += len(item.text)
                else:
                    cells += sum(map(len, item.rows))
            if characters > limits.TEXT_CHARACTERS:
                raise UnreadableDocument("too-long", limit=limits.TEXT_CHARACTERS)
            if cells > limits.TABLE_CELLS:
                raise UnreadableDocument("too-many-cells", limit=limits.TABLE_CELLS)
            page.close()
        named = pdf.metadata.get("Title")
    title = None
    if isinstance(named, str) and (match := _FILE_TITLE.match(named.strip())) and any(c >= "\u4e00" for c in match[1]):
        title = match[1]
    return sheets, title


def _sheet(page: Any) -> _Sheet:
    glyphs: list[_Glyph] = []
    rules = images = 0
    height = float(page.height)
    stack = [page.layout]
    while stack:
        for element in stack.pop():
            if isinstance(element, LTChar):
                if element.upright:
                    glyphs.append(
                        _Glyph(
                            element.get_text(),
                            element.x0,
                            element.x1,
                            height - element.y1,
                            height - element.y0,
                            element.size,
                        )
                    )
            elif isinstance(element, LTCurve):
                rules += 1
            elif isinstance(element, LTImage):
                images += 1
            elif isinstance(element, LTFigure):
                stack.append(element)
    grids: list[_Grid] = []
    if 4 <= rules <= _MOST_RULES:
        for table in page.find_tables():
            rows = table.extract()
            # A frame round a notice is no table.
            if len(rows) >= 2 and max(map(len, rows)) >= 2:
                # pdfplumber measures from the corner of the media box, the layout from that of the page.
                x, y = float(page.mediabox[0]), float(page.mediabox[1])
                x0, top, x1, bottom = table.bbox
                box = (x0 - x, top - y, x1 - x, bottom - y)
                grids.append(_Grid([[_cell(cell) for cell in row] for row in rows], box[1], box[3]))
                glyphs = [glyph for glyph in glyphs if not _is_inside(glyph, box)]
    items: list[_Line | _Grid] = [*_lines(glyphs), *grids]
    items.sort(key=lambda item: item.top)
    unmapped = sum(_UNMAPPED.match(glyph.text) is not None for glyph in glyphs)
    return _Sheet(items, float(page.width), height, images, unmapped)


def _is_inside(glyph: _Glyph, box: tuple[float, float, float, float]) -> bool:
    x0, top, x1, bottom = box
    return x0 <= (glyph.x0 + glyph.x1) / 2 <= x1 and top <= (glyph.top + glyph.bottom) / 2 <= bottom


def _cell(text: str | None) -> str | None:
    """The words of a cell; its lines are joined where they were only broken by its width."""
    if text is None:
        return None
    lines = [line.strip() for line in _UNMAPPED.sub("", text).split("\n") if line.strip()]
    full = max(map(len, lines), default=0) - 1
    words: list[str] = []
    for at, line in enumerate(lines):
        runs_on = at and len(lines[at - 1]) >= full and not starts_paragraph(line)
        if runs_on and not ENDS_SENTENCE.search(lines[at - 1][-4:]):
            words.append(line)
        else:
            words.append("\n" + line if words else line)
    return "".join(words)


def _lines(glyphs: Sequence[_Glyph]) -> list[_Line]:
    """Group characters into lines by the height of their middle, then put each line in order from left to right."""
    printed = sorted((one for one in glyphs if not one.text.isspace()), key=lambda one: one.top + one.bottom)
    spaces = [one for one in glyphs if one.text.isspace()]
    rows: list[list[_Glyph]] = []
    middle = height = 0.0
    for one in printed:
        here = (one.top + one.bottom) / 2
        tall = one.bottom - one.top
        if rows and here - middle <= 0.5 * max(height, tall):
            rows[-1].append(one)
        else:
            rows.append([one])
            middle, height = here, tall
    gaps = _gaps(spaces)
    return [line for row in rows if (line := _line(row, gaps)) is not None]


def _gaps(spaces: Iterable[_Glyph]) -> set[tuple[int, int]]:
    """Where a space was printed, on a grid of two points: x of its middle, y of its bottom."""
    return {(int((one.x0 + one.x1) / 4), int(one.bottom / 2)) for one in spaces}


def _line(row: list[_Glyph], gaps: set[tuple[int, int]]) -> _Line | None:
    row.sort(key=lambda one: one.x0)
    sizes = Counter(round(one.size, 1) for one in row)
    size = sizes.most_common(1)[0][0] or 1.0
    words: list[str] = []
    last: _Glyph | None = None
    for one in row:
        if last is not None:
            if one.text == last.text and abs(one.x0 - last.x0) < 0.2 * size:
                # Bold made by printing twice.
                continue
            gap = one.x0 - last.x1
            is_latin = last.text[-1:].isascii() and one.text[:1].isascii()
            if gap > 0.9 * size or (gap > 0.15 * size and is_latin and _has_space(last, one, gaps)):
                words.append(" ")
        words.append(one.text)
        last = one
    text = cleaned(_UNMAPPED.sub("", "".join(words))).replace("\n", " ").strip()
    if not text:
        return None
    return _Line(
        text,
        min(one.x0 for one in row),
        max(one.x1 for one in row),
        min(one.top for one in row),
        max(one.bottom for one in row),
        size,
    )


def _has_space(last: _Glyph, one: _Glyph, gaps: set[tuple[int, int]]) -> bool:
    x = int((last.x1 + one.x0) / 4)
    y = int(one.bottom / 2)
    return any((x + dx, y + dy) in gaps for dx in (-1, 0, 1) for dy in (-1, 0, 1)) or one.x0 - last.x1 > 0.25 * one.size


def _refuse_wordless(sheets: Sequence[_Sheet]) -> None:
    words = "".join(
        item.text if isinstance(item, _Line) else "".join(cell or "" for row in item.rows for cell in row)
        for sheet in sheets
        for item in sheet.items
    )
    unmapped = sum(sheet.unmapped for sheet in sheets)
    if unmapped * 4 > unmapped + len(words):
        raise UnreadableDocument("garbled")
    if len(words) < 8 * len(sheets):
        if any(sheet.images for sheet in sheets):
            raise UnreadableDocument("no-text-layer")
        if not words:
            raise UnreadableDocument("empty")
    # Fonts without a map to characters give private or replacement characters.
    lost = sum("\ue000" <= character <= "\uf8ff" or character == "\ufffd" for character in words)
    if lost * 4 > len(words):
        raise UnreadableDocument("garbled")


def _drop_furniture(sheets: Sequence[_Sheet]) -> None:
    """Take out page numbers, and lines that stand alike at the head or foot of most pages."""
    edges: Counter[str] = Counter()
    for sheet in sheets:
        for line in _edge_lines(sheet):
            edges[_DIGITS.sub("#", line.text)] += 1
    repeated = {text for text, count in edges.items() if count >= 3 and count * 2 >= len(sheets)}
    for sheet in sheets:
        edge = {id(line) for line in _edge_lines(sheet)}
        sheet.items = [
            item
            for item in sheet.items
            if not (
                isinstance(item, _Line)
                and id(item) in edge
                and (
                    _DIGITS.sub("#", item.text) in repeated
                    or PAGE_NUMBER.match(item.text)
                    or (BARE_PAGE_NUMBER.match(item.text) and not 0.12 < item.top / sheet.height < 0.85)
                )
            )
        ]


def _edge_lines(sheet: _Sheet) -> list[_Line]:
    """The first line of a page if it stands in its top eighth, and the last two if in its bottom fifth."""
    lines = [item for item in sheet.items if isinstance(item, _Line)]
    found = [line for line in lines[:1] if line.bottom < sheet.height / 8]
    return found + [line for line in lines[-2:] if line.top > sheet.height * 0.8 and line not in found]


def _add(sheets: Sequence[_Sheet], blocks: Blocks) -> None:
    lines = [item for sheet in sheets for item in sheet.items if isinstance(item, _Line)]
    body = _body_size(lines)
    whole = _margins(lines, body)
    paragraph: list[str] = []
    previous: _Line | None = None
    grid: _Grid | None = None

    def end_paragraph() -> None:
        nonlocal previous
        if paragraph:
            blocks.line("".join(paragraph))
            paragraph.clear()
        previous = None

    def end_grid() -> None:
        nonlocal grid
        if grid is not None:
            merged = {(y, x) for y, row in enumerate(grid.rows) for x, cell in enumerate(row) if cell is None}
            blocks.table([[cell or "" for cell in row] for row in grid.rows], merged)
            grid = None

    for sheet in sheets:
        left, right = _margins([item for item in sheet.items if isinstance(item, _Line)], body, whole)
        is_first = True
        for item in sheet.items:
            if isinstance(item, _Grid):
                end_paragraph()
                if grid is not None and is_first and len(grid.rows[0]) == len(item.rows[0]):
                    _append_rows(grid, item)
                else:
                    end_grid()
                    grid = item
            else:
                end_grid()
                if previous is not None and _runs_on(
                    previous, item, left=left, right=right, body=body, sheet=sheet, is_new_page=is_first
                ):
                    paragraph.append(_glue(previous.text, item.text))
                else:
                    end_paragraph()
                    paragraph.append(item.text)
                previous = item
            is_first = False
    end_paragraph()
    end_grid()


def _append_rows(grid: _Grid, more: _Grid) -> None:
    """Carry a table on over the page: its head, printed again, goes, and a row that the page cut is made whole."""
    rows = more.rows
    if rows[0] == grid.rows[0]:
        rows = rows[1:]
    # Only where rows are numbered does an empty first cell say that the row began on the page before.
    is_numbered = (grid.rows[0][0] or "").strip() in ("序号", "编号", "序")
    if rows and is_numbered and len(grid.rows) > 1 and not rows[0][0]:
        grid.rows[-1] = [old if not new else (old or "") + new for old, new in zip(grid.rows[-1], rows[0], strict=True)]
        rows = rows[1:]
    grid.rows += rows


def _body_size(lines: Iterable[_Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 12.0


def _margins(lines: Sequence[_Line], body: float, default: tuple[float, float] = (0.0, 1e9)) -> tuple[float, float]:
    """Where text of the body's size starts and ends; the whole document's margins where a page has too few lines."""
    long = [line for line in lines if abs(line.size - body) <= 0.1 * body and len(line.text) >= 15]
    if len(long) < 4:
        return default
    rights = sorted(line.x1 for line in long)
    starts = Counter(round(line.x0 / (body / 2)) for line in long)
    # The margin is the leftmost start that more than a stray line has.
    left = min((start for start, count in starts.items() if count * 10 >= len(long)), default=min(starts))
    return left * body / 2, rights[int(len(rights) * 0.8)]


def _runs_on(
    previous: _Line, line: _Line, *, left: float, right: float, body: float, sheet: _Sheet, is_new_page: bool
) -> bool:
    """Whether ``line`` continues the paragraph that ``previous`` is the last line of."""
    if abs(previous.size - line.size) > 0.12 * body or starts_paragraph(line.text):
        return False
    gap = 0.0 if is_new_page else line.top - previous.bottom
    if line.size > 1.12 * body:
        # A title on several lines: all of one size, in the middle, close together.
        middle = sheet.width / 2
        return (
            not is_new_page
            and gap <= 1.3 * line.size
            and abs((line.x0 + line.x1) / 2 - middle) < line.size
            and abs((previous.x0 + previous.x1) / 2 - middle) < line.size
        )
    if gap > 2.2 * body or line.x0 > left + 0.8 * body:
        return False
    token = re.match(r"[0-9A-Za-z.%+\-/]{3,16}", line.text)
    needed = 2.3 * body if token is None else 2.3 * body + 0.55 * body * len(token[0])
    if previous.x1 < right - needed:
        return False
    return not (WEAK.match(line.text) and ENDS_SENTENCE.search(previous.text[-4:]))


def _glue(previous: str, text: str) -> str:
    last = previous[-1:]
    between = " " if last.isascii() and last.isalpha() and text[:1].isascii() and text[:1].isalpha() else ""
    return between + text
