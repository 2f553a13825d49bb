"""Before a timetable is published: what stands in the way, what the term has become since it was solved, and whose lessons change."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling import verify
from yaodian.engines.scheduling.timetabling.school import School, UnknownName
from yaodian.engines.scheduling.timetabling.school_problem import lay
from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.timetabling.models import NEXT_OF_TIMETABLE, Course, Meeting, Term, TermState, Timetable, TimetableState
from yaodian.timetabling.problem import StalePieces, UnfitWish, freeze, in_order, school_of, sha256, thaw
from yaodian.timetabling.problem.boards import CODES
from yaodian.timetabling.problem.reasons import listed, sentence_of
from yaodian.timetabling.queries.reach import PUBLISH, visible_terms

#: Sentences of one finding that are shown.
MOST_SENTENCES = 12


@dataclass(frozen=True)
class GateFinding:
    """What stands in the way of publication: a code, a sentence, and its particulars."""

    code: str
    words: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What of the school is not as it was frozen: names that came, went, or stand for something else now."""

    words: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def sentence(self) -> str:
        parts = [
            said % {"names": listed(names)}
            for said, names in (
                (_("新增 %(names)s"), self.came),
                (_("删去 %(names)s"), self.went),
                (_("改动 %(names)s"), self.other),
            )
            if names
        ]
        return _("%(what)s：%(how)s。") % {"what": self.words, "how": _("；").join(parts)}


@dataclass(frozen=True)
class WeekChange:
    """How many lessons a week of a class or teacher are other than now, and how many there are."""

    name: str
    changed: int
    lessons: int


@dataclass(frozen=True)
class PublishPage:
    """`findings` forbid; `differences` must be accepted with a reason. `replaced` held, or would have held, on the first day or after it."""

    timetable: Timetable
    term: Term
    school: str
    day: date
    first_day: date
    findings: tuple[GateFinding, ...]
    differences: tuple[Difference, ...]
    holding: Timetable | None
    later: tuple[Timetable, ...]
    classes: tuple[WeekChange, ...]
    teachers: tuple[WeekChange, ...]

    @property
    def shown_classes(self) -> tuple[WeekChange, ...]:
        """Those whose week changes."""
        return tuple(one for one in self.classes if one.changed)

    @property
    def shown_teachers(self) -> tuple[WeekChange, ...]:
        """Those whose week changes."""
        return tuple(one for one in self.teachers if one.changed)

    @property
    def unchanged(self) -> tuple[int, int]:
        """Classes and teachers whose week stays as it is."""
        return len(self.classes) - len(self.shown_classes), len(self.teachers) - len(self.shown_teachers)


def publish_page(*, account: Visitor, public_id: str, day: date, holds_from: date | None = None) -> PublishPage:
    """What publication from `holds_from` on (the earliest day, unless given) would meet. Raises Timetable.DoesNotExist. A constant number of queries."""
    row = (
        Timetable.objects.filter(term__in=visible_terms(account, PUBLISH))
        .select_related("term__school", "asked_by", "edited_by")
        .get(public_id=public_id)
    )
    first = max(day, row.term.begins_on)
    begins = holds_from or first
    holding, later = held_from(row.term, begins)
    classes, teachers = changes(row, holding)
    return PublishPage(
        timetable=row,
        term=row.term,
        school=names_of_units(ids=[row.term.school_id], day=day).get(row.term.school_id, ""),
        day=day,
        first_day=first,
        findings=tuple(gate_findings(row, actor=getattr(account, "pk", None))),
        differences=tuple(differences(row)),
        holding=holding,
        later=tuple(later),
        classes=classes,
        teachers=teachers,
    )


def held_from(term: Term, day: date) -> tuple[Timetable | None, list[Timetable]]:
    """The published timetable that holds on a day, having begun before it; those that begin on it or later. One query."""
    rows = list(
        term.timetables.filter(state=TimetableState.PUBLISHED)
        .filter(Q(holds_until__isnull=True) | Q(holds_until__gte=day))
        .order_by("holds_from", "pk")
    )
    before = [one for one in rows if one.holds_from is not None and one.holds_from < day]
    return (before[-1] if before else None), [one for one in rows if one not in before]


def gate_findings(row: Timetable, *, actor: int | None) -> Iterable[GateFinding]:
    """Everything that forbids publication, from the frozen bytes and the pieces alone and from who asks. Four queries."""
    if TimetableState.PUBLISHED not in NEXT_OF_TIMETABLE.get(row.state, ()):
        yield GateFinding(
            "state",
            _("方案现在是“%(state)s”，只有排好或停下的方案可以公布。") % {"state": row.get_state_display()},
        )
    if row.term.state == TermState.ENDED:
        yield GateFinding("ended", _("这个学期已经结束，不能再公布课表。"))
    if actor is not None and actor == row.asked_by_id:
        yield GateFinding("same-person", _("这份课表是您提出排的，须由另一位有公布权限的同事核对后公布。"))
    elif actor is not None and actor == row.edited_by_id:
        yield GateFinding("same-person", _("这份课表是您最后动手改的，须由另一位有公布权限的同事核对后公布。"))
    frozen = bytes(row.frozen)
    if sha256(frozen) != row.frozen_sha256:
        yield GateFinding("fingerprint", _("排课时封存的数据与当时记下的指纹不符，封存后被改动过。请重新排课。"))
        return
    try:
        laid = lay(thaw(frozen), CODES)
        timetable = in_order(laid, row.pieces)
    except (ValueError, TypeError) as problem:
        what = problem.what if isinstance(problem, StalePieces) else ""
        yield GateFinding("unreadable", _("课表与封存的数据对不上，读不出来。请重新排课。"), (what,) if what else ())
        return
    verdict = verify(laid.problem, timetable)
    required = [one for one in verdict.breaches if laid.problem.constraints[one.constraint].required]
    if required:
        yield GateFinding(
            "required",
            _("有 %(count)s 处不满足必须满足的要求。请在调课板上改好。") % {"count": len(required)},
            tuple(sentence_of(laid, one) for one in required[:MOST_SENTENCES]),
        )
    if verdict.faults:
        yield GateFinding(
            "faults",
            _("有 %(count)s 处不合教学任务（节数、连堂或教室）。请重新排课。") % {"count": len(verdict.faults)},
            verdict.faults[:MOST_SENTENCES],
        )
    if (max(verdict.required, len(verdict.faults)), verdict.optional) != (row.required, row.optional):
        yield GateFinding(
            "figures", _("复核算出的扣分与记下的不同，课表或扣分被改动过。请在调课板上动一步再撤销，或重新排课。")
        )
    names = {line[0] for line in row.pieces}
    there = {
        *Course.objects.filter(term=row.term_id).values_list("code", flat=True),
        *Meeting.objects.filter(term=row.term_id).values_list("code", flat=True),
    }
    if gone := sorted(names - there):
        yield GateFinding(
            "gone",
            _("课表里的 %(names)s 已不在这个学期的教学任务或教研活动里。请重新排课，或恢复这几项。")
            % {"names": listed(gone)},
            tuple(gone[:MOST_SENTENCES]),
        )


def differences(row: Timetable) -> list[Difference]:
    """Of what the school is otherwise than when it was frozen, area by area; nothing where the bytes are the same. A constant number of queries."""
    frozen = bytes(row.frozen)
    try:
        now = school_of(row.term)
    except UnknownName as problem:
        return [Difference(_("现在的数据读不出来"), (), (), (problem.name,))]
    except UnfitWish as problem:
        return [Difference(_("现在的排课要求读不出来"), (), (), (problem.kind,))]
    content = freeze(now)
    if content == frozen:
        return []
    try:
        before, after = json.loads(frozen), json.loads(content)
        thaw(frozen)
    except ValueError:
        return []
    words = {
        "bells": _("作息时间表"),
        "homes": _("行政班"),
        "pupils": _("学生分组"),
        "teachers": _("教师"),
        "rooms": _("教室"),
        "courses": _("教学任务"),
        "meetings": _("教研活动"),
        "wishes": _("排课要求"),
    }
    found = []
    for one in fields(School):
        was, is_ = before.get(one.name), after.get(one.name)
        if was == is_:
            continue
        if one.name not in words:
            found.append(Difference(_("每周天数或学期"), (), (), (str(is_),)))
            continue
        key = "name" if one.name == "wishes" else "id"
        old, new = {each[key]: each for each in was or ()}, {each[key]: each for each in is_ or ()}
        difference = Difference(
            words[one.name],
            tuple(name for name in new if name not in old),
            tuple(name for name in old if name not in new),
            tuple(_called(new[name], name) for name in new if name in old and new[name] != old[name]),
        )
        found.append(difference)
    return found


def _called(said: Mapping[str, Any], name: str) -> str:
    return str(said.get("name") or name)


def changes(row: Timetable, before: Timetable | None) -> tuple[tuple[WeekChange, ...], tuple[WeekChange, ...]]:
    """By class and by teacher how many lessons of the week are new or go, against the one that holds; most changed first. None holds: all are new."""
    try:
        new = _weeks(row)
        old = _weeks(before) if before is not None else ({}, {})
    except (ValueError, TypeError, KeyError):
        return (), ()
    return _compared(new[0], old[0]), _compared(new[1], old[1])


_Weeks = dict[str, Counter[tuple[Any, ...]]]


def _weeks(row: Timetable) -> tuple[_Weeks, _Weeks]:
    school = thaw(bytes(row.frozen))
    homes = {course.id: sorted({school.pupils_of[one].home for one in course.pupils}) for course in school.courses}
    called = {one.id: one.name or one.id for one in school.teachers}
    classes: _Weeks = defaultdict(Counter)
    teachers: _Weeks = defaultdict(Counter)
    for name, duration, bells, day, period, people in row.pieces:
        # Sets of pupils are named anew when groups change; who teaches where and when is the lesson.
        pupils = {one for one in people if one in school.pupils_of}
        key = (name, duration, bells, day, period, *(one for one in people if one not in pupils))
        for home in homes.get(name, ()):
            classes[home][key] += 1
        for one in {one for one in people if one in called}:
            teachers[called[one]][key] += 1
    return classes, teachers


def _compared(new: _Weeks, old: _Weeks) -> tuple[WeekChange, ...]:
    found = []
    empty: Counter[tuple[Any, ...]] = Counter()
    for name in dict.fromkeys((*new, *old)):
        mine, theirs = new.get(name, empty), old.get(name, empty)
        changed = max((mine - theirs).total(), (theirs - mine).total())
        found.append(WeekChange(name, changed, mine.total()))
    return tuple(sorted(found, key=lambda one: (-one.changed, one.name)))
