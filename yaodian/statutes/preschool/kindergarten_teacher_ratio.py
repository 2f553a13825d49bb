"""幼儿园专任教师总数与在园幼儿总数之比."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class KindergartenTeacherRatio(Indicator):
    """Full-time teachers to children: not below 1 to 15."""

    label = "幼儿园专任教师总数与在园幼儿总数之比"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = ""
    reference = Reference("jiaodu-2020-1", "教师配足配齐", Confidence.V2)
    requires = at_least("threshold")
    lever = "kindergarten_teachers"

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.kindergarten_teachers / given.children
