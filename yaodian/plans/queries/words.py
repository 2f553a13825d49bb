"""Words for fields, values and log codes, for histories and lists of changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.plans.models import Comparator, Correction, ItemKind, ItemState, Period, PlanState, Strength
from yaodian.plans.problem import number_text

FIELD_LABELS: Mapping[str, Promise] = {
    "title": gettext_lazy("标题"),
    "issuer": gettext_lazy("发文单位"),
    "year": gettext_lazy("年度"),
    "doc_number": gettext_lazy("文号"),
    "index_number": gettext_lazy("索引号"),
    "written_on": gettext_lazy("成文日期"),
    "source_published_on": gettext_lazy("原文发布日期"),
    "number": gettext_lazy("编号"),
    "heading": gettext_lazy("标题"),
    "subject": gettext_lazy("目标内容"),
    "comparator": gettext_lazy("要求"),
    "value": gettext_lazy("数值"),
    "value_max": gettext_lazy("上限"),
    "unit": gettext_lazy("单位"),
    "due_on": gettext_lazy("完成日期"),
    "per": gettext_lazy("周期"),
    "strength": gettext_lazy("力度"),
    "is_implicit": gettext_lazy("无明示数字"),
    "units": gettext_lazy("责任单位"),
    "lead": gettext_lazy("牵头单位"),
    "support": gettext_lazy("配合单位"),
    "name": gettext_lazy("名称"),
    "state": gettext_lazy("状态"),
    "is_dismissed": gettext_lazy("已阅"),
    "level": gettext_lazy("层级"),
    "span": gettext_lazy("原文位置"),
}
ACTION_LABELS: Mapping[str, Promise] = {
    "plans.plan.upload": gettext_lazy("上传文件"),
    "plans.plan.amend": gettext_lazy("换上修订的文件"),
    "plans.plan.read": gettext_lazy("读取完成"),
    "plans.plan.fail_reading": gettext_lazy("读取失败"),
    "plans.plan.read_again": gettext_lazy("重新读取"),
    "plans.plan.cancel_reading": gettext_lazy("取消读取"),
    "plans.plan.confirm_all_certain": gettext_lazy("批量确认"),
    "plans.duty.keep": gettext_lazy("列入责任清单"),
    "plans.duty.change": gettext_lazy("修改责任清单"),
    "plans.duty.end": gettext_lazy("结束一项常态职责"),
    "plans.plan.submit": gettext_lazy("提交"),
    "plans.plan.return": gettext_lazy("退回"),
    "plans.plan.publish": gettext_lazy("发布"),
    "plans.plan.withdraw": gettext_lazy("撤回"),
    "plans.plan.reopen": gettext_lazy("重新核对"),
    "plans.plan.delete": gettext_lazy("删除"),
    "plans.plan.apply_sheet": gettext_lazy("读入表格"),
    "plans.plan.undo_sheet": gettext_lazy("撤销读入表格"),
    "plans.header.correct": gettext_lazy("更正基本信息"),
    "plans.clause.split": gettext_lazy("拆分条目"),
    "plans.clause.merge": gettext_lazy("合并条目"),
    "plans.warning.dismiss": gettext_lazy("标为已阅"),
    "plans.warning.reopen": gettext_lazy("重新提示"),
    "plans.report.open": gettext_lazy("开始填报月报"),
    "plans.report.write": gettext_lazy("填写月报"),
    "plans.report.add_files": gettext_lazy("补充月报材料"),
    "plans.report.remove_file": gettext_lazy("移除月报材料"),
    "plans.report.submit": gettext_lazy("报送月报"),
    "plans.report.approve": gettext_lazy("月报审核通过"),
    "plans.report.return": gettext_lazy("退回月报"),
    "plans.report.move": gettext_lazy("月报期限随日历变动"),
    "plans.report.set_rule": gettext_lazy("设定月报期限"),
}
VERB_LABELS: Mapping[str, Promise] = {
    "correct": gettext_lazy("更正"),
    "add": gettext_lazy("补充"),
    "confirm": gettext_lazy("确认"),
    "reject": gettext_lazy("剔除"),
    "restore": gettext_lazy("恢复"),
    "undo": gettext_lazy("撤销"),
    "reopen": gettext_lazy("取消确认"),
}
_CHOICES: Mapping[str, Any] = {"comparator": Comparator, "per": Period, "strength": Strength}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, its label, and its value before and after in words (empty: nothing stood there)."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change by one person. ``kind`` and ``item_id`` name the item; ``summary`` says what it was called then."""

    action: str
    action_label: str
    kind: str
    item_id: int | None
    summary: str
    made_by_name: str
    made_at: datetime
    reason: str
    changes: tuple[FieldChange, ...]


def month_words(month: date) -> str:
    """2026-09-01 → 2026年9月, in English 2026-09."""
    return dateformat.format(month, _("Y年n月"))


def action_label(code: str) -> str:
    """A log code in words."""
    known = ACTION_LABELS.get(code)
    if known is not None:
        return str(known)
    _slice, kind, verb = code.split(".")
    return _("%(verb)s%(kind)s") % {"verb": VERB_LABELS[verb], "kind": ItemKind(kind).label}


def value_words(field: str, value: Any) -> str:
    """A stored value in words; empty for none."""
    if value is None or value in ("", []):
        return ""
    if field in _CHOICES and value in _CHOICES[field].values:
        return str(_CHOICES[field](value).label)
    if field == "state":
        states = {**dict(ItemState.choices), **dict(PlanState.choices)}
        return str(states.get(value, value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list):
        return "–".join(str(part) for part in value) if field == "span" else "、".join(str(part) for part in value)
    return str(value)


def field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields that have a label, with both values, in the order of the labels: JSON keeps none on PostgreSQL."""
    return tuple(
        FieldChange(name, str(label), value_words(name, before.get(name)), value_words(name, after[name]))
        for name, label in FIELD_LABELS.items()
        if name in after
    )


def history_entry(row: Correction) -> HistoryEntry:
    """A correction as shown; ``made_by`` must be selected along."""
    return HistoryEntry(
        action=row.action,
        action_label=action_label(row.action),
        kind=row.kind,
        item_id=row.item_id,
        summary=row.summary,
        made_by_name=row.made_by.name if row.made_by else _("系统"),
        made_at=row.made_at,
        reason=row.reason,
        changes=field_changes(row.before, row.after),
    )
