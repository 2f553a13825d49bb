"""Is a county's compulsory schooling 优质均衡: the seven indicators, fourteen spreads, fifteen and nine items."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from yaodian.engines import rules
from yaodian.statutes.declare import title
from yaodian.statutes.quality_balance.charter_and_informatised import CharterAndInformatised
from yaodian.statutes.quality_balance.class_size import ClassSize
from yaodian.statutes.quality_balance.curriculum_complete import CurriculumComplete
from yaodian.statutes.quality_balance.disabled_enrolment import DisabledEnrolment
from yaodian.statutes.quality_balance.equipment_used import EquipmentUsed
from yaodian.statutes.quality_balance.is_assessed import IsAssessed
from yaodian.statutes.quality_balance.junior_retention import JuniorRetention
from yaodian.statutes.quality_balance.layout_planned import LayoutPlanned
from yaodian.statutes.quality_balance.left_behind_care import LeftBehindCare
from yaodian.statutes.quality_balance.migrants_in_public_schools import MigrantsInPublicSchools
from yaodian.statutes.quality_balance.monitoring_quality import MonitoringQuality
from yaodian.statutes.quality_balance.moral_education_good import MoralEducationGood
from yaodian.statutes.quality_balance.music_and_art_rooms import MusicAndArtRooms
from yaodian.statutes.quality_balance.nearby_enrolment import NearbyEnrolment
from yaodian.statutes.quality_balance.no_excess_burden import NoExcessBurden
from yaodian.statutes.quality_balance.no_veto import NoVeto
from yaodian.statutes.quality_balance.posts_allocated_by_county import PostsAllocatedByCounty
from yaodian.statutes.quality_balance.recognition import Recognition
from yaodian.statutes.quality_balance.school_resources import SchoolResources
from yaodian.statutes.quality_balance.school_scale import SchoolScale
from yaodian.statutes.quality_balance.senior_quota_share import SeniorQuotaShare
from yaodian.statutes.quality_balance.senior_quota_to_rural import SeniorQuotaToRural
from yaodian.statutes.quality_balance.small_school_funds import SmallSchoolFunds
from yaodian.statutes.quality_balance.special_school_funds import SpecialSchoolFunds
from yaodian.statutes.quality_balance.standards_unified import StandardsUnified
from yaodian.statutes.quality_balance.teacher_income_ratio import TeacherIncomeRatio
from yaodian.statutes.quality_balance.teachers_certified import TeachersCertified
from yaodian.statutes.quality_balance.training_completed import TrainingCompleted
from yaodian.statutes.quality_balance.training_funds_share import TrainingFundsShare
from yaodian.statutes.quality_balance.variation_of_backbone_teachers import VariationOfBackboneTeachers
from yaodian.statutes.quality_balance.variation_of_equipment_value import VariationOfEquipmentValue
from yaodian.statutes.quality_balance.variation_of_multimedia_rooms import VariationOfMultimediaRooms
from yaodian.statutes.quality_balance.variation_of_sports_and_arts_teachers import VariationOfSportsAndArtsTeachers
from yaodian.statutes.quality_balance.variation_of_sports_area import VariationOfSportsArea
from yaodian.statutes.quality_balance.variation_of_teachers_above_requirement import (
    VariationOfTeachersAboveRequirement,
)
from yaodian.statutes.quality_balance.variation_of_teaching_area import VariationOfTeachingArea
from yaodian.statutes.staffing.backbone_exchange_ratio import BackboneExchangeRatio
from yaodian.statutes.staffing.exchange_ratio import ExchangeRatio
from yaodian.statutes.verdicts import CountyVerdict, Item, Row, Scope, judge, totals

STAGES = ("primary", "junior")
VARIATIONS = (
    VariationOfTeachersAboveRequirement,
    VariationOfBackboneTeachers,
    VariationOfSportsAndArtsTeachers,
    VariationOfTeachingArea,
    VariationOfSportsArea,
    VariationOfEquipmentValue,
    VariationOfMultimediaRooms,
)


def is_small(row: Row) -> bool:
    """A village school or a teaching point, for which 2.6 asks; whether it has fewer than 100 pupils is its rule's."""
    return bool(row.get("is_small_school"))


ITEMS = (
    Item("1.1", "七项资源配置", (SchoolResources,), Scope.SCHOOL),
    Item("1.2", "校际差异系数", VARIATIONS, Scope.SPREAD),
    Item("2.1", "学校规划布局合理", (LayoutPlanned,)),
    Item("2.2", "城乡四项标准统一", (StandardsUnified,)),
    Item("2.3", "音乐、美术专用教室", (MusicAndArtRooms,), Scope.SCHOOL),
    Item("2.4", "学校规模", (SchoolScale,), Scope.SCHOOL),
    Item("2.5", "班级学生数", (ClassSize,), Scope.SCHOOL),
    Item("2.6", "小规模学校公用经费", (SmallSchoolFunds,), Scope.SCHOOL, is_small),
    Item("2.7", "特殊教育学校公用经费", (SpecialSchoolFunds,)),
    Item("2.8", "教师工资收入", (TeacherIncomeRatio,)),
    Item("2.9", "教师五年360学时培训", (TrainingCompleted,)),
    Item("2.10", "县级统筹分配编制和岗位", (PostsAllocatedByCounty,)),
    Item("2.11", "教师交流轮岗", (ExchangeRatio, BackboneExchangeRatio)),
    Item("2.12", "专任教师持证上岗", (TeachersCertified,)),
    Item("2.13", "就近划片入学", (NearbyEnrolment,), Scope.STAGE),
    Item("2.14", "优质高中招生名额分配", (SeniorQuotaShare, SeniorQuotaToRural)),
    Item("2.15", "留守儿童关爱和随迁子女就读", (LeftBehindCare, MigrantsInPublicSchools)),
    Item("3.1", "初中三年巩固率", (JuniorRetention,)),
    Item("3.2", "残疾儿童少年入学率", (DisabledEnrolment,)),
    Item("3.3", "学校章程和信息化", (CharterAndInformatised,), Scope.SCHOOL),
    Item("3.4", "教师培训经费", (TrainingFundsShare,), Scope.SCHOOL),
    Item("3.5", "信息化手段和设备利用", (EquipmentUsed,)),
    Item("3.6", "德育工作和校园文化", (MoralEducationGood,)),
    Item("3.7", "课程和综合实践活动", (CurriculumComplete,)),
    Item("3.8", "无过重课业负担", (NoExcessBurden,)),
    Item("3.9", "国家义务教育质量监测", (MonitoringQuality,)),
    Item("4", "社会认可度", (Recognition,)),
    Item("5", "没有一票否决情形", (NoVeto,)),
)
AMOUNTS = ("teaching_rooms", "sports_ground", "equipment_value_10k_yuan", "public_funds", "training_funds")
SUMMED = ("full_time", "trained_360", "certified", "exchanged", "exchange_eligible", "exchanged_backbone")


def assess(
    schools: Sequence[Row],
    county: Row,
    *,
    by_stage: Mapping[str, Row] | None = None,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = rules.NATION,
) -> CountyVerdict:
    """The verdict on a county. Shapes as in ``verdicts.judge``.

    A row also says its ``school_kind``. Schools outside the assessment (special, vocational, teaching points too small,
    schools without pupils) are left out here. Where no school is a small one, 2.6 asks nothing. Counts of teachers that
    the county row lacks are summed over the schools.
    """
    assessed = []
    for row in schools:
        result = rules.evaluate(IsAssessed, row, day=day, rules_on=rules_on, region=region)
        # What cannot be decided stays in, so that its missing figures are named.
        if not isinstance(result, rules.Computed) or result.value:
            assessed.append(row)
    whole = {**totals(schools, SUMMED), **{name: value for name, value in county.items() if value is not None}}
    items = [item for item in ITEMS if item.number != "2.6" or any(is_small(row) for row in assessed)]
    return judge(
        title("quality_balance"), items, schools=assessed, county=whole, by_stage=by_stage,
        day=day, rules_on=rules_on, region=region, stages=STAGES, amounts=AMOUNTS,
    )  # fmt: skip
