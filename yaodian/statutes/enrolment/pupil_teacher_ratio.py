"""生师比."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class PupilTeacherRatio(Indicator):
    """Pupils to one full-time teacher, printed x:1. Not 师生比, which is its inverse."""

    label = "生师比"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "比1"
    direction = Direction.NONE
    reference = Reference("jianceyupingjia-2020", "生师比", Confidence.HIGH)

    @staticmethod
    def formula_2020_12_30(given: Given, law: Figures) -> Expression:
        return given.pupils / given.full_time
