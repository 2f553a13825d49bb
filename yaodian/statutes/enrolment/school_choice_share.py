"""择校生比例."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class SchoolChoiceShare(Indicator):
    """Pupils neither of the school’s area nor placed there by the bureau."""

    label = "择校生比例"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "%"
    direction = Direction.DOWN
    reference = Reference("jianceyupingjia-2020", "择校生比例", Confidence.MEDIUM)

    @staticmethod
    def formula_2020_12_30(given: Given, law: Figures) -> Expression:
        return given.chosen_pupils / given.pupils
