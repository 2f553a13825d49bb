"""大班额比例."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class LargeClassShare(Indicator):
    """Classes of 56 pupils or more, of all classes."""

    label = "大班额比例"
    aliases = ("大班额",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "%"
    direction = Direction.DOWN
    reference = Reference("liangmian-class-size", "56人及以上为大班额", Confidence.V)

    @staticmethod
    def formula_2016_07_02(given: Given, law: Figures) -> Expression:
        return (given.classes_56_to_60 + given.classes_61_to_65 + given.classes_66_or_more) / given.classes
