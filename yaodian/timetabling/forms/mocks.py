"""The forms of mock examinations. They take what was typed; whether it can be kept is for the operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.organisations.models import Unit
from yaodian.timetabling.models import MockExam
from yaodian.timetabling.queries import MOCK_PURPOSES
from yaodian.timetabling.queries.rounds import SchoolToPrepare


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class NewMockForm(RefusableForm):
    """A mock examination of a grade of one of the schools."""

    grade = forms.ChoiceField(label=_("学校和入学年份"))
    title = forms.CharField(label=_("名称"), max_length=80, help_text=_("如“高三第一次模拟考试”"))
    held_on = _day(_("考试日期"), help_text=_("考几天的写第一天；按这一天的赋分规则换算"))

    def __init__(self, *arguments: Any, schools: Iterable[SchoolToPrepare], **named: Any) -> None:
        super().__init__(*arguments, auto_id="mock-%s", **named)
        self._grades = {
            f"{one.unit.public_id}-{year}": (one.unit, year, f"{one.name} · {year}")
            for one in schools
            for year in one.years
        }
        field: Any = self.fields["grade"]
        field.choices = [(key, words) for key, (_unit, _year, words) in self._grades.items()]

    def clean_grade(self) -> tuple[Unit, int]:
        """The school's unit and the year of entry."""
        unit, year, _words = self._grades[self.cleaned_data["grade"]]
        return unit, year


class MockForm(RefusableForm):
    """Title and days of a mock examination that is not converted yet."""

    title = forms.CharField(label=_("名称"), max_length=80)
    held_on = _day(_("考试日期"), help_text=_("考几天的写第一天；按这一天的赋分规则换算"))
    erase_on = _day(_("成绩保存到"), help_text=_("这一天以后自动删除姓名和成绩，只留各科的换算表"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="mock-%s", **named)

    @staticmethod
    def typed(row: MockExam) -> dict[str, Any]:
        """What would have been typed for a row."""
        return {name: getattr(row, name) for name in ("title", "held_on", "erase_on")}


class MockReasonForm(RefusableForm):
    """Why published results are taken back."""

    reason = forms.CharField(label=_("原因"), max_length=200, required=False)


class MockNamesForm(RefusableForm):
    """Whose scores are asked for, and for what; `pupil` names one of the class."""

    school_class = forms.ChoiceField(label=_("班级"), error_messages={"required": _("请选择一个班级。")})
    purpose = forms.ChoiceField(
        label=_("用途"),
        choices=[("", "—"), *MOCK_PURPOSES.items()],
        error_messages={"required": _("请选择查看姓名的用途。")},
    )
    pupil = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, classes: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="names-%s", **named)
        field: Any = self.fields["school_class"]
        field.choices = [("", "—"), *classes]
        # Whoever opens the sheet of one pupil need not say which class he is in.
        field.required = not self.data.get("pupil")
