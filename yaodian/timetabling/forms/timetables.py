"""The forms of plans of a timetable. They take what was typed; whether it can be is for the operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling.models import Timetable

_NUMBERS = {"inputmode": "numeric", "autocomplete": "off"}


def _seconds(label: Any, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=3_600, initial=initial, help_text=_("1 至 3600 秒；随时可以停下，停下后可以继续"),
        widget=forms.TextInput(attrs=_NUMBERS),
    )  # fmt: skip


class AskForm(RefusableForm):
    """A new plan."""

    title = forms.CharField(label=_("名称"), max_length=60, required=False, help_text=_("可以不填，如“放宽体育场地”"))
    seconds = _seconds(_("最长计算时间（秒）"), 60)
    start = forms.ChoiceField(
        label=_("从哪个方案出发"), required=False, help_text=_("保留它的课，数据里没有的去掉，新增的再排")
    )
    seed = forms.IntegerField(
        label=_("种子"), min_value=0, max_value=2**31 - 1, initial=1, widget=forms.TextInput(attrs=_NUMBERS),
        help_text=_("换一个数会走另一条路，可能得到不同的课表"),
    )  # fmt: skip

    def __init__(self, *arguments: Any, starts: Iterable[Timetable], **named: Any) -> None:
        super().__init__(*arguments, auto_id="ask-%s", **named)
        self._starts = {one.public_id: one for one in starts}
        field: Any = self.fields["start"]
        field.choices = [
            ("", _("从头排起")),
            *((key, f"{one.attempt} · {one.title}" if one.title else str(one.attempt)) for key, one in self._starts.items()),
        ]  # fmt: skip

    def clean_start(self) -> Timetable | None:
        """The row."""
        return self._starts.get(self.cleaned_data["start"])


class ResumeForm(RefusableForm):
    """How long the search goes on."""

    seconds = _seconds(_("再算多少秒"), 60)


class TitleForm(RefusableForm):
    """Another title."""

    title = forms.CharField(label=_("名称"), max_length=60, required=False)


class DropForm(RefusableForm):
    """Why a plan is given up."""

    reason = forms.CharField(label=_("原因"), max_length=200, required=False)


class SolutionForm(RefusableForm):
    """A timetable that another program made of the plan's problem."""

    file = forms.FileField(
        label=_("课表文件"), help_text=_("XHSTT（.xml）或 FET 的结果（…_activities.xml），最多 20 MB")
    )
    title = forms.CharField(label=_("名称"), max_length=60, required=False)
