"""Read an edited workbook back: what did the clerk add, change and remove?

Nothing is applied here. :func:`read_back` compares the sheets with the hidden copy of what was exported and gives typed
changes, each with the values before and after, so that the caller can show a preview and see whether somebody else has
changed the same item since. What cannot be understood is a problem with the address of its cell, in the clerk's words.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from yaodian.engines.reading.clauses import ItemKind
from yaodian.engines.reading.folding import fold
from yaodian.engines.reading.phrasing import Language, in_language

from .cells import Misread, choice, column_letters, day, is_blank, number
from .sheets import KEY_HEADING, PREAMBLE, SHEETS, YES_NO, Column, Sheet, Value, digest, normalised
from .workbooks import Original, opened

Action = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One item added, changed or removed.

    ``key`` is that of the export (``None`` for what was added). ``before`` and ``after`` hold the editable fields by
    their names in the plan schema, and ``clause``, the path of the clause (``""`` in the preamble). For
    ``responsible`` the fields are ``clause``, ``units``, ``lead`` and ``support``, the latter three tuples. What was
    added may carry ``quote``, the words of the plan that the clerk gave for it. ``cell`` is where it stands.
    """

    kind: ItemKind
    action: Action
    key: str | None
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    cell: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ, in the sheet's order; all of them for what was added or removed."""
        if self.before is None or self.after is None:
            return tuple(self.after or self.before or ())
        return tuple(field for field in self.after if self.after[field] != self.before.get(field))


@dataclass(frozen=True, slots=True)
class CellProblem:
    """``cell`` such as ``目标!E7``. An error keeps the row from being read; a notice only says what was not taken."""

    cell: str
    is_error: bool
    message: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Edits:
    """What a workbook asks for. Apply it only where there are no errors."""

    title: str
    changes: tuple[Change, ...]
    problems: tuple[CellProblem, ...]

    @property
    def errors(self) -> tuple[CellProblem, ...]:
        """The problems that stand in the way."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def notices(self) -> tuple[CellProblem, ...]:
        """The problems that do not."""
        return tuple(problem for problem in self.problems if not problem.is_error)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it came back: number from 1, key or ``None``, cells by field, values or ``None`` on error."""

    number: int
    key: str | None
    cells: dict[str, object]
    values: dict[str, Value] | None


def read_back(data: bytes) -> Edits:
    """Changes and problems of an edited workbook; raises :class:`UnreadableWorkbook` where it is none of ours."""
    book = opened(data)
    reader = _Reader(book.language, [str(row.kept["path"]) for row in book.originals["clause"]])
    changes: list[Change] = []
    for sheet in SHEETS:
        changes += reader.sheet(sheet, book.tables, book.originals[sheet.kind])
    return Edits(title=book.title, changes=tuple(changes), problems=tuple(reader.problems))


class _Reader:
    """Reads the sheets one after the other and collects problems."""

    def __init__(self, language: Language, paths: Sequence[str]) -> None:
        self.language = language
        self.problems: list[CellProblem] = []
        self._paths = set(paths)
        by_last: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            by_last[path.rsplit("/", 1)[-1]].append(path)
        self._by_last = by_last

    def sheet(
        self, sheet: Sheet, cells: Mapping[str, Sequence[Sequence[object]]], originals: Sequence[Original]
    ) -> list[Change]:
        """The changes of one sheet."""
        name = in_language(sheet.label, self.language)
        table = cells.get(name)
        if table is None:
            self._error(
                name,
                f"缺少“{name}”表。请不要删除或改名；重新导出后再改。",
                f"The sheet “{name}” is missing. Do not delete or rename it; export again.",
            )
            return []
        places = self._places(sheet, name, table)
        if places is None:
            return []
        lines = self._lines(sheet, name, table, places)
        if originals and lines and not any(line.key for line in lines):
            self._error(
                name,
                f"“{name}”表的识别码列被清空了，认不出哪一行是哪一项。请重新导出，在新表里修改。",
                f"The key column of “{name}” is empty, so that rows cannot be told apart. "
                "Export again and edit the new sheet.",
            )
            return []
        settled, added = self._settle(sheet, name, lines, originals)
        self._notice_derived(sheet, name, places, settled)
        if sheet.kind == "responsible":
            return self._unit_changes(name, settled, added, originals)
        return self._changes(sheet, name, settled, added, originals)

    # Finding the columns and the rows

    def _places(self, sheet: Sheet, name: str, table: Sequence[Sequence[object]]) -> dict[str, int] | None:
        """Column of each field by its heading, wherever the clerk moved it; ``None`` where one is missing."""
        headings: dict[str, int] = {}
        for at, cell in enumerate(table[0] if table else ()):
            headings.setdefault(normalised(str(cell)), at)
        wanted = {
            column.field: in_language(column.label, self.language) for column in sheet.columns if column.is_editable
        }
        wanted["key"] = in_language(KEY_HEADING, self.language)
        missing = [label for label in wanted.values() if label not in headings]
        for label in missing:
            self._error(
                f"{name}!1",
                f"“{name}”表第 1 行缺少“{label}”这一列的表头。请恢复表头，或重新导出。",
                f"The heading “{label}” is missing in row 1 of “{name}”. Put it back, or export again.",
            )
        if missing:
            return None
        places = {field: headings[label] for field, label in wanted.items()}
        for column in sheet.columns:
            label = in_language(column.label, self.language)
            if not column.is_editable and label in headings:
                places[column.field] = headings[label]
        return places

    def _lines(
        self, sheet: Sheet, name: str, table: Sequence[Sequence[object]], places: Mapping[str, int]
    ) -> list[_Line]:
        lines = []
        for row_number, row in enumerate(table[1:], start=2):
            found = {field: row[at] if at < len(row) else "" for field, at in places.items()}
            if all(normalised(str(cell)) == "" for cell in found.values()):
                continue
            editable = [column for column in sheet.columns if column.is_editable]
            key = normalised(str(found["key"])) or None
            is_emptied = all(is_blank(found[column.field]) for column in editable)
            if key is not None and is_emptied and any(column.is_required for column in editable):
                # All that could be edited was emptied: the clerk cleared the row instead of deleting it.
                continue
            if key is None and sheet.kind == "clause":
                self._error(
                    f"{name}!A{row_number}",
                    f"“{name}”表第 {row_number} 行是新加的。条目来自原文，不能在表格里新增，请在网页上拆分或补充。",
                    f"Row {row_number} of “{name}” is new. Clauses come from the document: split them on the page.",
                )
                continue
            lines.append(_Line(row_number, key, found, self._values(sheet, name, row_number, found, places)))
        return lines

    # Which row is which

    def _settle(
        self, sheet: Sheet, name: str, lines: Sequence[_Line], originals: Sequence[Original]
    ) -> tuple[list[tuple[Original, _Line]], list[_Line]]:
        """Rows with their originals, and rows that are new. A copied row carries its key along: the copy is new."""
        by_key = {original.key: original for original in originals}
        claims: dict[str, list[_Line]] = defaultdict(list)
        added: list[_Line] = []
        for line in lines:
            if line.key is None:
                added.append(line)
            elif line.key in by_key:
                claims[line.key].append(line)
            else:
                self._error(
                    f"{name}!{line.number}",
                    f"“{name}”表第 {line.number} 行的识别码被改动，认不出是哪一项。"
                    "请撤销对最后一列（隐藏）的改动，或重新导出。",
                    f"The key in row {line.number} of “{name}” was changed, so that the row cannot be told. "
                    "Undo the change in the hidden last column, or export again.",
                )
        settled = []
        for key, claiming in claims.items():
            original = by_key[key]
            keeper = next((line for line in claiming if line.values == _editable(sheet, original)), claiming[0])
            settled.append((original, keeper))
            for line in claiming:
                if line is keeper:
                    continue
                if sheet.kind == "clause":
                    self._error(
                        f"{name}!A{line.number}",
                        f"“{name}”表第 {line.number} 行与第 {keeper.number} 行是同一条目，请删去其中一行。",
                        f"Rows {line.number} and {keeper.number} of “{name}” are the same clause: delete one.",
                    )
                else:
                    added.append(line)
        # A row whose key was lost but which says what a missing row said is that row.
        gone = {original.key: original for original in originals if original.key not in claims}
        for line in list(added):
            if line.key is None and line.values is not None:
                match = next((o for o in gone.values() if _editable(sheet, o) == line.values), None)
                if match is not None:
                    settled.append((match, line))
                    del gone[match.key]
                    added.remove(line)
        return settled, sorted(added, key=lambda line: line.number)

    # What differs

    def _changes(
        self,
        sheet: Sheet,
        name: str,
        settled: Sequence[tuple[Original, _Line]],
        added: Sequence[_Line],
        originals: Sequence[Original],
    ) -> list[Change]:
        changes: list[tuple[int, Change]] = []
        for original, line in settled:
            before = _editable(sheet, original)
            if line.values is None or line.values == before:
                continue
            changes.append(
                (
                    line.number,
                    Change(sheet.kind, "changed", original.key, before, line.values, f"{name}!A{line.number}"),
                )
            )
        for line in added:
            if line.values is not None:
                after = {**line.values, **self._quote(line)}
                changes.append((line.number, Change(sheet.kind, "added", None, None, after, f"{name}!A{line.number}")))
        kept = {original.key for original, _ in settled}
        removed = [
            Change(sheet.kind, "removed", original.key, _editable(sheet, original), None, name)
            for original in originals
            if original.key not in kept
        ]
        return [change for _, change in sorted(changes, key=lambda pair: pair[0])] + removed

    def _quote(self, line: _Line) -> dict[str, Value]:
        quote = normalised(str(line.cells.get("quote", "")))
        return {"quote": quote} if quote else {}

    def _unit_changes(
        self,
        name: str,
        settled: Sequence[tuple[Original, _Line]],
        added: Sequence[_Line],
        originals: Sequence[Original],
    ) -> list[Change]:
        """Rows of single units, put together again as the lists they came from, in the order of the export.

        A new unit joins the first list of its clause; a unit moved to another clause joins that clause's.
        """
        before = _groups([(_group(o.key), o.kept) for o in originals])
        if any(line.values is None for _, line in settled) or any(line.values is None for line in added):
            # With one unit unreadable the list it belongs to cannot be told; the error has been said.
            return []
        order = {original.key: at for at, original in enumerate(originals)}
        first_of_clause: dict[object, str] = {}
        for key, fields in before.items():
            first_of_clause.setdefault(fields["clause"], key)
        now: list[tuple[str, dict[str, Value]]] = []
        cells: dict[str, int] = {}
        for original, line in sorted(settled, key=lambda pair: order[pair[0].key]):
            values = line.values or {}
            group = _group(original.key)
            if values["clause"] != original.kept["clause"]:
                group = first_of_clause.get(values["clause"], f"+{values['clause']}")
            if values != {field: original.kept[field] for field in values}:
                cells.setdefault(group, line.number)
            now.append((group, values))
        for line in added:
            values = line.values or {}
            group = first_of_clause.get(values["clause"], f"+{values['clause']}")
            cells.setdefault(group, line.number)
            now.append((group, values))
        after = _groups(now)
        changes = []
        for key, fields in after.items():
            cell = f"{name}!A{cells[key]}" if key in cells else name
            if key not in before:
                changes.append(Change("responsible", "added", None, None, fields, cell))
            elif fields != before[key]:
                changes.append(Change("responsible", "changed", key, before[key], fields, cell))
        changes += [
            Change("responsible", "removed", key, fields, None, name)
            for key, fields in before.items()
            if key not in after
        ]
        return changes

    def _notice_derived(
        self, sheet: Sheet, name: str, places: Mapping[str, int], settled: Sequence[tuple[Original, _Line]]
    ) -> None:
        for original, line in settled:
            for column in sheet.columns:
                if column.is_editable or column.field not in places:
                    continue
                if digest(line.cells[column.field]) != original.sums.get(column.field):
                    label = in_language(column.label, self.language)
                    self.problems.append(
                        CellProblem(
                            f"{name}!{column_letters(places[column.field])}{line.number}",
                            False,
                            f"“{label}”由系统汇总，这里的改动不会读入。要改请到对应的表里改。",
                            f"“{label}” is derived; the change here is not read. Edit the sheet it comes from.",
                        )
                    )

    # What a cell says

    def _values(
        self, sheet: Sheet, name: str, number: int, found: Mapping[str, object], places: Mapping[str, int]
    ) -> dict[str, Value] | None:
        values: dict[str, Value] = {}
        is_readable = True
        for column in sheet.columns:
            if not column.is_editable:
                continue
            cell = f"{name}!{column_letters(places[column.field])}{number}"
            label = in_language(column.label, self.language)
            try:
                value = self._value(column, found[column.field], found)
                if value in {None, ""} and column.is_required and column.type != "clause":
                    raise Misread("不能为空", "must not be empty")
            except Misread as misread:
                self._error(cell, f"“{label}”{misread.chinese}。", f"“{label}” {misread.english}.")
                is_readable = False
                continue
            values[column.field] = value
        if sheet.kind == "target" and is_readable:
            is_readable = self._check_target(name, number, values, places)
        return values if is_readable else None

    def _value(self, column: Column, cell: object, row: Mapping[str, object]) -> Value:
        text = normalised(str(cell)) if cell is not None else ""
        if re.fullmatch(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", text):
            raise Misread(
                f"里是公式出错的结果“{text}”，请直接填内容", f"holds the failed formula “{text}”; write the value"
            )
        if column.type == "clause":
            return self._clause(cell, text)
        if column.type == "flag":
            return choice(YES_NO, text or in_language(YES_NO["no"], self.language)) == "yes"
        if column.choices is not None:
            return choice(column.choices, text) if text else None
        if column.type == "number":
            return number(cell, text, normalised(str(row.get("unit", ""))))
        if column.type == "date":
            return day(cell, text)
        if isinstance(cell, float) and cell == int(cell):
            text = str(int(cell))
        if column.field == "name" and text.startswith("《") and text.endswith("》"):
            text = text[1:-1]
        return text or None

    def _clause(self, cell: object, text: str) -> str:
        if isinstance(cell, float) and cell == int(cell):
            text = str(int(cell))
        if isinstance(cell, datetime.date):
            raise Misread(
                "被表格软件变成了日期，请把单元格设为“文本”后重填序号", "was turned into a date; set the cell to text"
            )
        if text in PREAMBLE:
            return ""
        text = fold(text)
        if text in self._paths:
            return text
        same_end = self._by_last.get(text, [])
        if len(same_end) == 1:
            return same_end[0]
        if not text:
            raise Misread(
                "不能为空，请填条目的序号（如 三/8）", "must not be empty; give the clause's number (such as 三/8)"
            )
        if same_end:
            raise Misread(
                f"“{text}”不止一处（{'、'.join(same_end[:4])}），请填完整的序号",
                f"“{text}” stands in several places ({', '.join(same_end[:4])}); give the whole number",
            )
        raise Misread(f"“{text[:40]}”在“条目”表里找不到", f"“{text[:40]}” is not on the sheet of clauses")

    def _check_target(self, name: str, number: int, values: dict[str, Value], places: Mapping[str, int]) -> bool:
        value, value_max = values["value"], values["value_max"]
        cell = f"{name}!{column_letters(places['value_max'])}{number}"
        if values["comparator"] == "between":
            if not isinstance(value_max, float) or not isinstance(value, float) or value_max <= value:
                self._error(
                    cell,
                    "要求是“介于”时，“上限”要填一个比“数值”大的数字。",
                    "With the bound “between”, the upper value must be a number greater than the value.",
                )
                return False
        elif value_max is not None and values["comparator"] != "change":
            self._error(
                cell,
                "只有要求是“介于”或“增减”时才填“上限”，请清空这一格或改要求。",
                "An upper value goes only with the bounds “between” and “change”: empty the cell or change the bound.",
            )
            return False
        elif value_max is not None:
            if (
                not isinstance(value_max, float)
                or not isinstance(value, float)
                or value * value_max < 0
                or abs(value_max) <= abs(value)
            ):
                self._error(
                    cell,
                    "要求是“增减”时，“上限”要与“数值”同号，而且幅度更大（如 3 和 8、-5 和 -8）；没有第二个数就清空这一格。",
                    "With the bound “change”, the upper value must have the sign of the value and lie further from 0 "
                    "(3 and 8, -5 and -8); without a second number empty the cell.",
                )
                return False
        if values["unit"] == "%" and isinstance(value, float) and 0 < value < 1:
            self.problems.append(
                CellProblem(
                    f"{name}!{column_letters(places['value'])}{number}",
                    False,
                    f"数值是 {value:g}%。表格软件会把“95%”存成 0.95；"
                    f"如果本意是 {value * 100:g}%，请填 {value * 100:g}。",
                    f"The value is {value:g}%. Spreadsheets keep “95%” as 0.95; if you mean {value * 100:g}%, "
                    f"write {value * 100:g}.",
                )
            )
        return True

    def _error(self, cell: str, chinese: str, english: str) -> None:
        self.problems.append(CellProblem(cell, True, chinese, english))


def _editable(sheet: Sheet, original: Original) -> dict[str, Value]:
    """The editable fields of an exported row as they would come back unedited."""
    fields: dict[str, Value] = {}
    for column in sheet.columns:
        if column.is_editable:
            value = original.kept[column.field]
            if isinstance(value, str) and column.type == "text":
                value = normalised(value) or None
            elif isinstance(value, int | float) and not isinstance(value, bool):
                value = float(value)
            fields[column.field] = value
    return fields


def _group(key: str) -> str:
    return key.rsplit("#", 1)[0]


def _groups(rows: Sequence[tuple[str, Mapping[str, Value]]]) -> dict[str, dict[str, object]]:
    """Rows of single units as lists by key: clause, units, lead, support."""
    grouped: dict[str, list[Mapping[str, Value]]] = defaultdict(list)
    for key, fields in rows:
        grouped[key].append(fields)
    return {
        key: {
            "clause": members[0]["clause"],
            "units": tuple(str(member["unit"]) for member in members),
            "lead": tuple(str(member["unit"]) for member in members if member["role"] == "lead"),
            "support": tuple(str(member["unit"]) for member in members if member["role"] == "support"),
        }
        for key, members in grouped.items()
    }
