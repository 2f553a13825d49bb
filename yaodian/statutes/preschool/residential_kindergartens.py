"""小区配套幼儿园管理规范."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class ResidentialKindergartens(Indicator):
    """Kindergartens that belong to housing estates are run as prescribed."""

    label = "小区配套幼儿园管理规范"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2020-1", "政府保障情况", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.is_residential_regular
