"""The items of a score sheet as Excel: the same columns out and in, all items at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from yaodian.appraisal.models import Absence, ItemRule, SheetItem
from yaodian.foundation.sheets.checking import Checker
from yaodian.foundation.sheets.declaring import Choice, Column, Flag, Number, Problem, Sheet, Text
from yaodian.foundation.sheets.reading import UnableToReadSheet, read_file
from yaodian.foundation.sheets.writing import export_xlsx

MOST_SHOWN = 8


def _choice(choices: Any) -> Choice:
    with override("zh-hans"):
        return Choice(options={value: str(label) for value, label in choices.choices})


def read_steps(text: str) -> list[list[str]]:
    """Steps as people write them, «60:4；80:7» for limit and marks, as pairs of text. Raises ValueError."""
    pairs = []
    for part in text.replace("；", ";").replace("：", ":").replace("，", ";").replace(",", ";").split(";"):
        if not part.strip():
            continue
        limit, _colon, marks = part.partition(":")
        try:
            numbers = [Decimal(limit.strip()), Decimal(marks.strip())]
        except InvalidOperation:
            raise ValueError(part.strip()) from None
        if not all(number.is_finite() for number in numbers):
            raise ValueError(part.strip())
        pairs.append([format(number, "f") for number in numbers])
    return pairs


def steps_text(steps: Iterable[Iterable[str]]) -> str:
    """The inverse of `read_steps`."""
    return "；".join(":".join(pair) for pair in steps)


def _check_steps(value: str) -> str | None:
    try:
        read_steps(value)
    except ValueError as problem:
        return _("“%(part)s”不是“界限:得分”。请写成如 60:4；80:7；90:10。") % {"part": str(problem)[:20]}
    return None


def _figure(code: str, label: Any, english: str) -> Column:
    return Column(code, label, english, kind=Number(decimals=4, most=Decimal(10) ** 9), example="10")


ITEMS = Sheet(
    code="appraisal.items",
    label=gettext_lazy("考核项目"),
    english="Appraisal items",
    key=("code",),
    is_declared=False,
    columns=(
        Column("code", gettext_lazy("编号"), "Code", kind=Text(max_length=20, is_code=True), is_required=True, example="1.1"),
        Column("parent", gettext_lazy("上级编号"), "Parent", kind=Text(max_length=20, is_code=True), example="1"),
        Column("label", gettext_lazy("项目"), "Item", kind=Text(max_length=80), is_required=True, example="普惠性幼儿园覆盖率"),
        Column("rule", gettext_lazy("计分方式"), "Rule", kind=_choice(ItemRule), example="线性计分"),
        _figure("weight", gettext_lazy("权重"), "Weight"),
        _figure("full", gettext_lazy("满分"), "Full marks"),
        Column("measure", gettext_lazy("指标代码"), "Measure", kind=Text(max_length=80, is_code=True), example="registry.inclusive_kindergartens"),
        Column("stage", gettext_lazy("学段代码"), "Stage", kind=Text(max_length=20, is_code=True), example="preschool"),
        Column("filter", gettext_lazy("范围代码"), "Filter", kind=Text(max_length=20, is_code=True)),
        _figure("floor", gettext_lazy("起点值"), "Floor"),
        _figure("target", gettext_lazy("目标值"), "Target"),
        Column("steps", gettext_lazy("分档"), "Steps", kind=Text(max_length=400), check=_check_steps, example="60:4；80:7"),
        Column("is_falling", gettext_lazy("越小越好"), "Falling", kind=Flag(), example="否"),
        _figure("each", gettext_lazy("每次分值"), "Each"),
        _figure("cap", gettext_lazy("封顶"), "Cap"),
        Column("when_absent", gettext_lazy("缺数据时"), "When absent", kind=_choice(Absence), example="由人认定"),
        Column("criteria", gettext_lazy("评分标准"), "Criteria", kind=Text(max_length=400)),
    ),
)  # fmt: skip


class UnableToReadItems(Exception):
    """The workbook cannot be taken; `message` names the first cells that are wrong."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def write_items(items: Iterable[SheetItem]) -> Iterator[bytes]:
    """The items as a workbook that reads back as the same items."""
    return export_xlsx(ITEMS, [_written(item) for item in items])


def _written(item: SheetItem) -> dict[str, Any]:
    row: dict[str, Any] = {column.code: getattr(item, column.code) for column in ITEMS.columns}
    row["steps"] = steps_text(item.steps)
    if not item.is_falling:
        row["is_falling"] = None
    return {code: value for code, value in row.items() if value not in ("", None)}


def read_items(*, name: str, chunks: Iterable[bytes]) -> list[dict[str, Any]]:
    """The items of a workbook, as `replace_items` takes them. Raises UnableToReadItems."""
    checker = Checker(ITEMS)
    try:
        with read_file(name=name, chunks=chunks, prefer=[str(ITEMS.label)]) as raw:
            rows = [_taken(row.values) for row in checker.rows(raw)]
    except UnableToReadSheet as problem:
        raise UnableToReadItems(problem.message) from problem
    if checker.tally.errors:
        said = [_said(problem) for problem in checker.tally.problems if not problem.is_warning]
        raise UnableToReadItems(
            _("表格有 %(count)s 处不能读入，什么都没有更改：%(some)s")
            % {"count": checker.tally.errors, "some": " ".join(said[:MOST_SHOWN])}
        )
    if not rows:
        raise UnableToReadItems(_("表格里没有项目。请先导出本表，照它的列填写。"))
    return rows


def _said(problem: Problem) -> str:
    return f"[{problem.address}] {problem.message}" if problem.address else problem.message


def _taken(values: Mapping[str, Any]) -> dict[str, Any]:
    row = {code: value for code, value in values.items() if value is not None}
    row["steps"] = read_steps(row.get("steps", ""))
    return row
