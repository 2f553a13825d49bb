"""教师培训经费占年度公用经费预算总额比例."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class TrainingFundsShare(Indicator):
    """Training of teachers in the school’s budget of public funds."""

    label = "教师培训经费占年度公用经费预算总额比例"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "教育质量3.4", Confidence.VC)
    requires = at_least("threshold")
    lever = "training_funds"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.training_funds / given.public_funds
