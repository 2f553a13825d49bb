"""幼儿园班额."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class KindergartenClassSize(Indicator):
    """Children of one class by age group; boarding classes have fewer."""

    label = "幼儿园班额"
    entity = Entity.CLASS
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.DOWN
    reference = Reference("kindergarten-procedure", "第十一条", Confidence.V2)
    requires = at_most("threshold")
    keyed_by = "class_grade"

    @staticmethod
    def formula_2016_03_01(given: Given, law: Figures) -> Expression:
        return given.class_children
