"""公办园在园幼儿占比."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class PublicShare(Indicator):
    """Children in public kindergartens, of all in kindergartens."""

    label = "公办园在园幼儿占比"
    aliases = ("公办园占比", "公办幼儿园在园幼儿占比")
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "普及普惠水平（三）", Confidence.V2)
    requires = at_least("threshold")
    lever = "children_public"

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.children_public / given.children
