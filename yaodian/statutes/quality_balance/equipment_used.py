"""教师熟练运用信息化手段，设备利用率较高."""

from yaodian.engines.rules import HOLDS, Confidence, Entity, Expression, Figures, Given, Period, Reference
from yaodian.statutes.declare import Indicator


class EquipmentUsed(Indicator):
    """Teachers use information systems well and equipment is in use."""

    label = "教师熟练运用信息化手段，设备利用率较高"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "教育质量3.5", Confidence.VC)
    requires = HOLDS

    @staticmethod
    def formula_2017_04_19(given: Given, law: Figures) -> Expression:
        return given.is_equipment_used
