"""教师5年360学时培训完成率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class TrainingCompleted(Indicator):
    """Full-time teachers with 360 hours of training in five years."""

    label = "教师5年360学时培训完成率"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.9", Confidence.VC)
    requires = at_least("threshold")
    lever = "trained_360"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.trained_360 / given.full_time
