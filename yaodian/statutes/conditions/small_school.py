"""乡村小规模学校."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class SmallSchool(Indicator):
    """Whether a village school or a teaching point counts as small."""

    label = "乡村小规模学校"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "是否"
    direction = Direction.NONE
    reference = Reference("guobanfa-2018-27", "不足100人", Confidence.HIGH)

    @staticmethod
    def formula_2018_04_25(given: Given, law: Figures) -> Expression:
        return given.pupils < law.fewer_than
