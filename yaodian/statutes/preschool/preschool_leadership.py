"""党的领导坚强有力."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class PreschoolLeadership(Indicator):
    """Leadership of the county’s preschools, as a person judged it."""

    label = "党的领导坚强有力"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2020-1", "政府保障情况", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.is_preschool_led
