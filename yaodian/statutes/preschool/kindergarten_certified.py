"""园长、专任教师持证率."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class KindergartenCertified(Indicator):
    """Heads and full-time teachers with a certificate."""

    label = "园长、专任教师持证率"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "教师管理制度严格", Confidence.V)
    requires = at_least("threshold")
    lever = "heads_and_teachers_certified"

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.heads_and_teachers_certified / given.heads_and_teachers
