"""The city as files: one CSV a table, the list of planted errors beside them, and a workbook of a small city.

CSV: UTF-8 without a mark, a header of field names, lines end with LF; a day as 2026-09-01, yes and no as 1 and 0, what is
not known as nothing, lists and dictionaries as JSON. Equal cities give equal bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

from yaodian.registry.demonstration.city import TABLES, City
from yaodian.registry.demonstration.planted import Planted

ERRORS_FILE = "planted_errors.csv"
WORKBOOK = "city.xlsx"
# More rows than this make no workbook: a sheet ends at 1,048,576, and nobody opens one near it.
MOST_ROWS_OF_A_SHEET = 200_000


def cell(value: Any) -> Any:
    """A value as it stands in a file."""
    if value is None:
        return ""
    if value is True or value is False:
        return int(value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, date):
        return value.isoformat()
    return value


def write_csv(
    city: City, folder: Path, *, tables: Iterable[str] = tuple(TABLES), progress: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Writes the tables into a folder, one part of the city in memory at a time; returns how many rows each has.

    `progress` is told how many rows were written so far, after each part.
    """
    counts = dict.fromkeys(tables, 0)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = {}
        for table in counts:
            stream = stack.enter_context((folder / f"{table}.csv").open("w", encoding="utf-8", newline=""))
            writers[table] = csv.writer(stream, lineterminator="\n")
            writers[table].writerow(TABLES[table].columns)
        errors = None
        if city.errors:
            stream = stack.enter_context((folder / ERRORS_FILE).open("w", encoding="utf-8", newline=""))
            errors = csv.writer(stream, lineterminator="\n")
            errors.writerow(Planted._fields)
        for part in city.parts():
            for table, writer in writers.items():
                rows = part.rows(table)
                writer.writerows([cell(value) for value in row] for row in rows)
                counts[table] += len(rows)
            if errors is not None:
                errors.writerows(part.planted)
            if progress is not None:
                progress(sum(counts.values()))
    return counts


def write_workbook(city: City, path: Path) -> None:
    """The tables as sheets of one workbook, everything that looks like a number but is none as text.

    Raises ValueError for a city with more rows than anybody opens in a workbook.
    """
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as book:
        # Nothing of the clock stands in the file.
        book.set_properties({"created": datetime(2026, 9, 1)})  # noqa: DTZ001  # The format knows no zones.
        sheets = {name: book.add_worksheet(name) for name in TABLES}
        lines = dict.fromkeys(TABLES, 0)
        for name, sheet in sheets.items():
            sheet.write_row(0, 0, TABLES[name].columns)
        for part in city.parts():
            for name, sheet in sheets.items():
                for row in part.rows(name):
                    lines[name] += 1
                    if lines[name] > MOST_ROWS_OF_A_SHEET:
                        raise ValueError(f"{name} has more than {MOST_ROWS_OF_A_SHEET} rows; write it as CSV.")
                    _write(sheet, lines[name], row)


def _write(sheet: Any, line: int, row: Iterable[Any]) -> None:
    for column, value in enumerate(row):
        value = cell(value)
        if isinstance(value, (int, float)):
            sheet.write_number(line, column, value)
        elif value != "":
            sheet.write_string(line, column, str(value))
