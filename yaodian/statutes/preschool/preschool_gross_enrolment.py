"""学前三年毛入园率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class PreschoolGrossEnrolment(Indicator):
    """Children in kindergartens to the population of 3 to 5 years; a province may ask more."""

    label = "学前三年毛入园率"
    aliases = ("毛入园率", "学前三年毛入学率")
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "普及普惠水平（一）", Confidence.V2)
    requires = at_least("threshold")
    lever = "children"

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.children / given.children_3_to_5
