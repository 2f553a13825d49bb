"""A timetable as iCalendar (RFC 5545): the lessons of one teacher, class or room through a term.

1. Each placed piece that the resource attends is one event of the calendar for each day that it touches, and for each week of the cycle that it runs in,
   or for all at once where it runs in all.
2. Its regular dates are a rule (weekly, every so many weeks, up to the last), from which days off are taken out by date. A lesson made up on another day
   is an event by itself, because many programs do not know how to add a date to a rule.
3. A lesson that is not held on one of its days as the timetable says is taken out of that day; what is held instead is an event by itself.
4. The clock is that of Asia/Shanghai, which has been eight hours before UTC without summer time since 1992.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from yaodian.engines.scheduling.timetabling import Piece, Problem, Timetable

from .lines import escaped, text_of
from .refusals import UnfitForCalendar
from .terms import Term

ZONE = "Asia/Shanghai"
_OFFSET = timezone(timedelta(hours=8))
# A school year and some days.
LONGEST_TERM = 400
_MINUTES_A_DAY = 24 * 60
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:yaodian:timetable")


@dataclass(frozen=True)
class Part:
    """A timetable while it holds: ``term`` is from its first to its last day. ``away`` are days on which a piece (by its index) is not held as it says."""

    problem: Problem
    timetable: Timetable
    resource: int
    term: Term
    away: Mapping[int, frozenset[date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Single:
    """Something held once, in minutes after midnight. The same ``key`` has the same UID."""

    key: str
    on: date
    begins_min: int
    ends_min: int
    summary: str
    location: str = ""
    description: str = ""


def calendar_of(
    problem: Problem,
    timetable: Timetable,
    resource: int,
    term: Term,
    *,
    stamped_at: datetime,
    rooms_kind: str = "room",
) -> str:
    """The calendar of one resource (by index) as text with CRLF line ends; its own dates in ``term``, made at ``stamped_at`` (with a time zone).

    Rooms of the kind ``rooms_kind`` are where an event is, everybody else who attends it stands in its description. The same event, piece
    and week have the same UID in every calendar and every time. Raises UnfitForCalendar for times without hours, weeks of more than seven days, and wrong days.
    """
    part = Part(problem, timetable, resource, term)
    _check(part, stamped_at)
    name = problem.resources[resource].name or problem.resources[resource].id
    return joined([part], name=name, stamped_at=stamped_at, rooms_kind=rooms_kind)


def joined(
    parts: Sequence[Part],
    *,
    name: str,
    stamped_at: datetime,
    singles: Sequence[Single] = (),
    rooms_kind: str = "room",
) -> str:
    """The calendar of several timetables that hold one after the other, with what is held once beside them. Raises UnfitForCalendar."""
    for part in parts:
        _check(part, stamped_at)
    if stamped_at.tzinfo is None:
        raise UnfitForCalendar("stamp", found=stamped_at.isoformat())
    stamp = f"{stamped_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    name = escaped(name)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//yaodian//timetable//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        f"X-WR-TIMEZONE:{ZONE}",
        "BEGIN:VTIMEZONE",
        f"TZID:{ZONE}",
        "BEGIN:STANDARD",
        "DTSTART:19920101T000000",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]
    for part in parts:
        for event in _written(part, rooms_kind):
            lines += ["BEGIN:VEVENT", f"DTSTAMP:{stamp}", *event, "END:VEVENT"]
    for single in singles:
        lines += ["BEGIN:VEVENT", f"DTSTAMP:{stamp}", *_single(single), "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return text_of(lines)


def _written(part: Part, rooms_kind: str) -> Iterator[list[str]]:
    numbers: dict[int, int] = {}
    for index, piece in enumerate(part.timetable.pieces):
        number = numbers[piece.event] = numbers.get(piece.event, 0) + 1
        if piece.time is not None and part.resource in piece.resources:
            words = list(_words(part.problem, piece, part.resource, rooms_kind))
            for event in _events(part.problem, piece, number, part.term, part.away.get(index, frozenset())):
                yield [*event, *words]


def _single(single: Single) -> Iterator[str]:
    yield from _moments(f"once/{single.key}", single.on, single.begins_min, single.ends_min)
    yield f"SUMMARY:{escaped(single.summary)}"
    if single.location:
        yield f"LOCATION:{escaped(single.location)}"
    if single.description:
        yield f"DESCRIPTION:{escaped(single.description)}"


def _check(part: Part, stamped_at: datetime) -> None:
    problem, resource, term = part.problem, part.resource, part.term
    if not 0 <= resource < len(problem.resources):
        raise UnfitForCalendar("resource", found=resource, count=len(problem.resources))
    if stamped_at.tzinfo is None:
        raise UnfitForCalendar("stamp", found=stamped_at.isoformat())
    if not 0 <= (term.ends_on - term.begins_on).days <= LONGEST_TERM:
        raise UnfitForCalendar("term", begins=term.begins_on, ends=term.ends_on, most=LONGEST_TERM)
    days = max((time.day for time in problem.times), default=0) + 1
    if days > 7:
        raise UnfitForCalendar("days", found=days)
    seen: set[date] = set()
    for one in term.made_up:
        week = 0 if one.week is None else one.week
        in_term = term.begins_on <= one.on <= term.ends_on
        if not in_term or one.on in seen or not 0 <= one.day < 7 or not 0 <= week < problem.cycle:
            raise UnfitForCalendar("made-up", on=one.on, most=7, cycle=problem.cycle)
        seen.add(one.on)


def _events(problem: Problem, piece: Piece, number: int, term: Term, away: frozenset[date]) -> Iterator[list[str]]:
    """What says when, of every calendar event that the piece becomes; ``away`` are days on which it is not held."""
    weeks = frozenset(problem.weeks_of(piece.event))
    runs_weekly = len(weeks) == problem.cycle
    spans: dict[int, list[int]] = {}
    for time in _span(problem, piece):
        spans.setdefault(problem.times[time].day, []).append(time)
    for part, (day, times) in enumerate(spans.items()):
        begins, ends = _hours(problem, times)
        for week in (0,) if runs_weekly else sorted(weeks):
            every, these = (1, weeks) if runs_weekly else (problem.cycle, frozenset({week}))
            key = f"{problem.id}/{problem.events[piece.event].id}/{number}/{part}/{'*' if runs_weekly else week}"
            regular = term.regular(day, week, every)
            kept = tuple(on for on in term.kept(regular) if on not in away)
            if kept:
                # The rule begins and ends with a date that is kept, so that nothing shows on days off at its ends.
                ruled = [on for on in regular if kept[0] <= on <= kept[-1]]
                off = sorted(set(ruled) - set(kept))
                yield [*_moments(key, kept[0], begins, ends), *_recurrence(ruled, off, begins, every)]
            for on in term.made_up_on(day, these, problem.cycle):
                if on not in away:
                    yield _moments(f"{key}/{on}", on, begins, ends)


def _moments(key: str, on: date, begins: int, ends: int) -> list[str]:
    return [
        f"UID:{uuid.uuid5(_NAMESPACE, key)}",
        f"DTSTART;TZID={ZONE}:{_at(on, begins)}",
        f"DTEND;TZID={ZONE}:{_at(on, ends)}",
    ]


def _span(problem: Problem, piece: Piece) -> list[int]:
    """The times of a placed piece, those that there are."""
    assert piece.time is not None
    span = [piece.time]
    while len(span) < piece.duration and (following := problem.followers[span[-1]]) is not None:
        span.append(following)
    return span


def _hours(problem: Problem, times: list[int]) -> tuple[int, int]:
    """When the first of the times begins and the last ends, in minutes after midnight."""
    begins, ends = problem.times[times[0]].begins_min, problem.times[times[-1]].ends_min
    if begins is None or ends is None or not 0 <= begins < ends < _MINUTES_A_DAY:
        raise UnfitForCalendar(
            "no-clock", times=", ".join(problem.times[time].name or problem.times[time].id for time in times)
        )
    return begins, ends


def _recurrence(ruled: list[date], off: list[date], begins: int, every: int) -> Iterator[str]:
    if len(ruled) > 1:
        until = _moment(ruled[-1], begins).astimezone(UTC)
        interval = f"INTERVAL={every};" if every > 1 else ""
        yield f"RRULE:FREQ=WEEKLY;{interval}UNTIL={until:%Y%m%dT%H%M%SZ}"
    if off:
        yield f"EXDATE;TZID={ZONE}:{','.join(_at(on, begins) for on in off)}"


def _moment(on: date, minutes: int) -> datetime:
    return datetime(on.year, on.month, on.day, minutes // 60, minutes % 60, tzinfo=_OFFSET)


def _at(on: date, minutes: int) -> str:
    return f"{_moment(on, minutes):%Y%m%dT%H%M%S}"


def _words(problem: Problem, piece: Piece, resource: int, rooms_kind: str) -> Iterator[str]:
    """What it is, where, and who else is there."""
    event = problem.events[piece.event]
    attending = dict.fromkeys(one for one in piece.resources if one is not None)
    rooms = [problem.resources[one] for one in attending if problem.resources[one].kind == rooms_kind]
    others = [
        problem.resources[one] for one in attending if one != resource and problem.resources[one].kind != rooms_kind
    ]
    yield f"SUMMARY:{escaped(event.name or event.course or event.id)}"
    if rooms:
        told = (" ".join(filter(None, (room.place, room.name or room.id))) for room in rooms)
        yield f"LOCATION:{escaped(', '.join(told))}"
    if others:
        yield f"DESCRIPTION:{escaped(', '.join(one.name or one.id for one in others))}"
    if event.course:
        yield f"CATEGORIES:{escaped(event.course)}"
