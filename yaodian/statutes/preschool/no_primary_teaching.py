"""无“小学化”现象."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class NoPrimaryTeaching(Indicator):
    """Kindergartens do not teach like primary schools."""

    label = "无“小学化”现象"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2020-1", "保教质量保障", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.is_free_of_primary_teaching
