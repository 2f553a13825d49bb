"""教职工编制余缺."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, ceiling
from yaodian.statutes.declare import Indicator


class EstablishmentGap(Indicator):
    """Established staff less the posts due by pupils; negative is short."""

    label = "教职工编制余缺"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.NONE
    reference = Reference("zhongyangbianbanfa-2014-72", "统一到城市标准", Confidence.HIGH)

    @staticmethod
    def formula_2014_11_13(given: Given, law: Figures) -> Expression:
        return given.in_establishment - ceiling(given.pupils / law.pupils_per_post)
