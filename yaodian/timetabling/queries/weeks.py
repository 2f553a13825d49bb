"""A week as it is held: the lessons of the timetable that holds on each day, special days, and what was announced to be otherwise.

A lesson that is taken by another, moved, turned into self-study or held elsewhere shows what it was and what it is; one that is moved stands at both
places. Nothing counts that was not announced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from yaodian.timetabling.models import AbsenceState, Manner, Substitution, Term, TermRoom, TermTeacher, Weeks
from yaodian.timetabling.queries.lessons import Attendee, Bells, ReadLesson, fits, read_lessons
from yaodian.timetabling.queries.term_days import WEEK, TermDays, monday_of


def name_of_day(day: int) -> str:
    """Of 0 to 6."""
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))[day]


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@dataclass(frozen=True)
class Occurrence:
    """A lesson on a day. `is_gone`: it is not held here, as the timetable would have it. `teachers` and `room` are those of the day; what they
    were stands in `former_teachers` and `former_room`. `other_on` and `other_period`: where a moved one went, or came from."""

    lesson: ReadLesson
    on: date
    period: int
    teachers: tuple[TermTeacher, ...]
    room: TermRoom | None
    former_teachers: tuple[TermTeacher, ...] = ()
    former_room: TermRoom | None = None
    manner: str = ""
    is_gone: bool = False
    other_on: date | None = None
    other_period: int | None = None

    @property
    def periods(self) -> range:
        return range(self.period, self.period + self.lesson.duration)

    @property
    def word(self) -> str:
        """What is otherwise, in one word; empty where nothing is."""
        if not self.manner:
            return ""
        if self.other_on is not None:
            return _("已调走") if self.is_gone else _("调来")
        return str(Manner(self.manner).label)

    def where_to(self, bells: Bells) -> str:
        """Where a moved lesson went, or where it came from; empty for others."""
        if self.other_on is None or self.other_period is None:
            return ""
        said = {"day": date_format(self.other_on, "m-d"), "period": bells.name(self.lesson.bells, self.other_period)}
        return (_("调至 %(day)s %(period)s") if self.is_gone else _("原 %(day)s %(period)s")) % said


def substitutions_in(term: Term, first: date, last: date) -> list[Substitution]:
    """What was announced of lessons from the first to the last day, and of those that were moved there. One query."""
    return list(
        Substitution.objects.filter(absence__term=term, absence__state=AbsenceState.ANNOUNCED)
        .filter(Q(on__range=(first, last)) | Q(to_on__range=(first, last)))
        .select_related("absence__teacher", "teacher", "room")
        .defer("absence__reason")
        .order_by("on", "pk")
    )


def occurrences(
    *, days: TermDays, lessons: Iterable[ReadLesson], changes: Iterable[Substitution], on: Sequence[date]
) -> list[Occurrence]:
    """What is held on these days, and what is not held as it would be. No query."""
    by_lesson = {(one.lesson_id, one.on): one for one in changes}
    of_day: dict[tuple[int, int], list[ReadLesson]] = defaultdict(list)
    for lesson in lessons:
        of_day[lesson.timetable, lesson.day].append(lesson)
    found: list[Occurrence] = []
    # A lesson moved here from a day outside is found from its own day.
    for day in sorted({*on, *(one.on for one in by_lesson.values())}):
        holds, weekday = days.timetable_on(day), days.lessons_of(day)
        if holds is None or weekday is None:
            continue
        for lesson in of_day.get((holds.pk, weekday), ()):
            if fits(lesson, days.parity(day)):
                found += _held(lesson, day, by_lesson.get((lesson.pk, day)))
    wanted = set(on)
    return sorted(
        (one for one in found if one.on in wanted), key=lambda one: (one.on, one.period, one.is_gone, one.lesson.pk)
    )


def _held(lesson: ReadLesson, day: date, change: Substitution | None) -> list[Occurrence]:
    plain = Occurrence(lesson, day, lesson.period, lesson.teachers, lesson.room)
    if change is None:
        return [plain]
    teachers, room = _teachers(lesson, change), change.room or lesson.room
    if change.manner == Manner.SELF_STUDY and change.teacher is None:
        teachers = tuple(one for one in lesson.teachers if one.pk != change.absence.teacher_id)
    now = replace(
        plain,
        teachers=teachers,
        room=room,
        former_teachers=tuple(one for one in lesson.teachers if one not in teachers),
        former_room=lesson.room if room != lesson.room else None,
        manner=change.manner,
    )
    on = change.to_on or day
    period = lesson.period if change.to_period is None else change.to_period
    if (on, period) == (day, lesson.period):
        return [now]
    left = replace(plain, manner=change.manner, is_gone=True, other_on=on, other_period=period)
    return [left, replace(now, on=on, period=period, other_on=day, other_period=lesson.period)]


def _teachers(lesson: ReadLesson, change: Substitution) -> tuple[TermTeacher, ...]:
    """Who holds it: the substitute stands for the one who is away, else for all."""
    if change.teacher is None:
        return lesson.teachers
    away = change.absence.teacher_id
    if away is None or all(one.pk != away for one in lesson.teachers):
        return (change.teacher,)
    stays = [change.teacher if one.pk == away else one for one in lesson.teachers]
    return tuple(dict.fromkeys(stays))


# One attendee's week -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """What stands in a cell. `is_struck`: for this attendee it is not held. `clock` is given where it differs from that of the row."""

    occurrence: Occurrence
    is_struck: bool
    hours: tuple[int, int] | None
    where_to: str = ""
    clock: str = ""
    shows_classes: bool = True
    shows_teachers: bool = True
    shows_room: bool = True

    @property
    def lesson(self) -> ReadLesson:
        return self.occurrence.lesson

    @property
    def word(self) -> str:
        return self.occurrence.word

    @property
    def title(self) -> str:
        return self.lesson.full_title

    @property
    def whose(self) -> str:
        """The classes, where it is no group's."""
        return "" if self.lesson.group else _("、").join(self.lesson.classes)

    @property
    def is_self_study(self) -> bool:
        return self.occurrence.manner == Manner.SELF_STUDY


@dataclass(frozen=True)
class Cell:
    """What an attendee has in one period of a day. `is_walking` (走班): several groups of a class at one time."""

    entries: tuple[Entry, ...] = ()

    @property
    def is_walking(self) -> bool:
        return len({one.lesson.group for one in self.entries if one.lesson.group}) > 1


@dataclass(frozen=True)
class Day:
    """A day of a week. `note` says why it is special; `holds` is false where no timetable holds on it."""

    on: date
    name: str
    is_today: bool
    is_in_term: bool
    has_lessons: bool
    holds: bool
    note: str
    # The day of the week whose lessons are held instead, in words.
    instead: str
    cells: tuple[Cell, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not any(one.entries for one in self.cells)

    @property
    def is_changed(self) -> bool:
        return any(entry.word for one in self.cells for entry in one.entries)


@dataclass(frozen=True)
class Row:
    """A period: its name, its hours where the schedule says, and what each day has."""

    number: int
    name: str
    hours: str
    part: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Week:
    """A week of one attendee: `rows` by period with a cell for each of `days`, which have the same cells by day."""

    attendee: Attendee
    monday: date
    number: int
    is_odd: bool
    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    before: date | None
    after: date | None
    # The last school day of the week before.
    last_before: date | None
    shown: Day

    @property
    def holds(self) -> bool:
        """Whether a timetable holds on one of its days."""
        return any(one.holds for one in self.days)

    @property
    def is_empty(self) -> bool:
        return all(one.is_empty for one in self.days)

    @property
    def agenda(self) -> tuple[tuple[Day, tuple[tuple[Row, Cell], ...]], ...]:
        """Each day with the periods in which there is something."""
        return tuple(
            (day, tuple((row, cell) for row, cell in zip(self.rows, day.cells, strict=True) if cell.entries))
            for day in self.days
        )

    @property
    def changes(self) -> tuple[Occurrence, ...]:
        """What is otherwise than the timetable says, once each."""
        found = {
            id(entry.occurrence): entry.occurrence
            for day in self.days
            for cell in day.cells
            for entry in cell.entries
            if entry.word
        }
        return tuple(found.values())

    def _beside(self, step: int) -> date | None:
        place = self.days.index(self.shown) + step
        return self.days[place].on if 0 <= place < len(self.days) else None

    @property
    def day_before(self) -> date | None:
        """The school day before the one that is shown, also in the week before."""
        return self._beside(-1) or self.last_before

    @property
    def day_after(self) -> date | None:
        return self._beside(1) or self.after


def week_of(*, days: TermDays, bells: Bells, attendee: Attendee, day: date, today: date) -> Week:
    """The week in which the day lies. Four queries."""
    monday = monday_of(day)
    dates = days.days_of_week(monday)
    first, last = dates[0], dates[-1]
    changes = substitutions_in(days.term, monday, monday + WEEK - timedelta(days=1))
    reached = {monday, *(one.on for one in changes), first, last}
    timetables = days.between(min(reached), max(reached))
    lessons = read_lessons(
        timetables=timetables, bells=bells, of=attendee.lessons | Q(pk__in=[one.lesson_id for one in changes])
    )
    found = occurrences(days=days, lessons=lessons, changes=changes, on=dates)
    entries = [entry for one in found if (entry := _entry(one, attendee, bells)) is not None]
    main = _main_bells(attendee, bells, entries)
    numbers = _numbers(bells, main, entries)
    by_cell: dict[tuple[date, int], list[Entry]] = defaultdict(list)
    for one in entries:
        usual = bells.hours(main, one.occurrence.period, one.lesson.duration)
        said = replace(one, clock=_hours_said(one.hours) if one.hours != usual else "")
        for number in one.occurrence.periods:
            by_cell[one.occurrence.on, number].append(said)
    shown_days = tuple(_day(days, on, today, numbers, by_cell) for on in dates)
    periods = bells.periods.get(main, {})
    rows = tuple(
        Row(
            number,
            bells.name(main, number),
            _hours_said(bells.hours(main, number)),
            periods[number].part if number in periods else "",
            tuple(one.cells[place] for one in shown_days),
        )
        for place, number in enumerate(numbers)
    )
    term = days.term
    before = monday - WEEK if monday > monday_of(term.begins_on) else None
    return Week(
        attendee=attendee,
        monday=monday,
        number=days.number_of_week(day),
        is_odd=days.parity(day) == Weeks.ODD,
        days=shown_days,
        rows=rows,
        before=before,
        after=monday + WEEK if monday < monday_of(term.ends_on) else None,
        last_before=days.days_of_week(before)[-1] if before is not None else None,
        shown=next((one for one in shown_days if one.on >= day), shown_days[-1]),
    )


def _entry(one: Occurrence, attendee: Attendee, bells: Bells) -> Entry | None:
    """As the attendee sees it; None where it is none of his."""
    has_it = attendee.attends(one.lesson, one.teachers, one.room)
    had_it = attendee.attends(one.lesson, one.lesson.teachers, one.lesson.room)
    if one.is_gone:
        has_it = False
    elif one.other_on is not None and not has_it:
        # Where it came to, those who do not go with it see nothing.
        return None
    if not has_it and not had_it:
        return None
    return Entry(
        occurrence=one,
        is_struck=not has_it,
        hours=bells.hours(one.lesson.bells, one.period, one.lesson.duration),
        where_to=one.where_to(bells),
        shows_classes=attendee.kind in ("teacher", "room"),
        shows_teachers=attendee.kind != "teacher" or bool(one.former_teachers) or len(one.lesson.teachers) > 1,
        # A class's own room goes without saying.
        shows_room=one.former_room is not None or (attendee.kind != "room" and one.room != attendee.room),
    )


def _main_bells(attendee: Attendee, bells: Bells, entries: Sequence[Entry]) -> int:
    """The schedule by which the rows are named: the attendee's own, else that of most of his lessons."""
    if attendee.bells:
        return attendee.bells
    counted: dict[int, int] = defaultdict(int)
    for one in entries:
        counted[one.lesson.bells] += 1
    return max(counted, key=lambda one: (counted[one], -one), default=bells.first)


def _numbers(bells: Bells, main: int, entries: Iterable[Entry]) -> list[int]:
    there = set(bells.periods.get(main, {}))
    return sorted(there | {number for one in entries for number in one.occurrence.periods})


def _hours_said(hours: tuple[int, int] | None) -> str:
    return f"{clock(hours[0])}–{clock(hours[1])}" if hours else ""


def _day(
    days: TermDays, on: date, today: date, numbers: Sequence[int], cells: Mapping[tuple[date, int], list[Entry]]
) -> Day:
    special, weekday = days.special.get(on), days.lessons_of(on)
    return Day(
        on=on,
        name=name_of_day(on.weekday()),
        is_today=on == today,
        is_in_term=days.is_in_term(on),
        has_lessons=weekday is not None,
        holds=days.timetable_on(on) is not None,
        note=special.note if special is not None and days.is_in_term(on) else "",
        instead=name_of_day(weekday) if weekday is not None and special is not None else "",
        cells=tuple(Cell(tuple(cells.get((on, number), ()))) for number in numbers),
    )
