"""骨干教师交流轮岗比例."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least, variant
from yaodian.statutes.declare import Indicator


class BackboneExchangeRatio(Indicator):
    """骨干 teachers among those who moved; one province divides by the eligible instead."""

    label = "骨干教师交流轮岗比例"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaoshi-2014-4", "骨干教师不低于交流总数的20%", Confidence.V2)
    requires = at_least("threshold")
    lever = "exchanged_backbone"

    @staticmethod
    def formula_2014_08_13(given: Given, law: Figures) -> Expression:
        return variant(
            "denominator",
            exchanged=given.exchanged_backbone / given.exchanged,
            eligible=given.exchanged_backbone / given.exchange_eligible,
        )
