"""L1 每百名学生拥有高于规定学历教师数."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class TeachersAboveRequirement(Indicator):
    """Of 100 pupils' teachers, how many are educated above what their stage requires."""

    label = "每百名学生拥有高于规定学历教师数"
    aliases = ("高于规定学历教师数",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    reference = Reference("jiaodu-2017-6", "资源配置七项指标（一）", Confidence.V2)
    requires = at_least("threshold")
    lever = "above_required_qualification"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        """Teachers above the requirement ÷ pupils × 100."""
        return 100 * given.above_required_qualification / given.pupils
