"""城区和镇区公办学校就近划片入学比例."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class NearbyEnrolment(Indicator):
    """Pupils of urban and town public day schools who live in the school’s area."""

    label = "城区和镇区公办学校就近划片入学比例"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.13", Confidence.VC)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.nearby_pupils / given.urban_public_pupils
