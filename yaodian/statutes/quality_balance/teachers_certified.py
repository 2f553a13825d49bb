"""专任教师持证上岗率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class TeachersCertified(Indicator):
    """Full-time teachers with a teacher certificate."""

    label = "专任教师持证上岗率"
    aliases = ("持证上岗率",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.12", Confidence.VC)
    requires = at_least("threshold")
    lever = "certified"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.certified / given.full_time
