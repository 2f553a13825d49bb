"""What an official document is made of, as frozen data; `writing.write` sets it, `tracing.companion` lists its numbers.

OfficialDocument(
    form=Form.DOCUMENT, issuer="栖禾市教育局", number=document_number("栖教督", 2026, 3),
    title="栖禾市教育局关于1月工作进展情况的通报", addressees=("各县（区）教育局",),
    body=(Heading("总体情况"), Paragraph(("已完成", Cited("83", "t1"), "项。"))), dated=date(2026, 2, 5),
)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from yaodian.foundation import charting

TYPE_AREA_MM = 156, 225
"""How wide and high the text stands on a page (版心)."""
MOST_COLUMNS = 14
LEVELS = 4


class UnableToWriteDocument(ValueError):
    """The document cannot be set as it is; a sentence in Chinese that says what to change."""


class Form(StrEnum):
    """Which of the formats of GB/T 9704-2012: 文件格式, 信函格式, 纪要格式; a briefing (专报、简报) is set like minutes."""

    DOCUMENT = "document"
    LETTER = "letter"
    MINUTES = "minutes"
    BRIEFING = "briefing"


@dataclass(frozen=True)
class Cited:
    """A number as it is written, and which trace it has: whence it comes stands on the companion sheet."""

    text: str
    trace_id: str


Piece = str | Cited
Text = str | Sequence[Piece]


def plain(text: Text) -> str:
    """A text without its traces."""
    if isinstance(text, str):
        return text
    return "".join(piece.text if isinstance(piece, Cited) else piece for piece in text)


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4, numbered by itself: 一、 （一） 1. （1）; `then` goes on in the same line, as text."""

    text: Text
    level: int = 1
    then: Text = ""
    is_numbered: bool = True


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body, two characters in."""

    text: Text


@dataclass(frozen=True)
class Table:
    """A table within the type area. `widths` are shares of its columns, by default fitting what stands in them; columns of numbers
    stand to the right; `unit` stands above it on the right, `note` below it."""

    heads: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    caption: str = ""
    unit: str = ""
    note: str = ""
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class Figure:
    """A chart as Word draws it, with its numbers inside; the same declaration as on the pages."""

    chart: charting.Chart
    caption: str = ""
    height_mm: float = 0
    """By default as high as the chart needs."""


Block = Heading | Paragraph | Table | Figure


@dataclass(frozen=True)
class Attachment:
    """附件: on a page of its own after the document. Without blocks it is only named."""

    title: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, kw_only=True)
class OfficialDocument:
    """Everything that stands in an official document, in the words in which it stands there.

    `mark` is the red head (发文机关标志); by default the issuer with 文件, in a letter the issuer alone. `number` is the document
    number, or in a briefing or minutes the issue (第3期). `is_sealed` leaves the room that a seal needs and sets the name above
    the day. `attendance` (出席、请假、列席) stands in minutes.
    """

    form: Form
    issuer: str
    title: str
    body: Sequence[Block]
    mark: str = ""
    number: str = ""
    addressees: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()
    signatories: Sequence[str] = ()
    dated: date | None = None
    is_sealed: bool = False
    note: str = ""
    attendance: Sequence[tuple[str, str]] = ()
    copies_to: Sequence[str] = ()
    printed_by: str = ""
    printed_on: date | None = None
    copy_number: str = ""
    secrecy: str = ""
    urgency: str = ""
    approved_by: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Raises UnableToWriteDocument for what no layout can mend."""
        for words, value in ((_("发文机关"), self.issuer), (_("标题"), self.title)):
            if not value.strip():
                raise UnableToWriteDocument(_("公文缺少%(what)s，请补上后再生成。") % {"what": words})
        if not self.body:
            raise UnableToWriteDocument(_("公文没有正文：首页必须有正文，请至少写一段。"))
        if len(self.title) > 200:
            raise UnableToWriteDocument(
                _("标题有 %(count)d 个字，最多 200 个字，请改短。") % {"count": len(self.title)}
            )
        for block in (*self.body, *(block for one in self.attachments for block in one.blocks)):
            _check(block)

    @property
    def head(self) -> str:
        """The words of the red head."""
        return self.mark or (f"{self.issuer}文件" if self.form is Form.DOCUMENT else self.issuer)

    @property
    def signed_by(self) -> Sequence[str]:
        """Who signs; minutes and briefings are not signed unless somebody is named."""
        if self.signatories or self.form in (Form.MINUTES, Form.BRIEFING):
            return self.signatories
        return (self.issuer,)


def _check(block: Block) -> None:
    match block:
        case Heading(level=level) if not 1 <= level <= LEVELS:
            raise UnableToWriteDocument(
                _("小标题“%(heading)s”是第 %(level)d 级，公文的结构层次只有四级。")
                % {"heading": plain(block.text)[:40], "level": level}
            )
        case Table():
            count = len(block.heads)
            if not 1 <= count <= MOST_COLUMNS:
                raise UnableToWriteDocument(
                    _("表“%(caption)s”有 %(count)d 列，版心里能放 1 到 %(most)d 列，请拆成几张表。")
                    % {"caption": block.caption, "count": count, "most": MOST_COLUMNS}
                )
            for number, row in enumerate(block.rows, 1):
                if len(row) != count:
                    raise UnableToWriteDocument(
                        _("表“%(caption)s”第 %(row)d 行有 %(cells)d 格，表头有 %(count)d 列，请使两者一致。")
                        % {"caption": block.caption, "row": number, "cells": len(row), "count": count}
                    )
            if block.widths and (len(block.widths) != count or any(wide <= 0 for wide in block.widths)):
                raise UnableToWriteDocument(
                    _("表“%(caption)s”的列宽须与 %(count)d 列一一对应，并且大于 0。")
                    % {"caption": block.caption, "count": count}
                )
        case Figure():
            if block.chart.is_empty:
                raise UnableToWriteDocument(
                    _("图“%(caption)s”没有可画的数，请去掉这张图，或改写为一句话。")
                    % {"caption": block.caption or block.chart.title}
                )
            if block.height_mm and not 30 <= block.height_mm <= TYPE_AREA_MM[1] - 20:
                raise UnableToWriteDocument(
                    _("图“%(caption)s”高 %(height)g 毫米，须在 30 到 205 毫米之间。")
                    % {"caption": block.caption or block.chart.title, "height": block.height_mm}
                )
