"""学校规模."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class SchoolScale(Indicator):
    """Pupils of the compulsory stages in one school: at most 2000, in through-schools 2500."""

    label = "学校规模"
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.DOWN
    reference = Reference("jiaodu-2017-6", "政府保障程度2.4", Confidence.VC)
    requires = at_most("threshold")
    lever = "compulsory_pupils"
    keyed_by = "school_kind"

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.compulsory_pupils
