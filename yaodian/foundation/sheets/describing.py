"""What a sheet says about itself: the manual page in Markdown, and the schema for the API."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from yaodian.foundation.sheets.declaring import Choice, Sheet, Text, list_sheets


def manual_page(sheet: Sheet) -> str:
    """The sheet's section of the manual, from a heading of the second level on."""
    lines = [f"## {sheet.label} · {sheet.english} (`{sheet.code}`)", ""]
    if sheet.note:
        lines += [str(sheet.note), ""]
    key = "、".join(f"“{sheet.column(code).label}”" for code in sheet.key)
    lines += [f"一行由 {key} 认定：已有的改动，没有的新增，相同的不动。", ""]
    lines += ["| 列 | Column | 代码 | 必填 | 可填内容 | 示例 | 说明 |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for column in sheet.columns:
        cells = (
            str(column.label), column.english, f"`{column.code}`", "是" if column.is_required else "",
            column.kind.describe(), column.example, str(column.note),
        )  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def manual() -> str:
    """All declared sheets as one page, for docs/reference/sheets.md."""
    head = "# Sheets\n\nThe tables that go in and out as Excel or CSV. Generated from their declarations.\n"
    return "\n".join([head, *(manual_page(sheet) for sheet in list_sheets())])


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
