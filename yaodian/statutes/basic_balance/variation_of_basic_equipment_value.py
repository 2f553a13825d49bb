"""生均教学仪器设备值差异系数（基本均衡）."""

import datetime

from yaodian.engines.rules import Confidence, Direction, Entity, Period, Reference
from yaodian.statutes.basic_balance.basic_equipment_value import BasicEquipmentValue
from yaodian.statutes.declare import Dispersion


class VariationOfBasicEquipmentValue(Dispersion):
    """How unevenly it is spread over the schools of one stage of a county: equipment value."""

    label = "生均教学仪器设备值差异系数（基本均衡）"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = ""
    direction = Direction.DOWN
    reference = Reference("jiaodu-2012-3", "差异系数", Confidence.V2)
    of = BasicEquipmentValue
    holds_from = datetime.date(2012, 1, 20)
