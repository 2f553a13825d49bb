"""The lessons of published timetables as they are read: of what, for whom, by whom, where, at what hour."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import F, Q
from django.utils.translation import gettext as _

from yaodian.timetabling.models import (
    BellPeriod,
    BellSchedule,
    GroupingState,
    GroupMember,
    HomeMember,
    Lesson,
    Term,
    TermClass,
    TermRoom,
    TermTeacher,
    Timetable,
    Weeks,
)
from yaodian.timetabling.models.terms import Course


@dataclass(frozen=True)
class Bells:
    """The bell schedules of a term with their periods by number, and the classes that keep to them."""

    schedules: tuple[BellSchedule, ...]
    periods: Mapping[int, Mapping[int, BellPeriod]]
    classes: tuple[TermClass, ...]

    @property
    def first(self) -> int:
        """The schedule of meetings; 0 where the term has none."""
        return self.schedules[0].pk if self.schedules else 0

    def of_grade(self, grade: int) -> int:
        return next((one.bells_id for one in self.classes if one.grade == grade), self.first)

    def name(self, bells: int, period: int) -> str:
        """What the schedule calls the period."""
        found = self.periods.get(bells, {}).get(period)
        return found.name if found is not None else _("第 %(number)s 节") % {"number": period + 1}

    def hours(self, bells: int, period: int, duration: int = 1) -> tuple[int, int] | None:
        """From when to when, in minutes after midnight; None where the schedule has no such period."""
        periods = self.periods.get(bells, {})
        last = max((one for one in range(period, period + duration) if one in periods), default=None)
        if period not in periods or last is None:
            return None
        return periods[period].begins_min, periods[last].ends_min


def bells_of(term: Term) -> Bells:
    """Three queries."""
    schedules = tuple(BellSchedule.objects.filter(term=term).prefetch_related("periods").order_by("pk"))
    periods = {one.pk: {each.number: each for each in one.periods.all()} for one in schedules}
    return Bells(schedules, periods, tuple(TermClass.objects.filter(term=term).select_related("room")))


@dataclass(frozen=True)
class ReadLesson:
    """A lesson of the week. `title` is the subject, or what a meeting is called; `group` is empty for whole classes."""

    pk: int
    timetable: int
    course: int | None
    code: str
    title: str
    group: str
    classes: tuple[str, ...]
    teachers: tuple[TermTeacher, ...]
    room: TermRoom | None
    day: int
    period: int
    duration: int
    weeks: str
    bells: int

    @property
    def full_title(self) -> str:
        """With the group; a group that is called by its subject is named alone."""
        return self.group if self.group.startswith(self.title) else " ".join(filter(None, (self.title, self.group)))

    @property
    def periods(self) -> range:
        return range(self.period, self.period + self.duration)


def read_lessons(*, timetables: Collection[Timetable], bells: Bells, of: Q | None = None) -> list[ReadLesson]:
    """Those that fit `of`, by day and period. Three queries."""
    if not timetables:
        return []
    rows = Lesson.objects.filter(timetable__in=[one.pk for one in timetables])
    if of is not None:
        rows = rows.filter(of)
    rows = (
        rows.select_related("course__group__grouping", "meeting", "room")
        .only(
            "timetable_id", "day", "period", "duration", "weeks", "course__code", "course__subject", "course__group__code",
            "course__group__grouping__grade", "meeting__code", "room__code", "room__place",
        )
        .prefetch_related("teachers", "course__classes")
        .order_by("day", "period", "pk")
    )  # fmt: skip
    return [_read(one, bells) for one in rows]


def _read(row: Lesson, bells: Bells) -> ReadLesson:
    course, meeting = row.course, row.meeting
    classes = list(course.classes.all()) if course is not None else []
    group = course.group if course is not None else None
    if group is not None:
        schedule = bells.of_grade(group.grouping.grade)
    else:
        schedule = classes[0].bells_id if classes else bells.first
    return ReadLesson(
        pk=row.pk,
        timetable=row.timetable_id,
        course=row.course_id,
        code=course.code if course is not None else meeting.code if meeting is not None else "",
        title=course.subject if course is not None else meeting.code if meeting is not None else "",
        group=group.code if group is not None else "",
        classes=tuple(one.code for one in classes),
        teachers=tuple(row.teachers.all()),
        room=row.room,
        day=row.day,
        period=row.period,
        duration=row.duration,
        weeks=row.weeks,
        bells=schedule,
    )


# Whose lessons ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attendee:
    """Whose timetable it is. `courses` are those of a class or a pupil; a teacher and a room are found at the lessons themselves.

    `code` names it among its kind in addresses, `label` is what it is called; of a pupil neither is a name.
    """

    kind: str
    key: int
    code: str
    label: str
    courses: frozenset[int] = frozenset()
    room: TermRoom | None = None
    bells: int = 0

    @property
    def lessons(self) -> Q:
        if self.kind == "teacher":
            through = Lesson.teachers.through.objects.filter(termteacher=self.key)
            return Q(pk__in=through.values("lesson_id"))
        if self.kind == "room":
            return Q(room=self.key)
        return Q(course__in=self.courses)

    def attends(self, lesson: ReadLesson, teachers: Collection[TermTeacher], room: TermRoom | None) -> bool:
        """Whether the lesson is theirs when these teachers hold it in this room."""
        if self.kind == "teacher":
            return any(one.pk == self.key for one in teachers)
        if self.kind == "room":
            return room is not None and room.pk == self.key
        return lesson.course in self.courses


def of_class(row: TermClass) -> Attendee:
    """Its own courses, and those of every group in which one of its pupils is. One query."""
    groups = GroupMember.objects.filter(
        group__grouping__term=row.term_id,
        group__grouping__home_members__home=row.code,
        group__grouping__home_members__pupil=F("pupil"),
    ).order_by()
    courses = Course.objects.filter(Q(classes=row) | Q(group__in=groups.values("group")), term=row.term_id).order_by()
    keys = frozenset(courses.values_list("pk", flat=True))
    return Attendee("class", row.pk, row.code, row.code, keys, row.room, row.bells_id)


def of_teacher(row: TermTeacher) -> Attendee:
    return Attendee("teacher", row.pk, row.code, row.name)


def of_room(row: TermRoom) -> Attendee:
    return Attendee("room", row.pk, row.code, row.code, room=row)


def of_pupil(*, term: Term, pupil: int, bells: Bells, school_class: int | None) -> Attendee:
    """The courses of his class and of his groups; never his name. `school_class` is his class in the registry, which counts
    where no grouping has put him into one. Two queries."""
    homes = HomeMember.objects.filter(grouping__term=term, pupil=pupil).order_by("grouping_id")
    states = list(homes.values_list("home", "grouping__state"))
    adopted = [home for home, state in states if state == GroupingState.ADOPTED]
    home = next((one for one in bells.classes if adopted and one.code == adopted[-1]), None)
    if home is None:
        home = next((one for one in bells.classes if school_class and one.school_class_id == school_class), None)
    groups = GroupMember.objects.filter(group__grouping__term=term, pupil=pupil).order_by()
    mine = Q(group__in=groups.values("group"))
    if home is not None:
        mine |= Q(classes=home)
    keys = Course.objects.filter(mine, term=term).order_by().values_list("pk", flat=True)
    label = home.code if home is not None else ""
    return Attendee(
        "pupil", pupil, "", label, frozenset(keys), home.room if home else None, home.bells_id if home else 0
    )


def fits(lesson: ReadLesson, parity: str) -> bool:
    """Whether the lesson is held in weeks of this parity."""
    return lesson.weeks in (Weeks.ALL, parity)
