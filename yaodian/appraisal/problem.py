"""Rows as a sheet that can be scored with, what is known of a unit as values, and marks as they are kept.

A sheet is kept in a round as JSON (`content`), so that it reads the same in ten years whatever becomes of its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.appraisal import scoring
from yaodian.appraisal.models import (
    Decision,
    ItemRule,
    Judgement,
    Occurrence,
    Sheet,
    SheetItem,
    Value,
)
from yaodian.foundation.measuring import FILTERS, STAGES, measure_of

FIGURES = ("weight", "full", "floor", "target", "each", "cap")
WORDS = ("code", "parent", "label", "criteria", "rule", "measure", "stage", "filter", "when_absent")

BAD_SHEET: Mapping[str, Promise] = {
    "figures": gettext_lazy("满分须大于 0，小数位数须在 0 至 6 之间"),
    "nothing-marked": gettext_lazy("还没有计分的项目，至少要有一项线性、分档、按比例或两人评分的项目"),
    "code": gettext_lazy("编号没有填，或与别的项目重复"),
    "branch-with-rule": gettext_lazy("它有下级项目，不能再有计分方式"),
    "weight": gettext_lazy("权重须大于 0"),
    "no-rule": gettext_lazy("它没有下级项目，须选择计分方式"),
    "each-and-cap": gettext_lazy("加减分项目须填写大于 0 的每次分值和封顶"),
    "floor": gettext_lazy("一票否决的起点值不能小于 0"),
    "floor-is-target": gettext_lazy("起点值与目标值相同，分不出高低"),
    "target": gettext_lazy("按比例计分的目标值须大于 0"),
    "full": gettext_lazy("满分须大于 0"),
    "step-marks": gettext_lazy("分档没有填，或分档的得分不在 0 与满分之间"),
    "step-order": gettext_lazy("分档的界限须由小到大，得分须随之变好（越小越好的相反）"),
    "parent": gettext_lazy("上级编号不存在，或自己就是自己的上级"),
    "measure": gettext_lazy("没有这个指标，或这个指标没有这样的学段、范围"),
    "judged-with-measure": gettext_lazy("两人评分的项目不能再对应指标"),
    "needs-measure": gettext_lazy("线性、分档、按比例计分的项目须对应指标"),
}


class SheetUnusable(ValueError):
    """A sheet cannot be scored with; the sentence says where and why, for whoever keeps it."""

    def __init__(self, code: str, item: str = "") -> None:
        where = _("项目“%(item)s”") % {"item": item} if item else _("考核表")
        super().__init__(_("%(where)s：%(why)s。") % {"where": where, "why": BAD_SHEET[code]})
        self.code = code
        self.item = item


@dataclass(frozen=True)
class Content:
    """A sheet with its words: `items` are lines in their order, `sheet` is what is scored with."""

    name: str
    basis: str
    items: tuple[Mapping[str, Any], ...]
    sheet: scoring.Sheet

    def item(self, code: str) -> Mapping[str, Any]:
        """The line of a code. Raises LookupError."""
        for item in self.items:
            if item["code"] == code:
                return item
        raise LookupError(code)

    @property
    def leaves(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(item for item in self.items if item["rule"])

    @property
    def judged(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(item for item in self.items if item["rule"] == ItemRule.JUDGED)

    @property
    def measured(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(item for item in self.items if item["measure"])

    @property
    def entered(self) -> tuple[Mapping[str, Any], ...]:
        """Bonuses, deductions and vetoes that come from what is entered with a reason."""
        moving = (ItemRule.DEDUCTION, ItemRule.BONUS, ItemRule.VETO)
        return tuple(item for item in self.items if item["rule"] in moving and not item["measure"])


def content_of_rows(sheet: Sheet, items: Sequence[SheetItem]) -> dict[str, Any]:
    """A sheet as JSON, in the order of its items; not yet checked."""
    return {
        "name": sheet.name,
        "basis": sheet.basis,
        "full": str(sheet.full),
        "digits": sheet.digits,
        "ties": sheet.ties,
        "limit_percent": sheet.limit_percent,
        "items": [item_to_json(item) for item in items],
    }


def item_to_json(item: SheetItem) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in WORDS},
        **{name: str(getattr(item, name)) for name in FIGURES},
        "steps": item.steps,
        "is_falling": item.is_falling,
    }


def read_content(kept: Mapping[str, Any]) -> Content:
    """What was kept, ready to be scored with. Raises SheetUnusable."""
    lines = tuple(kept["items"])
    for line in lines:
        _check_source(line)
    try:
        sheet = scoring.Sheet(
            items=_tree(lines),
            full=Fraction(kept["full"]),
            digits=kept["digits"],
            tie_rule=scoring.TieRule(kept["ties"]),
            limit=Fraction(kept["limit_percent"], 100),
        )
    except scoring.BadSheet as problem:
        raise SheetUnusable(problem.code, problem.item) from problem
    return Content(kept["name"], kept["basis"], lines, sheet)


def _check_source(line: Mapping[str, Any]) -> None:
    """A leaf's value has one source, and it exists."""
    if line["measure"]:
        if line["rule"] == ItemRule.JUDGED:
            raise SheetUnusable("judged-with-measure", line["code"])
        measure = measure_of(line["measure"])
        # A measure that is no longer declared leaves what was frozen as it is: only a new sheet is refused.
        if measure is not None and (
            line["stage"] not in measure.stages or (line["filter"] and line["filter"] not in measure.filters)
        ):
            raise SheetUnusable("measure", line["code"])
    elif line["rule"] in (ItemRule.LINEAR, ItemRule.STEPS, ItemRule.PROPORTIONAL):
        raise SheetUnusable("needs-measure", line["code"])


def _tree(lines: Sequence[Mapping[str, Any]]) -> tuple[scoring.Item, ...]:
    below: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    codes = [line["code"] for line in lines]
    for line in lines:
        if codes.count(line["code"]) > 1:
            raise SheetUnusable("code", line["code"])
        if line["parent"] and line["parent"] not in codes:
            raise SheetUnusable("parent", line["code"])
        below[line["parent"]].append(line)
    placed: set[str] = set()

    def make(line: Mapping[str, Any]) -> scoring.Item:
        placed.add(line["code"])
        return scoring.Item(
            code=line["code"],
            rule=scoring.Rule(line["rule"]) if line["rule"] else None,
            steps=tuple((Fraction(limit), Fraction(marks)) for limit, marks in line["steps"]),
            is_falling=line["is_falling"],
            when_absent=scoring.WhenAbsent(line["when_absent"]),
            children=tuple(make(child) for child in below[line["code"]]),
            **{name: Fraction(line[name]) for name in FIGURES},
        )

    items = tuple(make(line) for line in below[""])
    lost = [code for code in codes if code not in placed]
    if lost:
        # A circle hangs on no root.
        raise SheetUnusable("parent", lost[0])
    return items


@dataclass
class Known:
    """What is known of one unit: its frozen values, what assessors marked, what was entered and what was decided."""

    values: dict[str, Value] = field(default_factory=dict)
    judgements: dict[str, list[Judgement]] = field(default_factory=lambda: defaultdict(list))
    occurrences: dict[str, list[Occurrence]] = field(default_factory=lambda: defaultdict(list))
    decisions: dict[str, Decision] = field(default_factory=dict)


def gather(
    values: Iterable[Value],
    judgements: Iterable[Judgement],
    occurrences: Iterable[Occurrence],
    decisions: Iterable[Decision],
) -> dict[int, Known]:
    """By appraisal. Of several decisions on an item the last holds; what was taken back counts no more."""
    found: dict[int, Known] = defaultdict(Known)
    for value in values:
        found[value.appraisal_id].values[value.item] = value
    for judgement in judgements:
        found[judgement.appraisal_id].judgements[judgement.item].append(judgement)
    for occurrence in occurrences:
        if occurrence.taken_back_at is None:
            found[occurrence.appraisal_id].occurrences[occurrence.item].append(occurrence)
    for decision in sorted(decisions, key=lambda one: one.pk):
        found[decision.appraisal_id].decisions[decision.item] = decision
    return found


def marks_of(content: Content, known: Known) -> scoring.Marks:
    """The marks of one unit from what is known of it."""
    given: dict[str, scoring.Given] = {}
    for line in content.leaves:
        code = line["code"]
        one = _given(content, line, known)
        decision = known.decisions.get(code)
        if decision is not None:
            one = scoring.Given(one.value, one.problem, Fraction(decision.mark), one.steps)
        given[code] = one
    return scoring.score(content.sheet, given)


def _given(content: Content, line: Mapping[str, Any], known: Known) -> scoring.Given:
    code = line["code"]
    if line["rule"] == ItemRule.JUDGED:
        seats: dict[int, Fraction] = {
            one.seat: Fraction(one.mark) for one in known.judgements[code] if one.mark is not None
        }
        return scoring.judged(
            [seats.get(1), seats.get(2), seats.get(3)], full=Fraction(line["full"]), limit=content.sheet.limit
        )
    if line["measure"]:
        value = known.values.get(code)
        if value is None:
            # Values come on the day of freezing.
            return scoring.Given(is_pending=True, steps=(scoring.Step("waits"),))
        if value.problem:
            return scoring.Given(problem=value.problem)
        return scoring.Given(Fraction(value.value))
    return scoring.Given(Fraction(sum(one.times for one in known.occurrences[code])))


def marks_to_json(marks: scoring.Marks) -> list[dict[str, Any]]:
    """The marks of all leaves, as `Appraisal.marks` keeps them."""
    return [
        {
            "code": item.code,
            "marks": _text(item.marks),
            "points": _text(item.points),
            "worth": _text(item.worth),
            "is_left_out": item.is_left_out,
            "is_pending": item.is_pending,
            "is_veto": item.is_veto,
            "steps": [{"code": step.code, "figures": dict(step.figures)} for step in item.steps],
        }
        for item in marks.items
    ]


def _text(number: Fraction | None) -> str:
    return "" if number is None else scoring.exact(number)


def source_words(line: Mapping[str, Any]) -> str:
    """Where a line's value comes from, in words."""
    if line["measure"]:
        measure = measure_of(line["measure"])
        if measure is None:
            return str(line["measure"])
        more = [
            str(words)
            for words in (
                STAGES.get(line["stage"], "") if len(measure.stages) > 1 else "",
                FILTERS.get(line["filter"], "") if line["filter"] else "",
            )
            if words
        ]
        return f"{measure.label}（{'，'.join(more)}）" if more else str(measure.label)
    return str(ItemRule(line["rule"]).label) if line["rule"] == ItemRule.JUDGED else _("登记的事项")
