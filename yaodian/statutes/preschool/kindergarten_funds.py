"""公办园生均公用经费标准."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class KindergartenFunds(Indicator):
    """Public funds for a child of a public kindergarten, yuan a year; local figures may be higher."""

    label = "公办园生均公用经费标准"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "元"
    reference = Reference("jiaodu-2020-1", "财政投入到位", Confidence.V)
    requires = at_least("threshold")

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.kindergarten_funds_per_child
