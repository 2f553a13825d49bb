"""城乡义务教育四项标准统一."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class StandardsUnified(Indicator):
    """Town and country have one standard of building, staffing, funds and equipment."""

    label = "城乡义务教育四项标准统一"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.2", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return (
            given.is_building_unified
            & given.is_staffing_unified
            & given.is_funding_unified
            & given.is_equipment_unified
        )
