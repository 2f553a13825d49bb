"""无过重课业负担."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class NoExcessBurden(Indicator):
    """Pupils do not carry too heavy a load of schoolwork."""

    label = "无过重课业负担"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "教育质量3.8", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.is_burden_light
