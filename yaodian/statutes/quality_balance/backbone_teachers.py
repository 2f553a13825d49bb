"""每百名学生拥有县级以上骨干教师数."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class BackboneTeachers(Indicator):
    """Teachers recognised as 骨干 by the county or above, to 100 pupils."""

    label = "每百名学生拥有县级以上骨干教师数"
    aliases = ("县级以上骨干教师数",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    reference = Reference("jiaodu-2017-6", "资源配置七项指标（二）", Confidence.V2)
    requires = at_least("threshold")
    lever = "backbone_county_or_above"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return 100 * given.backbone_county_or_above / given.pupils
