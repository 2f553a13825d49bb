"""All that is held on an application, in words, for the family whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from yaodian.admissions.content import Content
from yaodian.admissions.models import Application, Holding, Intake, Offer, PaperKind, Relation, WaitingState
from yaodian.admissions.queries.keeping_days import names_until
from yaodian.audit.queries import entries_of
from yaodian.organisations.queries import names_of_units
from yaodian.registry.queries.copies import words

# Who looked is an affair of the office; when, and at what, is told.
_LOOKS = {
    "admissions.application.open": lambda: _("查阅申请"),
    "admissions.proof.open": lambda: _("查阅材料"),
    "admissions.application.check": lambda: _("核验"),
}


def copy_of(*, application: Application, day: date) -> Mapping[str, Any]:
    """Headings with what stands under them. Of another guardian only what this family has written down itself; what he says in
    an objection is his. A constant number of queries."""
    row = application
    offers = dict(Offer.objects.filter(intake=row.intake_id).values_list("public_id", "school_id"))
    schools = names_of_units(ids=offers.values(), day=day)
    names = {public_id: schools.get(school, "") for public_id, school in offers.items()}
    said = Content.from_json(row.content)
    pending = [_said(Content.from_json(row.pending), names)] if row.pending else []
    return {
        str(_("申请")): {
            str(_("招生季")): row.intake.season.title,
            str(_("学段")): row.intake.get_stage_display(),
            str(_("报名号")): row.number or "",
            str(_("状态")): row.get_state_display(),
            str(_("新建草稿")): words(row.made_at),
            str(_("提交")): words(row.submitted_at),
            str(_("核验时间")): words(row.decided_at),
            str(_("原因")): row.reason,
            str(_("已核实的条件")): "、".join(row.facts),
            str(_("核实的学区")): row.catchment.label if row.catchment else "",
            str(_("保存至")): _kept_until(row.intake),
        },
        str(_("填写的内容")): _said(said, names),
        str(_("没有交的修改")): pending,
        str(_("修改以前的内容")): [
            {str(_("替换时间")): words(one.replaced_at), **_said(Content.from_json(one.content), names)}
            for one in row.revisions.all()
        ],
        str(_("提交记录")): [
            {str(_("时间")): words(one.received_at), str(_("指纹")): one.sha256} for one in row.submissions.all()
        ],
        str(_("材料")): [
            {str(_("材料")): one.label, str(_("文件名")): one.file.name, str(_("上传")): words(one.added_at),
             str(_("移除")): words(one.removed_at)}
            for one in row.proofs.select_related("file")
        ],
        str(_("学位")): [
            {str(_("学校")): schools.get(one.offer.school_id, ""), str(_("方式")): one.get_how_display(),
             str(_("状态")): one.get_state_display(), str(_("时间")): words(one.offered_at)}
            for one in row.places.select_related("offer")
        ],
        str(_("候补")): [
            {str(_("学校")): schools.get(one.offer.school_id, ""), str(_("顺序")): str(one.position),
             str(_("状态")): str(WaitingState(one.state).label)}
            for one in row.waiting.select_related("offer")
        ],
        str(_("申诉")): [
            {str(_("时间")): words(one.filed_at), str(_("申诉理由")): one.text, str(_("状态")): one.get_state_display(),
             str(_("裁定理由")): one.reason}
            for one in row.appeals.all()
        ],
        str(_("查看记录")): list(_looks(row)),
    }  # fmt: skip


def _kept_until(intake: Intake) -> str:
    day = words(names_until(intake))
    if intake.published_on is not None:
        return day
    return _("结果公布后 %(months)s 个月；一直没有公布的，到 %(day)s") % {
        "months": intake.season.keep_months,
        "day": day,
    }


def _said(content: Content, names: Mapping[str, str]) -> dict[str, str]:
    child, home = content.child, content.home
    lines = {
        _("儿童姓名"): child.name,
        _("证件类型"): _label(PaperKind, child.paper),
        _("证件号码"): child.number,
        _("性别"): {"1": _("男"), "2": _("女")}.get(child.gender, child.gender),
        _("出生日期"): words(child.born_on),
        _("住址"): home.address or f"{home.street} {home.number}".strip(),
        _("户籍"): home.household,
        _("住房"): _label(Holding, home.held_by),
        _("地图上的位置"): "" if home.longitude is None else f"{home.longitude}, {home.latitude}",
        _("志愿"): "、".join(names.get(one, one) for one in content.wishes),
        _("主张的条件"): "、".join(content.claims),
        _("双胞胎报名号"): "、".join(content.twins),
        _("同校"): words(content.together) if content.twins else "",
        _("备注"): content.remark,
    }
    for place, one in enumerate(content.guardians, 1):
        lines[_("监护人%(place)s") % {"place": place}] = "，".join(
            filter(
                None, (one.name, _label(Relation, one.relation), _label(PaperKind, one.paper), one.number, one.phone)
            )
        )
    return {str(name): value for name, value in lines.items()}


def _label(choices: Any, code: str) -> str:
    return str(choices(code).label) if code in choices.values else code


def _looks(row: Application) -> Iterator[dict[str, str]]:
    found = entries_of(subject=f"admissions_application:{row.pk}").filter(code__in=_LOOKS)
    for at, code in found.values_list("at", "code"):
        yield {str(_("时间")): words(at), str(_("方式")): str(_LOOKS[code]())}
