"""生均教学及辅助用房面积（基本均衡）."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class BasicTeachingArea(Indicator):
    """One of the eight figures of 2012 whose spread is limited: teaching area."""

    label = "生均教学及辅助用房面积（基本均衡）"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "平方米"
    reference = Reference("jiaodu-2012-3", "八项指标", Confidence.V2)

    @staticmethod
    def formula_2012_01_20(given: Given, law: Figures) -> Expression:
        return given.teaching_rooms / given.pupils
