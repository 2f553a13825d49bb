"""Where a wish is missed, as plain data that outlives the engine's indices, and in words of whichever language the page speaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.engines.scheduling.timetabling import Breach, justify
from yaodian.engines.scheduling.timetabling.school_problem import Laid
from yaodian.timetabling.problem.wish_words import Vocabulary, names_word, slots_word

#: Courses, people and times kept of one breach.
MOST_KEPT = 12

_TOO_MANY: Mapping[str, Promise | str] = {
    "spread_events": gettext_lazy("%(found)s 次，最多 %(expected)s 次"),
    "limit_busy_times": gettext_lazy("%(found)s 节，最多 %(expected)s 节"),
    "limit_runs": gettext_lazy("连着 %(found)s 节，最多 %(expected)s 节"),
    "limit_idle_times": gettext_lazy("空着 %(found)s 节，最多 %(expected)s 节"),
    "cluster_busy_times": gettext_lazy("%(found)s 天有课，最多 %(expected)s 天"),
    "limit_running": gettext_lazy("%(found)s 个班同时上，最多 %(expected)s 个"),
    "share_fairly": gettext_lazy("相差 %(found)s 节，最多 %(expected)s 节"),
    "limit_workload": gettext_lazy("每周 %(found)s 节，最多 %(expected)s 节"),
    "avoid_split_assignments": gettext_lazy("用了 %(found)s 间教室，最多 %(expected)s 间"),
    "avoid_clashes": gettext_lazy("同一时间有 %(found)s 节课"),
    "fit_rooms": gettext_lazy("%(found)s 人，只有 %(expected)s 个座位"),
    "keep_apart": gettext_lazy("%(found)s 门课同时上"),
    "prefer_times": gettext_lazy("%(found)s 节不在要求的时间"),
    "avoid_unavailable_times": gettext_lazy("%(found)s 节排在不该排课的时间"),
    "prefer_resources": gettext_lazy("%(found)s 节用了别的教室"),
    "assign_times": gettext_lazy("%(found)s 节没有排上时间"),
    "assign_resources": gettext_lazy("%(found)s 节没有教室或教师"),
    "link_events": gettext_lazy("%(found)s 节没有同时上"),
    "adjoin_events": gettext_lazy("%(found)s 处没有连着上"),
}
_TOO_FEW: Mapping[str, Promise | str] = {
    "limit_busy_times": gettext_lazy("%(found)s 节，至少 %(expected)s 节"),
    "days_between": gettext_lazy("相差 %(found)s 天，至少 %(expected)s 天"),
    "gaps_between_places": gettext_lazy("中间隔了 %(found)s 节，至少 %(expected)s 节"),
    "order_events": gettext_lazy("先后不对"),
}
# The free periods themselves are told, and not which lessons lie round them.
_WITHOUT_COURSES = {"limit_idle_times", "cluster_busy_times", "share_fairly", "limit_workload"}


def plain_breach(laid: Laid, breach: Breach) -> dict[str, Any]:
    """The breach as JSON: courses by code, people and rooms by kind and code, times as slots of days and periods."""
    said = justify(laid.problem, breach)
    deviation = breach.deviation
    places = {time: place for place, time in laid.at.items()}
    by_day: dict[int, set[int]] = defaultdict(set)
    for time in deviation.times:
        _bells, day, period = places[time]
        by_day[day].add(period)
    resources = [laid.resources[one] for one in deviation.resources]
    return {
        "kind": said.kind,
        "amount": said.amount,
        "cost": said.cost,
        "expected": said.expected,
        "found": said.found,
        "courses": [laid.events[one].id for one in deviation.events][:MOST_KEPT],
        "who": [[one.kind, one.id] for one in resources][:MOST_KEPT],
        "counts": [len(deviation.events), len(resources)],
        "times": [[day, sorted(periods)] for day, periods in sorted(by_day.items())],
    }


def who_words(vocabulary: Vocabulary, who: Sequence[Sequence[str]]) -> list[str]:
    """Teachers by name, classes and rooms by code."""
    return [vocabulary.teachers.get(name, name) if kind == "teacher" else name for kind, name in who]


def breach_words(vocabulary: Vocabulary, plain: Mapping[str, Any]) -> str:
    """Who or which courses, when, and by how much."""
    courses = [str(one) for one in plain["courses"]]
    who = who_words(vocabulary, plain["who"])
    kind = str(plain["kind"])
    of_courses, of_who = plain.get("counts", (0, 0))
    about = names_word(who, of_who) if who else names_word(courses, of_courses)
    if who and courses and kind not in _WITHOUT_COURSES:
        about = _("%(who)s（%(courses)s）") % {"who": about, "courses": names_word(courses, of_courses)}
    when = "" if kind == "share_fairly" else slots_word(vocabulary, plain["times"])
    figures = figure_words(kind, plain)
    if when and figures:
        when = _("%(when)s，%(figures)s") % {"when": when, "figures": figures}
    return _("：").join(one for one in (about, when or figures) if one)


def figure_words(kind: str, plain: Mapping[str, Any]) -> str:
    """By how much, in the unit of the kind."""
    expected, found = plain["expected"], plain["found"]
    if expected is None or found is None:
        return ""
    table = _TOO_FEW if found < expected else _TOO_MANY
    words = table.get(kind)
    if words is None:
        return _("相差 %(amount)s") % {"amount": plain["amount"]}
    return str(words) % {"expected": expected, "found": found}
