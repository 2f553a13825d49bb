"""视力不良率."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class PoorVisionRate(Indicator):
    """Pupils from 6 years with either eye below 5.0, of those screened."""

    label = "视力不良率"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    direction = Direction.DOWN
    reference = Reference("vision-guide", "视力不良：裸眼远视力低于5.0", Confidence.V)

    @staticmethod
    def formula_2020_01_01(given: Given, law: Figures) -> Expression:
        return given.poor_vision / given.screened
