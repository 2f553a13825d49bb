"""学校资源配置七项指标达标."""

import datetime

from yaodian.engines.rules import Confidence, Entity, Period, Reference
from yaodian.statutes.declare import Several
from yaodian.statutes.quality_balance.backbone_teachers import BackboneTeachers
from yaodian.statutes.quality_balance.equipment_value import EquipmentValue
from yaodian.statutes.quality_balance.multimedia_rooms import MultimediaRooms
from yaodian.statutes.quality_balance.sports_and_arts_teachers import SportsAndArtsTeachers
from yaodian.statutes.quality_balance.sports_area import SportsArea
from yaodian.statutes.quality_balance.teachers_above_requirement import TeachersAboveRequirement
from yaodian.statutes.quality_balance.teaching_area import TeachingArea


class SchoolResources(Several):
    """At least six of the seven indicators reach their value, the last one 85 % of it."""

    label = "学校资源配置七项指标达标"
    aliases = ("资源配置7项指标",)
    entity = Entity.SCHOOL
    period = Period.SCHOOL_YEAR
    unit = "是否"
    reference = Reference("jiaodu-2017-6", "资源配置：每所学校至少6项达到标准，余项不低于85%", Confidence.VC)
    of = (
        TeachersAboveRequirement,
        BackboneTeachers,
        SportsAndArtsTeachers,
        TeachingArea,
        SportsArea,
        EquipmentValue,
        MultimediaRooms,
    )
    holds_from = datetime.date(2017, 4, 19)
