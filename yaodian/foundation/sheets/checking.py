"""Raw rows in, checked rows and problems by cell out; nothing is looked up in the database here."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yaodian.foundation.sheets import limits
from yaodian.foundation.sheets.declaring import Column, Problem, Raw, Sheet, letters, show
from yaodian.foundation.sheets.reading import RawSheet


@dataclass(frozen=True)
class Row:
    """A row of the file: its number as Excel counts, and the values of the columns that the file has."""

    number: int
    values: dict[str, Any]
    key: tuple[Any, ...]


@dataclass
class Tally:
    """What reading one file has found; problems are kept up to a limit and counted all."""

    rows: int = 0
    errors: int = 0
    warnings: int = 0
    wrong_rows: int = 0
    notes: list[str] = field(default_factory=list)
    """About the file as a whole, nothing to mend: hidden rows, other sheets, columns that were not read."""
    _errors: list[Problem] = field(default_factory=list)
    _warnings: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        if problem.is_warning:
            self.warnings += 1
            kept = self._warnings
        else:
            self.errors += 1
            kept = self._errors
        if len(kept) < limits.PROBLEMS_KEPT:
            kept.append(problem)

    @property
    def problems(self) -> list[Problem]:
        """The errors, then as many warnings as there is room for."""
        return [*self._errors, *self._warnings][: limits.PROBLEMS_KEPT]


@dataclass
class Header:
    """Where the header stands and which column lies where."""

    last_row: int
    positions: dict[str, int]
    unknown: dict[int, str]
    doubled: dict[int, str]


def find_header(sheet: Sheet, rows: list[list[Any]]) -> Header | None:
    """The rows among the first that name most columns: one row, or two or three read together, the lower words first.

    None where no row names the key.
    """
    best: Header | None = None
    for height in (1, 2, 3):
        for start in range(len(rows) - height + 1):
            header = _header_from(sheet, rows[start : start + height])
            if set(sheet.key) & set(header.positions) and (best is None or len(header.positions) > len(best.positions)):
                best = header
    return best


def _header_from(sheet: Sheet, rows: list[list[Any]]) -> Header:
    positions: dict[str, int] = {}
    unknown: dict[int, str] = {}
    doubled: dict[int, str] = {}
    for position in range(max((len(row[2]) for row in rows), default=0)):
        words = [
            show(row[2][position]) for row in reversed(rows) if position < len(row[2]) and row[2][position] is not None
        ]
        code = next((found for found in map(sheet.find_header, words) if found), None)
        if code is None:
            if any(word.strip() for word in words):
                unknown[position] = words[0]
        elif code in positions:
            doubled[position] = words[0]
        else:
            positions[code] = position
    return Header(rows[-1][0], positions, unknown, doubled)


class Checker:
    """Checks one file. Read `rows()` to its end, then `tally` and `header`."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.tally = Tally()
        self.header: Header | None = None
        self._seen: dict[tuple[Any, ...], int] = {}
        self._columns: list[tuple[Column, int, dict[str, tuple[Any, Problem | None]]]] = []

    def rows(self, raw: RawSheet) -> Iterator[Row]:
        """The rows without an error, in order. Raises UnableToReadSheet."""
        source = iter(raw)
        top = list(itertools.islice(source, limits.HEADER_ROWS))
        self.header = find_header(self.sheet, top)
        if not self._open():
            return
        assert self.header is not None
        start = self.header.last_row
        blank = dict.fromkeys((column.code for column in self.sheet.columns), None)
        last = start
        for number, _is_hidden, cells in itertools.chain(top, source):
            if number <= start:
                continue
            last = number
            row = self._row(number, cells, blank)
            if row is not None:
                yield row
        self._close(raw.facts, start, last)

    def _open(self) -> bool:
        labels = {column.code: str(column.label) for column in self.sheet.columns}
        if self.header is None:
            key = "、".join(labels[code] for code in self.sheet.key)
            self._wrong(
                Problem(
                    _("前 %(count)s 行里没有找到列名。表头应有“%(key)s”等列；请下载模板，照模板的列名填写。")
                    % {"count": limits.HEADER_ROWS, "key": key},
                    code="no-header",
                )
            )
            return False
        missing = [
            column for column in self.sheet.columns if column.is_required and column.code not in self.header.positions
        ]
        for column in missing:
            self._wrong(
                Problem(
                    _("缺少必填的列“%(label)s”。请照模板补上这一列。") % {"label": column.label},
                    code="no-column",
                    column=column.code,
                    row=self.header.last_row,
                )
            )
        for position, word in self.header.doubled.items():
            self._wrong(
                Problem(
                    _("列“%(label)s”出现了两次。请只保留一列。") % {"label": word},
                    code="column-twice",
                    row=self.header.last_row,
                    position=position,
                )
            )
        if self.header.unknown:
            some = "、".join(
                f"{letters(position)} {word[:20]}" for position, word in list(self.header.unknown.items())[:10]
            )
            self.tally.notes.append(_("模板里没有这些列，未读入：%(some)s。") % {"some": some})
        self._columns = [
            (column, self.header.positions[column.code], {})
            for column in self.sheet.columns
            if column.code in self.header.positions
        ]
        return not missing and not self.header.doubled

    def _wrong(self, problem: Problem) -> None:
        self.tally.add(problem)

    def _row(self, number: int, cells: list[Raw], blank: dict[str, Any]) -> Row | None:
        width = len(cells)
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        is_blank = True
        for column, position, memory in self._columns:
            raw = cells[position] if position < width else None
            if raw is None or raw.__class__ is str:
                found = memory.get(raw or "")
                if found is None:
                    found = column.value(raw)
                    if len(memory) < limits.REMEMBERED_VALUES:
                        memory[raw or ""] = found
            else:
                found = column.value(raw)
            value, problem = found
            values[column.code] = value
            if value is not None:
                is_blank = False
            if problem is not None:
                if problem.code != "required":
                    is_blank = False
                problems.append(
                    replace(problem, column=column.code, row=number, position=position, shown=show(raw)[:60])
                )
        if is_blank:
            # Blanks, or text in columns that are not read.
            return None
        self.tally.rows += 1
        if self.sheet.cross_checks and all(problem.is_warning for problem in problems):
            for problem in self.sheet.check_row({**blank, **values}):
                problems.append(replace(problem, row=number, position=self._position(problem.column)))
        key = self.sheet.key_of(values)
        if None not in key:
            first = self._seen.setdefault(key, number)
            if first != number:
                code = self.sheet.key[0]
                problems.append(
                    Problem(
                        _("与第 %(row)s 行重复。同一“%(label)s”只能有一行，请删去多余的一行。")
                        % {"row": first, "label": self.sheet.column(code).label},
                        code="twice",
                        column=code,
                        row=number,
                        position=self._position(code),
                        shown=str(key[0])[:60],
                    )
                )
        for problem in problems:
            self.tally.add(problem)
        if any(not problem.is_warning for problem in problems):
            self.tally.wrong_rows += 1
            return None
        return Row(number, values, key)

    def _position(self, code: str) -> int:
        assert self.header is not None
        return self.header.positions.get(code, -1)

    def place(self, problem: Problem) -> Problem:
        """A problem of the target, which knows row and column code, with its place in the file."""
        return replace(problem, position=self._position(problem.column))

    def _close(self, facts: dict[str, Any], start: int, last: int) -> None:
        used = {position: column.code for column, position, _memory in self._columns}
        for top, left, bottom, right in facts.get("merges", []):
            columns = [position for position in range(left, min(right, limits.COLUMNS) + 1) if position in used]
            if bottom > start and top <= last and columns:
                self._wrong(
                    Problem(
                        _("%(first)s 至 %(last)s 是合并单元格，只有第一格有内容。请取消合并，逐行填写。")
                        % {"first": f"{letters(left)}{top}", "last": f"{letters(right)}{bottom}"},
                        code="merged",
                        column=used[columns[0]],
                        row=max(top, start + 1),
                        position=columns[0],
                    )
                )
        if facts.get("hidden_rows"):
            self.tally.notes.append(
                ngettext(
                    "有 %(count)s 行是隐藏的，也已读入。", "有 %(count)s 行是隐藏的，也已读入。", facts["hidden_rows"]
                )
                % {"count": facts["hidden_rows"]}
            )
        if facts.get("hidden_sheets"):
            self.tally.notes.append(
                _("隐藏的工作表没有读：%(names)s。") % {"names": "、".join(facts["hidden_sheets"][:10])}
            )
        if facts.get("other_sheets"):
            self.tally.notes.append(
                _("只读了工作表“%(sheet)s”，没有读：%(names)s。")
                % {"sheet": facts["sheet"], "names": "、".join(facts["other_sheets"][:10])}
            )
        if not self.tally.rows:
            self._wrong(Problem(_("表头下面没有数据。请填写后再上传。"), code="no-rows"))


def chunked(rows: Iterable[Any], size: int = limits.CHUNK_ROWS) -> Iterator[list[Any]]:
    """Lists of at most `size`, the last one shorter."""
    source = iter(rows)
    while chunk := list(itertools.islice(source, size)):
        yield chunk
