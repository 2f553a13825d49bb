"""辍学率."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class DropoutRate(Indicator):
    """Dropped out in the year, of those at school when it began. The limits are the old ones of universal schooling."""

    label = "辍学率"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    direction = Direction.DOWN
    reference = Reference("compulsory-dropout-old", "普九辍学率上限", Confidence.MEDIUM)
    requires = at_most("threshold")

    @staticmethod
    def formula_1994_01_01(given: Given, law: Figures) -> Expression:
        return given.dropped_out / given.pupils_at_start
