"""A bulletin as an official document, made of its frozen figures, its wordings and its head, and of nothing else.

The same data gives the same bytes, a year later as well: no row is read here, no clock, no language of a visitor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import override

from yaodian.foundation.charting import Bar, BarChart
from yaodian.foundation.official.elements import (
    Attachment,
    Block,
    Cited,
    Figure,
    Form,
    Heading,
    OfficialDocument,
    Paragraph,
    Piece,
    Table,
    Text,
    plain,
)
from yaodian.foundation.official.numerals import day as day_words
from yaodian.foundation.official.tracing import Trace, companion
from yaodian.foundation.official.wording import Value
from yaodian.foundation.official.writing import Written, write
from yaodian.plans.models import BulletinKind
from yaodian.plans.queries.bulletins.wordings import PLACES, SLOTS, read_wording, title_slot

MOST_BARS = 20
_BETWEEN = re.compile(r"[、,，;；\n]+")
_WORDS_ONLY = ("issuer", "unit", "plans", "period", "as_of", "worst")


@dataclass(frozen=True, slots=True)
class Content:
    """What a bulletin is made of: everything that is frozen when it is issued."""

    kind: str
    figures: Mapping[str, Any]
    texts: Mapping[str, str]
    head: Mapping[str, str]


def exact(number: Mapping[str, Any]) -> Fraction | None:
    """The exact value of a number of the figures."""
    return None if number["value"] is None else Fraction(number["value"])


def values_of(content: Content) -> dict[str, Value]:
    """What comes into the places of the wordings."""
    figures = content.figures
    numbers = figures["numbers"]
    words = {
        "issuer": content.head.get("issuer", ""),
        "unit": figures["unit"]["name"],
        "plans": _titles(figures["plans"]),
        "period": figures["period"]["words"],
        "as_of": day_words(date.fromisoformat(figures["as_of"])),
        "worst": numbers["worst_red"].get("name", ""),
    }
    found = {name: Value(None, text[:500]) for name, text in words.items()}
    for name in PLACES:
        if name not in _WORDS_ONLY:
            found[name] = Value(exact(numbers[name]), numbers[name]["text"], name)
    return found


def _titles(plans: Sequence[Mapping[str, str]]) -> str:
    named = [f"《{plan['title']}》" for plan in plans]
    return "、".join(named[:4]) + (f"等{len(named)}份要点" if len(named) > 4 else "")


def said(content: Content, slot: str) -> tuple[Paragraph, ...]:
    """A part of the bulletin in words. Raises UnableToReadWording."""
    return read_wording(content.texts.get(slot, SLOTS[slot].default)).paragraphs(values_of(content))


def title_of(content: Content) -> str:
    """The title, in one line. Raises UnableToReadWording."""
    slot = title_slot(content.kind)
    wording = read_wording(content.texts.get(slot, SLOTS[slot].default))
    return " ".join(plain(wording.render(values_of(content))).split())[:200]


def traces_of(figures: Mapping[str, Any]) -> dict[str, Trace]:
    """Whence each number comes, as the companion sheet lists it."""
    return {
        key: Trace(
            id=key,
            label=number["label"],
            source=number["source"],
            value=exact(number),
            unit=number["unit"],
            of=number["of"],
            on=date.fromisoformat(number["on"]),
            snapshot=number["snapshot"] or f"{figures['composed_at']} 汇总",
            rules=number["rules"],
            citation=number["citation"],
        )
        for key, number in figures["numbers"].items()
    }


def cite(figures: Mapping[str, Any], key: str) -> Cited:
    """A number of the figures as it is written."""
    return Cited(figures["numbers"][key]["text"], key)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the body: its heading and what stands under it. The page shows the same."""

    slot: str
    heading: str
    blocks: tuple[Block, ...]


def parts_of(content: Content) -> tuple[Part, ...]:
    """The body under its headings; the opening has none. Raises UnableToReadWording."""
    with override("zh-hans"):
        return (
            Part("opening", "", said(content, "opening")),
            Part("overall", "总体进展", (*said(content, "overall"), *_unit_table(content), *_unit_chart(content))),
            Part("progress", "本期到期任务", said(content, "progress")),
            Part("cases", "督办事项办理", (*said(content, "cases"), *_case_chart(content))),
            Part("measures", "重点指标变化", (*said(content, "measures"), *_measure_table(content))),
            Part("problems", "存在的问题", said(content, "problems")),
            Part("closing", "下一步要求", said(content, "closing")),
        )


def _cell(figures: Mapping[str, Any], key: str) -> Text:
    return (cite(figures, key),)


def _unit_table(content: Content) -> tuple[Block, ...]:
    figures = content.figures
    columns = ("total", "green", "amber", "red", "grey", "cases_open", "cases_overdue", "cases_closed")
    rows: list[list[Text]] = [
        [unit["name"], *(_cell(figures, unit["numbers"][name]) for name in columns)] for unit in figures["units"]
    ]
    if not rows:
        return ()
    heads = ("单位", "任务", "绿灯", "黄灯", "红灯", "不能判断", "在办督办", "逾期督办", "本期销号")
    note = "绿灯为进展正常或已达到，黄灯为有风险，红灯为逾期或未达到；一项任务由几个单位牵头的，在各单位分别计数。"
    return (
        Table(heads, rows, caption="各单位任务与督办事项情况", unit="项、件", note=note,
              widths=(4.2, 1.5, 1.5, 1.5, 1.5, 2.1, 2.1, 2.1, 2.1)),
    )  # fmt: skip


def _bars(content: Content, name: str) -> tuple[Bar, ...]:
    numbers = content.figures["numbers"]
    found = [(unit["name"], numbers[unit["numbers"][name]]) for unit in content.figures["units"]]
    # A chart of nothing says nothing.
    bars = [Bar(label, exact(number), number["text"]) for label, number in found if exact(number)]
    return tuple(sorted(bars, key=lambda bar: -(bar.value or 0))[:MOST_BARS])


def charts_of(content: Content) -> tuple[BarChart, ...]:
    """The charts, for the document and for the page; those without a bar are left out."""
    with override("zh-hans"):
        found = (
            BarChart(code="red", title="各单位红灯任务", unit="项", of="单位", bars=_bars(content, "red")),
            BarChart(
                code="overdue", title="各单位逾期督办事项", unit="件", of="单位", bars=_bars(content, "cases_overdue")
            ),
        )
        return tuple(chart for chart in found if len(chart.bars) > 1)


def _chart(content: Content, code: str) -> tuple[Block, ...]:
    return tuple(Figure(chart) for chart in charts_of(content) if chart.code == code)


def _unit_chart(content: Content) -> tuple[Block, ...]:
    return _chart(content, "red")


def _case_chart(content: Content) -> tuple[Block, ...]:
    return _chart(content, "overdue")


def _measure_table(content: Content) -> tuple[Block, ...]:
    figures = content.figures
    rows: list[list[Text]] = [
        [one["title"], one["unit"], *(_cell(figures, one["numbers"][name]) for name in ("then", "now", "change"))]
        for one in figures["measures"]
    ]
    if not rows:
        return ()
    heads = ("指标", "单位", "上期", "本期", "变化")
    note = f"上期为截至{day_words(date.fromisoformat(figures['before']['last']))}最近一次计算的数值；“—”表示没有数值。"
    return (Table(heads, rows, caption="任务所对应指标的变化", note=note, widths=(6, 3.6, 2.2, 2.2, 2.2)),)


def attachments_of(content: Content) -> tuple[Attachment, ...]:
    """The lists: late or missed, and at risk."""
    figures = content.figures
    found = []
    for light, title in (("red", "逾期或未达到的任务清单"), ("amber", "有风险的任务清单")):
        rows: list[list[Text]] = []
        for place, pk in enumerate(figures["lists"][light], 1):
            one = figures["commitments"][str(pk)]
            rows.append([str(place), one["text"], one["units"] or "—", one["due_on"] or "—", one["reason"]])
        if rows:
            table = Table(("序号", "任务", "责任单位", "期限", "情况"), rows, widths=(1.3, 5, 3.6, 2.7, 5))
            found.append(Attachment(title, (table,)))
    return tuple(found)


def document_of(content: Content, *, number: str, dated: date) -> OfficialDocument:
    """The official document. Raises UnableToReadWording, UnableToWriteDocument."""
    head = content.head
    body: list[Block] = []
    for part in parts_of(content):
        if not part.blocks:
            continue
        if part.heading:
            body.append(Heading(part.heading))
        body.extend(part.blocks)
    is_circular = content.kind == BulletinKind.CIRCULAR
    return OfficialDocument(
        form=Form.DOCUMENT if is_circular else Form.BRIEFING,
        issuer=head["issuer"],
        mark=head.get("mark", ""),
        number=number,
        title=title_of(content),
        addressees=names_in(head.get("addressees", "")) if is_circular else (),
        body=tuple(body),
        attachments=attachments_of(content),
        dated=dated,
        copies_to=names_in(head.get("copies_to", "")),
        printed_by=head.get("printed_by", ""),
        printed_on=dated if head.get("printed_by") else None,
    )


def names_in(text: str) -> tuple[str, ...]:
    """Names with 、 between them."""
    return tuple(one.strip() for one in _BETWEEN.split(text) if one.strip())


@dataclass(frozen=True, slots=True)
class Files:
    """A bulletin as it goes out: the document with its numbers, and the sheet of their traces."""

    written: Written
    sheet: bytes


def files_of(content: Content, *, number: str, moment: datetime, dated: date, shows_marks: bool = False) -> Files:
    """Both files. Raises UnableToReadWording, UnableToWriteDocument, UnableToTrace."""
    with override("zh-hans"):
        document = document_of(content, number=number, dated=dated)
        written = write(document, moment=moment, shows_marks=shows_marks)
        sheet = companion(written, traces_of(content.figures), title=document.title, number=number)
    return Files(written, sheet)


def pieces(text: Text) -> Sequence[Piece]:
    """The pieces of a text."""
    return (text,) if isinstance(text, str) else tuple(text)
