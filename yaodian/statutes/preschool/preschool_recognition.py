"""社会认可度（学前普及普惠）."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class PreschoolRecognition(Indicator):
    """Share of those asked who approve of the county’s preschools."""

    label = "社会认可度（学前普及普惠）"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "%"
    reference = Reference("jiaodu-2020-1", "社会认可度", Confidence.V2)
    requires = at_least("threshold")

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.preschool_recognition
