"""社会认可度（优质均衡）."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class Recognition(Indicator):
    """Share of pupils, parents, teachers, heads, deputies and others who approve."""

    label = "社会认可度（优质均衡）"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2017-6", "社会认可度", Confidence.V2)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.recognition
