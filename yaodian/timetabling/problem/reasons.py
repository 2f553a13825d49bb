"""Why a timetable, or a move of a lesson, is amiss: findings of the engine as sentences in the language that is spoken now, in the school's own names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint
from yaodian.engines.scheduling.timetabling.constraints.busyness import AvoidClashes
from yaodian.engines.scheduling.timetabling.justifying import Justification, justify
from yaodian.engines.scheduling.timetabling.school_problem import PUPILS, Laid
from yaodian.engines.scheduling.timetabling.verifying import Breach
from yaodian.timetabling.problem.rows import standing

if TYPE_CHECKING:
    from yaodian.timetabling.problem.boards import Board

#: Names in one sentence; the rest are counted.
MOST_NAMES = 4
_WEEKDAYS = (
    gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"), gettext_lazy("周五"),
    gettext_lazy("周六"), gettext_lazy("周日"),
)  # fmt: skip


def day_words(day: int) -> str:
    """The day of the week, 0 Monday."""
    return str(_WEEKDAYS[day])


def time_words(laid: Laid, time: int) -> str:
    """Day and period."""
    there = laid.problem.times[time]
    return _("%(day)s%(period)s") % {"day": day_words(there.day), "period": there.name or there.id}


def listed(names: Iterable[str]) -> str:
    """Names one after the other, each once, and how many more there are."""
    every = list(dict.fromkeys(names))
    if len(every) == 1:
        return every[0]
    said = _("、").join(every[:MOST_NAMES])
    if len(every) <= MOST_NAMES:
        return said
    return _("%(names)s等 %(count)s 个") % {"names": said, "count": len(every)}


def who_words(laid: Laid, resources: Iterable[int]) -> str:
    """Teachers by name, rooms by code, pupils by their home class."""
    return listed(resource_words(laid, one) for one in resources)


def resource_words(laid: Laid, resource: int) -> str:
    """What one teacher, room or set of pupils is called."""
    there = laid.resources[resource]
    return laid.school.pupils_of[there.id].home if there.kind == PUPILS else there.name or there.id


def rule_words(laid: Laid, at: int) -> str:
    """What a constraint is called: the wish's own name, or that of what every school takes for granted."""
    constraint = laid.problem.constraints[at]
    return constraint.name if laid.wish_of[at] is not None else str(getattr(standing(), constraint.name))


def piece_words(board: Board, at: int) -> str:
    """A lesson with its teachers and its room."""
    laid, piece = board.laid, board.piece(at)
    people = [
        resource_words(laid, one) for one in piece.resources if one is not None and laid.resources[one].kind != PUPILS
    ]
    name = laid.problem.events[piece.event].name
    return _("“%(lesson)s”（%(people)s）") % {"lesson": name, "people": listed(people)} if people else f"“{name}”"


def clash_sentences(board: Board, at: int, time: int, resources: Sequence[int | None]) -> list[str]:
    """Who of a piece has something else while it would run from `time`: a sentence for each other lesson."""
    laid = board.laid
    mine = {one for one in resources if one is not None}
    found = []
    for other in board.check.present_at(at, time, tuple(resources)):
        both = [one for one in board.piece(other).resources if one in mine]
        found.append(
            _("%(who)s在%(when)s已有%(lesson)s，与“%(mine)s”冲突。")
            % {
                "who": who_words(laid, [one for one in both if one is not None]),
                "when": time_words(laid, board.piece(other).time or 0),
                "lesson": piece_words(board, other),
                "mine": laid.problem.events[board.piece(at).event].name,
            }
        )
    return found


def sentence_of(laid: Laid, breach: Breach) -> str:
    """What is amiss by one rule at one place, with the rule's name and reason."""
    missed = justify(laid.problem, breach)
    said = _FACTS.get(missed.kind, _plain)(laid, breach, missed)
    words = {"rule": rule_words(laid, breach.constraint), "fact": said, "reason": missed.reason}
    if missed.reason:
        return _("“%(rule)s”：%(fact)s（理由：%(reason)s）") % words
    return _("“%(rule)s”：%(fact)s") % words


def clash_of(constraint: Constraint) -> bool:
    """Whether it is that nobody and no room is at two places at once."""
    return isinstance(constraint, AvoidClashes)


_Fact = Callable[[Laid, Breach, Justification], str]


def _parts(laid: Laid, breach: Breach, missed: Justification) -> dict[str, object]:
    there = breach.deviation
    return {
        "who": who_words(laid, there.resources),
        "what": listed(f"“{one}”" for one in missed.events),
        "when": listed(time_words(laid, one) for one in there.times),
        "days": listed(day_words(one) for one in sorted({laid.problem.times[one].day for one in there.times})),
        "found": missed.found,
        "expected": missed.expected,
        "amount": missed.amount,
    }


def _plain(laid: Laid, breach: Breach, missed: Justification) -> str:
    parts = _parts(laid, breach, missed)
    about = parts["what"] or parts["who"]
    return _("%(about)s不合要求，差 %(amount)s。") % {**parts, "about": about}


def _fact(words: Callable[[Justification], str]) -> _Fact:
    return lambda laid, breach, missed: words(missed) % _parts(laid, breach, missed)


def _bounds(few: Callable[[], str], many: Callable[[], str]) -> _Fact:
    """One sentence for too few, one for too many."""
    return _fact(lambda missed: few() if (missed.found or 0) < (missed.expected or 0) else many())


_FACTS: Mapping[str, _Fact] = {
    "avoid_clashes": _fact(lambda _m: _("%(who)s在%(when)s同时有%(what)s。")),
    "avoid_unavailable_times": _fact(lambda _m: _("%(who)s在%(when)s不排课，却有%(what)s。")),
    "limit_idle_times": _fact(lambda _m: _("%(who)s一周有 %(found)s 节空堂，最多 %(expected)s 节。")),
    "cluster_busy_times": _bounds(
        lambda: _("%(who)s只有 %(found)s 天有课，至少 %(expected)s 天。"),
        lambda: _("%(who)s有 %(found)s 天有课，最多 %(expected)s 天。"),
    ),
    "limit_busy_times": _bounds(
        lambda: _("%(who)s一天只有 %(found)s 节（%(days)s），至少 %(expected)s 节。"),
        lambda: _("%(who)s一天有 %(found)s 节（%(days)s），最多 %(expected)s 节。"),
    ),
    "limit_workload": _bounds(
        lambda: _("%(who)s一周只有 %(found)s 节，至少 %(expected)s 节。"),
        lambda: _("%(who)s一周有 %(found)s 节，最多 %(expected)s 节。"),
    ),
    "limit_runs": _fact(lambda _m: _("%(who)s连上 %(found)s 节（%(days)s），最多 %(expected)s 节。")),
    "gaps_between_places": _fact(
        lambda _m: _("%(who)s在%(when)s之间换校区或楼，中间只空 %(found)s，至少要空 %(expected)s。")
    ),
    "share_fairly": _fact(lambda _m: _("%(who)s分到的节数相差 %(found)s，最多差 %(expected)s。")),
    "assign_times": _fact(lambda _m: _("%(what)s有 %(found)s 节没有排上时间。")),
    "prefer_times": _fact(lambda _m: _("%(what)s有 %(found)s 节不在要求的时间（%(when)s）。")),
    "spread_events": _bounds(
        lambda: _("%(what)s在%(days)s只有 %(found)s 次，至少 %(expected)s 次。"),
        lambda: _("%(what)s在%(days)s有 %(found)s 次，最多 %(expected)s 次。"),
    ),
    "days_between": _bounds(
        lambda: _("%(what)s只隔 %(found)s 天（%(days)s），至少隔 %(expected)s 天。"),
        lambda: _("%(what)s隔了 %(found)s 天（%(days)s），最多隔 %(expected)s 天。"),
    ),
    "link_events": _fact(lambda _m: _("%(what)s要同时上，在%(when)s没有同时。")),
    "keep_apart": _fact(lambda _m: _("%(what)s不能同时上，在%(when)s同时。")),
    "limit_running": _fact(lambda _m: _("%(when)s同时有 %(found)s 个（%(what)s），最多 %(expected)s 个。")),
    "order_events": _fact(lambda _m: _("%(what)s的先后不对（%(when)s）。")),
    "adjoin_events": _fact(lambda _m: _("%(what)s要连着上，现在没有连着（%(when)s）。")),
    "assign_resources": _fact(lambda _m: _("%(what)s有 %(found)s 节没有教室或教师。")),
    "prefer_resources": _fact(lambda _m: _("%(what)s用了%(who)s，不在要求之内。")),
    "avoid_split_assignments": _fact(lambda _m: _("%(what)s用了 %(found)s 间教室（%(who)s），最多 %(expected)s 间。")),
    "fit_rooms": _fact(lambda _m: _("%(what)s有 %(found)s 人，%(who)s只有 %(expected)s 个座位。")),
}

__all__ = [
    "clash_of",
    "clash_sentences",
    "day_words",
    "piece_words",
    "resource_words",
    "rule_words",
    "sentence_of",
    "time_words",
    "who_words",
]
