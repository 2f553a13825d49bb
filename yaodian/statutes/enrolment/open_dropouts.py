"""控辍保学台账未销号人数."""

from yaodian.engines.rules import Confidence, Direction, Entity, Expression, Figures, Given, Period, Reference, at_most
from yaodian.statutes.declare import Indicator


class OpenDropouts(Indicator):
    """Pupils of the ledger who have neither returned nor are excluded; the ledger is kept at zero."""

    label = "控辍保学台账未销号人数"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "人"
    direction = Direction.DOWN
    reference = Reference("control-dropout", "台账动态清零", Confidence.V)
    requires = at_most("threshold")

    @staticmethod
    def formula_2017_07_28(given: Given, law: Figures) -> Expression:
        return given.ledger_listed - given.ledger_returned - given.ledger_excluded
