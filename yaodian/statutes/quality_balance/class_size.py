"""义务教育学校班级学生数."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class ClassSize(Indicator):
    """The largest class: at most 45 in primary, 50 in junior secondary schools."""

    label = "义务教育学校班级学生数"
    aliases = ("小学班额45人初中班额50人",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.DOWN
    reference = Reference("jiaodu-2017-6", "政府保障程度2.5", Confidence.VC)
    requires = at_most("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.largest_class
