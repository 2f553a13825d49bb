"""毛入学率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class GrossEnrolment(Indicator):
    """Enrolled of any age to the population of the prescribed ages; may exceed 100 %."""

    label = "毛入学率"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jianceyupingjia-2020", "毛入学率", Confidence.V2)

    @staticmethod
    def formula_2020_12_30(given: Given, law: Figures) -> Expression:
        return given.enrolled_any_age / given.age_group
