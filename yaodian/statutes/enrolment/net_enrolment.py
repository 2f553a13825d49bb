"""净入学率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class NetEnrolment(Indicator):
    """Enrolled within the prescribed ages to the population of those ages."""

    label = "净入学率"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jianceyupingjia-2020", "净入学率", Confidence.V)

    @staticmethod
    def formula_2020_12_30(given: Given, law: Figures) -> Expression:
        return given.enrolled_in_age / given.age_group
