"""The forms of absences. They take what was typed; whether it can be is for the operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling.models import TermRoom, TermTeacher


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class RecordForm(RefusableForm):
    """Who or what cannot be had, and when."""

    teacher = forms.ChoiceField(label=_("请假的教师"), required=False)
    room = forms.ChoiceField(label=_("停用的教室"), required=False, help_text=_("教师和教室只选一个"))
    from_on = _day(_("从何日起"))
    until_on = _day(_("到何日止"), required=False, help_text=_("只有一天的可以不填"))
    reason = forms.CharField(
        label=_("原因"), max_length=200, required=False, help_text=_("只有教务处看得到，不写进通知和公告")
    )

    def __init__(
        self, *arguments: Any, teachers: Iterable[TermTeacher], rooms: Iterable[TermRoom], **named: Any
    ) -> None:
        super().__init__(*arguments, auto_id="record-%s", **named)
        self._teachers = {one.code: one for one in teachers}
        self._rooms = {one.code: one for one in rooms}
        for name, rows in (("teacher", self._teachers), ("room", self._rooms)):
            field: Any = self.fields[name]
            field.choices = [
                ("", "—"),
                *((code, f"{one.name}（{code}）" if isinstance(one, TermTeacher) else code) for code, one in rows.items()),
            ]  # fmt: skip

    def clean_teacher(self) -> TermTeacher | None:
        """The row."""
        return self._teachers.get(self.cleaned_data["teacher"])

    def clean_room(self) -> TermRoom | None:
        """The row."""
        return self._rooms.get(self.cleaned_data["room"])

    def clean(self) -> dict[str, Any]:
        """One day, where no other is said."""
        found = super().clean() or self.cleaned_data
        if not found.get("until_on") and "until_on" not in self.errors:
            found["until_on"] = found.get("from_on")
        return found


class ArrangeForm(RefusableForm):
    """How lessons are shared out."""

    self_study = forms.BooleanField(label=_("无人可代的改为自习"), required=False)


class ChooseForm(RefusableForm):
    """What is done with one lesson: `choice` is «manner:who», «moved:day:period», or empty to take it back."""

    lesson = forms.IntegerField(min_value=1, max_value=2**62)
    on = forms.DateField()
    choice = forms.CharField(max_length=60, required=False)
    room = forms.CharField(max_length=30, required=False)

    def clean_choice(self) -> dict[str, Any]:
        """Its parts, as the operation takes them."""
        manner, _colon, rest = self.cleaned_data["choice"].partition(":")
        if manner == "moved":
            day, _colon, period = rest.partition(":")
            try:
                return {
                    "manner": manner,
                    "to_on": forms.DateField().clean(day),
                    "to_period": forms.IntegerField(min_value=0, max_value=99).clean(period),
                }
            except forms.ValidationError as problem:
                raise forms.ValidationError(_("请选择调到哪一天第几节。")) from problem
        if manner == "other_room":
            return {"manner": manner, "room": rest}
        return {"manner": manner, "teacher": rest}
