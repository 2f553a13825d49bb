"""每百名学生拥有网络多媒体教室数."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class MultimediaRooms(Indicator):
    """Classrooms with network and media, to 100 pupils."""

    label = "每百名学生拥有网络多媒体教室数"
    aliases = ("网络多媒体教室数",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "间"
    reference = Reference("jiaodu-2017-6", "资源配置七项指标（七）", Confidence.V2)
    requires = at_least("threshold")
    lever = "multimedia_classrooms"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return 100 * given.multimedia_classrooms / given.pupils
