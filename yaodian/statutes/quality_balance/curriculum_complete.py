"""课程开齐开足，综合实践活动有效."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class CurriculumComplete(Indicator):
    """All subjects are taught in full; practical activities work."""

    label = "课程开齐开足，综合实践活动有效"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "教育质量3.7", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.is_curriculum_complete & given.is_practice_effective
