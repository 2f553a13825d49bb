"""普惠性民办园生均补助标准."""

from yaodian.engines.rules import Confidence, Entity, Expression, Figures, Given, Period, Reference, at_least
from yaodian.statutes.declare import Indicator


class InclusiveSubsidy(Indicator):
    """Subsidy for a child of an inclusive private kindergarten, yuan a year."""

    label = "普惠性民办园生均补助标准"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "元"
    reference = Reference("jiaodu-2020-1", "财政投入到位", Confidence.V)
    requires = at_least("threshold")

    @staticmethod
    def formula_2020_02_18(given: Given, law: Figures) -> Expression:
        return given.subsidy_per_child
