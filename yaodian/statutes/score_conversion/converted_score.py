"""赋分成绩 of one candidate, and the rule that a whole subject is converted by."""

from __future__ import annotations

import datetime
import functools
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from yaodian.engines.rules import NATION, Confidence, Entity, Impossible, Period, Reference
from yaodian.statutes.asking import take_all
from yaodian.statutes.declare import Rule

from .conversion import Band, ConversionRule, Single, Ties, check, half_up, within


class ConvertedScore(Rule):
    """A raw score between its grade's lowest and highest is laid linearly between the ends of the grade's interval."""

    label = "再选科目等级赋分成绩"
    aliases = ("等级赋分", "赋分成绩")
    entity = Entity.PUPIL
    period = Period.SCHOOL_YEAR
    unit = "分"
    reference = Reference("score-conversion-3-1-2", "等级赋分公式", Confidence.V2)
    keyed_by = "score_grade"
    asks = ("score_grade", "raw_score", "lowest_raw_score", "highest_raw_score")
    says = "T＝［T1×（Y2－Y）＋T2×（Y－Y1）］÷（Y2－Y1），四舍五入取整；Y1、Y2为本等级实际最低、最高卷面分"

    @staticmethod
    def decide_2021_01_01(given: Any, law: Any) -> Fraction:
        take_all(given, ConvertedScore.asks)
        raw, lowest, highest = given.raw_score, given.lowest_raw_score, given.highest_raw_score
        if highest > law("raw_most", ""):
            raise Impossible("over-full-marks", f"最高卷面分{highest}超过满分", "highest_raw_score")
        if not lowest <= raw <= highest:
            raise Impossible("out-of-grade", f"卷面分{raw}不在本等级的{lowest}—{highest}之间：请核对等级", "raw_score")
        band = Band(given.score_grade, Decimal(0), _decimal(law.top), _decimal(law.floor))
        exact = within(_decimal(raw), _decimal(lowest), _decimal(highest), band, cast(Single, given.option("single")))
        if exact.denominator != 1:
            given.note(f"公式得{exact.numerator}/{exact.denominator}，四舍五入取整")
        return Fraction(half_up(exact))


@functools.lru_cache(maxsize=64)
def rule_on(day: datetime.date, *, region: str = NATION) -> ConversionRule | None:
    """The rule for a whole subject, from the figures and options in force on a day in a region; nothing before the first.

    Raises DefectiveRule where a region's own figures do not fit together.
    """
    figures, options = ConvertedScore.figures, ConvertedScore.options
    bands = []
    for grade in ("A", "B", "C", "D", "E"):
        values = [figures[name].at(day, region=region, key=grade) for name in ("share", "top", "floor")]
        numbers = [_decimal(value.number) for value in values if value and value.number is not None]
        if len(numbers) == 3:
            bands.append(Band(grade, *numbers))
    ties, single = (options[name].at(day, region=region) for name in ("ties", "single"))
    most = figures["raw_most"].at(day, region=region)
    if not bands or ties is None or single is None or most is None or most.number is None:
        return None
    rule = ConversionRule(
        code=f"{ConvertedScore.code}@{day}@{region}",
        citation=ConvertedScore.citation(),
        least_raw=Decimal(0),
        most_raw=_decimal(most.number),
        bands=tuple(bands),
        ties=cast(Ties, ties.choice),
        single=cast(Single, single.choice),
    )
    check(rule)
    return rule


def _decimal(value: Fraction) -> Decimal:
    """Exact: figures and scores have a few decimals."""
    return Decimal(value.numerator) / Decimal(value.denominator)
