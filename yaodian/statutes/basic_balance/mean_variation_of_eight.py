"""八项指标综合差异系数."""

import datetime

from yaodian.engines.rules import Confidence, Direction, Entity, Period, Reference, at_most
from yaodian.statutes.basic_balance.variation_of_basic_books import VariationOfBasicBooks
from yaodian.statutes.basic_balance.variation_of_basic_computers import VariationOfBasicComputers
from yaodian.statutes.basic_balance.variation_of_basic_equipment_value import VariationOfBasicEquipmentValue
from yaodian.statutes.basic_balance.variation_of_basic_sports_area import VariationOfBasicSportsArea
from yaodian.statutes.basic_balance.variation_of_basic_teacher_pupil_ratio import VariationOfBasicTeacherPupilRatio
from yaodian.statutes.basic_balance.variation_of_basic_teachers_above_requirement import (
    VariationOfBasicTeachersAboveRequirement,
)
from yaodian.statutes.basic_balance.variation_of_basic_teachers_middle_title import VariationOfBasicTeachersMiddleTitle
from yaodian.statutes.basic_balance.variation_of_basic_teaching_area import VariationOfBasicTeachingArea
from yaodian.statutes.declare import MeanDispersion


class MeanVariationOfEight(MeanDispersion):
    """The plain mean of the eight coefficients: at most 0.65 in primary, 0.55 in junior secondary schools."""

    label = "八项指标综合差异系数"
    aliases = ("综合差异系数",)
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = ""
    direction = Direction.DOWN
    reference = Reference("jiaodu-2012-3", "综合差异系数", Confidence.V)
    requires = at_most("threshold")
    of = (
        VariationOfBasicTeachingArea,
        VariationOfBasicSportsArea,
        VariationOfBasicEquipmentValue,
        VariationOfBasicComputers,
        VariationOfBasicBooks,
        VariationOfBasicTeacherPupilRatio,
        VariationOfBasicTeachersAboveRequirement,
        VariationOfBasicTeachersMiddleTitle,
    )
    holds_from = datetime.date(2012, 1, 20)
