"""公众对本县义务教育均衡发展的满意度."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class PublicSatisfaction(Indicator):
    """Share of the public that is satisfied."""

    label = "公众对本县义务教育均衡发展的满意度"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2012-3", "公众满意度", Confidence.MEDIUM)
    requires = at_least("threshold")

    @staticmethod
    def formula_2012_01_20(given: Given, law: Figures) -> Expression:
        return given.satisfaction
