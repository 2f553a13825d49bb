"""What a sheet says about itself: the manual page in Markdown, and the schema for the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from django.utils.translation import override
from pydantic import BaseModel, Field, create_model

from yaodian.foundation.sheets.declaring import (
    Choice,
    Column,
    Day,
    Flag,
    Kind,
    Number,
    Reference,
    Sheet,
    Text,
    Whole,
    list_sheets,
)

# Kinds by what a reader calls them; the first that fits, so that a kind stands before the one it is made from.
_TYPES: tuple[tuple[type[Kind], str], ...] = (
    (Reference, "编码"), (Text, "文本"), (Number, "数字"), (Whole, "整数"), (Day, "日期"), (Choice, "选项"), (Flag, "是否"),
)  # fmt: skip


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _content(kind: Kind) -> str:
    """What may stand in the cell; of a choice the labels with the codes that programs use."""
    if isinstance(kind, Choice):
        return "、".join(f"{label} `{value}`" for value, label in kind.options.items())
    return kind.describe()


def _remarks(column: Column) -> str:
    rule = str(column.rule)
    words = [str(column.note), f"检查：{rule}" if rule else "", "预览时隐去" if column.is_sensitive else ""]
    return "；".join(word for word in words if word)


@override("zh-hans")
def manual_page(sheet: Sheet) -> str:
    """The sheet's section of the manual, from a heading of the second level on: columns, types, codes, examples, checks."""
    lines = [f"## {sheet.label} · {sheet.english} (`{sheet.code}`)", ""]
    if sheet.note:
        lines += [str(sheet.note), ""]
    key = "、".join(f"“{sheet.column(code).label}”" for code in sheet.key)
    lines += [f"一行由 {key} 认定：已有的改动，没有的新增，相同的不动。", ""]
    lines += [_row(("列", "Column", "代码", "类型", "必填", "可填内容", "示例", "说明与检查")), "| --- " * 8 + "|"]
    for column in sheet.columns:
        # A kind that a slice declares for itself is written as text.
        type_ = next((name for kind, name in _TYPES if isinstance(column.kind, kind)), "文本")
        others = f"也认：{'、'.join(column.aliases)}" if column.aliases else ""
        lines.append(
            _row(
                (
                    str(column.label), column.english, f"`{column.code}`", type_, "是" if column.is_required else "",
                    _content(column.kind), column.example,
                    "；".join(words for words in (_remarks(column), others) if words),
                )
            )
        )  # fmt: skip
    if sheet.rules:
        lines += ["", "整行的检查：", "", *(f"- {rule}" for rule in sheet.rules)]
    return "\n".join(lines) + "\n"


def manual(*, is_wanted: Callable[[Sheet], bool] = lambda _sheet: True) -> str:
    """All declared sheets as one page, for docs/reference/sheets.md."""
    head = (
        "# Sheets\n\nThe tables that go in and out as Excel or CSV, as they are declared; how to use them: "
        "[import-data.md](../how-to/import-data.md). The codes in the third column and those of the choices are what the "
        "API and the extension columns of OneRoster use.\n"
    )
    return "\n".join([head, *(manual_page(sheet) for sheet in list_sheets() if is_wanted(sheet))])


def schema(sheet: Sheet) -> type[BaseModel]:
    """A model of Pydantic (django-ninja takes it as a schema) of one row: the columns by code, with their types."""
    fields: dict[str, Any] = {}
    for column in sheet.columns:
        kind = column.kind
        annotation: Any = kind.annotation
        if isinstance(kind, Choice):
            annotation = Literal[tuple(kind.options)]
        more: dict[str, Any] = {"max_length": kind.max_length} if isinstance(kind, Text) else {}
        default = ... if column.is_required else None
        fields[column.code] = (
            annotation if column.is_required else annotation | None,
            Field(default, title=column.english, description=str(column.note) or None, **more),
        )
    name = "".join(part.title() for part in sheet.code.replace(".", "_").split("_"))
    model: type[BaseModel] = create_model(name, **fields)
    return model
