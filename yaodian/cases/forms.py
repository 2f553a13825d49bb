"""What pages ask for: a new case of a kind, what an action needs, and what a list is narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.cases.declaring import CaseKind, FieldKind, Need, Phase, kinds
from yaodian.cases.queries import Possible
from yaodian.foundation.files.taking import ACCEPT
from yaodian.foundation.forms import SeveralFiles, SeveralFilesField
from yaodian.organisations.forms.fields import DayField, UnitField


class MailForm(forms.Form):
    """Where reminders go by mail."""

    address = forms.EmailField(
        label=gettext_lazy("邮箱"), required=False, max_length=254,
        help_text=gettext_lazy("到期提醒和逾期催办同时发到这个邮箱，信中只有编号和期限。留空则不发。"),
    )  # fmt: skip


class FilterForm(forms.Form):
    """What the list of cases is narrowed to."""

    words = forms.CharField(label=gettext_lazy("词或编号"), max_length=60, required=False)
    phase = forms.ChoiceField(label=gettext_lazy("阶段"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("排列"), required=False)
    overdue = forms.BooleanField(label=gettext_lazy("只看逾期"), required=False)
    escalated = forms.BooleanField(label=gettext_lazy("只看提级"), required=False)
    mine = forms.BooleanField(label=gettext_lazy("只看我经办的"), required=False)
    unit = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["phase"].choices = [("", _("全部")), *Phase.choices]  # type: ignore[attr-defined]  # A choice field.
        labels = [(code, str(kind.label)) for code, kind in kinds().items()]
        self.fields["kind"].choices = [("", _("全部")), *labels]  # type: ignore[attr-defined]  # As above.
        self.fields["sort"].choices = [("", _("最新提出")), ("due", _("期限最近"))]  # type: ignore[attr-defined]  # As above.


class MeetingForm(forms.Form):
    """Which items a meeting walks through."""

    unit = UnitField(
        label=gettext_lazy("范围"), help_text=gettext_lazy("这个单位和它下面的全部单位。输入单位代码，或从提示中选择。")
    )
    kind = forms.ChoiceField(label=gettext_lazy("类型"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        labels = [(code, str(kind.label)) for code, kind in kinds().items()]
        self.fields["kind"].choices = [("", _("全部")), *labels]  # type: ignore[attr-defined]  # A choice field.


class OpenForm(forms.Form):
    """A new case of one kind, with the fields that it asks for, named `field_…`."""

    title = forms.CharField(
        label=gettext_lazy("什么事"), max_length=200, help_text=gettext_lazy("用一句话写明是什么事。")
    )
    body = forms.CharField(
        label=gettext_lazy("具体情况"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    supervising_unit = UnitField(label=gettext_lazy("督办单位"))
    doing_unit = UnitField(
        label=gettext_lazy("承办单位"), required=False, help_text=gettext_lazy("不填则先由督办单位交办。")
    )
    about_unit = UnitField(label=gettext_lazy("涉及单位"), required=False)

    def __init__(self, *arguments: Any, kind: CaseKind, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if kind.grades:
            grades = [(one.code, str(one.label)) for one in kind.grades]
            self.fields["grade"] = forms.ChoiceField(label=_("等级"), choices=grades, widget=forms.RadioSelect)
        for asked in kind.fields:
            given: dict[str, Any] = {"label": asked.label, "required": asked.is_required}
            name = f"field_{asked.code}"
            if asked.kind is FieldKind.CHOICE:
                choices = [("", "—"), *((code, str(label)) for code, label in asked.choices)]
                self.fields[name] = forms.ChoiceField(choices=choices, **given)
            elif asked.kind is FieldKind.DAY:
                self.fields[name] = DayField(**given)
            else:
                self.fields[name] = forms.CharField(max_length=500, **given)


class ActionForm(forms.Form):
    """What one action asks for. `assignees` are pairs of a user name and a name; `numbers` the figures of the kind."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    client_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self,
        *arguments: Any,
        possible: Possible,
        assignees: Sequence[tuple[str, str]] = (),
        numbers: Sequence[Need] = (),
        **named: Any,
    ) -> None:
        named.setdefault("auto_id", f"{possible.action}-%s")
        super().__init__(*arguments, **named)
        if "unit" in possible.asks:
            self.fields["unit"] = UnitField(label=_("承办单位"))
        if "assignee" in possible.asks:
            self.fields["assignee"] = forms.CharField(
                label=_("经办人的用户名"), required=False, max_length=60, help_text=_("不填则由该单位的经办人签收。")
            )
        if "day" in possible.asks:
            self.fields["day"] = DayField(label=_("申请延至"))
        if "case" in possible.asks:
            self.fields["case"] = forms.CharField(
                label=_("另一件的编号"), max_length=20, help_text=_("如 2026-000123。")
            )
        if "evidence" in possible.asks:
            self.fields["files"] = SeveralFilesField(
                label=_("照片或文件"), required=False, widget=SeveralFiles(attrs={"accept": ACCEPT}),
                help_text=_("可以一次选几张；用手机可以直接拍照。单个文件不超过 20 MB。"),
            )  # fmt: skip
            for need in numbers:
                self.fields[f"number_{need.code}"] = forms.CharField(
                    label=f"{need.label}（{need.unit}）", required=False, max_length=30,
                    widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                )  # fmt: skip
            self.fields["note"] = forms.CharField(
                label=_("说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
            )
        elif possible.action not in ("accept", "link"):
            label = _("情况或理由") if possible.asks_reason else _("备注")
            self.fields["reason"] = forms.CharField(
                label=label, required=possible.asks_reason, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
            )
