"""What the engine finds wrong with a school, in the school's own words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.findings import Code, Finding
from yaodian.engines.scheduling.timetabling.school import UnknownName
from yaodian.engines.scheduling.timetabling.school_problem import PUPILS, ROOM, TEACHER, Laid
from yaodian.timetabling.queries.times import show_start

MOST_NAMED = 5


def listed(names: Iterable[str]) -> str:
    """Some of the names, and how many there are."""
    whole = list(dict.fromkeys(names))
    some = _("、").join(whole[:MOST_NAMED])
    if len(whole) <= MOST_NAMED:
        return some
    return _("%(some)s等 %(count)s 个") % {"some": some, "count": len(whole)}


def kind_words(kind: str) -> str:
    """What the kinds of resources are called."""
    return {TEACHER: _("教师"), ROOM: _("教室"), PUPILS: _("学生")}.get(kind, kind)


def say_unknown(problem: UnknownName) -> str:
    """A name that leads nowhere, or to two."""
    kinds = {
        "bell schedule": _("作息时间"), "home class": _("班级"), "set of pupils": _("学生"), "teacher": _("教师"),
        "room": _("教室"), "course or meeting": _("教学任务或教研活动"), "course": _("教学任务"), "period": _("节次"),
        "teacher, room or class": _("教师、教室或班级"),
    }  # fmt: skip
    kind = kinds.get(problem.kind, problem.kind)
    if problem.where in ("the school", "a wish"):
        return _("%(kind)s“%(name)s”不存在，或有两个同名的。请改名或补上。") % {"kind": kind, "name": problem.name}
    return _("“%(where)s”写了%(kind)s“%(name)s”，它不存在，或有两个同名的。请改正。") % {
        "where": problem.where,
        "kind": kind,
        "name": problem.name,
    }


def say_finding(finding: Finding, laid: Laid) -> str:
    """One sentence: what, where, how much, what to do."""
    problem = laid.problem
    events = [laid.events[one].id for one in finding.events]
    resources = [laid.resources[one].name or laid.resources[one].id for one in finding.resources]
    kinds = {laid.resources[one].kind for one in finding.resources}
    reasons = [problem.constraints[one].name for one in finding.constraints]
    return _SENTENCES[finding.code]() % {
        "what": listed(events),
        "who": listed(resources),
        "kind": kind_words(next(iter(kinds))) if len(kinds) == 1 else kind_words(finding.name),
        "needed": finding.needed,
        "there": finding.there,
        "name": finding.name,
        "when": listed(_time(laid, one) for one in finding.times),
        "why": _("（依据：%(reasons)s）") % {"reasons": listed(reasons)} if reasons else "",
    }


def _time(laid: Laid, time: int) -> str:
    found = next(place for place, index in laid.at.items() if index == time)
    return show_start(found[1], found[2])


# Each is asked for when it is said, in the language of then.
_SENTENCES = {
    Code.NOTHING_TO_TEACH: lambda: _("还没有任何教学任务，没有课可排。请按课时计划生成，或导入教学任务。"),
    Code.NO_TIMES: lambda: _("作息里一节课也没有。请先建立作息时间。"),
    Code.BAD_INDEX: lambda: _("“%(what)s”指向不存在的教师、教室或节次。请打开它重新保存。"),
    Code.NAMED_TWICE: lambda: _("有 %(needed)s 处都叫“%(name)s”，分不清是哪一个。请改名。"),
    Code.PIECES_DO_NOT_ADD_UP: lambda: _("“%(what)s”的连堂和单节加起来是 %(there)s 节，应是 %(needed)s 节。请核对连堂数。"),
    Code.LENGTH_FITS_NO_DAY: lambda: _(
        "“%(what)s”要连上 %(needed)s 节，一天里最多只有连着的 %(there)s 节。请减少连堂或调整作息。"
    ),
    Code.NO_START: lambda: _(
        "“%(what)s”没有任何时间可上：固定时间、不排课时间和要求合在一起，一节也不剩%(why)s。请放宽其中一项。"
    ),
    Code.NOT_ENOUGH_STARTS: lambda: _(
        "“%(what)s”要上 %(needed)s 次，可用的时间只有 %(there)s 个%(why)s。请放宽时间或减少节数。"
    ),
    Code.FIXED_AT_ONCE: lambda: _(
        "“%(what)s”都只能在%(when)s上，而%(who)s不能同时在两处。请改其中一门的固定时间。"
    ),
    Code.NONE_OF_KIND: lambda: _("“%(what)s”要%(kind)s，而这个学期一个%(kind)s也没有。请先补上。"),
    Code.NO_CANDIDATES: lambda: _("“%(what)s”没有可用的%(kind)s。请核对教室种类、候选教师，或补上缺的。"),
    Code.TWICE_IN_EVENT: lambda: _("“%(what)s”把%(who)s写了两次。请只写一次。"),
    Code.NOBODY_TEACHES: lambda: _("“%(what)s”没有教师。请安排教师或候选教师。"),
    Code.EMPTY_GROUP: lambda: _("“%(who)s”没有学生。请核对人数，或删去这个班。"),
    Code.GROUP_TOO_LARGE: lambda: _(
        "“%(what)s”有 %(needed)s 人，能用的最大教室只有 %(there)s 座。请换教室、改座位数或分班。"
    ),
    Code.RESOURCE_OVERFULL: lambda: _(
        "%(kind)s“%(who)s”一周要上 %(needed)s 节，只有 %(there)s 节可用%(why)s。请减少课时、改由别人上，或放宽时间。"
    ),
    Code.WORKLOAD_OVERFULL: lambda: _(
        "%(kind)s“%(who)s”一周要上 %(needed)s 节，超过上限 %(there)s 节。请改由别人上，或提高上限。"
    ),
    Code.KIND_OVERFULL: lambda: _(
        "%(kind)s不够：“%(what)s”一周要用 %(needed)s 节，%(who)s合起来只有 %(there)s 节可用。请增加%(kind)s或放宽条件。"
    ),
    Code.SPREAD_OVERFULL: lambda: _(
        "“%(what)s”一周有 %(needed)s 次课，按要求各天合起来只放得下 %(there)s 次%(why)s。请放宽这条要求。"
    ),
    Code.AT_ONCE_OVERFULL: lambda: _(
        "“%(what)s”不能同时上，一周要 %(needed)s 节，只排得下 %(there)s 节%(why)s。请放宽这条要求。"
    ),
    Code.LINKED_WITH_ONE_RESOURCE: lambda: _(
        "“%(what)s”要同时上课，却都要%(kind)s%(who)s。请换人换教室，或不要同时上。"
    ),
    Code.LINKED_AND_APART: lambda: _("“%(what)s”既要同时上课，又要错开%(why)s。请去掉其中一条要求。"),
    Code.LINKED_OF_OTHER_LENGTH: lambda: _(
        "“%(what)s”要同时上课，节数却是 %(needed)s 和 %(there)s。请改成一样的节数。"
    ),
    Code.ORDER_CYCLE: lambda: _("“%(what)s”互相要在对方之前%(why)s。请去掉其中一条先后要求。"),
}  # fmt: skip
