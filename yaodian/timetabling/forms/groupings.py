"""The forms of the desk of teaching groups. They take what was typed; whether it makes sense is for the operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling.content import COMBINATIONS, SUBJECTS
from yaodian.timetabling.models import ChoiceRound, Subject
from yaodian.timetabling.problem.group_settings import GroupSettings, SubjectRule
from yaodian.timetabling.queries import GROUP_PURPOSES

KEPT, ANEW = "kept", "anew"


def _whole(label: Any, **given: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, min_value=0, max_value=9_999, widget=widget, **given)


class SettingsForm(RefusableForm):
    """What teaching groups are to be like."""

    mode = forms.ChoiceField(
        label=_("走班方式"),
        choices=[
            ("moving", _("大走班：都可以走班，班数最少")),
            ("fixed-two", _("定二走一：行政班同上两科")),
            ("fixed-three", _("定三：行政班同上三科")),
        ],
    )
    blocks = _whole(_("时段个数"), help_text=_("同一时段的教学班同时上课，每人选三科，至少三个"))
    teacher_most = _whole(_("每位教师最多几个教学班"))
    spare_groups = _whole(_("可以比最少多开几个班"), help_text=_("多开班，走班的人会少"))
    counts_teachers = forms.BooleanField(label=_("考虑任课教师"), required=False)
    counts_rooms = forms.BooleanField(label=_("考虑教室和座位"), required=False)

    def __init__(self, *arguments: Any, settings: GroupSettings, **named: Any) -> None:
        named.setdefault("initial", self.typed(settings))
        super().__init__(*arguments, **named)
        self._defaults = settings
        for code in SUBJECTS:
            label = Subject(code).label
            self.fields[f"{code}_least"] = _whole(_("%(subject)s最少") % {"subject": label})
            self.fields[f"{code}_most"] = _whole(_("%(subject)s最多") % {"subject": label})
            self.fields[f"{code}_level"] = forms.BooleanField(
                label=_("%(subject)s分层") % {"subject": label}, required=False
            )

    @staticmethod
    def typed(settings: GroupSettings) -> dict[str, Any]:
        """What would have been typed for settings."""
        found: dict[str, Any] = {
            "mode": settings.mode, "blocks": settings.blocks, "teacher_most": settings.teacher_most,
            "spare_groups": settings.spare_groups, "counts_teachers": settings.counts_teachers,
            "counts_rooms": settings.counts_rooms, "homes": KEPT if settings.keeps_classes else ANEW,
            "home_count": settings.home_count, "home_least": settings.home_least, "home_most": settings.home_most,
            "balance": list(settings.balance),
        }  # fmt: skip
        for code, rule in settings.subjects.items():
            found |= {f"{code}_least": rule.least, f"{code}_most": rule.most, f"{code}_level": rule.is_level}
        return found

    @property
    def subject_rows(self) -> Iterator[tuple[str, Any, Any, Any]]:
        """Name, least, most, by level."""
        for code in SUBJECTS:
            yield str(Subject(code).label), self[f"{code}_least"], self[f"{code}_most"], self[f"{code}_level"]

    @property
    def settings(self) -> GroupSettings:
        said = self.cleaned_data
        return GroupSettings(
            subjects={
                code: SubjectRule(said[f"{code}_least"], said[f"{code}_most"], said[f"{code}_level"])
                for code in SUBJECTS
            },
            blocks=said["blocks"],
            mode=said["mode"],
            keeps_classes=said.get("homes", KEPT) == KEPT,
            home_least=self._or(said.get("home_least"), self._defaults.home_least),
            home_most=self._or(said.get("home_most"), self._defaults.home_most),
            home_count=said.get("home_count"),
            balance=tuple(said.get("balance", ())),
            spare_groups=said["spare_groups"],
            counts_teachers=said["counts_teachers"],
            counts_rooms=said["counts_rooms"],
            teacher_most=said["teacher_most"],
        )

    @staticmethod
    def _or(number: int | None, default: int) -> int:
        return default if number is None else number


class GroupingForm(SettingsForm):
    """A new attempt for a grade."""

    round = forms.ChoiceField(label=_("按哪一轮选科"))
    homes = forms.ChoiceField(label=_("行政班"), choices=[(KEPT, _("保留原行政班")), (ANEW, _("重新编行政班"))])
    home_count = _whole(_("行政班个数"), required=False, help_text=_("重新编时用；不填则尽量少"))
    home_least = _whole(_("行政班最少人数"), required=False)
    home_most = _whole(_("行政班最多人数"), required=False)
    balance = forms.MultipleChoiceField(
        label=_("各班均衡"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[("gender", _("性别")), ("boarding", _("寄宿"))],
    )  # fmt: skip
    seed = forms.CharField(
        label=_("种子"),
        max_length=40,
        required=False,
        help_text=_("同样的数据和种子编出同样的班；换一个种子得到另一种编法"),
    )

    def __init__(self, *arguments: Any, rounds: Sequence[ChoiceRound], **named: Any) -> None:
        super().__init__(*arguments, auto_id="group-%s", **named)
        self._rounds = {one.public_id: one for one in rounds}
        field: Any = self.fields["round"]
        field.choices = [
            (key, f"{one.title} · {one.get_kind_display()} · {one.get_state_display()}")
            for key, one in self._rounds.items()
        ]
        self.initial.setdefault("seed", "1")

    def clean_round(self) -> ChoiceRound:
        """The row."""
        return self._rounds[self.cleaned_data["round"]]

    @property
    def first(self) -> list[Any]:
        return [self[name] for name in ("round", "mode", "homes", "home_count")]

    @property
    def rest(self) -> list[Any]:
        names = (
            "blocks", "home_least", "home_most", "balance", "spare_groups", "teacher_most", "counts_teachers",
            "counts_rooms", "seed",
        )  # fmt: skip
        return [self[name] for name in names]


class OfferingForm(SettingsForm):
    """How many pupils of each combination are expected, and with what."""

    def __init__(self, *arguments: Any, expected: dict[str, int], **named: Any) -> None:
        super().__init__(*arguments, auto_id="offer-%s", **named)
        for code, one in COMBINATIONS.items():
            self.fields[code] = _whole(one.name, required=False)
            self.initial[code] = expected.get(code, "")
        del self.fields["mode"], self.fields["spare_groups"]

    @property
    def expected(self) -> dict[str, int]:
        """By code of the combination."""
        return {code: self.cleaned_data[code] for code in COMBINATIONS if self.cleaned_data.get(code)}

    @property
    def settings(self) -> GroupSettings:
        self.cleaned_data |= {"mode": "moving", "spare_groups": 0}
        return super().settings

    @property
    def combinations(self) -> list[Any]:
        return [self[code] for code in COMBINATIONS]

    @property
    def rest(self) -> list[Any]:
        return [self[name] for name in ("blocks", "teacher_most", "counts_teachers", "counts_rooms")]


class DropForm(RefusableForm):
    """Why a grouping is dropped."""

    reason = forms.CharField(label=_("原因"), max_length=200, required=False)


class PurposeForm(RefusableForm):
    """For what names are seen."""

    purpose = forms.ChoiceField(label=_("用途"), choices=[("", "—"), *GROUP_PURPOSES.items()])
