"""教师交流轮岗比例."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class ExchangeRatio(Indicator):
    """Teachers who moved to another school this year, of those who are eligible."""

    label = "教师交流轮岗比例"
    aliases = ("交流轮岗比例",)
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaoshi-2014-4", "城镇、优质学校每学年交流轮岗比例", Confidence.V2)
    requires = at_least("threshold")
    lever = "exchanged"

    @staticmethod
    def formula_2014_08_13(given: Given, law: Figures) -> Expression:
        return given.exchanged / given.exchange_eligible
