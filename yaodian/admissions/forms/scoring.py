"""The forms of a round of scores. They take what was typed; whether it can be kept is for the operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.forms.rules import RowForm, lines_of
from yaodian.admissions.models import Batch, Intake, ScoreRound, Subject
from yaodian.admissions.queries import points, read_points
from yaodian.foundation.forms import RefusableForm
from yaodian.foundation.sheets.declaring import in_files


def _subjects() -> dict[str, str]:
    """Codes by every word for them: the Chinese one, that of the page, the code."""
    return {word: one.value for one in Subject for word in (in_files(one.label), str(one.label), one.value)}


def _points(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=12, widget=widget, help_text=help_text)


class RoundForm(RowForm):
    """Subjects with their full marks, a line each, and tie rules."""

    row = ScoreRound
    plain = ("title",)
    order = ("title", "subjects", "ties")
    subjects = forms.CharField(
        label=_("计分科目和满分"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("每行一门，科目和满分用空格分开，如“语文 120”。"),
    )  # fmt: skip
    ties = forms.CharField(
        label=_("同分比较"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("总分相同时依次比较，每行一项；几门相加用加号，如“语文+数学+外语”。"),
    )  # fmt: skip

    def clean_subjects(self) -> list[list[Any]]:
        """[code, full mark in hundredths] of each line."""
        known = _subjects()
        made = []
        for line in lines_of(self.cleaned_data["subjects"]):
            name, _blank, full = line.rpartition(" ")
            code, hundredths = known.get(name.strip()), read_points(full)
            if code is None or hundredths is None:
                raise forms.ValidationError(
                    _("看不懂“%(line)s”。请写科目和满分，如“语文 120”；可用的科目：%(known)s。")
                    % {"line": line[:60], "known": str(_("、")).join(str(one.label) for one in Subject)}
                )
            made.append([code, hundredths])
        return made

    def clean_ties(self) -> list[list[str]]:
        """Codes of the subjects of each line."""
        known = _subjects()
        made = []
        for line in lines_of(self.cleaned_data["ties"]):
            codes = [known.get(one.strip()) for one in line.replace("＋", "+").split("+")]
            if None in codes:
                raise forms.ValidationError(
                    _("看不懂“%(line)s”。请写科目，几门相加用加号，如“语文+数学+外语”。") % {"line": line[:60]}
                )
            made.append([str(one) for one in codes])
        return made

    @staticmethod
    def typed(row: ScoreRound) -> dict[str, str]:
        """What would have been typed for a row."""
        return {
            "title": row.title,
            "subjects": "\n".join(f"{Subject(code).label} {points(full)}" for code, full in row.subjects),
            "ties": "\n".join("+".join(str(Subject(code).label) for code in tie) for tie in row.ties),
        }


class NewRoundForm(RoundForm):
    """A round of one of the intakes of upper secondary schools."""

    order = ("intake", "title", "subjects", "ties")
    intake = forms.ChoiceField(label=_("学段招生"))

    def __init__(self, *arguments: Any, intakes: Iterable[Intake], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.intakes = {one.public_id: one for one in intakes}
        field: Any = self.fields["intake"]
        field.choices = [(key, f"{one.season.title} · {one.get_stage_display()}") for key, one in self.intakes.items()]

    def clean_intake(self) -> Intake:
        """The row."""
        return self.intakes[self.cleaned_data["intake"]]


class BatchForm(RowForm):
    """A batch: how it is held, with lines in points."""

    row = Batch
    plain = ("code", "label", "position", "kind", "most_wishes")
    order = (*plain, "line", "band_first", "band_width", "unused_to")
    line = _points(_("最低控制线"), _("总分低于它的不参加这个批次；没有就不填。"))
    band_first = _points(_("首段最低分"), _("只用于梯度志愿。"))
    band_width = _points(_("每段分数"), _("只用于梯度志愿。"))
    unused_to = forms.ChoiceField(label=_("剩余计划转入"), required=False)

    def __init__(self, *arguments: Any, batches: Iterable[Batch], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field: Any = self.fields["unused_to"]
        field.choices = [("", _("不转入")), *((one.code, one.label) for one in batches)]

    def _hundredths(self, name: str) -> int | None:
        said = self.cleaned_data[name].strip()
        if not said:
            return None
        read = read_points(said)
        if read is None:
            raise forms.ValidationError(_("请写分数，最多两位小数，如 480 或 480.5。"))
        return read

    def clean_line(self) -> int | None:
        """Hundredths."""
        return self._hundredths("line")

    def clean_band_first(self) -> int | None:
        """Hundredths."""
        return self._hundredths("band_first")

    def clean_band_width(self) -> int | None:
        """Hundredths."""
        return self._hundredths("band_width")

    @staticmethod
    def typed(row: Batch) -> dict[str, Any]:
        """What would have been typed for a row."""
        return {
            **{name: getattr(row, name) for name in BatchForm.plain},
            **{name: points(getattr(row, name)) for name in ("line", "band_first", "band_width")},
            "unused_to": row.unused_to.code if row.unused_to else "",
        }


class ScoreTrialForm(RefusableForm):
    """A trial under a name."""

    label = forms.CharField(label=_("试算名称"), max_length=80, help_text=_("例如：志愿导入后的第一次"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="trial-%s", **named)
