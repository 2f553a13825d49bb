"""政府推进义务教育均衡发展工作评分."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class GovernmentScore(Indicator):
    """The score of the county government’s work, of 100."""

    label = "政府推进义务教育均衡发展工作评分"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "分"
    reference = Reference("jiaodu-2012-3", "政府工作评估", Confidence.MEDIUM)
    requires = at_least("threshold")

    @staticmethod
    def formula_2012_01_20(given: Given, law: Figures) -> Expression:
        return given.government_score
