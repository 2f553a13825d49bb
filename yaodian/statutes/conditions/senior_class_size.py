"""普通高中班额."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class SeniorClassSize(Indicator):
    """The largest class of a senior secondary school."""

    label = "普通高中班额"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.DOWN
    reference = Reference("jianbiao-102-2002", "班额", Confidence.HIGH)
    requires = at_most("threshold")

    @staticmethod
    def formula_2002_07_01(given: Given, law: Figures) -> Expression:
        return given.largest_class
