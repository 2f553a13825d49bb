"""安全风险防控机制健全."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class PreschoolSafety(Indicator):
    """Risks to safety are prevented by a working system."""

    label = "安全风险防控机制健全"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2020-1", "政府保障情况", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.is_preschool_safe
