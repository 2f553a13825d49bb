"""生均中级及以上专业技术职务教师数差异系数（基本均衡）."""

import datetime

from yaodian.engines.rules import Confidence, Direction, Entity, Period, Reference
from yaodian.statutes.basic_balance.basic_teachers_middle_title import BasicTeachersMiddleTitle
from yaodian.statutes.declare import Dispersion


class VariationOfBasicTeachersMiddleTitle(Dispersion):
    """How unevenly it is spread over the schools of one stage of a county: teachers middle title."""

    label = "生均中级及以上专业技术职务教师数差异系数（基本均衡）"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = ""
    direction = Direction.DOWN
    reference = Reference("jiaodu-2012-3", "差异系数", Confidence.V2)
    of = BasicTeachersMiddleTitle
    holds_from = datetime.date(2012, 1, 20)
