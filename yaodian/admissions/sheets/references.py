"""Lists as files: what an office loads to hold claims against, with errors by cell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.sheets.checking import Checker
from yaodian.foundation.sheets.declaring import Column, Day, Number, Problem, Sheet, Text
from yaodian.foundation.sheets.reading import UnableToReadSheet, read_file

MOST_SHOWN = 8

REFERENCES = Sheet(
    code="admissions.references",
    label=gettext_lazy("比对名册"),
    english="Reference list",
    key=("line",),
    is_declared=False,
    columns=(
        # A person may stand in a list twice, with two properties.
        Column("line", gettext_lazy("序号"), "Line", kind=Text(max_length=20, is_code=True), is_required=True, example="1"),
        Column("number", gettext_lazy("证件号码"), "Number", kind=Text(max_length=30, is_code=True), is_required=True, example="110105198804120011"),
        Column("name", gettext_lazy("姓名"), "Name", kind=Text(max_length=60), example="林远山"),
        Column("address", gettext_lazy("地址"), "Address", kind=Text(max_length=200), example="中山路1号302室"),
        Column("since", gettext_lazy("自"), "Since", kind=Day(), example="2020-03-01"),
        Column("until", gettext_lazy("至"), "Until", kind=Day()),
        Column("months", gettext_lazy("累计月数"), "Months", kind=Number(decimals=0, most=1_200), example="36"),
        Column("note", gettext_lazy("说明"), "Note", kind=Text(max_length=200), example="户主之子"),
    ),
)  # fmt: skip


class UnableToReadReferences(Exception):
    """The file cannot be taken; `message` names the first cells that are wrong."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_references(*, name: str, chunks: Iterable[bytes]) -> list[dict[str, str]]:
    """The lines of a list, as `operations.load_references` takes them. Raises UnableToReadReferences."""
    checker = Checker(REFERENCES)
    try:
        with read_file(name=name, chunks=chunks, prefer=[str(REFERENCES.label)]) as raw:
            rows = [_taken(row.values) for row in checker.rows(raw)]
    except UnableToReadSheet as problem:
        raise UnableToReadReferences(problem.message) from problem
    if checker.tally.errors:
        said = [_said(problem) for problem in checker.tally.problems if not problem.is_warning]
        raise UnableToReadReferences(
            _("表格有 %(count)s 处不能读入，名册没有更换：%(some)s")
            % {"count": checker.tally.errors, "some": " ".join(said[:MOST_SHOWN])}
        )
    return rows


def _said(problem: Problem) -> str:
    return f"[{problem.address}] {problem.message}" if problem.address else problem.message


def _taken(values: Any) -> dict[str, str]:
    return {
        code: value.isoformat() if isinstance(value, date) else str(value)
        for code, value in values.items()
        if value is not None and code != "line"
    }
