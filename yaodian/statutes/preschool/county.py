"""Are a county's kindergartens 普及普惠: level, what the government secures, quality of care; and recognition."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from yaodian.engines import rules
from yaodian.statutes.declare import title
from yaodian.statutes.preschool.class_size_met_share import ClassSizeMetShare
from yaodian.statutes.preschool.inclusive_coverage import InclusiveCoverage
from yaodian.statutes.preschool.inclusive_subsidy import InclusiveSubsidy
from yaodian.statutes.preschool.kindergarten_certified import KindergartenCertified
from yaodian.statutes.preschool.kindergarten_funds import KindergartenFunds
from yaodian.statutes.preschool.kindergarten_teacher_ratio import KindergartenTeacherRatio
from yaodian.statutes.preschool.no_primary_teaching import NoPrimaryTeaching
from yaodian.statutes.preschool.premises_met_share import PremisesMetShare
from yaodian.statutes.preschool.preschool_fees import PreschoolFees
from yaodian.statutes.preschool.preschool_gross_enrolment import PreschoolGrossEnrolment
from yaodian.statutes.preschool.preschool_leadership import PreschoolLeadership
from yaodian.statutes.preschool.preschool_network import PreschoolNetwork
from yaodian.statutes.preschool.preschool_oversight import PreschoolOversight
from yaodian.statutes.preschool.preschool_planned import PreschoolPlanned
from yaodian.statutes.preschool.preschool_recognition import PreschoolRecognition
from yaodian.statutes.preschool.preschool_safety import PreschoolSafety
from yaodian.statutes.preschool.preschool_teaching import PreschoolTeaching
from yaodian.statutes.preschool.public_share import PublicShare
from yaodian.statutes.preschool.residential_kindergartens import ResidentialKindergartens
from yaodian.statutes.preschool.untenured_pay_ratio import UntenuredPayRatio
from yaodian.statutes.verdicts import CountyVerdict, Item, Row, Scope, judge

ITEMS = (
    Item("1.1", "学前三年毛入园率", (PreschoolGrossEnrolment,)),
    Item("1.2", "普惠性幼儿园覆盖率", (InclusiveCoverage,)),
    Item("1.3", "公办园在园幼儿占比", (PublicShare,)),
    Item("2.1", "党的领导坚强有力", (PreschoolLeadership,)),
    Item("2.2", "发展规划科学合理", (PreschoolPlanned,)),
    Item("2.3", "公共服务网络基本完善", (PreschoolNetwork,)),
    Item("2.4", "小区配套园管理规范", (ResidentialKindergartens,)),
    Item("2.5", "财政投入到位", (KindergartenFunds, InclusiveSubsidy)),
    Item("2.6", "收费合理", (PreschoolFees,)),
    Item("2.7", "教师工资待遇有保障", (UntenuredPayRatio,)),
    Item("2.8", "安全风险防控机制健全", (PreschoolSafety,)),
    Item("2.9", "监管制度比较完善", (PreschoolOversight,)),
    Item(
        "3.1",
        "办园条件合格",
        (PremisesMetShare,),
        Scope.STAGE,
        applies=lambda row: row.get("kindergartens") != 0,  # none was designed then: nothing is asked
        parted=("design_group", ("from_2017", "before_2017")),
    ),
    Item("3.2", "班额普遍达标", (ClassSizeMetShare,)),
    Item("3.3", "教师配足配齐", (KindergartenTeacherRatio,)),
    Item("3.4", "教师管理制度严格", (KindergartenCertified,)),
    Item("3.5", "落实科学保教要求", (PreschoolTeaching,)),
    Item("3.6", "无“小学化”现象", (NoPrimaryTeaching,)),
    Item("4", "社会认可度", (PreschoolRecognition,)),
)


def assess(
    county: Row,
    *,
    by_part: Mapping[str, Row] | None = None,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = rules.NATION,
) -> CountyVerdict:
    """The verdict on a county from its own figures. ``by_part`` holds those of item 3.1 by design group."""
    return judge(
        title("preschool"), ITEMS, county=county, by_stage=by_part, day=day, rules_on=rules_on, region=region
    )  # fmt: skip
