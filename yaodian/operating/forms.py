"""The filter of the list of jobs, what closes an alarm, what raises a budget, and what changes the calendar."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Job
from yaodian.operating.operations import LONGEST_CITATION, LONGEST_REASON, MOST_EXTRA_READS, SHORTEST_REASON
from yaodian.organisations.forms.fields import DayField


class JobFilter(forms.Form):
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Job.State.choices])
    with_scheduled = forms.BooleanField(label=_("包括定时任务"), required=False)

    def __init__(self, *arguments: Any, operates: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not operates:
            del self.fields["with_scheduled"]


def _reason(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AcknowledgeForm(forms.Form):
    note = _reason(_("处理说明"), _("核实了什么、怎样处理；4 至 500 个字，将记入操作日志。"))


class AllowReadsForm(forms.Form):
    username = forms.CharField(label=_("用户名"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    extra = forms.IntegerField(
        label=_("增加条数"), min_value=1, max_value=MOST_EXTRA_READS, help_text=_("只在今天有效。")
    )
    reason = _reason(_("理由"), _("4 至 500 个字，将记入操作日志。"))


class CalendarChangeForm(forms.Form):
    first_day = DayField(label=_("第一天"))
    last_day = DayField(label=_("最后一天"), required=False, help_text=_("只有一天时可不填。"))
    is_working = forms.TypedChoiceField(
        label=_("改为"),
        choices=[("", _("请选择")), ("no", _("休息日")), ("yes", _("工作日（补班）"))],
        coerce=lambda word: word == "yes",
    )
    citation = forms.CharField(
        label=_("依据"),
        help_text=_("发文机关、标题和文号，4 至 300 个字，将记入操作日志。"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_CITATION,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    known_from_on = DayField(
        label=_("自何日起计算"), help_text=_("不早于今天；从这一天起按新日历推算，未到期的期限一并重算。")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["last_day"] = given.get("last_day") or given.get("first_day")
        return given


class TakeBackForm(forms.Form):
    reason = _reason(_("撤回理由"), _("4 至 500 个字，将记入操作日志。"))
