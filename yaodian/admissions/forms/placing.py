"""The forms of the draw and of placements. They take what was typed; whether it can be is for the operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.problem.varying import Variant
from yaodian.admissions.queries import Reveal, Rulebook, Source, WitnessReveal
from yaodian.foundation.forms import RefusableForm

# Games whose numbers are published by others, in the form that the engine reads.
GAMES: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "d3": (_("福彩 3D"), [{"count": 3, "least": 0, "most": 9, "sorted": False}]),
    "ssq": (
        _("双色球"),
        [
            {"count": 6, "least": 1, "most": 33, "sorted": True},
            {"count": 1, "least": 1, "most": 16, "sorted": False},
        ],
    ),
}


def _moment(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _lines(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 4}), help_text=help_text
    )


class PromiseForm(RefusableForm):
    """A welfare lottery and a market's closing value, and witnesses if there are any."""

    promised_at = _moment(_("公布承诺的时间"))
    game = forms.ChoiceField(label=_("彩票种类"), choices=[(code, label) for code, (label, _numbers) in GAMES.items()])
    issue = forms.CharField(label=_("彩票期号"), max_length=40, help_text=_("例如：第 2026152 期"))
    game_at = _moment(_("开奖时间"))
    market = forms.CharField(label=_("收盘指数"), max_length=80, help_text=_("例如：上证指数 2026 年 7 月 2 日收盘"))
    market_at = _moment(_("收盘时间"))
    witnesses = _lines(_("见证人的承诺"), _("一行一名：姓名、空格、见证人交来的承诺（64 位）。没有见证人可以不填。"))
    witnesses_at = _moment(_("见证人揭晓截止"), required=False)
    substitute = forms.CharField(label=_("见证人缺席时替补的福彩 3D 期号"), max_length=40, required=False)
    substitute_at = _moment(_("替补开奖时间"), required=False)

    def sources(self) -> list[dict[str, Any]]:
        """What the promise names, in the engine's form."""
        said = self.cleaned_data
        label, numbers = GAMES[said["game"]]
        made: list[dict[str, Any]] = []
        people = [line.rsplit(None, 1) for line in said["witnesses"].splitlines() if line.strip()]
        if people:
            witnesses: dict[str, Any] = {
                "id": "w",
                "kind": "witnesses",
                "name": gettext("见证人"),
                "known_at": _minute(said["witnesses_at"]),
                "witnesses": [{"name": one[0], "commitment": one[-1]} for one in people],
            }
            if said["substitute"]:
                witnesses["fallback"] = {
                    "id": "substitute",
                    "kind": "welfare",
                    "name": f"{GAMES['d3'][0]} {said['substitute']}",
                    "known_at": _minute(said["substitute_at"]),
                    "numbers": GAMES["d3"][1],
                }
            made.append(witnesses)
        made.append(
            {
                "id": said["game"],
                "kind": "welfare",
                "name": f"{label} {said['issue']}",
                "known_at": _minute(said["game_at"]),
                "numbers": numbers,
            }
        )
        made.append(
            {
                "id": "index",
                "kind": "market",
                "name": said["market"],
                "known_at": _minute(said["market_at"]),
                "decimals": 2,
            }
        )
        return made


def _minute(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="minutes") if moment else ""


class RevealForm(RefusableForm):
    """What became known of the sources of a promise, substitutes too: a field for each."""

    def __init__(self, *arguments: Any, sources: Iterable[Source], **named: Any) -> None:
        super().__init__(*arguments, auto_id="reveal-%s", **named)
        self.sources: list[Source] = []
        waiting = list(sources)
        while waiting:
            source = waiting.pop(0)
            self.sources.append(source)
            if source.fallback is not None:
                waiting.append(source.fallback)
        for source in self.sources:
            if source.witnesses:
                self.fields[source.id] = _lines(
                    source.name, _("一行一名：姓名、数、盐，用空格分开。没有揭晓的见证人不写。")
                )
            else:
                self.fields[source.id] = forms.CharField(
                    label=source.name, required=False, max_length=120, help_text=_("照公布的写；没有公布就空着。")
                )

    def reveals(self) -> list[Reveal]:
        """Empty fields of substitutes are left out: they are not needed."""
        said = self.cleaned_data
        substitutes = {source.fallback.id for source in self.sources if source.fallback is not None}
        made = []
        for source in self.sources:
            text = said[source.id].strip()
            if source.witnesses:
                made.append(Reveal(source.id, witnesses=tuple(_witnesses(text.splitlines()))))
            elif text:
                made.append(Reveal(source.id, published=text))
            elif source.id not in substitutes:
                made.append(Reveal(source.id, missing=gettext("没有公布")))
        return made


def _witnesses(lines: Sequence[str]) -> Iterable[WitnessReveal]:
    for line in lines:
        parts = line.rsplit(None, 2)
        if len(parts) == 3:
            yield WitnessReveal(*parts)


class ReasonForm(RefusableForm):
    """Why something is void or dropped."""

    reason = forms.CharField(label=_("原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="reason-%s", **named)


class TrialForm(RefusableForm):
    """A trial under a name, with other seats where they are typed."""

    label = forms.CharField(label=_("试算名称"), max_length=80, help_text=_("例如：实验小学增加一个班"))

    def __init__(self, *arguments: Any, offers: Iterable[tuple[str, str, int]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="trial-%s", **named)
        self.planned: dict[str, int] = {}
        for public_id, school, seats in offers:
            self.planned[public_id] = seats
            self.fields[f"seats-{public_id}"] = forms.IntegerField(
                label=school, required=False, min_value=0, max_value=100_000,
                widget=forms.NumberInput(attrs={"placeholder": str(seats)}),
            )  # fmt: skip

    def seats(self) -> dict[str, int]:
        """Only what differs from the plan."""
        said = {public_id: self.cleaned_data.get(f"seats-{public_id}") for public_id in self.planned}
        return {one: number for one, number in said.items() if number is not None and number != self.planned[one]}


class VariantForm(TrialForm):
    """A trial under other rules: places, the order of the classes, reserved seats, the schools of one catchment."""

    def __init__(self, *arguments: Any, rules: Rulebook, **named: Any) -> None:
        offers = [(offer.public_id, school, offer.seats) for offer, school in rules.offers]
        super().__init__(*arguments, offers=offers, **named)
        for public_id, school, _seats in offers:
            # Among the other rules a school's name alone does not say what is changed.
            self.fields[f"seats-{public_id}"].label = gettext("学位：%(school)s") % {"school": school}
        self.ranks = [one.rank for one in rules.classes]
        self.reserved = {key: quota.seats for key, quota, _school in rules.quotas}
        for one in rules.classes if len(rules.classes) > 1 else ():
            self.fields[f"rank-{one.rank}"] = forms.IntegerField(
                label=gettext("优先顺序：%(label)s") % {"label": one.label}, required=False, min_value=1,
                max_value=len(rules.classes), widget=forms.NumberInput(attrs={"placeholder": str(one.rank)}),
            )  # fmt: skip
        for key, quota, school in rules.quotas:
            self.fields[f"quota-{key}"] = forms.IntegerField(
                label=gettext("%(school)s：“%(quota)s”名额") % {"school": school, "quota": quota.label}, required=False,
                min_value=0, max_value=100_000, widget=forms.NumberInput(attrs={"placeholder": str(quota.seats)}),
            )  # fmt: skip
        if rules.catchments:
            self.fields["catchment"] = forms.ChoiceField(
                label=_("改一个学区的对口学校"), required=False,
                choices=[("", _("不改学区")), *((one.public_id, one.label) for one in rules.catchments)],
            )  # fmt: skip
            self.fields["schools"] = forms.MultipleChoiceField(
                label=_("改为对口"), required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(public_id, school) for public_id, school, _seats in offers],
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("schools") and not said.get("catchment"):
            self.add_error("catchment", _("请选择要改的学区，或取消勾选的学校。"))
        return said

    def variant(self) -> Variant:
        """Only what differs from the announced rules. Classes without a number keep theirs."""
        said = self.cleaned_data
        wanted = {rank: said.get(f"rank-{rank}") or rank for rank in self.ranks}
        order = sorted(self.ranks, key=lambda rank: wanted[rank])
        quotas = {key: said.get(f"quota-{key}") for key in self.reserved}
        is_double = len(set(wanted.values())) < len(wanted)
        return Variant(
            seats=self.seats(),
            order=[wanted[rank] for rank in self.ranks] if is_double else order if order != self.ranks else (),
            quotas={key: seats for key, seats in quotas.items() if seats is not None and seats != self.reserved[key]},
            catchments={said["catchment"]: said["schools"]} if said.get("catchment") else {},
        )


class CompareForm(RefusableForm):
    """A comparison under a name, of some trials with the announced rules."""

    label = forms.CharField(label=_("对比名称"), max_length=80, help_text=_("例如：实验小学增加一个班，与公布的规则"))
    trials = forms.MultipleChoiceField(
        label=_("与公布的规则对比"), widget=forms.CheckboxSelectMultiple, help_text=_("选 1 至 3 个试算。")
    )

    def __init__(self, *arguments: Any, trials: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="compare-%s", **named)
        field: Any = self.fields["trials"]
        field.choices = list(trials)


class RoundForm(RefusableForm):
    """The days of a further round."""

    opens_on = _day(_("重新选择志愿自"))
    closes_on = _day(_("重新选择志愿至"))
    check_until = _day(_("名单核对至"))
    publishes_on = _day(_("结果公布"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="round-%s", **named)


class AppealForm(RefusableForm):
    """A family's appeal."""

    text = forms.CharField(
        label=_("申诉理由"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写明您认为哪里不对、有什么依据。"),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, auto_id="appeal-%s", **named)


class DecisionForm(RefusableForm):
    """The decision on an appeal, with a place where the school is named."""

    upheld = forms.TypedChoiceField(
        label=_("裁定"), choices=[("", _("维持原结果")), ("1", _("予以更正"))], coerce=bool, required=False,
        empty_value=False,
    )  # fmt: skip
    offer = forms.ChoiceField(label=_("更正到"), required=False)
    reason = forms.CharField(label=_("裁定理由"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *arguments: Any, offers: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field: Any = self.fields["offer"]
        field.choices = [("", _("不另行安排学位")), *offers]
