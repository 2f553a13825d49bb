"""不足100名学生的村小学和教学点按100名核定公用经费."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class SmallSchoolFunds(Indicator):
    """For how many pupils a small rural school or teaching point is funded."""

    label = "不足100名学生的村小学和教学点按100名核定公用经费"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.6", Confidence.VC)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.allocated_public_funds / given.public_funds_standard
