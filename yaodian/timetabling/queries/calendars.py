"""The timetable of one attendee through a term as iCalendar: a subscription on a phone, with days off, lessons made up, and what was announced."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from yaodian.engines.scheduling import icalendar
from yaodian.engines.scheduling.timetabling import Event, Piece, Problem, Resource, Time
from yaodian.engines.scheduling.timetabling import Timetable as Plan
from yaodian.timetabling.models import Substitution, Timetable, Weeks
from yaodian.timetabling.queries.lessons import Attendee, Bells, ReadLesson, read_lessons
from yaodian.timetabling.queries.term_days import TermDays
from yaodian.timetabling.queries.weeks import Occurrence, occurrences, substitutions_in

_CYCLE = {Weeks.ODD: (0,), Weeks.EVEN: (1,)}
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Feed:
    """A calendar as it goes out: the same rows give the same bytes and the same `tag`. `changed_at` is when something was published or announced last."""

    content: bytes
    tag: str
    changed_at: datetime


def feed_of(*, days: TermDays, bells: Bells, attendee: Attendee, name: str) -> Feed:
    """The whole term of one attendee. Four queries."""
    term = days.term
    first, last = term.begins_on, term.ends_on
    changes = substitutions_in(term, first, last)
    timetables = days.between(first, last)
    lessons = read_lessons(
        timetables=timetables, bells=bells, of=attendee.lessons | Q(pk__in=[one.lesson_id for one in changes])
    )
    dates = [first + timedelta(days=past) for past in range((last - first).days + 1)]
    by_lesson = {one.lesson_id: one for one in changes}
    changed = [one for one in lessons if one.pk in by_lesson]
    otherwise = [
        one for one in occurrences(days=days, lessons=changed, changes=changes, on=dates) if one.manner
    ]  # fmt: skip
    away: dict[int, set[date]] = defaultdict(set)
    for change in changes:
        away[change.lesson_id].add(change.on)
    stamps = [one.published_at for one in timetables] + [one.absence.announced_at for one in changes]
    changed_at = max((one for one in stamps if one is not None), default=_ALWAYS).replace(microsecond=0)
    parts = [
        part
        for timetable in timetables
        for part in _parts(days, timetable, [one for one in lessons if one.timetable == timetable.pk], bells, attendee, away)
    ]  # fmt: skip
    text = icalendar.joined(
        parts, name=name, stamped_at=changed_at, singles=_singles(otherwise, attendee, bells, changes)
    )
    content = text.encode()
    return Feed(content, hashlib.sha256(content).hexdigest(), changed_at)


def _parts(
    days: TermDays, timetable: Timetable, lessons: Sequence[ReadLesson], bells: Bells, attendee: Attendee,
    away: dict[int, set[date]],
) -> Iterable[icalendar.Part]:  # fmt: skip
    """A timetable in each stretch of days in which it holds: one that held before and after another has two."""
    mine = [one for one in lessons if attendee.attends(one, one.teachers, one.room)]
    mine = [one for one in mine if bells.hours(one.bells, one.period, one.duration) is not None]
    for first, last in _stretches(days, timetable):
        problem, plan = _laid(timetable, mine, bells, attendee)
        yield icalendar.Part(
            problem,
            plan,
            0,
            _term(days, first, last),
            {index: frozenset(away[one.pk]) for index, one in enumerate(mine) if one.pk in away},
        )


def _stretches(days: TermDays, timetable: Timetable) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    on = days.term.begins_on
    while on <= days.term.ends_on:
        holds = days.timetable_on(on)
        if holds is not None and holds.pk == timetable.pk:
            if found and found[-1][1] == on - timedelta(days=1):
                found[-1] = (found[-1][0], on)
            else:
                found.append((on, on))
        on += timedelta(days=1)
    return found


def _term(days: TermDays, first: date, last: date) -> icalendar.Term:
    special = [one for one in days.special.values() if first <= one.on <= last]
    return icalendar.Term(
        first,
        last,
        frozenset(one.on for one in special if one.lessons_of is None),
        tuple(icalendar.MadeUp(one.on, one.lessons_of) for one in special if one.lessons_of is not None),
        weeks_from=days.term.begins_on,
    )


def _laid(
    timetable: Timetable, lessons: Sequence[ReadLesson], bells: Bells, attendee: Attendee
) -> tuple[Problem, Plan]:
    """The lessons as pieces of one event each course; the attendee is the first resource."""
    times: list[Time] = []
    at: dict[tuple[int, int, int], int] = {}
    for schedule, periods in bells.periods.items():
        for day in range(7):
            for number in sorted(periods):
                at[schedule, day, number] = len(times)
                one = periods[number]
                times.append(
                    Time(f"{schedule}/{day}/{number}", day, one.name, one.begins_min, one.ends_min, str(schedule))
                )
    resources = [Resource("", "attendee")]
    index: dict[tuple[str, str], int] = {}

    def resource(kind: str, code: str, name: str = "", place: str = "") -> int:
        if (kind, code) == (attendee.kind, attendee.code) and kind in ("teacher", "class"):
            return 0
        if (kind, code) not in index:
            index[kind, code] = len(resources)
            resources.append(Resource(code, kind, name, place=place))
        return index[kind, code]

    events: dict[str, int] = {}
    made: list[Event] = []
    pieces: list[Piece] = []
    for lesson in lessons:
        if lesson.code not in events:
            events[lesson.code] = len(made)
            weeks = _CYCLE.get(lesson.weeks, ())  # type: ignore[call-overload]  # By its value.
            made.append(Event(lesson.code, 0, name=lesson.full_title, course=lesson.title, weeks=weeks))
        there = [0, *(resource("teacher", one.code, one.name) for one in lesson.teachers)]
        there += [resource("class", one) for one in lesson.classes]
        if lesson.room is not None:
            there.append(resource("room", lesson.room.code, place=lesson.room.place))
        pieces.append(
            Piece(events[lesson.code], lesson.duration, at[lesson.bells, lesson.day, lesson.period], tuple(there))
        )
    problem = Problem(tuple(times), tuple(resources), tuple(made), (), id=timetable.public_id, cycle=2)
    return problem, Plan(tuple(pieces))


def _singles(
    otherwise: Iterable[Occurrence], attendee: Attendee, bells: Bells, changes: Iterable[Substitution]
) -> list[icalendar.Single]:
    """What the attendee has on one day alone, by the key of what was announced."""
    by_day = {(one.lesson_id, one.on): one.pk for one in changes}
    found = []
    for one in otherwise:
        hours = bells.hours(one.lesson.bells, one.period, one.lesson.duration)
        if one.is_gone or hours is None or not attendee.attends(one.lesson, one.teachers, one.room):
            continue
        was_on = one.other_on or one.on
        people = _("、").join(each.name for each in one.teachers)
        whose = _("、").join(one.lesson.classes)
        room = one.room
        found.append(
            icalendar.Single(
                key=str(by_day[one.lesson.pk, was_on]),
                on=one.on,
                begins_min=hours[0],
                ends_min=hours[1],
                summary=_("%(title)s（%(word)s）") % {"title": one.lesson.full_title, "word": one.word},
                location=" ".join(filter(None, (room.place, room.code))) if room is not None else "",
                description="; ".join(filter(None, (people, whose, one.where_to(bells)))),
            )
        )
    return found
