"""What is held on days of a term with everything that was arranged, announced or not: by which is seen who and what is free.

Periods of different bell schedules meet in the clock; those without hours meet by their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from yaodian.timetabling.models import Absence, AbsenceState, Substitution, Term, TermRoom, TermTeacher, Timetable
from yaodian.timetabling.problem.duties import StalePlan, pupils_by_course
from yaodian.timetabling.queries.lessons import Bells, ReadLesson, bells_of, fits, read_lessons
from yaodian.timetabling.queries.term_days import TermDays, days_of
from yaodian.timetabling.queries.weeks import Occurrence, occurrences

Span = tuple[int, int]
# A period without hours stands far behind every clock, so that it meets only itself.
_NO_CLOCK = 10_000


@dataclass(frozen=True)
class Hit:
    """A lesson that cannot be held on the day as the timetable says, and what was arranged for it; `by` is the absence that arranged it."""

    lesson: ReadLesson
    on: date
    change: Substitution | None = None

    @property
    def key(self) -> tuple[int, date]:
        return self.lesson.pk, self.on


@dataclass(frozen=True)
class HeldDays:
    """`lessons` are those of every timetable that holds on one of the days, `changes` what was arranged, `absences` those that reach into the days."""

    term: Term
    days: TermDays
    bells: Bells
    on: tuple[date, ...]
    lessons: Sequence[ReadLesson]
    changes: Sequence[Substitution]
    absences: Sequence[Absence]

    @cached_property
    def by_day(self) -> Mapping[date, Sequence[Occurrence]]:
        """What is held on each day, at the place where it is held then."""
        found: dict[date, list[Occurrence]] = defaultdict(list)
        for one in occurrences(days=self.days, lessons=self.lessons, changes=self.changes, on=self.on):
            if not one.is_gone:
                found[one.on].append(one)
        return found

    @cached_property
    def by_key(self) -> Mapping[tuple[int, date], Substitution]:
        return {(one.lesson_id, one.on): one for one in self.changes}

    @cached_property
    def by_pk(self) -> Mapping[int, ReadLesson]:
        return {one.pk: one for one in self.lessons}

    def timetable(self, on: date) -> Timetable | None:
        return self.days.timetable_on(on) if self.days.lessons_of(on) is not None else None

    def plain(self, on: date) -> Iterator[ReadLesson]:
        """The lessons that the timetable has on the day."""
        holds, weekday = self.timetable(on), self.days.lessons_of(on)
        if holds is not None:
            for one in self.lessons:
                if one.timetable == holds.pk and one.day == weekday and fits(one, self.days.parity(on)):
                    yield one

    def hits(self, absence: Absence) -> list[Hit]:
        """The lessons that the absence keeps from being held, by day and period. A meeting goes on without whoever is away."""
        found = []
        for on in self.on:
            if absence.from_on <= on <= absence.until_on:
                found += [
                    Hit(one, on, self.by_key.get((one.pk, on)))
                    for one in self.plain(on)
                    if one.course is not None and _concerns(absence, one.teachers, one.room)
                ]
        return sorted(found, key=lambda one: (one.on, one.lesson.period, one.lesson.pk))

    def disturbed(self, absence: Absence) -> list[Substitution]:
        """What was arranged elsewhere and falls into this absence: duties of the teacher, lessons laid into the room."""
        return [
            one
            for one in self.changes
            if one.absence_id != absence.pk
            and absence.from_on <= (one.to_on or one.on) <= absence.until_on
            and (
                (absence.teacher_id is not None and one.teacher_id == absence.teacher_id)
                or (absence.room_id is not None and one.room_id == absence.room_id)
            )
        ]

    def spans(self, bells: int, period: int, duration: int) -> list[Span]:
        """From when to when each period lasts, in minutes after midnight."""
        return [
            self.bells.hours(bells, one) or (_NO_CLOCK + one, _NO_CLOCK + one + 1)
            for one in range(period, period + duration)
        ]

    def away(self, on: date, *, teacher: int | None = None, room: int | None = None) -> Absence | None:
        """The absence by which the teacher or the room cannot be had on the day."""
        for one in self.absences:
            if one.from_on <= on <= one.until_on and (
                (teacher is not None and one.teacher_id == teacher) or (room is not None and one.room_id == room)
            ):
                return one
        return None

    def clash(
        self, on: date, spans: Sequence[Span], *, but: tuple[int, date], teacher: int | None = None,
        room: int | None = None, of: ReadLesson | None = None,
    ) -> Occurrence | None:  # fmt: skip
        """What is held then with the teacher, in the room, or for pupils of the lesson `of`; not the lesson `but` itself."""
        for one in self.by_day.get(on, ()):
            source = one.other_on or one.on
            if (one.lesson.pk, source) == but:
                continue
            if not (
                (teacher is not None and any(each.pk == teacher for each in one.teachers))
                or (room is not None and one.room is not None and one.room.pk == room)
                or (of is not None and self.share_pupils(on, of, one.lesson))
            ):
                continue
            theirs = self.spans(one.lesson.bells, one.period, one.lesson.duration)
            if any(mine[0] < their[1] and their[0] < mine[1] for mine in spans for their in theirs):
                return one
        return None

    def share_pupils(self, on: date, one: ReadLesson, other: ReadLesson) -> bool:
        """Whether a pupil is in both, by the sets of which the timetable of the day was made; by classes where it does not tell."""
        sets = self._pupils(on)
        if one.code in sets and other.code in sets:
            return not sets[one.code].isdisjoint(sets[other.code])
        return not set(one.classes).isdisjoint(other.classes)

    def _pupils(self, on: date) -> Mapping[str, frozenset[str]]:
        holds = self.timetable(on)
        if holds is None:
            return {}
        if holds.pk not in self._sets:
            try:
                self._sets[holds.pk] = pupils_by_course(self.whole(holds))
            except StalePlan:
                self._sets[holds.pk] = {}
        return self._sets[holds.pk]

    def whole(self, row: Timetable) -> Timetable:
        """The timetable with what it was made of, read once."""
        if row.pk not in self._whole:
            self._whole[row.pk] = Timetable.objects.get(pk=row.pk)
        return self._whole[row.pk]

    @cached_property
    def _whole(self) -> dict[int, Timetable]:
        return {}

    @cached_property
    def _sets(self) -> dict[int, Mapping[str, frozenset[str]]]:
        return {}

    def closed(self, slots: Sequence[Sequence[object]], on: date, period: int, duration: int) -> bool:
        """Whether one of the slots (times of a week) takes up a period of the day."""
        weekday = self.days.lessons_of(on)
        wanted = set(range(period, period + duration))
        return any(day == weekday and (not periods or not wanted.isdisjoint(periods)) for day, periods in slots)  # type: ignore[arg-type, call-overload]  # Checked when they were kept.


def _concerns(absence: Absence, teachers: Collection[TermTeacher], room: TermRoom | None) -> bool:
    if absence.teacher_id is not None:
        return any(one.pk == absence.teacher_id for one in teachers)
    return room is not None and room.pk == absence.room_id


def school_days(days: TermDays, first: date, last: date) -> list[date]:
    """The days with lessons from the first to the last."""
    within = (first + timedelta(days=past) for past in range((last - first).days + 1))
    return [one for one in within if days.lessons_of(one) is not None]


def is_still_held(days: TermDays, row: Substitution) -> bool:
    """Whether the lesson is one of the timetable that holds on its day: another may have been published since. No query where the lesson was read."""
    holds = days.timetable_on(row.on)
    return holds is not None and holds.pk == row.lesson.timetable_id and days.lessons_of(row.on) == row.lesson.day


def held_days(term: Term, first: date, last: date) -> HeldDays:
    """From the first to the last day. A constant number of queries."""
    days, bells = days_of(term), bells_of(term)
    first, last = max(first, term.begins_on), min(last, term.ends_on)
    on = tuple(school_days(days, first, last))
    changes = list(
        Substitution.objects.filter(absence__term=term)
        .exclude(absence__state=AbsenceState.WITHDRAWN)
        .filter(Q(on__range=(first, last)) | Q(to_on__range=(first, last)))
        .select_related("absence__teacher", "absence__room", "teacher", "room")
        .defer("absence__reason")
        .order_by("on", "pk")
    )
    absences = list(
        Absence.objects.filter(term=term, from_on__lte=last, until_on__gte=first)
        .exclude(state=AbsenceState.WITHDRAWN)
        .select_related("teacher", "room")
        .defer("reason")
        .order_by("from_on", "pk")
    )
    reached = [first, last, *(one.on for one in changes)]
    lessons = read_lessons(timetables=days.between(min(reached), max(reached)), bells=bells) if first <= last else []
    return HeldDays(term, days, bells, on, lessons, changes, absences)


def when_words(held: HeldDays, on: date, lesson: ReadLesson, period: int | None = None) -> str:
    """The day, the period and whose lesson of what it is."""
    return _("%(day)s %(period)s %(classes)s %(title)s") % {
        "day": on.strftime("%m-%d"), "period": held.bells.name(lesson.bells, lesson.period if period is None else period),
        "classes": "" if lesson.group else _("、").join(lesson.classes), "title": lesson.full_title,
    }  # fmt: skip
