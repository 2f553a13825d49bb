"""Roles as sets of permissions: pages and operations ask for a permission, never for a role.

The one table that a person can read, `docs/reference/permissions.md`, is made from this module. A role is held in a
unit: it reaches the rows of that unit and of the units below it in one hierarchy, on the days for which it was given.
"""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PERMISSIONS: dict[str, Promise] = {
    "plans.upload": _("上传计划并读取"),
    "plans.correct": _("校核、更正识别结果"),
    "plans.submit": _("提交发布"),
    "plans.publish": _("确认发布、退回、撤回"),
    "plans.answer": _("签收任务、报送落实情况"),
    "plans.issue": _("签发、退回、撤回通报"),
    "plans.approve_reports": _("审核月报、设定报送期限"),
    "organisations.view": _("查看单位、人员与岗位"),
    "organisations.edit": _("维护单位、层级与岗位"),
    "organisations.grant": _("管理账号、授予与收回权限"),
    "measures.view": _("查看指标数值与目标进度"),
    "measures.compute": _("重新计算指标"),
    "indicators.view": _("查看监测结论、学校指标与数据质量"),
    "indicators.state": _("填报监测项目"),
    "indicators.plan": _("测算：建立、修改、删除方案"),
    "cases.view": _("查看督办事项"),
    "cases.open": _("提出督办事项"),
    "cases.dispatch": _("交办、改派、审批延期、并案与撤销"),
    "cases.handle": _("签收、办理与提交核验"),
    "cases.verify": _("核验、退回整改"),
    "cases.view_restricted": _("查看限知悉范围的督办事项"),
    "appraisal.view": _("查看年度考核"),
    "appraisal.run": _("组织年度考核：考核表、开展、裁定"),
    "appraisal.assess": _("年度考核评分"),
    "appraisal.appeal": _("代表本单位提出考核申诉"),
    "appraisal.publish": _("公布年度考核结果"),
    "admissions.view": _("查看招生进度与本单位的报名情况"),
    "admissions.set": _("制定招生规则、计划与学区"),
    "admissions.verify": _("核验入学申请"),
    "admissions.place": _("抽签与派位"),
    "admissions.publish": _("公布招生规则与派位结果"),
    "admissions.appeals": _("裁定招生申诉"),
    "exams.view": _("查看考务编排与本单位考生的座位"),
    "exams.set": _("准备考试、考场、考生与监考名单"),
    "exams.draw": _("编排座位与监考、打印"),
    "exams.publish": _("公布考务编排"),
    "timetabling.view": _("查看选科轮次与人数"),
    "timetabling.run": _("组织选科：轮次、通知书、代录、催办"),
    "timetabling.decide": _("审核改选与代录的选科"),
    "timetabling.load": _("维护选考要求表"),
    "timetabling.plan": _("编教学班、排课表"),
    "timetabling.publish": _("公布课表"),
    "timetabling.substitute": _("安排代课与调课"),
    "registry.view": _("查看学校、班级、教师与学生（敏感信息隐去）"),
    "registry.edit": _("维护学校、班级、教师与学生"),
    "registry.import": _("批量导入与撤销导入"),
    "registry.export": _("批量导出"),
    "registry.unmask": _("说明用途后查看敏感信息"),
    "registry.answer_requests": _("办理查阅、复制、更正与删除个人信息的申请"),
    "foundation.operate": _("查看与处理后台任务、安全告警"),
    "operating.watch": _("查看安全告警"),
    "audit.read": _("查看操作日志"),
}

# Whoever holds one of these must sign in with a second factor.
SENSITIVE_PERMISSIONS = frozenset(
    {
        "organisations.grant",
        "registry.export",
        "registry.unmask",
        "registry.answer_requests",
        "foundation.operate",
        "operating.watch",
        "audit.read",
    }
)


class Role(models.TextChoices):
    EDITOR = "editor", _("编辑")
    PUBLISHER = "publisher", _("发布人")
    VIEWER = "viewer", _("查阅人员")
    REGISTRAR = "registrar", _("数据管理员")
    HEAD = "head", _("校长（园长）")
    HANDLER = "handler", _("经办人")
    SUPERVISOR = "supervisor", _("督查人员")
    PRIVACY_OFFICER = "privacy_officer", _("个人信息保护负责人")
    ADMISSIONS_OFFICER = "admissions_officer", _("招生工作人员")
    EXAMS_OFFICER = "exams_officer", _("考务人员")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("系统管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", _("安全管理员")
    AUDITOR = "auditor", _("审计管理员")


_EDITOR = frozenset(
    {"plans.upload", "plans.correct", "plans.submit", "plans.answer", "measures.view", "measures.compute"}
    | {"indicators.view", "indicators.plan"}
    | {"cases.view", "cases.open", "cases.dispatch"}
    | {"appraisal.view", "appraisal.run", "appraisal.assess", "appraisal.appeal"}
)
_VIEWER = frozenset(
    {"organisations.view", "registry.view", "measures.view", "indicators.view", "cases.view", "appraisal.view"}
    | {"admissions.view", "exams.view", "timetabling.view"}
)

PERMISSIONS_OF: dict[Role, frozenset[str]] = {
    Role.EDITOR: _EDITOR,
    Role.PUBLISHER: _EDITOR
    | {"plans.publish", "plans.issue", "plans.approve_reports", "cases.verify", "appraisal.publish"}
    | {"admissions.view", "admissions.publish", "admissions.appeals", "exams.view", "exams.publish"},
    Role.VIEWER: _VIEWER,
    Role.REGISTRAR: _VIEWER
    | {"registry.edit", "registry.import", "registry.export", "registry.unmask", "measures.compute"}
    | {"indicators.state", "indicators.plan"}
    | {"timetabling.run", "timetabling.decide", "timetabling.load", "timetabling.plan", "timetabling.substitute"},
    Role.HEAD: _VIEWER
    | {"registry.unmask", "cases.handle", "plans.answer", "appraisal.appeal", "exams.publish"}
    | {"timetabling.run", "timetabling.decide", "timetabling.plan", "timetabling.publish", "timetabling.substitute"},
    Role.HANDLER: frozenset({"cases.view", "cases.open", "cases.handle", "plans.answer", "appraisal.view"})
    | {"timetabling.view", "timetabling.decide"},
    Role.SUPERVISOR: frozenset(
        {"cases.view", "cases.open", "cases.dispatch", "cases.verify", "cases.view_restricted", "measures.view"}
        | {"appraisal.view", "appraisal.assess", "plans.issue", "plans.approve_reports"}
    ),
    Role.PRIVACY_OFFICER: _VIEWER | {"registry.unmask", "registry.answer_requests"},
    Role.ADMISSIONS_OFFICER: frozenset(
        {"organisations.view", "admissions.view", "admissions.set", "admissions.verify", "admissions.place"}
    ),
    Role.EXAMS_OFFICER: frozenset({"organisations.view", "exams.view", "exams.set", "exams.draw"}),
    Role.SYSTEM_ADMINISTRATOR: frozenset(
        {"organisations.view", "organisations.edit", "foundation.operate", "operating.watch"}
    ),
    Role.SECURITY_ADMINISTRATOR: frozenset({"organisations.view", "organisations.grant", "operating.watch"}),
    Role.AUDITOR: frozenset({"organisations.view", "operating.watch", "audit.read"}),
}

# GB/T 22239-2019, 8.1.4: the administration of the system, of its security and of its audit lie in three hands. Nobody
# holds two of these at once, not as a deputy either.
SEPARATED_ROLES = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})

# The kinds of unit (UnitKind) in which a role may be held. Plans belong to offices; whoever runs the whole
# installation does so in the bureau.
_OFFICES = frozenset({"bureau", "section", "county"})
_EVERYWHERE = frozenset({"bureau", "section", "county", "school", "kindergarten", "body", "group", "area"})

UNIT_KINDS_OF: Mapping[Role, frozenset[str]] = {
    Role.EDITOR: _OFFICES,
    Role.PUBLISHER: _OFFICES,
    Role.VIEWER: _EVERYWHERE,
    Role.REGISTRAR: _EVERYWHERE,
    Role.HEAD: frozenset({"school", "kindergarten", "group"}),
    Role.HANDLER: _EVERYWHERE,
    Role.SUPERVISOR: _OFFICES,
    Role.PRIVACY_OFFICER: _OFFICES | {"school", "kindergarten"},
    Role.ADMISSIONS_OFFICER: _OFFICES,
    Role.EXAMS_OFFICER: _OFFICES | {"school", "group"},
    Role.SYSTEM_ADMINISTRATOR: frozenset({"bureau"}),
    Role.SECURITY_ADMINISTRATOR: _OFFICES,
    Role.AUDITOR: frozenset({"bureau"}),
}
