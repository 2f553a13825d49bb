"""The filter of the list of jobs, what closes an alarm, and what raises a budget."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Job
from yaodian.operating.operations import LONGEST_REASON, MOST_EXTRA_READS, SHORTEST_REASON


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
