"""生均中级及以上专业技术职务教师数（基本均衡）."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class BasicTeachersMiddleTitle(Indicator):
    """One of the eight figures of 2012 whose spread is limited: teachers middle title."""

    label = "生均中级及以上专业技术职务教师数（基本均衡）"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    reference = Reference("jiaodu-2012-3", "八项指标", Confidence.V2)

    @staticmethod
    def formula_2012_01_20(given: Given, law: Figures) -> Expression:
        return given.middle_title_or_above / given.pupils
