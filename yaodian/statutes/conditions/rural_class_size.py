"""农村学校近期班额（建设标准）."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class RuralClassSize(Indicator):
    """Class size for which a rural school is built in the near term; an incomplete primary school has 30."""

    label = "农村学校近期班额（建设标准）"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.DOWN
    reference = Reference("jianbiao-109-2008", "近期班额", Confidence.V)
    requires = at_most("threshold")
    keyed_by = "school_kind"

    @staticmethod
    def formula_2008_12_01(given: Given, law: Figures) -> Expression:
        return given.largest_class
