"""What is said when a timetable is published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling.queries import PublishPage


class PublishForm(RefusableForm):
    """`reason` is asked for only where the term has changed since the timetable was solved."""

    holds_from = forms.DateField(
        label=_("从何日起用"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("从这一天起按这份课表上课，现在的课表用到前一天。"),
    )
    reason = forms.CharField(
        label=_("数据已改仍要公布的理由"),
        max_length=200,
        required=False,
        help_text=_("会和改动的内容一起留存。"),
    )

    def __init__(self, *arguments: Any, page: PublishPage, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["holds_from"].widget.attrs |= {
            "min": page.first_day.isoformat(),
            "max": page.term.ends_on.isoformat(),
        }
        if not page.differences:
            self.fields["reason"].widget = forms.HiddenInput()
