"""生均教学及辅助用房面积差异系数（基本均衡）."""

import datetime

from yaodian.engines.rules import Confidence, Direction, Entity, Period, Reference
from yaodian.statutes.basic_balance.basic_teaching_area import BasicTeachingArea
from yaodian.statutes.declare import Dispersion


class VariationOfBasicTeachingArea(Dispersion):
    """How unevenly it is spread over the schools of one stage of a county: teaching area."""

    label = "生均教学及辅助用房面积差异系数（基本均衡）"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = ""
    direction = Direction.DOWN
    reference = Reference("jiaodu-2012-3", "差异系数", Confidence.V2)
    of = BasicTeachingArea
    holds_from = datetime.date(2012, 1, 20)
