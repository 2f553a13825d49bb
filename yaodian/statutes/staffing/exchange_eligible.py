"""教师符合交流条件（任教年限）."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class ExchangeEligible(Indicator):
    """Whether a teacher has been at one school long enough. The nation leaves the number of years to localities."""

    label = "教师符合交流条件（任教年限）"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "是否"
    direction = Direction.NONE
    reference = Reference("jiaoshi-2014-4", "交流条件由各地规定", Confidence.V)

    @staticmethod
    def formula_2014_08_13(given: Given, law: Figures) -> Expression:
        return given.years_at_school >= law.years
