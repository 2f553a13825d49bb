"""特殊教育学校生均公用经费."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class SpecialSchoolFunds(Indicator):
    """Public funds for a pupil of a special school, yuan a year."""

    label = "特殊教育学校生均公用经费"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "元"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.7", Confidence.VC)
    requires = at_least("threshold")

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.special_school_funds_per_pupil
