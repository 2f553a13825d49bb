"""Wishes as sentences: one for each kind, with a slot for each of its parts, in the language of the page.

The same sentence is read (`sentence`) and filled in (`segments`). A slot is `%(part)s`; beside the parts of the kind there is `only`, by which lessons
are wished into periods or out of them. What is named by code stands with the words of a `Vocabulary`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.engines.scheduling.timetabling.school import School, Slot
from yaodian.engines.scheduling.timetabling.wishes import Wish
from yaodian.timetabling.problem.wishes import KINDS, Part, kind_of

#: Names in a list before it is cut short; letters of a name.
MOST_NAMED = 6
MOST_LETTERS = 80
ONLY, NOT = "only", "not"

_SLOT = re.compile(r"%\((\w+)\)s")
_NUMBERED = re.compile(r"第([0-9]{1,2})节")


@dataclass(frozen=True)
class CourseFacts:
    """What wishes ask of a course: `pieces` are its lessons of a week, a double one counted once. `teachers` by code."""

    subject: str
    hours: int
    pieces: int
    together: str = ""
    teachers: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    has_open_room: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """What a wish may name in a term, or in a school that was frozen: by code the words for it.

    `periods` are the names of the periods of a day by number, those of the longest bell schedule; `morning` the numbers of those before noon.
    """

    days: int
    periods: tuple[str, ...]
    subjects: tuple[str, ...]
    teachers: Mapping[str, str]
    homes: tuple[str, ...]
    rooms: tuple[str, ...]
    courses: Mapping[str, CourseFacts]
    morning: frozenset[int] = frozenset()
    subjects_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Collection[str] = ()

    def knows(self, part: Part, name: str) -> bool:
        known: Collection[str] = {
            Part.SUBJECTS: self.subjects,
            Part.TEACHERS: self.teachers,
            Part.HOMES: self.homes,
            Part.ROOMS: self.rooms,
            Part.COURSES: self.courses,
            Part.PAIRS: self.courses,
            Part.WHO: {*self.teachers, *self.homes, *self.rooms},
        }[part]
        return name in known

    def word(self, part: Part, name: str) -> str:
        """The words for a name; one that is not there any more says so."""
        if not self.knows(part, name):
            return _("%(name)s（已不在）") % {"name": name}
        return self.teachers.get(name, name) if part in (Part.TEACHERS, Part.WHO) else name


def labelled(people: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Words for people by code: the name, with the code where two have the same."""
    said = list(people)
    counted = Counter(name for _code, name in said)
    return {
        code: code
        if not name
        else name
        if counted[name] == 1
        else _("%(name)s（%(code)s）") % {"name": name, "code": code}
        for code, name in said
    }


def vocabulary_of_school(school: School) -> Vocabulary:
    """The words of a school that a timetable was made of."""
    longest = max(school.bells, key=lambda one: len(one.periods), default=None)
    return Vocabulary(
        days=school.days,
        periods=tuple(one.name for one in longest.periods) if longest is not None else (),
        subjects=tuple(dict.fromkeys(one.subject for one in school.courses)),
        teachers=labelled((one.id, one.name) for one in school.teachers),
        homes=tuple(one.id for one in school.homes),
        rooms=tuple(one.id for one in school.rooms),
        courses={
            one.id: CourseFacts(one.subject, one.hours, one.hours - min(one.doubles, one.hours // 2), one.together, one.teachers)
            for one in school.courses
        },
    )  # fmt: skip


# The sentences ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """`sentence` with slots; `clauses` are added for parts that may be left out; `all` says what no name means, where it means all."""

    group: str
    sentence: Promise | str
    clauses: Mapping[str, Promise | str] = field(default_factory=dict)
    note: Promise | str = ""


GROUPS: Mapping[str, Promise | str] = {
    "lessons": gettext_lazy("上课的时间"),
    "teachers": gettext_lazy("教师"),
    "pupils": gettext_lazy("学生"),
    "rooms": gettext_lazy("教室和地点"),
    "together": gettext_lazy("课与课之间"),
}

WORDS: Mapping[str, Words] = {
    "lessons-a-day": Words(
        "lessons",
        gettext_lazy("%(subjects)s：每个班每天最多上 %(most)s 次"),
        note=gettext_lazy("连堂算一次。"),
    ),
    "in-periods": Words("lessons", gettext_lazy("%(subjects)s%(only)s%(periods)s")),
    "days-apart": Words(
        "lessons",
        gettext_lazy("%(subjects)s：同一门课的两次课至少相差 %(least)s 天"),
        note=gettext_lazy("周一和周三相差 2 天。"),
    ),
    "fair-periods": Words(
        "teachers",
        gettext_lazy("%(subjects)s教师分摊%(periods)s的课，同一学科内最多相差 %(most)s 节"),
    ),
    "away": Words("teachers", gettext_lazy("%(who)s在%(when)s不排课")),
    "lessons-of-teachers-a-day": Words(
        "teachers",
        gettext_lazy("%(teachers)s每天最多上 %(most)s 节"),
        {"least": gettext_lazy("，有课的日子至少上 %(least)s 节")},
    ),
    "lessons-on-end": Words("teachers", gettext_lazy("%(teachers)s最多连着上 %(most)s 节")),
    "gaps-of-teachers": Words("teachers", gettext_lazy("%(teachers)s两节课之间的空节每周最多 %(most)s 节")),
    "days-of-teachers": Words("teachers", gettext_lazy("%(teachers)s每周最多 %(most)s 天有课")),
    "no-gaps-for-pupils": Words("pupils", gettext_lazy("%(homes)s的学生两节课之间的空节每周最多 %(most)s 节")),
    "one-room": Words(
        "rooms",
        gettext_lazy("%(subjects)s：同一门课都在同一间教室上"),
        note=gettext_lazy("只管由系统选教室的课。"),
    ),
    "in-rooms": Words(
        "rooms",
        gettext_lazy("%(subjects)s只用%(rooms)s"),
        note=gettext_lazy("只管由系统选教室的课。"),
    ),
    "way-between-places": Words(
        "rooms",
        gettext_lazy("师生换到另一座楼或另一个校区上课，中间至少隔 %(least)s 节"),
    ),
    "never-at-once": Words("together", gettext_lazy("这些课不同时上：%(courses)s")),
    "at-once-at-most": Words(
        "together",
        gettext_lazy("%(subjects)s同一时间最多 %(most)s 个班一起上"),
        note=gettext_lazy("场地、器材不够时用。"),
    ),
    "before": Words(
        "together",
        gettext_lazy("每周里，%(pairs)s"),
        note=gettext_lazy("先上的课这一周全部上完，才开始上后上的课。"),
    ),
    "on-end": Words("together", gettext_lazy("这些课一节接一节地上：%(courses)s"), note=gettext_lazy("每门课每周只有一节。")),
}  # fmt: skip

_ALL: Mapping[Part, Promise | str] = {
    Part.SUBJECTS: gettext_lazy("所有学科"),
    Part.TEACHERS: gettext_lazy("所有教师"),
    Part.HOMES: gettext_lazy("所有班级"),
}
_CHOOSE: Mapping[Part, Promise | str] = {
    Part.SUBJECTS: gettext_lazy("选择学科"),
    Part.TEACHERS: gettext_lazy("选择教师"),
    Part.HOMES: gettext_lazy("选择班级"),
    Part.WHO: gettext_lazy("选择教师、班级或教室"),
    Part.COURSES: gettext_lazy("选择课"),
    Part.ROOMS: gettext_lazy("选择教室"),
    Part.PERIODS: gettext_lazy("选择节次"),
    Part.SLOTS: gettext_lazy("选择时间"),
    Part.PAIRS: gettext_lazy("甲课上完再上乙课"),
    Part.NUMBER: "…",
}
_DAYS = (
    gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"), gettext_lazy("周五"),
    gettext_lazy("周六"), gettext_lazy("周日"),
)  # fmt: skip
_ONLY: Mapping[str, Promise | str] = {ONLY: gettext_lazy("只排在"), NOT: gettext_lazy("不排在")}


def only_choices() -> list[tuple[str, str]]:
    """Into the periods, or out of them."""
    return [(code, str(words).strip()) for code, words in _ONLY.items()]


def day_word(day: int) -> str:
    """A day of the week from 0, Monday."""
    return str(_DAYS[day]) if 0 <= day < len(_DAYS) else str(day + 1)


def period_word(periods: Sequence[str], number: int) -> str:
    """A period by its number from 0: its name, translated where it is a plain number."""
    name = periods[number] if 0 <= number < len(periods) else ""
    found = _NUMBERED.fullmatch(name)
    if found:
        return _("第%(number)s节") % {"number": found[1]}
    return name or _("第%(number)s节") % {"number": number + 1}


def periods_word(periods: Sequence[str], numbers: Iterable[int]) -> str:
    """Periods in runs: the first to the last of each."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = []
    for run in runs:
        first, last = period_word(periods, run[0]), period_word(periods, run[-1])
        if len(run) == 1:
            words.append(first)
        elif len(run) == 2:
            words += [first, last]
        else:
            words.append(_("%(first)s至%(last)s") % {"first": first, "last": last})
    return _("、").join(words)


def slots_word(vocabulary: Vocabulary, slots: Iterable[Any]) -> str:
    """Times of a week: day and periods of each."""
    words = []
    for day, numbers in slots:
        if numbers:
            given = {"day": day_word(day), "periods": periods_word(vocabulary.periods, numbers)}
            words.append(_("%(day)s%(periods)s") % given)
        else:
            words.append(_("%(day)s全天") % {"day": day_word(day)})
    return _("、").join(words)


def names_word(names: Sequence[str], count: int = 0) -> str:
    """A list that is cut short where it is long; `count` is how many there are where not all are named here."""
    count = max(count, len(names))
    if count <= MOST_NAMED:
        return _("、").join(names)
    return _("%(names)s等 %(count)s 项") % {"names": _("、").join(names[:MOST_NAMED]), "count": count}


def is_out(vocabulary: Vocabulary, periods: Collection[int]) -> bool:
    """Whether periods are said shorter by those that are left out."""
    others = [one for one in range(len(vocabulary.periods)) if one not in periods]
    return bool(others) and len(others) < len(periods)


#: What a figure is where somebody begins a wish and the engine has none of its own.
USUAL: Mapping[tuple[str, str], int] = {
    ("lessons-of-teachers-a-day", "most"): 4,
    ("days-of-teachers", "most"): 4,
    ("lessons-on-end", "most"): 3,
    ("at-once-at-most", "most"): 1,
}


def value_of(kind: str, part: str, values: Mapping[str, Any]) -> Any:
    """What a part says; where it says nothing, what the engine takes for it."""
    value = values.get(part)
    if value in (None, "") and KINDS[kind].parts[part] is Part.NUMBER:
        default = KINDS[kind].wish.__dataclass_fields__[part].default
        return default if isinstance(default, int) else None
    return value


def words_of_part(vocabulary: Vocabulary, kind: str, part: str, values: Mapping[str, Any]) -> str:
    """What stands in a slot."""
    what = KINDS[kind].parts[part]
    value = value_of(kind, part, values)
    if value in (None, "", []):
        open_ = _CHOOSE if part in KINDS[kind].needed or what not in _ALL else _ALL
        return str(open_[what])
    if what is Part.NUMBER:
        return str(value)
    if what is Part.PERIODS:
        numbers = [one for one in value if isinstance(one, int)]
        if kind == "in-periods" and is_out(vocabulary, numbers):
            numbers = [one for one in range(len(vocabulary.periods)) if one not in numbers]
        return periods_word(vocabulary.periods, numbers)
    if what is Part.SLOTS:
        return slots_word(vocabulary, value)
    if what is Part.PAIRS:
        return names_word(
            [
                _("“%(first)s”上完再上“%(second)s”")
                % {"first": vocabulary.word(what, first), "second": vocabulary.word(what, second)}
                for first, second in value
            ]
        )
    return names_word([vocabulary.word(what, str(one)) for one in value])


def sentence(vocabulary: Vocabulary, kind: str, values: Mapping[str, Any]) -> str:
    """The wish in words. What is no wish any more, by kind or shape, is its bare kind."""
    words = WORDS.get(kind)
    if words is None:
        return kind
    try:
        given = {part: words_of_part(vocabulary, kind, part, values) for part in KINDS[kind].parts}
    except (TypeError, ValueError):
        return kind
    if kind == "in-periods":
        given["only"] = str(_ONLY[NOT if is_out(vocabulary, values.get("periods") or ()) else ONLY])
    said = str(words.sentence) % given
    for part, clause in words.clauses.items():
        if values.get(part):
            said += str(clause) % given
    # «All subjects» at the beginning; names keep their letters.
    is_all = any(said.startswith(str(words)) for words in _ALL.values())
    return said[0].upper() + said[1:] if is_all else said


@dataclass(frozen=True)
class Segment:
    """A stretch of a sentence as it is filled in: words, or the slot of a part (`only` is one too)."""

    words: str = ""
    part: str = ""


def segments(kind: str) -> Iterator[Segment]:
    """The sentence of a kind with its clauses, cut at its slots."""
    words = WORDS[kind]
    whole = str(words.sentence) + "".join(str(one) for one in words.clauses.values())
    at = 0
    for found in _SLOT.finditer(whole):
        if before := whole[at : found.start()].strip():
            yield Segment(words=before)
        yield Segment(part=found[1])
        at = found.end()
    if rest := whole[at:].strip():
        yield Segment(words=rest)


def pattern(kind: str) -> str:
    """The sentence with what an empty slot says, as an example of the kind."""
    words = WORDS[kind]
    blank = Vocabulary(0, (), (), {}, (), (), {})
    given = {part: f"[{words_of_part(blank, kind, part, {})}]" for part in KINDS[kind].parts}
    given["only"] = str(_ONLY[NOT])
    return (str(words.sentence) + "".join(str(one) for one in words.clauses.values())) % given


def values_of(wish: Wish) -> dict[str, Any]:
    """The parts of an engine's wish as a row keeps them."""
    said: dict[str, Any] = {}
    for name in KINDS[kind_of(wish)].parts:
        value = getattr(wish, name)
        said[name] = _plain(value)
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, Slot):
        return [value.day, list(value.periods)]
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


# Strength -----------------------------------------------------------------------------------------------------------

MUST, VERY, RATHER, SLIGHT = "must", "very", "rather", "slight"
STRENGTHS: Mapping[str, Promise | str] = {
    MUST: gettext_lazy("必须做到"),
    VERY: gettext_lazy("很重要"),
    RATHER: gettext_lazy("较重要"),
    SLIGHT: gettext_lazy("顺带考虑"),
}
#: What a miss costs; of what must hold, what giving it up costs where there is no timetable otherwise.
WEIGHTS: Mapping[str, int] = {MUST: 10, VERY: 10, RATHER: 4, SLIGHT: 1}


def strength_of(*, is_required: bool, weight: int) -> str:
    """The word that fits a weight."""
    if is_required:
        return MUST
    return VERY if weight >= 7 else RATHER if weight >= 3 else SLIGHT
