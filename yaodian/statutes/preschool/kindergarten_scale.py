"""幼儿园规模."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class KindergartenScale(Indicator):
    """Children of one kindergarten."""

    label = "幼儿园规模"
    entity = Entity.KINDERGARTEN
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.DOWN
    reference = Reference("kindergarten-procedure", "第十一条：规模不超过360人", Confidence.V2)
    requires = at_most("threshold")

    @staticmethod
    def formula_2016_03_01(given: Given, law: Figures) -> Expression:
        return given.children
