"""One pupil's school-year result under the fitness standard, exact and with its trace.

Steps:

1. The figures are checked: each one the pupil's group must have is there, is a number, is no finer than its
   instrument and lies within the limits of its measurement. Every fault is named, not only the first.
2. The mass index is kg ÷ m², rounded half up to the edition's decimals; the other items are their figure.
3. Each item earns the score of the best row that it reaches; no interpolation, nothing below the last row.
4. Standard score = Σ score × weight (at most 100). Bonus points for what lies beyond the 100-point value.
5. Total = standard score + bonus points. The grade is read from the total at the edition's decimals; where the exact
   total would get another grade, the result says so.

A pupil who is exempt with a medical proof gets no score and no grade, and is no failure.
Source: 国家学生体质健康标准（2014年修订）; the arithmetic and its certainty: ``docs/algorithms/fitness.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from yaodian.statutes.figures import Figure, decimals, is_blank, number_of

from .tables import (
    SCHOOL_YEAR_LABELS,
    SCHOOL_YEARS,
    SEX_LABELS,
    Edition,
    FitnessGrade,
    Group,
    Item,
    Measurement,
    Row,
    Sex,
)

# No instrument of the standard gives more decimals than these; more are never read.
FINEST = 12


class FaultKind(StrEnum):
    """Why a figure, or a pupil, cannot be scored."""

    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    TOO_FINE = "too_fine"
    IMPLAUSIBLE = "implausible"
    NO_TABLE = "no_table"
    NO_PROOF = "no_proof"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason, with the code of what it concerns and a sentence in Chinese that says what to do."""

    kind: FaultKind
    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FitnessTest:
    """What was measured of a pupil in a school year.

    ``figures`` maps the codes of the edition's measurements to numbers in their units (height cm, weight kg, runs in
    seconds, …). Figures that the pupil's group does not need are left aside.
    """

    sex: Sex | str
    school_year: int | str | None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    is_exempt: bool = False
    has_medical_proof: bool = False


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item of the trace: its value, the row it reached (none below the last), score, weight (hundredths), bonus."""

    item: Item
    value: Decimal
    row: Row | None
    weight: int
    bonus: int

    @property
    def score(self) -> int:
        return self.row.score if self.row else 0

    @property
    def contribution(self) -> Decimal:
        return Decimal(self.score * self.weight).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Scored:
    """A pupil's result. ``total`` is exact, ``graded_total`` is what the grade was read from."""

    items: tuple[ItemScore, ...]
    standard_score: Decimal
    bonus: int
    total: Decimal
    graded_total: Decimal
    grade: FitnessGrade
    grade_of_exact_total: FitnessGrade
    edition: Edition

    @property
    def is_decided_by_rounding(self) -> bool:
        return self.grade != self.grade_of_exact_total


@dataclass(frozen=True, slots=True)
class Exempt:
    """The pupil need not carry out the standard; he has no score and no grade."""

    edition: Edition


@dataclass(frozen=True, slots=True)
class Unscored:
    """The result cannot be computed; every reason is named."""

    faults: tuple[Fault, ...]
    edition: Edition


def score_pupil(test: FitnessTest, edition: Edition) -> Scored | Exempt | Unscored:
    """Score one pupil. Never raises for what a sheet may hold: a fault in the figures is part of the result."""
    group = _group(test)
    if isinstance(group, Fault):
        return Unscored((group,), edition)
    if test.is_exempt:
        if test.has_medical_proof:
            return Exempt(edition)
        fault = Fault(FaultKind.NO_PROOF, "exemption", "申请免予执行但没有医疗证明：请补交证明，或录入测试成绩")
        return Unscored((fault,), edition)
    checked = {one.code: _check(one, test.figures.get(one.code)) for one in edition.measurements_of(group)}
    faults = tuple(value for value in checked.values() if isinstance(value, Fault))
    if faults:
        return Unscored(faults, edition)
    figures = {code: value for code, value in checked.items() if isinstance(value, Decimal)}

    items = []
    for item in edition.items_of(group):
        value = mass_index(figures["height"], figures["weight"], edition) if item.code == "bmi" else figures[item.code]
        items.append(
            ItemScore(item, value, item.row(group, value), item.weights[group], item.bonus_points(group, value))
        )
    standard = sum((item.contribution for item in items), Decimal(0))
    bonus = sum(item.bonus for item in items)
    total = standard + bonus
    graded = edition.graded_total(total)
    return Scored(
        items=tuple(items),
        standard_score=standard,
        bonus=bonus,
        total=total,
        graded_total=graded,
        grade=edition.grade_of(graded),
        grade_of_exact_total=edition.grade_of(total),
        edition=edition,
    )


def mass_index(height_cm: Decimal, weight_kg: Decimal, edition: Edition) -> Decimal:
    """kg ÷ m², rounded half up to the edition's decimals, from the exact quotient."""
    exact = Fraction(weight_kg) * 10_000 / Fraction(height_cm) ** 2
    steps = (2 * exact * 10**edition.bmi_decimals + 1) // 2
    return Decimal(steps).scaleb(-edition.bmi_decimals)


def graduation_total(totals: Sequence[Decimal], edition: Edition) -> Fraction:
    """The total on leaving school from the totals of its school years, oldest first: exact.

    The last year counts by its share, the mean of the years before by the rest. Raises ``ValueError`` for fewer than
    two years: there is no mean of no years.
    """
    if len(totals) < 2:
        raise ValueError("毕业成绩需要毕业学年和此前至少一个学年的成绩")
    *earlier, last = (Fraction(total) for total in totals)
    shares = edition.graduation
    return (last * shares["last_year"] + sum(earlier, Fraction(0)) / len(earlier) * shares["other_years"]) / 100


def _group(test: FitnessTest) -> Group | Fault:
    try:
        sex = Sex(test.sex)
    except ValueError:
        return Fault(FaultKind.NO_TABLE, "sex", f"性别“{test.sex}”不是男或女：评分表分男女，请更正")
    year = test.school_year
    if isinstance(year, bool) or not isinstance(year, int) or year not in SCHOOL_YEARS:
        return Fault(FaultKind.NO_TABLE, "school_year", f"年级“{year}”没有评分表：应为 1（一年级）至 12（高三）")
    return sex, year


def _check(measurement: Measurement, figure: object) -> Decimal | Fault:
    """The figure as an exact number, or what is wrong with it."""
    label, code = measurement.label, measurement.code
    if is_blank(figure):
        return Fault(FaultKind.MISSING, code, f"缺少{label}：请补测或补录")
    value = number_of(figure)
    if value is None:
        return Fault(FaultKind.NOT_A_NUMBER, code, f"{label}“{figure}”不是数：请按{measurement.unit}填写数字")
    if not measurement.least <= value <= measurement.most:
        limits = f"{measurement.least}—{measurement.most} {measurement.unit}"
        return Fault(
            FaultKind.IMPLAUSIBLE,
            code,
            f"{label} {figure} {measurement.unit}超出可能的范围（{limits}）：请核对单位和数值",
        )
    # The exponent first: a remainder is exact only while its digits fit the context's precision.
    if decimals(value) > FINEST or value % measurement.resolution:
        return Fault(
            FaultKind.TOO_FINE,
            code,
            f"{label} {figure} {measurement.unit}比仪器的最小刻度（{measurement.resolution}）更细：请核对",
        )
    return value


def describe_group(group: Group) -> str:
    sex, year = group
    return f"{SCHOOL_YEAR_LABELS[year]}{SEX_LABELS[sex]}生"
