"""What a pupil or a guardian fills in: the code, three subjects, a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling import content
from yaodian.timetabling.models import Subject


class CodeForm(RefusableForm):
    """The code of a letter; how it is typed does not matter."""

    code = forms.CharField(
        label=_("通知书上的码"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("12 位字母和数字，如 7K4M-92QX-C0DE；大小写、空格、连字符都不要紧。"),
    )


class SubjectsForm(RefusableForm):
    """One of two, and two of four. Whether it is a combination that can be chosen is for the operation."""

    first = forms.ChoiceField(
        label=_("首选科目（选一门）"),
        choices=[(code, Subject(code).label) for code in content.FIRST],
        widget=forms.RadioSelect,
        error_messages={"required": _("请在物理、历史中选一门。")},
    )
    second = forms.MultipleChoiceField(
        label=_("再选科目（选两门）"),
        choices=[(code, Subject(code).label) for code in content.SECOND],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请在化学、生物、思想政治、地理中选两门。")},
    )

    @property
    def subjects(self) -> list[str]:
        """Codes of what was chosen."""
        return [self.cleaned_data["first"], *self.cleaned_data["second"]]


class ConfirmForm(RefusableForm):
    """The combination once more, and in a change period why."""

    combination = forms.CharField(max_length=3, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, is_change: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if is_change:
            self.fields["reason"] = forms.CharField(
                label=_("改选理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("写明学习或个人情况上的原因；班主任和年级组会看到。"),
            )  # fmt: skip
