"""七项差异系数平均."""

import datetime

from yaodian.engines.rules import Confidence, Direction, Entity, Period, Reference
from yaodian.statutes.declare import MeanDispersion
from yaodian.statutes.quality_balance.variation_of_backbone_teachers import VariationOfBackboneTeachers
from yaodian.statutes.quality_balance.variation_of_equipment_value import VariationOfEquipmentValue
from yaodian.statutes.quality_balance.variation_of_multimedia_rooms import VariationOfMultimediaRooms
from yaodian.statutes.quality_balance.variation_of_sports_and_arts_teachers import VariationOfSportsAndArtsTeachers
from yaodian.statutes.quality_balance.variation_of_sports_area import VariationOfSportsArea
from yaodian.statutes.quality_balance.variation_of_teachers_above_requirement import VariationOfTeachersAboveRequirement
from yaodian.statutes.quality_balance.variation_of_teaching_area import VariationOfTeachingArea


class MeanVariation(MeanDispersion):
    """The plain mean of the seven, which districts publish for information; the law limits each of the seven, not this."""

    label = "七项差异系数平均"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = ""
    direction = Direction.DOWN
    reference = Reference("jiaodu-2017-6", "七项平均（地方公布，仅供参考）", Confidence.V)
    of = (
        VariationOfTeachersAboveRequirement,
        VariationOfBackboneTeachers,
        VariationOfSportsAndArtsTeachers,
        VariationOfTeachingArea,
        VariationOfSportsArea,
        VariationOfEquipmentValue,
        VariationOfMultimediaRooms,
    )
    holds_from = datetime.date(2017, 4, 19)
