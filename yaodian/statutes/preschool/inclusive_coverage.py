"""普惠性幼儿园覆盖率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class InclusiveCoverage(Indicator):
    """Children in public and in recognised inclusive private kindergartens, of all in kindergartens."""

    label = "普惠性幼儿园覆盖率"
    aliases = ("普惠率", "普惠园覆盖率", "普惠性幼儿园在园幼儿占比")
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "普及普惠水平（二）", Confidence.V2)
    requires = at_least("threshold")
    lever = "children_inclusive_private"

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return (given.children_public + given.children_inclusive_private) / given.children
