"""九年义务教育巩固率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class NineYearRetention(Indicator):
    """Pupils of the last junior year to those who entered primary school with them, without normal moves."""

    label = "九年义务教育巩固率"
    aliases = ("义务教育巩固率",)
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("guobanfa-2017-72", "巩固率95%目标", Confidence.V2)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_07_28(given: Given, law: Figures) -> Expression:
        return (given.final_year_pupils - given.net_moved_in) / given.primary_entrants
