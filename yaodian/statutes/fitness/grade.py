"""等级 of one pupil under 国家学生体质健康标准."""

from __future__ import annotations

import datetime
from typing import Any

from yaodian.engines.rules import NATION, Confidence, Entity, Period, Reference
from yaodian.statutes.declare import Rule

from .tables import Edition
from .total_score import ASKED, edition_named, scored


class Grade(Rule):
    """优秀 from 90.0, 良好 from 80.0, 及格 from 60.0, else 不及格, by the total at one decimal."""

    label = "学生体质健康等级"
    aliases = ("体质健康等级",)
    entity = Entity.PUPIL
    period = Period.SCHOOL_YEAR
    unit = "等级"
    reference = Reference("jiaotiyi-2014-5", "等级评定", Confidence.V2)
    asks = ASKED
    says = "学年总分90.0分及以上为优秀，80.0—89.9分为良好，60.0—79.9分为及格，59.9分及以下为不及格"

    @staticmethod
    def decide_2014_07_07(given: Any, law: Any) -> str:
        result = scored(given, given.option("grading"))
        if result.is_decided_by_rounding:
            given.note(
                f"总分{result.total}按一位小数为{result.graded_total}，等级由四舍五入决定"
                f"（未修约的总分为{result.grade_of_exact_total.label}）"
            )
        return result.grade.label


def edition_on(day: datetime.date, *, region: str = NATION) -> Edition | None:
    """The edition in force with its grading, for the columns: what the options say for the day and the region."""
    edition = Grade.options["edition"].at(day, region=region)
    grading = Grade.options["grading"].at(day, region=region)
    return edition_named(edition.choice, grading.choice) if edition and grading else None
