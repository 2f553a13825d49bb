"""学校服务半径."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class ServiceRadius(Indicator):
    """How far the farthest home of a school’s area is: kindergartens from 2018 300 m, primary 500 m, junior 1000 m."""

    label = "学校服务半径"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "米"
    direction = Direction.DOWN
    reference = Reference("gb-planning-2018", "配套设施服务半径", Confidence.HIGH)
    requires = at_most("threshold")

    @staticmethod
    def formula_2002_04_01(given: Given, law: Figures) -> Expression:
        return given.farthest_home_m
