"""优质高中名额向农村初中倾斜."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class SeniorQuotaToRural(Indicator):
    """The allotted places lean to rural junior schools."""

    label = "优质高中名额向农村初中倾斜"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "政府保障程度2.14", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.is_quota_to_rural
