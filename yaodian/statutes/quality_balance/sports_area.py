"""生均体育运动场馆面积."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least, variant
from yaodian.statutes.declare import Indicator


class SportsArea(Indicator):
    """Sports grounds and indoor sports rooms, m² to a pupil."""

    label = "生均体育运动场馆面积"
    aliases = ("体育运动场馆面积",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "平方米"
    reference = Reference("jiaodu-2017-6", "资源配置七项指标（五）", Confidence.V2)
    requires = at_least("threshold")
    lever = "sports_ground"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return variant(
            "counting",
            own=(given.sports_ground + given.indoor_sports) / given.pupils,
            with_nearby=(given.sports_ground + given.indoor_sports + given.nearby_sports_area) / given.pupils,
        )
