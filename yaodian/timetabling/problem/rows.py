"""The school of a term as the engine wants it, from rows. A constant number of queries whatever the size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.school import (
    Bells,
    Course,
    HomeClass,
    Hours,
    Meeting,
    Period,
    Pupils,
    Room,
    School,
    Slot,
    Teacher,
    Weeks,
)
from yaodian.engines.scheduling.timetabling.school_problem import Laid, Standing, lay
from yaodian.timetabling import models
from yaodian.timetabling.problem.wishes import wish_of


def standing() -> Standing:
    """What every school takes for granted, in the words of the language that is spoken now."""
    return Standing(
        clashes=_("同一时间只能在一处"),
        times=_("每节课都排上时间"),
        rooms=_("每节课都有教室"),
        seats=_("教室坐得下"),
        teachers=_("每节课都有教师"),
        away=_("不排课时间"),
        closed=_("教室停用时间"),
        fixed=_("固定时间的课"),
        own_bells=_("各按自己的作息时间表"),
        together=_("同一时段的教学班同时上课"),
        hours=_("每周最多节数"),
        a_day=_("每天最多节数"),
        on_end=_("最多连上节数"),
        days=_("最多上课天数"),
    )


def slots_of(value: Iterable[Any]) -> tuple[Slot, ...]:
    return tuple(Slot(int(day), tuple(int(one) for one in periods)) for day, periods in value)


def pupils_of(term: models.Term) -> tuple[list[Pupils], dict[str, list[str]], dict[int, list[str]]]:
    """Sets of pupils that are never parted; which of them each home class (by code) and each adopted group (by key) has.

    A grade without an adopted grouping has one set for each class. A pupil of no class of the term is left out: `amiss` of the desk names him. Three queries.
    """
    classes = list(term.classes.all())
    adopted = {row.grade: row.pk for row in term.groupings.filter(state=models.GroupingState.ADOPTED).order_by("pk")}
    goes_to: dict[int, list[int]] = defaultdict(list)
    for pupil, group in models.GroupMember.objects.filter(group__grouping__in=adopted.values()).values_list(
        "pupil_id", "group_id"
    ):
        goes_to[pupil].append(group)
    by_code = {one.code: one for one in classes}
    sets: dict[tuple[str, tuple[int, ...]], int] = defaultdict(int)
    for home, pupil in models.HomeMember.objects.filter(grouping__in=adopted.values()).values_list("home", "pupil_id"):
        if home in by_code:
            sets[home, tuple(sorted(goes_to[pupil]))] += 1
    subjects = dict(models.TeachingGroup.objects.filter(grouping__in=adopted.values()).values_list("pk", "subject"))
    found: list[Pupils] = []
    of_home: dict[str, list[str]] = defaultdict(list)
    of_group: dict[int, list[str]] = defaultdict(list)
    for row in classes:
        mine = sorted((groups, size) for (home, groups), size in sets.items() if home == row.code)
        if row.grade not in adopted or not mine:
            mine = [((), row.size)]
        for place, (groups, size) in enumerate(mine, 1):
            name = row.code if len(mine) == 1 else f"{row.code}·{place}"
            found.append(Pupils(name, row.code, size, "+".join(sorted(subjects[one] for one in groups))))
            of_home[row.code].append(name)
            for group in groups:
                of_group[group].append(name)
    return found, of_home, of_group


def school_of(term: models.Term, *, wishes: Iterable[models.TimetableWish] | None = None) -> School:
    """The term as it stands now, with its active wishes or with some of them.

    Raises UnknownName where names lead nowhere, UnfitWish where a wish is not whole.
    """
    wished = term.wishes.filter(is_active=True).order_by("pk") if wishes is None else wishes
    bells = [
        Bells(
            one.code,
            tuple(Period(each.name, each.begins_min, each.ends_min, each.part) for each in one.periods.all()),
            tuple((int(day), int(period)) for day, period in one.without),
        )
        for one in term.bells.prefetch_related("periods")
    ]
    rooms = [Room(one.code, one.kind, one.seats, one.place, slots_of(one.closed)) for one in term.rooms.all()]
    teachers = [
        Teacher(
            one.code, one.name, tuple(one.subjects), slots_of(one.away), one.most_hours, one.most_a_day,
            one.most_on_end, one.most_days,
        )
        for one in term.teachers.all()
    ]  # fmt: skip
    homes = [
        HomeClass(one.code, one.bells.code, str(one.grade), one.room.code if one.room else None)
        for one in term.classes.select_related("bells", "room")
    ]
    pupils, of_home, of_group = pupils_of(term)
    courses = []
    for row in term.courses.prefetch_related("classes", "teachers", "candidates", "rooms"):
        names = [name for one in row.classes.all() for name in of_home[one.code]]
        if row.group_id is not None:
            names += of_group[row.group_id]
        courses.append(
            Course(
                row.code,
                row.subject,
                tuple(dict.fromkeys(names)),
                row.hours,
                doubles=row.doubles,
                teachers=tuple(one.code for one in row.teachers.all()),
                any_teacher=tuple(one.code for one in row.candidates.all()),
                rooms=tuple(one.code for one in row.rooms.all()),
                room_kind=row.room_kind,
                needs_room=row.needs_room,
                weeks=Weeks(row.weeks),
                together=row.together,
                fixed=tuple((int(day), int(period)) for day, period in row.fixed),
            )
        )
    meetings = [
        Meeting(
            one.code,
            tuple(teacher.code for teacher in one.teachers.all()),
            one.periods,
            None if one.day is None or one.period is None else (one.day, one.period),
        )
        for one in term.meetings.prefetch_related("teachers")
    ]
    return School(
        term.days,
        tuple(bells),
        tuple(homes),
        tuple(pupils),
        tuple(teachers),
        tuple(rooms),
        tuple(courses),
        tuple(meetings),
        tuple(wish_of(one) for one in wished),
        id=term.public_id,
    )


def curriculum_of(term: models.Term) -> tuple[Hours, ...]:
    """What the curriculum asks of the term, as the engine reads it (`School.shortfalls`). One query."""
    return tuple(Hours(one.subject, str(one.grade), one.hours, one.is_chosen) for one in term.curriculum.all())


def laid_of(school: School) -> Laid:
    """The school as times, resources and events, its own rules in the words of now."""
    return lay(school, standing())
