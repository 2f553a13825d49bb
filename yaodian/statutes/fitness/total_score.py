"""学年总分 of one pupil under 国家学生体质健康标准."""

from __future__ import annotations

import functools
from decimal import Decimal
from fractions import Fraction
from typing import Any

from yaodian.engines.rules import Confidence, Entity, Impossible, Period, Reference
from yaodian.statutes.asking import is_yes, take_all
from yaodian.statutes.declare import Rule

from .pupil import Exempt, FitnessTest, Scored, Unscored, score_pupil
from .tables import EDITIONS, SCHOOL_YEARS, Edition, Sex, all_editions, measured_for, with_grading

SEXES = {"男": Sex.MALE, "女": Sex.FEMALE}
MEASURED = (
    "height", "weight", "vital_capacity", "sprint_50m", "sit_and_reach", "rope_skipping", "sit_ups", "shuttle_50x8",
    "standing_jump", "pull_ups", "run_1000m", "run_800m",
)  # fmt: skip
ASKED = ("sex", "school_year", "is_exempt_from_fitness", "has_medical_proof", *MEASURED)


class TotalScore(Rule):
    """Standard score by the tables of the pupil's sex and year, plus bonus points: at most 120."""

    label = "学生体质健康标准学年总分"
    aliases = ("体质健康测试总分",)
    entity = Entity.PUPIL
    period = Period.SCHOOL_YEAR
    unit = "分"
    reference = Reference("jiaotiyi-2014-5", "单项指标与权重、评分表、加分指标评分表", Confidence.V)
    asks = ASKED
    says = "学年总分＝Σ（单项得分×权重）＋附加分；单项得分取达到的最高一档，不插值，低于最低一档为0"

    @staticmethod
    def decide_2014_07_07(given: Any, law: Any) -> Fraction:
        result = scored(given, "one_decimal")
        for item in result.items:
            bonus = f"，加{item.bonus}分" if item.bonus else ""
            given.note(f"{item.item.label} {item.value}{item.item.unit}：{item.score}分×{item.weight}%{bonus}")
        return Fraction(result.total)


def scored(given: Any, grading: str) -> Scored:
    """The pupil's result. Raises Impossible, after every fault stands among the reasons."""
    take_all(given, ("sex", "school_year"))
    sex, year = SEXES[given.sex], int(given.school_year)
    if year not in SCHOOL_YEARS:
        raise Impossible("no-table", f"年级“{year}”没有评分表：应为1（一年级）至12（高三）", "school_year")
    edition = edition_named(given.option("edition"), grading)
    is_exempt, has_proof = is_yes(given, "is_exempt_from_fitness"), is_yes(given, "has_medical_proof")
    figures: dict[str, Decimal] = {}
    if not is_exempt:
        needed = [code for item in edition.items_of((sex, year)) for code in measured_for(item.code)]
        take_all(given, needed)
        figures = {code: _decimal(getattr(given, code)) for code in needed}
    result = score_pupil(FitnessTest(sex, year, figures, is_exempt, has_proof), edition)
    match result:
        case Exempt():
            raise Impossible("exempt", "免予执行本标准，没有成绩，也不计入各项比率", "is_exempt_from_fitness")
        case Unscored():
            first = result.faults[0]
            subject = "has_medical_proof" if first.subject == "exemption" else first.subject
            raise Impossible(first.kind.value, "；".join(fault.sentence for fault in result.faults), subject)
    return result


@functools.cache
def edition_named(code: str, grading: str) -> Edition:
    """An edition by its code, graded by the total at one decimal or by the exact one; the same object for the same words."""
    found = next(edition for edition in all_editions(EDITIONS) if edition.code == code)
    return with_grading(found, None if grading == "exact" else 1)


def _decimal(value: Fraction) -> Decimal:
    """Exact: a quantity has a few decimals."""
    return Decimal(value.numerator) / Decimal(value.denominator)
