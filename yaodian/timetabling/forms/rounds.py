"""The forms of the grade office. They take what was typed; whether it can be kept is for the operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.organisations.models import Unit
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import ChoiceRound, RequirementTable, RoundKind
from yaodian.timetabling.queries import PURPOSES
from yaodian.timetabling.queries.rounds import SchoolToPrepare


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class NewRoundForm(RefusableForm):
    """A round of a grade of one of the schools."""

    grade = forms.ChoiceField(label=_("学校和入学年份"))
    title = forms.CharField(label=_("名称"), max_length=80, help_text=_("学生和家长会看到，如“高一正式选科”"))
    kind = forms.ChoiceField(label=_("种类"), choices=RoundKind.choices)
    opens_on = _day(_("开始日期"))
    closes_on = _day(_("截止日期"), help_text=_("当天仍可提交"))

    def __init__(self, *arguments: Any, schools: Iterable[SchoolToPrepare], **named: Any) -> None:
        super().__init__(*arguments, auto_id="round-%s", **named)
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


class RoundForm(RefusableForm):
    """What a round says besides its combinations; of an open one the last day alone."""

    title = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("种类"), choices=RoundKind.choices)
    opens_on = _day(_("开始日期"))
    closes_on = _day(_("截止日期"), help_text=_("当天仍可提交；开始以后只能往后延"))
    before = forms.ChoiceField(
        label=_("接续的轮次"), required=False, help_text=_("正式选科与模拟选科比较；改选在它的结果上改")
    )
    requirements = forms.ChoiceField(
        label=_("选考要求表"), required=False, help_text=_("学生选科时看到每个组合可报专业的比例和来源")
    )
    group_size = forms.IntegerField(label=_("教学班人数上限"), min_value=1, max_value=999)
    is_first_come = forms.BooleanField(
        label=_("有限额的组合按提交先后，满额为止"), required=False, help_text=_("不勾选时，提交先后没有影响")
    )
    note = forms.CharField(
        label=_("给学生和家长的说明"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *arguments: Any,
        befores: Sequence[ChoiceRound],
        tables: Sequence[RequirementTable],
        is_open: bool,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, auto_id="round-%s", **named)
        if is_open:
            self.fields = {"closes_on": self.fields["closes_on"]}
            return
        self._befores = {one.public_id: one for one in befores}
        self._tables = {one.public_id: one for one in tables}
        before: Any = self.fields["before"]
        before.choices = [("", "—"), *((key, f"{one.title} · {one.opens_on}") for key, one in self._befores.items())]
        table: Any = self.fields["requirements"]
        table.choices = [("", "—"), *((key, f"{one.title} · {one.year}") for key, one in self._tables.items())]

    def clean_before(self) -> ChoiceRound | None:
        """The row."""
        return self._befores.get(self.cleaned_data["before"])

    def clean_requirements(self) -> RequirementTable | None:
        """The row."""
        return self._tables.get(self.cleaned_data["requirements"])

    @staticmethod
    def typed(row: ChoiceRound) -> dict[str, Any]:
        """What would have been typed for a row."""
        return {
            **{name: getattr(row, name) for name in ("title", "kind", "opens_on", "closes_on", "group_size")},
            "is_first_come": row.is_first_come, "note": row.note,
            "before": row.before.public_id if row.before is not None else "",
            "requirements": row.requirements.public_id if row.requirements is not None else "",
        }  # fmt: skip


class OfferForm(RefusableForm):
    """Which of the twelve are offered, and to how many at most."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for code, one in COMBINATIONS.items():
            self.fields[code] = forms.BooleanField(label=one.name, required=False)
            self.fields[f"{code}_most"] = forms.IntegerField(
                label=_("限额"), required=False, min_value=1, max_value=9_999,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )  # fmt: skip

    @property
    def offered(self) -> dict[str, int | None]:
        """By code the limit, or None."""
        said = self.cleaned_data
        return {code: said.get(f"{code}_most") for code in COMBINATIONS if said.get(code)}

    @property
    def rows(self) -> list[tuple[str, Any, Any]]:
        """Name, box and limit of each combination."""
        return [(one.name, self[code], self[f"{code}_most"]) for code, one in COMBINATIONS.items()]


class ReasonForm(RefusableForm):
    """Why a round is withdrawn or a choice refused."""

    reason = forms.CharField(label=_("原因"), max_length=200, required=False)


class ReopenForm(ReasonForm):
    """Until when a closed round takes choices again, and why."""

    closes_on = _day(_("新的截止日期"))


class NamesForm(RefusableForm):
    """Whose names are asked for, and for what."""

    which = forms.ChoiceField(label=_("名单"), choices=[("missing", _("未选科的学生")), ("all", _("全年级学生"))])
    school_class = forms.ChoiceField(label=_("班级"), required=False)
    purpose = forms.ChoiceField(label=_("用途"), choices=[("", "—"), *PURPOSES.items()])

    def __init__(self, *arguments: Any, classes: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="names-%s", **named)
        field: Any = self.fields["school_class"]
        field.choices = [("", _("全年级")), *classes]


class TableForm(RefusableForm):
    """A new table of requirements."""

    office = forms.ChoiceField(label=_("发布单位"))
    year = forms.IntegerField(label=_("适用的高考年份"), min_value=2018, max_value=2199)
    title = forms.CharField(label=_("名称"), max_length=80)
    source = forms.CharField(label=_("来源"), max_length=200, help_text=_("文件名称、文号或网页，学生和家长会看到"))

    def __init__(self, *arguments: Any, offices: Iterable[tuple[Unit, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="table-%s", **named)
        self._offices = {unit.public_id: (unit, name) for unit, name in offices}
        field: Any = self.fields["office"]
        field.choices = [(key, name) for key, (_unit, name) in self._offices.items()]

    def clean_office(self) -> Unit:
        """The row."""
        return self._offices[self.cleaned_data["office"]][0]
