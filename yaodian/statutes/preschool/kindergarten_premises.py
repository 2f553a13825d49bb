"""幼儿园场地和园舍达标."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class KindergartenPremises(Indicator):
    """Outdoor play, activity rooms and buildings, m² to a child."""

    label = "幼儿园场地和园舍达标"
    entity = Entity.KINDERGARTEN
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2020-1", "办园条件合格", Confidence.V)
    requires = HOLDS

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return (
            (given.play_area / given.children >= law.play)
            & (given.activity_area / given.children >= law.activity)
            & (given.building_area / given.children >= law.building)
        )
