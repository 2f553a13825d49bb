"""Kinds of cases whose slices do not exist yet: findings of inspections and audits, hazards, tickets.

No national text sets the days within which a hazard or a finding must be put right; where none does the days are those
of the business clock, ours, and the citation says where the duty stands. `certainty` is as in `foundation.measuring`.
"""

from django.utils.translation import gettext_lazy as _

from yaodian.cases.declaring import (
    BUSINESS,
    STATUTORY,
    CaseKind,
    Clock,
    Confidentiality,
    Field,
    FieldKind,
    Grade,
    Need,
    Phase,
    Rung,
    Step,
    declare,
    standard_ladder,
    standard_loop,
)
from yaodian.foundation.measuring import Citation

declare(
    CaseKind(
        code="inspection.finding",
        label=_("督导发现的问题"),
        citation=Citation("教育督导条例", "国务院令第624号", "", "M-h"),
        fields=(Field("clause", _("依据条款")), Field("place", _("地点"), FieldKind.PLACE)),
        grades=(Grade("general", _("一般"), 1), Grade("grave", _("严重"), 2)),
        clocks=(Clock(BUSINESS, _("整改期限"), {"general": 60, "grave": 30}),),
        ladder=standard_ladder(),
        confidentiality=Confidentiality.INTERNAL,
        retention_years=10,
        reopen_within_days=180,
        comes_in_sheets=True,
        **standard_loop(submit=(Need.file(),)),
    )
)

declare(
    CaseKind(
        code="audit.finding",
        label=_("审计整改"),
        citation=Citation("中华人民共和国审计法", "", "第五十二条", "M-h"),
        fields=(
            Field("report", _("审计报告文号"), is_required=True),
            Field("amount", _("涉及金额（元）"), FieldKind.NUMBER),
        ),
        grades=(
            Grade("lasting", _("持续整改"), 1),
            Grade("staged", _("分阶段整改"), 2),
            Grade("at_once", _("立行立改"), 3),
        ),
        clocks=(Clock(BUSINESS, _("整改期限"), {"at_once": 22, "staged": 125, "lasting": 250}),),
        ladder=standard_ladder(),
        # A finding names those whom it is about.
        confidentiality=Confidentiality.RESTRICTED,
        retention_years=30,
        reopen_within_days=365,
        comes_in_sheets=True,
        # 销号 is a step of its own: whoever verified on site says that it is done, the office strikes it off its list.
        **standard_loop(
            submit=(Need.file(), Need.number("amount_recovered", _("已整改金额"), "元")), closes_apart=True
        ),
    )
)

declare(
    CaseKind(
        code="safety.hazard",
        label=_("安全隐患"),
        citation=Citation("安全生产事故隐患排查治理暂行规定", "国家安全生产监督管理总局令第16号", "", "M-h"),
        fields=(
            Field("place", _("隐患位置"), FieldKind.PLACE, is_required=True),
            Field(
                "area",
                _("类别"),
                FieldKind.CHOICE,
                choices=(
                    ("fire", _("消防")),
                    ("building", _("校舍")),
                    ("food", _("食品")),
                    ("bus", _("校车")),
                    ("laboratory", _("实验室")),
                    ("other", _("其他")),
                ),
            ),
        ),
        grades=(
            Grade("general", _("一般隐患"), 1),
            Grade("larger", _("较大隐患"), 2),
            Grade("major", _("重大隐患"), 3),
        ),
        clocks=(
            # Days of the calendar: a hazard does not rest at weekends.
            Clock(
                BUSINESS,
                _("整改期限"),
                {"general": 15, "larger": 10, "major": 7},
                is_working_days=False,
                longest_extension=30,
            ),
        ),
        ladder=(
            Rung(-1, Step.HANDLER, _("明天到期，请抓紧整改。"), is_working_days=False),
            Rung(0, Step.HEAD_OF_UNIT, _("今天到期，请负责人到场。"), is_working_days=False),
            Rung(1, Step.SUPERVISING_UNIT, _("隐患逾期未消除，请督办单位派人查看。"), is_working_days=False),
            Rung(3, Step.LEADER, _("隐患逾期 3 天未消除，请分管领导批示。"), is_working_days=False),
        ),
        confidentiality=Confidentiality.INTERNAL,
        retention_years=10,
        reopen_within_days=365,
        comes_in_sheets=True,
        **standard_loop(submit=(Need.photograph(1, keeps_place=True),), verify_label=_("复查合格，销号")),
    )
)

declare(
    CaseKind(
        code="services.ticket",
        label=_("群众诉求"),
        citation=Citation(
            "国务院办公厅关于进一步优化地方政务服务便民热线的指导意见", "国办发〔2020〕53号", "", "M-h"
        ),
        fields=(
            Field("source", _("来源"), FieldKind.CHOICE, is_required=True, choices=(
                ("hotline", _("12345 热线")), ("letter", _("来信来访")), ("site", _("网站留言")),
            )),
            Field("number", _("来源编号")),
        ),
        grades=(
            Grade("question", _("咨询"), 1),
            Grade("request", _("求助、建议"), 2),
            Grade("complaint", _("投诉、举报"), 3),
        ),
        clocks=(
            Clock(
                STATUTORY,
                _("法定期限"),
                {"": 60},
                is_working_days=False,
                stops_in=frozenset({Phase.ENDED}),
                citation=Citation("信访工作条例", "", "第三十四条", "M-h"),
                longest_extension=30,
            ),
            Clock(BUSINESS, _("办理期限"), {"question": 2, "request": 5, "complaint": 10}),
        ),
        ladder=(
            Rung(-1, Step.HANDLER, _("还有 1 个工作日到期，请抓紧答复。")),
            Rung(0, Step.HEAD_OF_UNIT, _("今天到期，请负责人督促。")),
            Rung(1, Step.SUPERVISING_UNIT, _("诉求逾期未答复，请督办单位过问。")),
            Rung(5, Step.LEADER, _("诉求逾期 5 个工作日，请分管领导批示。")),
        ),
        # Whoever complains must be able to do so without the whole office reading it.
        confidentiality=Confidentiality.RESTRICTED,
        retention_years=10,
        reopen_within_days=30,
        comes_in_sheets=True,
        **standard_loop(submit=(), verify_label=_("回访核实，办结")),
    )
)  # fmt: skip
