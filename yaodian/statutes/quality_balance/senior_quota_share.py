"""优质高中招生名额分配比例."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class SeniorQuotaShare(Indicator):
    """Places of good senior schools that are allotted to junior schools."""

    label = "优质高中招生名额分配比例"
    aliases = ("指标到校比例",)
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.14", Confidence.VC)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.senior_quota / given.senior_places
