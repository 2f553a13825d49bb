"""乡村小规模学校按班师比核定编制数."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, ceiling
from yaodian.statutes.declare import Indicator


class SmallSchoolEstablishment(Indicator):
    """Posts due to a small rural school by its classes. There is no national ratio; a province sets one."""

    label = "乡村小规模学校按班师比核定编制数"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.NONE
    reference = Reference("guobanfa-2018-27", "乡村小规模学校编制", Confidence.HIGH)

    @staticmethod
    def formula_2018_04_25(given: Given, law: Figures) -> Expression:
        return ceiling(given.classes * law.staff_per_class)
