"""A wish as a sentence with slots. The form takes what was chosen and typed; whether it can be kept is for the operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.answering import whole_number
from yaodian.foundation.forms import RefusableForm
from yaodian.timetabling.models import TimetableWish
from yaodian.timetabling.problem.wish_checks import bounds
from yaodian.timetabling.problem.wish_words import (
    NOT,
    ONLY,
    STRENGTHS,
    USUAL,
    VERY,
    WORDS,
    day_word,
    is_out,
    only_choices,
    period_word,
    segments,
    strength_of,
    value_of,
    words_of_part,
)
from yaodian.timetabling.problem.wishes import KINDS, Part
from yaodian.timetabling.queries.wishes import WishPage

#: Rows for pairs beyond those that are there.
SPARE_PAIRS = 3
MOST_PAIRS = 60


class _Names(forms.CheckboxSelectMultiple):
    """Boxes; nothing ticked is an empty list."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [str(one) for one in data.getlist(name)] if hasattr(data, "getlist") else list(data.get(name) or ())


class _Pairs(forms.Widget):
    """Two texts a line, `name-first` and `name-second` as often as there are lines."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[list[str]]:
        firsts, seconds = (data.getlist(f"{name}-{end}")[:MOST_PAIRS] for end in ("first", "second"))
        pairs = [[str(one).strip(), str(other).strip()] for one, other in zip(firsts, seconds, strict=False)]
        return [pair for pair in pairs if any(pair)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-first" not in data


class _Part(forms.Field):
    """A part of a wish, as its widget reads it."""

    def __init__(self, what: Part, *, label: str) -> None:
        widget: forms.Widget = forms.TextInput()
        if what is Part.PAIRS:
            widget = _Pairs()
        elif what is not Part.NUMBER:
            widget = _Names()
        super().__init__(required=False, label=label, widget=widget)
        self.what = what

    def clean(self, value: Any) -> Any:
        if self.what is Part.NUMBER:
            said = str(value or "").strip()
            number = whole_number(said)
            if said and number is None:
                raise forms.ValidationError(_("“%(shown)s”不是整数。请填一个整数。") % {"shown": said[:20]})
            return number
        if self.what is Part.PERIODS:
            return sorted({number for one in value if (number := whole_number(one, most=99)) is not None})
        if self.what is Part.SLOTS:
            return _slots(value)
        return value


def _slots(boxes: Iterable[str]) -> list[list[Any]]:
    by_day: dict[int, list[int]] = {}
    for box in boxes:
        day, _dash, period = box.partition("-")
        numbers = whole_number(day, most=99), whole_number(period, most=99)
        if numbers[0] is not None and numbers[1] is not None:
            by_day.setdefault(numbers[0], []).append(numbers[1])
    return [[day, sorted(periods)] for day, periods in sorted(by_day.items())]


@dataclass(frozen=True)
class Box:
    """Something that can be ticked."""

    value: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class SlotOf:
    """A slot of the sentence as the page draws it: `look` is number, choice, names, grid or pairs. `shown` is what its button says."""

    part: str
    look: str
    label: str
    shown: str
    value: Any = ""
    errors: tuple[str, ...] = ()
    groups: tuple[tuple[str, tuple[Box, ...]], ...] = ()
    heads: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    is_all: bool = False
    is_open: bool = False
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def is_long(self) -> bool:
        return sum(len(boxes) for _label, boxes in self.groups) > 12


@dataclass(frozen=True)
class Piece:
    """Words of the sentence, or a slot of it."""

    words: str = ""
    slot: SlotOf | None = field(default=None)


class WishForm(RefusableForm):
    """One kind of wish. `values` are its parts as rows keep them."""

    strength = forms.ChoiceField(
        label=_("这条要求"), choices=list(STRENGTHS.items()), widget=forms.RadioSelect,
        help_text=_("“必须做到”的要求排不成就没有课表；其余的尽量满足，越重要越先满足。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("理由"), max_length=200, required=False, help_text=_("用自己的话写，排课时和解释时会一起显示")
    )
    name = forms.CharField(
        label=_("名称"), max_length=80, required=False, help_text=_("不填就用上面这句话作名称")
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("现在启用"), required=False)

    def __init__(self, data: Any = None, *, page: WishPage) -> None:
        self.page = page
        self.kind = page.kind
        self._parts = KINDS[page.kind].parts
        super().__init__(data, initial=self._typed(page), auto_id="wish-%s")
        for part, what in self._parts.items():
            self.fields[part] = _Part(what, label=_label(what))
        if self.kind == "in-periods":
            self.fields["only"] = forms.ChoiceField(choices=only_choices(), required=False)

    @staticmethod
    def _typed(page: WishPage) -> dict[str, Any]:
        row: TimetableWish | None = page.wish or page.copied
        return {
            "strength": VERY if row is None else strength_of(is_required=row.is_required, weight=row.weight),
            "reason": "" if row is None else row.reason,
            "name": "" if page.wish is None else page.wish.name,
            "is_active": True if row is None else row.is_active,
        }

    @property
    def note(self) -> str:
        return str(WORDS[self.kind].note)

    @property
    def values(self) -> dict[str, Any]:
        """The parts, periods that are left out turned into those that remain."""
        said = {part: self.cleaned_data.get(part) for part in self._parts}
        if self.kind == "in-periods" and self.cleaned_data.get("only") == NOT and said["periods"]:
            every = range(len(self.page.vocabulary.periods))
            # What no bell schedule has is handed on, so that it is refused by name.
            strange = [one for one in said["periods"] if one not in every]
            said["periods"] = [one for one in every if one not in said["periods"]] + strange
        return said

    @property
    def given(self) -> dict[str, Any]:
        """What the operation takes."""
        return {"kind": self.kind, "values": self.values} | {
            name: self.cleaned_data[name] for name in ("strength", "reason", "name", "is_active")
        }

    def _now(self, part: str) -> Any:
        """What a slot shows: what was sent, else what the wish says. Periods that are said by those left out, as those."""
        if self.is_bound:
            raw = self[part].value()
            what = self._parts[part]
            if what is Part.NUMBER:
                return raw
            return self.fields[part].clean(raw or [])
        if part == "periods" and self.page.values and self._is_out():
            chosen = self.page.values.get("periods") or ()
            return [one for one in range(len(self.page.vocabulary.periods)) if one not in chosen]
        value = value_of(self.kind, part, self.page.values)
        return USUAL.get((self.kind, part)) if value is None else value

    def _is_out(self) -> bool:
        return self.kind == "in-periods" and (
            not self.page.values or is_out(self.page.vocabulary, self.page.values.get("periods") or ())
        )

    def pieces(self) -> Iterator[Piece]:
        """The sentence, words and slots in the order of the language."""
        for one in segments(self.kind):
            yield Piece(slot=self._slot(one.part)) if one.part else Piece(words=one.words)

    def _slot(self, part: str) -> SlotOf:
        errors = tuple(str(one) for one in self.errors.get(part, ())) if self.is_bound else ()
        if part == "only":
            chosen = self.data.get("only") if self.is_bound else NOT if self._is_out() else ONLY
            boxes = tuple(Box(code, words, code == chosen) for code, words in only_choices())
            return SlotOf("only", "choice", str(_("排在还是不排在")), "", errors=errors, groups=(("", boxes),))
        what = self._parts[part]
        value = self._now(part)
        label = str(self.fields[part].label)
        vocabulary = self.page.vocabulary
        if what is Part.NUMBER:
            least, most = bounds(vocabulary, self.kind, part)
            return SlotOf(
                part, "number", label, "", value="" if value is None else value, errors=errors, least=least, most=most
            )
        shown = words_of_part(vocabulary, "fair-periods" if part == "periods" else self.kind, part, {part: value})
        if what is Part.PAIRS:
            pairs = [(str(one[0]), str(one[1])) for one in value or ()]
            pairs += [("", "")] * (SPARE_PAIRS if len(pairs) < MOST_PAIRS else 0)
            return SlotOf(part, "pairs", label, shown, errors=errors, pairs=tuple(pairs), is_open=True)
        is_all = part not in KINDS[self.kind].needed
        if what is Part.SLOTS:
            return SlotOf(
                part, "grid", label, shown, errors=errors, groups=self._grid(value or ()),
                heads=tuple(day_word(day) for day in range(vocabulary.days)),
            )  # fmt: skip
        groups = self._periods(value or ()) if what is Part.PERIODS else self._names(what, value or ())
        return SlotOf(
            part, "names", label, shown, errors=errors, groups=groups, is_all=is_all,
            is_open=bool(errors),
        )  # fmt: skip

    def _periods(self, value: Iterable[int]) -> tuple[tuple[str, tuple[Box, ...]], ...]:
        chosen = set(value)
        periods = self.page.vocabulary.periods
        numbers = [*range(len(periods)), *sorted(chosen - set(range(len(periods))))]
        return (("", tuple(Box(str(one), period_word(periods, one), one in chosen) for one in numbers)),)

    def _grid(self, value: Iterable[Any]) -> tuple[tuple[str, tuple[Box, ...]], ...]:
        """A line for each period, a box for each day."""
        periods = self.page.vocabulary.periods
        chosen = {
            (day, number) for day, numbers in value for number in (numbers or range(len(periods)))
        }  # fmt: skip
        return tuple(
            (
                period_word(periods, number),
                tuple(
                    Box(f"{day}-{number}", f"{day_word(day)} {period_word(periods, number)}", (day, number) in chosen)
                    for day in range(self.page.vocabulary.days)
                ),
            )
            for number in range(len(periods))
        )

    def _names(self, what: Part, value: Iterable[str]) -> tuple[tuple[str, tuple[Box, ...]], ...]:
        chosen = {str(one) for one in value}
        vocabulary = self.page.vocabulary

        def boxes(names: Iterable[str]) -> tuple[Box, ...]:
            return tuple(Box(one, vocabulary.word(what, one), one in chosen) for one in names)

        by_part: dict[Part, list[tuple[str, Iterable[str]]]] = {
            Part.SUBJECTS: [("", vocabulary.subjects)],
            Part.HOMES: [("", vocabulary.homes)],
            Part.ROOMS: [("", vocabulary.rooms)],
            Part.TEACHERS: self._teachers(),
            Part.WHO: [
                *self._teachers(),
                (str(_("班级")), vocabulary.homes),
                (str(_("教室")), vocabulary.rooms),
            ],
            Part.COURSES: self._courses(),
        }
        lists = by_part[what]
        gone = [one for one in sorted(chosen) if not vocabulary.knows(what, one)]
        if gone:
            lists = [(str(_("已不在的名称")), gone), *lists]
        return tuple((label, boxes(names)) for label, names in lists if names)

    def _teachers(self) -> list[tuple[str, Iterable[str]]]:
        """By their first subject, so that a long list is found through."""
        grouped: dict[str, list[str]] = {}
        for code in self.page.vocabulary.teachers:
            subjects = self.page.vocabulary.subjects_of.get(code) or ("",)
            grouped.setdefault(subjects[0], []).append(code)
        return [(subject or str(_("教师")), codes) for subject, codes in grouped.items()]

    def _courses(self) -> list[tuple[str, Iterable[str]]]:
        grouped: dict[str, list[str]] = {}
        for code, facts in self.page.vocabulary.courses.items():
            grouped.setdefault(facts.subject, []).append(code)
        return list(grouped.items())

    @property
    def course_names(self) -> list[str]:
        """What can be typed into pairs."""
        return list(self.page.vocabulary.courses) if "pairs" in self._parts else []


def _label(what: Part) -> str:
    words: Mapping[Part, Any] = {
        Part.SUBJECTS: _("学科"), Part.TEACHERS: _("教师"), Part.HOMES: _("班级"), Part.WHO: _("教师、班级或教室"),
        Part.COURSES: _("课"), Part.ROOMS: _("教室"), Part.PERIODS: _("节次"), Part.SLOTS: _("时间"),
        Part.NUMBER: _("数目"), Part.PAIRS: _("先后"),
    }  # fmt: skip
    return str(words[what])


class WishFilter(forms.Form):
    """What the list is narrowed to; anything else narrows nothing."""

    text = forms.CharField(label=_("查找"), required=False, max_length=40)
    kind = forms.ChoiceField(label=_("种类"), required=False)
    strength = forms.ChoiceField(
        label=_("重要程度"), required=False,
        choices=[("", _("全部")), *STRENGTHS.items(), ("off", _("不启用"))],
    )  # fmt: skip

    def __init__(self, *arguments: Any, kinds: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, auto_id="filter-%s", **named)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("全部")), *kinds]

    @property
    def chosen(self) -> dict[str, str]:
        """The valid ones."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("text", "kind", "strength")}
