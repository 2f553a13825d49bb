"""What is asked of whoever changes units."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.organisations.forms.fields import DayField, PartsField, UnitField, UnitsField
from yaodian.organisations.models import Hierarchy, Unit, UnitKind
from yaodian.organisations.operations import Staff

_STAFF = [("", gettext_lazy("没有在任岗位和权限")), *Staff.choices]
_OTHERS = [choice for choice in Hierarchy.choices if choice[0] != Hierarchy.ADMINISTRATIVE]


class ListForm(forms.Form):
    """What a list of units is narrowed by; anything that is not understood narrows nothing."""

    q = forms.CharField(label=gettext_lazy("名称或代码"), required=False, max_length=60)
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"), required=False, choices=[("", gettext_lazy("全部类型")), *UnitKind.choices]
    )
    hierarchy = forms.ChoiceField(label=gettext_lazy("层级"), required=False, choices=Hierarchy.choices)
    on = DayField(label=gettext_lazy("截至日期"), required=False)


class UnitForm(forms.Form):
    """A form about one unit; `version` is that of the unit as the person saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *given: Any, unit: Unit | None = None, **named: Any) -> None:
        self.unit = unit
        super().__init__(*given, **named)


class CreateForm(UnitForm):
    code = forms.CharField(label=gettext_lazy("单位代码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("简称"), max_length=40, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=UnitKind.choices)
    parent = UnitField(label=gettext_lazy("行政上级"))
    opened_on = DayField(label=gettext_lazy("设立日期"))
    group = UnitField(label=gettext_lazy("教育集团、学区"), required=False)
    inspection = UnitField(label=gettext_lazy("督学责任区"), required=False)


class RenameForm(UnitForm):
    name = forms.CharField(label=gettext_lazy("新名称"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("新简称"), max_length=40, required=False)
    from_on = DayField(label=gettext_lazy("自哪天起"))


class MoveForm(UnitForm):
    hierarchy = forms.ChoiceField(label=gettext_lazy("层级"), choices=Hierarchy.choices)
    parent = UnitField(label=gettext_lazy("新上级"))
    from_on = DayField(label=gettext_lazy("自哪天起"))


class LeaveForm(UnitForm):
    hierarchy = forms.ChoiceField(label=gettext_lazy("层级"), choices=_OTHERS)
    on = DayField(label=gettext_lazy("自哪天起不再属于"))


class CloseForm(UnitForm):
    on = DayField(label=gettext_lazy("自哪天起撤销"))
    children_to = UnitField(label=gettext_lazy("下级单位划归"), required=False)
    staff = forms.ChoiceField(
        label=gettext_lazy("岗位和权限"),
        required=False,
        choices=[choice for choice in _STAFF if choice[0] != Staff.MOVE],
    )


class SplitForm(UnitForm):
    on = DayField(label=gettext_lazy("自哪天起分立"))
    parts = PartsField(
        label=gettext_lazy("分出的单位"), help_text=gettext_lazy("每行一个：代码、名称、简称（可省），用空格隔开。")
    )
    survives = forms.BooleanField(label=gettext_lazy("原单位继续存在"), required=False)
    children_to = forms.CharField(
        label=gettext_lazy("下级单位划归（代码）"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("填分出单位的代码；下一步可逐个调整。"),
    )
    staff = forms.ChoiceField(label=gettext_lazy("岗位和权限"), required=False, choices=_STAFF)
    staff_to = forms.CharField(label=gettext_lazy("岗位转入（代码）"), required=False, max_length=40)


class MergeForm(UnitForm):
    on = DayField(label=gettext_lazy("自哪天起合并"))
    others = UnitsField(
        label=gettext_lazy("一同合并的其他单位"), required=False, help_text=gettext_lazy("每行一个单位代码。")
    )
    into = UnitField(label=gettext_lazy("并入已有单位"), required=False)
    code = forms.CharField(label=gettext_lazy("或新设单位：代码"), required=False, max_length=40)
    name = forms.CharField(label=gettext_lazy("新设单位名称"), required=False, max_length=120)
    staff = forms.ChoiceField(label=gettext_lazy("岗位和权限"), required=False, choices=_STAFF)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_new = bool(cleaned.get("code") or cleaned.get("name"))
        if bool(cleaned.get("into")) == is_new and "into" in cleaned:
            self.add_error("into", _("请选一个已有单位，或填写新设单位的代码和名称，二者选一。"))
        if is_new and not (cleaned.get("code") and cleaned.get("name")):
            self.add_error("code", _("新设单位须同时填写代码和名称。"))
        return cleaned


class ReplaceForm(UnitForm):
    on = DayField(label=gettext_lazy("自哪天起改制"))
    code = forms.CharField(label=gettext_lazy("新单位代码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("新单位名称"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("简称"), max_length=40, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"), required=False, choices=[("", gettext_lazy("与原单位相同")), *UnitKind.choices]
    )
    staff = forms.ChoiceField(label=gettext_lazy("岗位和权限"), required=False, choices=_STAFF)


class CorrectForm(UnitForm):
    """One of the recorded facts of a unit, and what is right."""

    what = forms.ChoiceField(label=gettext_lazy("哪一条有误"))
    action = forms.ChoiceField(
        label=gettext_lazy("如何更正"),
        choices=[
            ("day", gettext_lazy("日期有误，应为下面的日期")),
            ("content", gettext_lazy("名称或上级有误，应为下面的内容")),
            ("withdraw", gettext_lazy("没有发生，撤回这一条")),
        ],
    )
    right_on = DayField(label=gettext_lazy("正确的日期"), required=False)
    name = forms.CharField(label=gettext_lazy("正确的名称"), required=False, max_length=120)
    short_name = forms.CharField(label=gettext_lazy("正确的简称"), required=False, max_length=40)
    parent = UnitField(label=gettext_lazy("正确的上级"), required=False)
    reason = forms.CharField(label=gettext_lazy("更正的理由"), max_length=200)

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]  # A ChoiceField.

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        action, what = cleaned.get("action"), cleaned.get("what", "")
        kind = what.split("|")[0]
        if action == "day" and not cleaned.get("right_on") and kind != "closed":
            self.add_error("right_on", _("请填写正确的日期。"))
        if action == "content":
            if kind in ("opened", "closed"):
                self.add_error("action", _("设立和撤销只有日期可以更正；撤销有误的，选“没有发生”。"))
            elif kind == "name" and not cleaned.get("name"):
                self.add_error("name", _("请填写正确的名称。"))
            elif kind not in ("name", "opened", "closed") and not cleaned.get("parent"):
                self.add_error("parent", _("请填写正确的上级。"))
        if action == "withdraw" and kind == "opened":
            self.add_error("action", _("设立不能撤回。误设的单位请撤销。"))
        return cleaned
