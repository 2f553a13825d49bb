"""没有一票否决的情形."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class NoVeto(Indicator):
    """None of the acts that bar a county whatever else it reaches. Further grounds known from memory only are not coded."""

    label = "没有一票否决的情形"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "一票否决", Confidence.V)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return ~given.has_entrance_exams & ~given.has_school_choice & ~given.has_key_schools
