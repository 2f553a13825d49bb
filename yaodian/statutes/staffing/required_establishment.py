"""教职工编制标准数."""

from yaodian.engines.rules import (
    Confidence,
    Direction,
    Entity,
    Expression,
    Figures,
    Given,
    Period,
    Reference,
    ceiling,
    choose,
)
from yaodian.statutes.declare import Indicator


class RequiredEstablishment(Indicator):
    """Posts due to a school by its pupils, rounded up; until 2014 town and country had other ratios."""

    label = "教职工编制标准数"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.NONE
    reference = Reference("zhongyangbianbanfa-2014-72", "统一到城市标准", Confidence.HIGH)

    @staticmethod
    def formula_2001_10_08(given: Given, law: Figures) -> Expression:
        return choose(
            given.location,
            city=ceiling(given.pupils / law.city),
            town=ceiling(given.pupils / law.town),
            rural=ceiling(given.pupils / law.rural),
        )

    @staticmethod
    def formula_2014_11_13(given: Given, law: Figures) -> Expression:
        return ceiling(given.pupils / law.city)
