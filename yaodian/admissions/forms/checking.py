"""The forms of verification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models import ApplicationState, Verdict
from yaodian.foundation.forms import RefusableForm


class CheckForm(RefusableForm):
    """One look at an application. Facts and catchment count where it is verified, the reason where it is not."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=32_000)
    verdict = forms.ChoiceField(label=_("结论"), choices=Verdict.choices, widget=forms.RadioSelect)
    facts = forms.MultipleChoiceField(
        label=_("已核实的条件"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只勾选材料或名册能证明的，不看家长是否主张。"),
    )
    catchment = forms.ChoiceField(label=_("核实的学区"), required=False)
    reason = forms.CharField(
        label=_("原因"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("退回或不符合时必填，家长会看到。不要写其他人的姓名和号码。"),
    )

    def __init__(
        self,
        *arguments: Any,
        criteria: Iterable[tuple[str, str]],
        catchments: Iterable[tuple[str, str]],
        **named: Any,
    ) -> None:
        super().__init__(*arguments, auto_id="check-%s", **named)
        facts: Any = self.fields["facts"]
        facts.choices = list(criteria)
        catchment: Any = self.fields["catchment"]
        catchment.choices = [("", _("不在任何学区")), *catchments]


class SettleForm(RefusableForm):
    """What came of an objection."""

    reason = forms.CharField(label=_("处理理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="settle-%s", **named)


class ChooseForm(RefusableForm):
    """Which of several applications for a child takes part. `basis` is what was compared."""

    basis = forms.CharField(widget=forms.HiddenInput, max_length=64)
    chosen = forms.ChoiceField(label=_("以哪一份为准"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("理由"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("各份申请的监护人是谁、儿童随谁居住、依据什么材料。家长看不到。"),
    )

    def __init__(self, *arguments: Any, applications: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="choose-%s", **named)
        chosen: Any = self.fields["chosen"]
        chosen.choices = list(applications)


class ReopenForm(RefusableForm):
    """A decision that does not stand any more."""

    number = forms.CharField(label=_("报名号"), max_length=20)
    reason = forms.CharField(label=_("重新核验的理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class QueueForm(forms.Form):
    """What narrows the queue."""

    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[
            ("", _("全部")),
            ("first", _("待第一人核验")),
            ("second", _("待第二人核验")),
            ("third", _("两人不一致，待第三人")),
            *[(str(one), one.label) for one in ApplicationState if one != ApplicationState.DRAFT],
        ],
    )
    warning = forms.ChoiceField(
        label=_("提示"),
        required=False,
        choices=[
            ("", _("全部")),
            ("objection", _("监护人有异议")),
            ("child", _("同一儿童另有申请")),
            ("phone", _("电话多次出现")),
            ("guardian", _("监护人多次出现")),
        ],
    )
    number = forms.CharField(label=_("报名号"), required=False, max_length=20)
