"""学校参加七项指标评估."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, choose
from yaodian.statutes.declare import Indicator


class IsAssessed(Indicator):
    """Whether a school stands in the seven indicators: not special and vocational schools, nor teaching points below 50."""

    label = "学校参加七项指标评估"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "是否"
    direction = Direction.NONE
    reference = Reference("jiaodu-2017-6", "评估范围（河北实施办法转载）", Confidence.V)

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return choose(
            given.school_kind,
            primary=given.pupils > 0,
            junior=given.pupils > 0,
            nine_year=given.pupils > 0,
            twelve_year=given.pupils > 0,
            complete_secondary=given.pupils > 0,
            teaching_point=given.pupils >= law.smallest,
            special=given.pupils < 0,
            vocational=given.pupils < 0,
            senior=given.pupils < 0,
        )
