"""初中三年巩固率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least, variant
from yaodian.statutes.declare import Indicator


class JuniorRetention(Indicator):
    """Of those who began grade 7, how many finished; two readings are in use and differ when pupils move."""

    label = "初中三年巩固率"
    aliases = ("九年义务教育巩固率（初中三年）",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "教育质量3.1", Confidence.V2)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return variant(
            "variant",
            adjusted_graduates=(given.graduates - given.moved_in + given.moved_out)
            / (given.grade_seven - given.deaths),
            adjusted_entrants=given.graduates / (given.grade_seven + given.moved_in - given.moved_out - given.deaths),
        )
