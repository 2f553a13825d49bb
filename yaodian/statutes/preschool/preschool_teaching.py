"""落实科学保教要求."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class PreschoolTeaching(Indicator):
    """Care and teaching are as science asks."""

    label = "落实科学保教要求"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2020-1", "保教质量保障", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.is_teaching_scientific
