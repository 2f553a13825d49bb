"""The forms of bells and the calendar. They read times from words; whether it can be kept is for the operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling.forms.times import SlotsField, day_field
from yaodian.timetabling.models import BellSchedule
from yaodian.timetabling.operations import PRESETS
from yaodian.timetabling.queries.times import (
    MOST_PERIODS,
    WEEKDAYS,
    UnreadableTimes,
    read_clock,
    type_slots,
    write_clock,
)


class AddBellsForm(RefusableForm):
    """One more bell schedule."""

    code = forms.CharField(label=_("名称"), max_length=30)
    preset = forms.ChoiceField(label=_("先按哪一种排"), choices=[(code, one.label) for code, one in PRESETS.items()])

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="add-%s", **named)


class PeriodsForm(RefusableForm):
    """A bell schedule with its periods in numbered fields; lines without a time are left out."""

    code = forms.CharField(label=_("名称"), max_length=30)
    without = SlotsField(
        label=_("没有的课时"), required=False, help_text=_("如“周五8; 周六6-9”：这些时间不上课"), max_length=200
    )
    SPARE = 3
    _TYPED = {"name": _("名称"), "begins": _("开始"), "ends": _("结束"), "part": _("时段")}

    def __init__(self, *arguments: Any, lines: int, **named: Any) -> None:
        super().__init__(*arguments, auto_id="bells-%s", **named)
        self.lines = min(max(1, lines), MOST_PERIODS)
        for at in range(self.lines):
            number = {"number": at + 1}
            self.fields[f"name_{at}"] = forms.CharField(
                label=_("第 %(number)s 行的名称") % number, max_length=20, required=False
            )
            self.fields[f"begins_{at}"] = forms.CharField(
                label=_("第 %(number)s 行的开始时间") % number, max_length=20, required=False
            )
            self.fields[f"ends_{at}"] = forms.CharField(
                label=_("第 %(number)s 行的结束时间") % number, max_length=20, required=False
            )
            self.fields[f"part_{at}"] = forms.CharField(
                label=_("第 %(number)s 行的时段") % number, max_length=10, required=False
            )

    @classmethod
    def typed(cls, row: BellSchedule, periods: Sequence[Any]) -> dict[str, Any]:
        """What would have been typed."""
        typed: dict[str, Any] = {
            "code": row.code, "without": type_slots([[day, [period]] for day, period in row.without]),
        }  # fmt: skip
        for at, one in enumerate(periods):
            typed |= {
                f"name_{at}": one.name, f"begins_{at}": write_clock(one.begins_min), f"ends_{at}": write_clock(one.ends_min),
                f"part_{at}": one.part,
            }  # fmt: skip
        return typed

    @property
    def rows(self) -> list[tuple[int, list[tuple[Any, Any]]]]:
        """Each line's number with its four fields, each with the word of its column."""
        return [
            (at + 1, [(word, self[f"{name}_{at}"]) for name, word in self._TYPED.items()]) for at in range(self.lines)
        ]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        self.kept: list[int] = []
        for at in range(self.lines):
            begins, ends = said.get(f"begins_{at}", ""), said.get(f"ends_{at}", "")
            if not begins and not ends:
                continue
            for name, text in (("begins", begins), ("ends", ends)):
                try:
                    said[f"{name}_{at}_min"] = read_clock(text)
                except UnreadableTimes as problem:
                    self.add_error(f"{name}_{at}", problem.message)
            self.kept.append(at)
        return said

    @property
    def values(self) -> dict[str, Any]:
        """As the operation takes it."""
        said = self.cleaned_data
        return {
            "code": said["code"],
            "without": [[day, period] for day, periods in said["without"] for period in periods or range(MOST_PERIODS)],
            "periods": [
                {
                    "name": said[f"name_{at}"], "begins_min": said[f"begins_{at}_min"], "ends_min": said[f"ends_{at}_min"],
                    "part": said[f"part_{at}"],
                }
                for at in self.kept
            ],
        }  # fmt: skip

    def refuse(self, problem: Any) -> None:
        """The operation counts the periods that it was given; blank lines between them are put back."""
        name, _between, at = problem.field.rpartition("_")
        if name in self._TYPED and at.isdigit() and int(at) < len(self.kept):
            problem.field = f"{name}_{self.kept[int(at)]}"
        super().refuse(problem)


class DayForm(RefusableForm):
    """A day of the calendar that is not as its weekday says."""

    OFF = "off"

    on = day_field(_("日期"))
    lessons_of = forms.TypedChoiceField(
        label=_("这一天"), coerce=lambda said: None if said == DayForm.OFF else int(said)
    )
    note = forms.CharField(label=_("说明"), max_length=60, required=False)

    def __init__(self, *arguments: Any, days: int, **named: Any) -> None:
        super().__init__(*arguments, auto_id="day-%s", **named)
        field: Any = self.fields["lessons_of"]
        field.choices = [
            (self.OFF, _("不上课")),
            *((at, _("上%(day)s的课") % {"day": WEEKDAYS[at]}) for at in range(days)),
        ]
