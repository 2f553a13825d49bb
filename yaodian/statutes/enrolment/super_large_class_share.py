"""超大班额比例."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class SuperLargeClassShare(Indicator):
    """Classes of 66 pupils or more, of all classes."""

    label = "超大班额比例"
    aliases = ("超大班额",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "%"
    direction = Direction.DOWN
    reference = Reference("liangmian-class-size", "66人及以上为超大班额", Confidence.V)

    @staticmethod
    def formula_2016_07_02(given: Given, law: Figures) -> Expression:
        return given.classes_66_or_more / given.classes
