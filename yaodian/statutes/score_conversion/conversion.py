"""Converted scores (等级赋分) of the 3+1+2 examination: a subject's raw scores to grades and to points within a grade.

Steps:

1. All candidates of the province with a valid raw score in the subject are ranked. Who has none is counted and left out.
2. The grades' shares give boundaries at exact positions in the ranking (N × 15 %, N × 50 %, …), which may lie inside
   a person or inside a group of equal raw scores. Equal raw scores stay together: the group through which a boundary
   runs goes to the better grade (``ties = up``) or to the lower one (``down``).
3. Within a grade whose lowest and highest raw scores are Y1 and Y2 and whose interval is T1 to T2:
   ``T = (T1 × (Y2 − Y) + T2 × (Y − Y1)) ÷ (Y2 − Y1)``. With Y1 = Y2 the formula says nothing: ``single`` decides.
4. T is rounded half up to an integer, from the exact quotient.

Nothing is interpolated between grades, so the order of the raw scores is kept. The national texts leave ``ties`` and
``single`` to the province: both are options of the rule and part of the result. ``docs/algorithms/score-conversion.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, Literal, TypeVar

from yaodian.engines.rules import Citation
from yaodian.statutes.figures import decimals, is_blank, number_of

Ties = Literal["up", "down"]
Single = Literal["top", "mean"]
Candidate = TypeVar("Candidate", bound=Hashable)
# A raw score is marked in whole or half points; many more decimals are no score.
MOST_DECIMALS = 2


class DefectiveRule(ValueError):
    """A rule that contradicts itself; it must not be used."""


@dataclass(frozen=True, slots=True)
class Band:
    """A grade: its share of the candidates (hundredths) and the interval of its converted scores, ends included."""

    grade: str
    share: Decimal
    top: Decimal
    floor: Decimal


@dataclass(frozen=True, slots=True)
class ConversionRule:
    """How a subject is converted: shares and intervals, and the options that are left open, with their citation."""

    code: str
    citation: Citation
    least_raw: Decimal
    most_raw: Decimal
    bands: tuple[Band, ...]
    ties: Ties
    single: Single


@dataclass(frozen=True, slots=True)
class RawScore:
    """What becomes of one raw score: its grade, the exact value of the formula and the rounded one."""

    raw: Decimal
    candidates: int
    grade: str
    exact: Fraction
    converted: int


@dataclass(frozen=True, slots=True)
class GradeOutcome:
    """What a grade came to. ``share`` is the exact share of the candidates; the raw scores are ``None`` if it is empty."""

    band: Band
    candidates: int
    share: Fraction
    lowest_raw: Decimal | None
    highest_raw: Decimal | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """The table of a subject. ``remarks`` are sentences in Chinese on what a reader must know of this cohort."""

    scores: Mapping[Decimal, RawScore]
    grades: tuple[GradeOutcome, ...]
    candidates: int
    without_score: int
    remarks: tuple[str, ...]
    rule: ConversionRule


@dataclass(frozen=True, slots=True)
class Converted(Generic[Candidate]):
    """The table, and each candidate's raw score looked up in it; who has no valid score is not among them."""

    table: Conversion
    by_candidate: Mapping[Candidate, RawScore]


@dataclass(frozen=True, slots=True)
class BadScore:
    """A raw score that is none: whose it is, what stood there, and a sentence in Chinese."""

    candidate: Any
    found: Any
    sentence: str


@dataclass(frozen=True, slots=True)
class Unconvertible:
    """Nothing was converted: one wrong score would move everybody's rank. Every reason is named."""

    faults: tuple[BadScore, ...]
    sentence: str


def within(raw: Decimal, lowest: Decimal, highest: Decimal, band: Band, single: Single) -> Fraction:
    """The formula for one raw score of a grade whose lowest and highest raw scores are given."""
    top, floor = Fraction(band.top), Fraction(band.floor)
    if lowest == highest:
        return top if single == "top" else (top + floor) / 2
    above, below = Fraction(highest - raw), Fraction(raw - lowest)
    return (floor * above + top * below) / Fraction(highest - lowest)


def half_up(value: Fraction) -> int:
    return int((2 * value + 1) // 2)


def table(
    counts: Mapping[Decimal, int], rule: ConversionRule, *, without_score: int = 0, is_province: bool = True
) -> Conversion:
    """The conversion of a subject from the number of candidates at each raw score.

    ``counts`` holds positive numbers at valid raw scores, at least one. ``is_province`` says that these are all the
    candidates of the province; otherwise the result carries a remark that it is a trial.
    """
    total = sum(counts.values())
    boundaries = _boundaries(total, rule)
    graded: dict[str, list[Decimal]] = {band.grade: [] for band in rule.bands}
    above = 0
    for raw in sorted(counts, reverse=True):
        # `up`: by the place of the group's first candidate; `down`: by that of its last.
        for band, boundary in zip(rule.bands, boundaries, strict=True):
            if above < boundary if rule.ties == "up" else above + counts[raw] <= boundary:
                graded[band.grade].append(raw)
                break
        above += counts[raw]

    scores: dict[Decimal, RawScore] = {}
    outcomes = []
    for band in rule.bands:
        raws = graded[band.grade]
        size = sum(counts[raw] for raw in raws)
        highest, lowest = (raws[0], raws[-1]) if raws else (None, None)
        outcomes.append(GradeOutcome(band, size, Fraction(size, total), lowest, highest))
        for raw in raws:
            exact = within(raw, raws[-1], raws[0], band, rule.single)
            scores[raw] = RawScore(raw, counts[raw], band.grade, exact, half_up(exact))
    return Conversion(
        scores=scores,
        grades=tuple(outcomes),
        candidates=total,
        without_score=without_score,
        remarks=tuple(_remarks(outcomes, rule, is_province)),
        rule=rule,
    )


def convert(
    raw_scores: Mapping[Candidate, object], rule: ConversionRule, *, is_province: bool = True
) -> Converted[Candidate] | Unconvertible:
    """Convert a subject's raw scores, candidate by candidate.

    A raw score is a number or its text; ``None`` or blank text is a candidate without a valid
    score (absent, score annulled), who takes part in no ranking. Never raises for what a sheet may hold.
    """
    valid: dict[Candidate, Decimal] = {}
    faults = []
    for candidate, found in raw_scores.items():
        if is_blank(found):
            continue
        score = _raw(candidate, found, rule)
        if isinstance(score, BadScore):
            faults.append(score)
        else:
            valid[candidate] = score
    if faults:
        return Unconvertible(
            tuple(faults), f"有{len(faults)}个成绩无效，一个错分会改变所有人的位次，未作转换：请先更正"
        )
    if not valid:
        return Unconvertible((), "没有有效成绩，无法划定等级：请导入本科目的成绩")
    counts = Counter(valid.values())
    found_table = table(counts, rule, without_score=len(raw_scores) - len(valid), is_province=is_province)
    return Converted(found_table, {candidate: found_table.scores[score] for candidate, score in valid.items()})


def _raw(candidate: object, found: object, rule: ConversionRule) -> Decimal | BadScore:
    score = number_of(found)
    if score is None:
        return BadScore(candidate, found, f"考生{candidate}的成绩“{found}”不是数：请填写卷面分")
    limits = f"{rule.least_raw}—{rule.most_raw}"
    if not rule.least_raw <= score <= rule.most_raw:
        return BadScore(candidate, found, f"考生{candidate}的成绩{found}不在{limits}分之间：请核对")
    if decimals(score) > MOST_DECIMALS:
        return BadScore(candidate, found, f"考生{candidate}的成绩{found}小数过多：请填写卷面分")
    return score


def _boundaries(total: int, rule: ConversionRule) -> list[Fraction]:
    """Where each grade ends in the ranking, exact; the last takes everybody who is left."""
    positions = []
    share = Fraction(0)
    for band in rule.bands:
        share += Fraction(band.share)
        positions.append(total * share / 100)
    return positions


def _remarks(outcomes: Sequence[GradeOutcome], rule: ConversionRule, is_province: bool) -> list[str]:
    remarks = []
    if not is_province:
        remarks.append("不是全省考生，等级按这些考生划定，仅为模拟，不是正式赋分")
    empty = [outcome.band.grade for outcome in outcomes if not outcome.candidates]
    if empty:
        remarks.append(f"{'、'.join(empty)}等没有考生：人数太少或同分太多，各等比例只能近似")
    single = [
        outcome.band.grade for outcome in outcomes if outcome.candidates and outcome.lowest_raw == outcome.highest_raw
    ]
    if single:
        manner = "取区间最高分" if rule.single == "top" else "取区间中值"
        remarks.append(f"{'、'.join(single)}等只有一个卷面分，公式无解，按规则{manner}")
    return remarks


def check(rule: ConversionRule) -> None:
    """Raise :class:`DefectiveRule` unless the shares make 100 and the intervals fall without touching."""
    if sum(band.share for band in rule.bands) != 100:
        raise DefectiveRule(f"{rule.code}: the shares do not add up to 100")
    if any(band.floor > band.top for band in rule.bands):
        raise DefectiveRule(f"{rule.code}: an interval's floor is above its top")
    if any(upper.floor <= lower.top for upper, lower in zip(rule.bands, rule.bands[1:], strict=False)):
        raise DefectiveRule(f"{rule.code}: two intervals touch, so that two grades could give one score")
    if rule.ties not in ("up", "down") or rule.single not in ("top", "mean"):
        raise DefectiveRule(f"{rule.code}: an option has a value that does not exist")
