"""The companion sheet of a document: whence each of its numbers comes, in the order in which they are read.

companion(written.cited, {"t1": Trace(…), …}, title=document.title, number=document.number)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import override

from yaodian.foundation.official.writing import CitedNumber, Written
from yaodian.foundation.sheets.declaring import SIGNIFICANT_DIGITS
from yaodian.foundation.sheets.writing import Cell, Leaf, leaves_xlsx
from yaodian.foundation.word.text import printable

LONGEST_CELL = 32_000


class UnableToTrace(ValueError):
    """A number of the document has no trace: it must not leave the house so. A sentence that names the numbers."""


@dataclass(frozen=True)
class Trace:
    """Whence a number comes. `value` is exact, before rounding; None where there was none.

    `source` is the code of the measure, or the question that was put to the cases; `label` says it in words. `of` is the unit that it
    is about, `on` the day, `snapshot` the public id of the frozen values, `rules` the version of the rules, `citation` where the
    definition stands.
    """

    id: str
    label: str
    source: str
    value: Fraction | int | None = None
    unit: str = ""
    of: str = ""
    on: date | None = None
    snapshot: str = ""
    rules: str = ""
    citation: str = ""


def companion(
    written: Written, traces: Iterable[Trace] | Mapping[str, Trace], *, title: str, number: str = ""
) -> bytes:
    """The workbook: a row for each number of the document, and what the document is, with the SHA-256 of its file.

    Raises UnableToTrace where a number has no trace. The same document gives the same bytes.
    """
    by_id = dict(traces) if isinstance(traces, Mapping) else {trace.id: trace for trace in traces}
    without = [one for one in written.cited if one.trace_id not in by_id]
    if without:
        listed = "；".join(f"{one.where}的“{one.text}”" for one in without[:10])
        raise UnableToTrace(
            _("有 %(count)d 个数没有出处，公文不能生成：%(listed)s。请补上出处，或去掉这些数。")
            % {"count": len(without), "listed": listed}
        )
    with override("zh-hans"):
        heads = (
            _("编号"), _("位置"), _("文中写作"), _("精确值"), _("计量单位"), _("数的名称"), _("指标或查询"), _("单位"),
            _("数据日期"), _("快照"), _("规则版本"), _("出处"), _("所在句子"),
        )  # fmt: skip
        about: list[list[Cell]] = [
            [_("标题"), _text(title)],
            [_("发文字号"), _text(number)],
            [_("文件的 SHA-256"), hashlib.sha256(written.content).hexdigest()],
            [_("数的个数"), len(written.cited)],
            [
                _("怎样对照"),
                _("文中每个数后面有隐藏的编号，在 Word 中显示隐藏文字即可看到；编号与第一张表的第一列一致。"),
            ],
        ]
        leaves = [
            Leaf(_("数的出处"), heads, _rows(written.cited, by_id)),
            Leaf(_("文件"), (_("项目"), _("内容")), about),
        ]
        return b"".join(leaves_xlsx(leaves))


def _rows(cited: Sequence[CitedNumber], by_id: Mapping[str, Trace]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for one in cited:
        trace = by_id[one.trace_id]
        said = (trace.unit, trace.label, trace.source, trace.of)
        rows.append(
            [
                f"[{one.place}]", _text(one.where), _text(one.text), _exact(trace.value), *map(_text, said), trace.on,
                *map(_text, (trace.snapshot, trace.rules, trace.citation, one.sentence)),
            ]
        )  # fmt: skip
    return rows


def _text(text: str) -> str | None:
    return printable(text)[:LONGEST_CELL] or None


def _exact(value: Fraction | int | None) -> Cell:
    """A whole number as one; anything else as a fraction or a terminating decimal, as text where Excel would round it."""
    if value is None:
        return None
    exact = Fraction(value)
    if exact.denominator == 1:
        return exact.numerator
    # As many decimals as Excel keeps say most values exactly; the rest stay fractions.
    shown = float(exact)
    is_kept = Fraction(repr(shown)) == exact and len(repr(shown).replace(".", "").lstrip("0-")) <= SIGNIFICANT_DIGITS
    return shown if is_kept else f"{exact.numerator}/{exact.denominator}"
