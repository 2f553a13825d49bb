"""Forms of examinations. They take what was typed; whether it can be kept is for the operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.exams.models import Apart, Around, Exam, Session
from yaodian.foundation.forms import RefusableForm
from yaodian.organisations.models import Unit

_DAY = {"type": "date"}


class ExamForm(RefusableForm):
    """Title, days and rules."""

    title = forms.CharField(label=_("名称"), max_length=80, help_text=_("如“2026 年高三第一次模拟考试”"))
    starts_on = forms.DateField(label=_("第一天"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("最后一天"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    apart = forms.ChoiceField(label=_("相邻座位"), choices=Apart.choices)
    around = forms.ChoiceField(label=_("哪些算相邻"), choices=Around.choices)
    is_one_paper = forms.BooleanField(label=_("一个考场只考一种试卷"), required=False)
    are_relatives_parted = forms.BooleanField(label=_("亲属不在同一考场"), required=False)
    are_own_pupils_barred = forms.BooleanField(
        label=_("教师不监考本校考生所在的考场"), required=False,
        help_text=_("各校考生混编时往往排不开，可以只要求不在本校考点监考。"),
    )  # fmt: skip
    a_room = forms.IntegerField(label=_("每个考场监考人数"), min_value=1, max_value=4)
    seed_source = forms.CharField(
        label=_("种子从哪里来"), max_length=200,
        help_text=_("名单封存以后才知道、谁也不能挑选的数，如“10 月 9 日纪检、学校、家长三方各报两位数”。"),
    )  # fmt: skip
    kept_days = forms.IntegerField(
        label=_("考后保留姓名的天数"), min_value=1, max_value=3650, help_text=_("到期自动删去考生姓名和班级。")
    )

    @staticmethod
    def typed(exam: Exam | None = None) -> dict[str, Any]:
        """What would have been typed for a row; the usual rules for a new one."""
        row = exam or Exam()
        return {name: getattr(row, name) for name in ExamForm.base_fields}


class NewExamForm(ExamForm):
    """An examination of one of the units."""

    office = forms.ChoiceField(label=_("主办单位"))
    field_order = ("office",)

    def __init__(self, *arguments: Any, offices: Iterable[tuple[Unit, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        known = list(offices)
        self.units = {unit.public_id: unit for unit, _name in known}
        field: Any = self.fields["office"]
        field.choices = [(unit.public_id, name) for unit, name in known]

    def clean_office(self) -> Unit:
        """The row."""
        return self.units[self.cleaned_data["office"]]


class SessionForm(RefusableForm):
    """A sitting."""

    label = forms.CharField(label=_("科目"), max_length=40)
    on = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    starts = forms.TimeField(label=_("开始"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("结束"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    @staticmethod
    def typed(exam: Exam, last: Session | None) -> dict[str, Any]:
        """The day of the last one, which the next as a rule is on."""
        return {"on": last.on if last else exam.starts_on}


class SeedForm(RefusableForm):
    """The seed, as it was recorded."""

    seed = forms.CharField(
        label=_("种子"), max_length=200, help_text=_("照记录抄写，一个字不差；以后任何人用同一名单和种子都能算出同样的座位。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class ReasonForm(RefusableForm):
    """Why something is undone."""

    reason = forms.CharField(label=_("原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
