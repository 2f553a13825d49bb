"""生均教学及辅助用房面积."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class TeachingArea(Indicator):
    """Teaching and auxiliary rooms without indoor sports rooms, m² to a pupil."""

    label = "生均教学及辅助用房面积"
    aliases = ("教学及辅助用房面积",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "平方米"
    reference = Reference("jiaodu-2017-6", "资源配置七项指标（四）", Confidence.V2)
    requires = at_least("threshold")
    lever = "teaching_rooms"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return (given.teaching_rooms - given.indoor_sports) / given.pupils
