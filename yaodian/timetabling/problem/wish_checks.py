"""Whether what a wish says is possible in a term: names that are there, figures within bounds, nothing that contradicts itself or another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from yaodian.timetabling.problem.wish_words import Vocabulary, period_word
from yaodian.timetabling.problem.wishes import KINDS, Part

#: Names, times or pairs of one part at most.
MOST_OF_A_LIST = 2_000
DAYS, PERIODS = "days", "periods"
#: Figures of a part: the least, the most (a figure, or that of the term).
_BOUNDS: Mapping[tuple[str, str], tuple[int, int | str]] = {
    ("lessons-a-day", "most"): (1, PERIODS),
    ("no-gaps-for-pupils", "most"): (0, 40),
    ("gaps-of-teachers", "most"): (0, 40),
    ("lessons-of-teachers-a-day", "most"): (1, PERIODS),
    ("lessons-of-teachers-a-day", "least"): (0, PERIODS),
    ("days-of-teachers", "most"): (1, DAYS),
    ("lessons-on-end", "most"): (1, PERIODS),
    ("fair-periods", "most"): (0, 40),
    ("days-apart", "least"): (1, DAYS),
    ("way-between-places", "least"): (1, PERIODS),
    ("at-once-at-most", "most"): (1, 200),
}


class UnfitValue(ValueError):
    """`part` cannot stay as it is; `message` says why and what to do."""

    def __init__(self, part: str, message: str, *, code: str = "value") -> None:
        super().__init__(message)
        self.part, self.message, self.code = part, message, code


@dataclass(frozen=True)
class Other:
    """Another wish of the term, as far as it may contradict: its words, kind and values."""

    name: str
    kind: str
    values: Mapping[str, Any]
    is_active: bool


def bounds(vocabulary: Vocabulary, kind: str, part: str) -> tuple[int, int]:
    """The least and the most that a figure may be."""
    least, most = _BOUNDS[kind, part]
    if most == DAYS:
        # Lessons of one course may be as far apart as the first and the last day.
        return least, max(least, vocabulary.days - (part == "least"))
    return least, max(least, len(vocabulary.periods)) if isinstance(most, str) else most


def checked(vocabulary: Vocabulary, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in one form: names once and in the order of the term, times in order. Raises UnfitValue."""
    if kind not in KINDS:
        raise UnfitValue("", _("没有这种要求。请从列表里选一种。"), code="kind")
    said: dict[str, Any] = {}
    for part, what in KINDS[kind].parts.items():
        value = values.get(part)
        if value in (None, "", []):
            if part in KINDS[kind].needed:
                raise UnfitValue(part, _("这里还没有填。请补上。"), code="empty")
            continue
        said[part] = _checked(vocabulary, kind, part, what, value)
    _check_together(vocabulary, kind, said)
    return said


def _checked(vocabulary: Vocabulary, kind: str, part: str, what: Part, value: Any) -> Any:
    if what is Part.NUMBER:
        return _number(vocabulary, kind, part, value)
    if not isinstance(value, list):
        raise UnfitValue(part, _("这里填的读不出来。请重新选。"))
    if len(value) > MOST_OF_A_LIST:
        raise UnfitValue(part, _("一条要求最多选 %(most)s 项。请分成几条。") % {"most": MOST_OF_A_LIST})
    if what is Part.PERIODS:
        return _periods(vocabulary, kind, part, value)
    if what is Part.SLOTS:
        return _slots(vocabulary, part, value)
    if what is Part.PAIRS:
        return _pairs(vocabulary, part, value)
    names = list(dict.fromkeys(str(one) for one in value))
    for name in names:
        _known(vocabulary, part, what, name)
    return names


def _number(vocabulary: Vocabulary, kind: str, part: str, value: Any) -> int:
    least, most = bounds(vocabulary, kind, part)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise UnfitValue(
            part, _("请填 %(least)s 到 %(most)s 之间的整数。") % {"least": least, "most": most}, code="number"
        )
    return value


def _whole(part: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnfitValue(part, _("这里填的读不出来。请重新选。"))
    return value


def _period(vocabulary: Vocabulary, part: str, value: Any) -> int:
    number = _whole(part, value)
    if not 0 <= number < len(vocabulary.periods):
        raise UnfitValue(
            part,
            _("作息时间表里没有%(period)s，每天最多 %(count)s 节。请重新选，或先改作息时间表。")
            % {"period": period_word((), number), "count": len(vocabulary.periods)},
            code="period",
        )
    return number


def _periods(vocabulary: Vocabulary, kind: str, part: str, value: list[Any]) -> list[int]:
    numbers = sorted({_period(vocabulary, part, one) for one in value})
    if kind == "in-periods" and len(numbers) == len(vocabulary.periods):
        raise UnfitValue(part, _("所有节次都选了，等于没有要求。请少选几节。"), code="all")
    return numbers


def _slots(vocabulary: Vocabulary, part: str, value: list[Any]) -> list[list[Any]]:
    by_day: dict[int, set[int]] = defaultdict(set)
    for one in value:
        if not isinstance(one, list | tuple) or len(one) != 2 or not isinstance(one[1], list | tuple):
            raise UnfitValue(part, _("这里填的读不出来。请重新选。"))
        day = _whole(part, one[0])
        if not 0 <= day < vocabulary.days:
            raise UnfitValue(
                part, _("每周只有 %(days)s 天上课。请重新选。") % {"days": vocabulary.days}, code="day"
            )  # fmt: skip
        by_day[day].update({_period(vocabulary, part, each) for each in one[1]} or range(len(vocabulary.periods)))
    whole = len(vocabulary.periods)
    return [[day, [] if len(numbers) == whole else sorted(numbers)] for day, numbers in sorted(by_day.items())]


def _pairs(vocabulary: Vocabulary, part: str, value: list[Any]) -> list[list[str]]:
    pairs: list[list[str]] = []
    for one in value:
        if not isinstance(one, list | tuple) or len(one) != 2 or not all(one):
            raise UnfitValue(part, _("先后要写两门课。请补上另一门，或把这一行清空。"), code="half")
        first, second = str(one[0]), str(one[1])
        for name in (first, second):
            _known(vocabulary, part, Part.PAIRS, name)
        if first == second:
            raise UnfitValue(
                part, _("“%(name)s”不能排在它自己前面。请换一门课。") % {"name": first}, code="itself"
            )  # fmt: skip
        if [first, second] not in pairs:
            pairs.append([first, second])
    return pairs


def _known(vocabulary: Vocabulary, part: str, what: Part, name: str) -> None:
    if vocabulary.knows(what, name):
        return
    sentences = {
        Part.SUBJECTS: _("这个学期没有学科“%(name)s”。请从列表里选，或先添加它的教学任务。"),
        Part.TEACHERS: _("这个学期没有工号为“%(name)s”的教师。请从列表里选，或先添加教师。"),
        Part.HOMES: _("这个学期没有班级“%(name)s”。请从列表里选，或先添加班级。"),
        Part.WHO: _("这个学期没有叫“%(name)s”的教师、班级或教室。请从列表里选。"),
        Part.ROOMS: _("这个学期没有教室“%(name)s”。请从列表里选，或先添加教室。"),
        Part.COURSES: _("这个学期没有教学任务“%(name)s”。请从列表里选，或先添加它。"),
        Part.PAIRS: _("这个学期没有教学任务“%(name)s”。请从列表里选，或先添加它。"),
    }
    raise UnfitValue(part, sentences[what] % {"name": name[:60]}, code="unknown")


def _check_together(vocabulary: Vocabulary, kind: str, said: Mapping[str, Any]) -> None:
    """What the parts of one wish say together."""
    if kind == "lessons-of-teachers-a-day" and said.get("least", 0) > said["most"]:
        raise UnfitValue("least", _("至少的节数不能多于最多的节数。"), code="order")
    if kind in ("never-at-once", "on-end"):
        courses = said["courses"]
        if len(courses) < 2:
            raise UnfitValue("courses", _("至少要选两门课。"), code="one")
        blocks = [vocabulary.courses[one].together for one in courses if vocabulary.courses[one].together]
        if len(set(blocks)) < len(blocks):
            block = next(one for one in blocks if blocks.count(one) > 1)
            raise UnfitValue(
                "courses",
                _("选的课里有两门属于同时上课的“%(block)s”，不可能做到。请去掉其中一门。") % {"block": block},
                code="together",
            )
    if kind == "on-end":
        for name in said["courses"]:
            if vocabulary.courses[name].hours != 1:
                raise UnfitValue(
                    "courses",
                    _("“%(name)s”每周有 %(hours)s 节；一节接一节的课每门只能有一节。请换一门课。")
                    % {"name": name, "hours": vocabulary.courses[name].hours},
                    code="hours",
                )
    if kind == "before" and (found := cycle([tuple(one) for one in said["pairs"]])):
        raise UnfitValue("pairs", _circle(found), code="circle")


def _circle(names: Iterable[str]) -> str:
    return _("先后转了一圈，不可能做到：%(names)s。请去掉其中一对。") % {"names": " → ".join(names)}


def check_among(
    kind: str, values: Mapping[str, Any], others: Iterable[Other], *, is_active: bool, part: str = "pairs"
) -> None:
    """What a wish says beside the others of the term. Raises UnfitValue."""
    others = list(others)
    for one in others:
        if one.kind == kind and dict(one.values) == dict(values):
            raise UnfitValue("", _("已有同样的要求“%(name)s”。可以直接修改那一条。") % {"name": one.name}, code="twice")
    if kind != "before" or not is_active:
        return
    mine = [tuple(one) for one in values["pairs"]]
    theirs: dict[tuple[str, ...], str] = {}
    for one in others:
        if one.kind == "before" and one.is_active:
            for pair in one.values.get("pairs") or ():
                if isinstance(pair, list) and len(pair) == 2:
                    theirs.setdefault((str(pair[0]), str(pair[1])), one.name)
    found = cycle([*mine, *theirs])
    if found:
        steps = set(pairwise(found))
        names = list(dict.fromkeys(name for pair, name in theirs.items() if pair in steps and pair not in mine))
        if names and steps & set(mine):
            raise UnfitValue(
                part,
                _("与要求“%(names)s”连起来先后转了一圈，不可能做到：%(circle)s。请改其中一条。")
                % {"names": "”“".join(names), "circle": " → ".join(found)},
                code="circle",
            )


def cycle(pairs: Iterable[tuple[str, ...]]) -> list[str]:
    """Names that lead from one to the next and back to the first, which stands at the end again; nothing where there is no such circle."""
    after: dict[str, list[str]] = defaultdict(list)
    for first, second in pairs:
        after[first].append(second)
    done: set[str] = set()
    for start in list(after):
        path: list[str] = []
        ways = [iter([start])]
        while ways:
            name = next(ways[-1], None)
            if name is None:
                ways.pop()
                if path:
                    done.add(path.pop())
            elif name in path:
                return [*path[path.index(name) :], name]
            elif name not in done:
                path.append(name)
                ways.append(iter(after.get(name, ())))
    return []
