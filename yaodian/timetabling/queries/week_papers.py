"""Timetables to be printed and as a workbook: the plain week of the timetable that holds on a day, odd and even weeks beside each other.

What was announced for single days does not stand in them: paper hangs on a door for longer than a week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.printing import print_pdf
from yaodian.foundation.refusing import Absent, UnableTo
from yaodian.foundation.sheets.writing import Leaf, leaves_xlsx
from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.timetabling.models import GroupMember, Term, TermRoom, TermTeacher, Timetable, Weeks
from yaodian.timetabling.queries.lessons import Bells, ReadLesson, bells_of, read_lessons
from yaodian.timetabling.queries.reach import find_term
from yaodian.timetabling.queries.term_days import days_of, name_of_term
from yaodian.timetabling.queries.weeks import clock, name_of_day


class UnableToPrintTimetable(UnableTo):
    """No timetable holds on the day."""

    status = 409


Slots = Mapping[tuple[int, int], Sequence[ReadLesson]]


@dataclass(frozen=True)
class Standing:
    """The week of a timetable without dates, by day and period, of each class, teacher and room (by key)."""

    term: Term
    school: str
    title: str
    timetable: Timetable
    bells: Bells
    classes: Mapping[int, Slots]
    teachers: Mapping[int, Slots]
    rooms: Mapping[int, Slots]

    @property
    def days(self) -> range:
        there = [day for slots in self.classes.values() for day, _period in slots]
        return range(max([self.term.days, *(one + 1 for one in there)]))

    def numbers(self, schedule: int, slots: Slots) -> list[int]:
        return sorted({*self.bells.periods.get(schedule, {}), *(period for _day, period in slots)})


def standing_week(*, account: Visitor, public_id: str, day: date, today: date) -> Standing:
    """Of the timetable that holds on the day, or on the nearest one of the term. A constant number of queries.

    Raises Term.DoesNotExist, UnableToPrintTimetable.
    """
    term = find_term(account=account, public_id=public_id)
    days, bells = days_of(term), bells_of(term)
    holds = days.timetable_on(days.nearest(day))
    if holds is None:
        raise UnableToPrintTimetable(
            _("%(day)s 没有公布的课表，打印不出来。请换一个日期，或先公布课表。") % {"day": days.nearest(day)},
            code="no-timetable",
        )
    lessons = read_lessons(timetables=[holds], bells=bells)
    walk = _classes_of_groups(term)
    by_code = {one.code: one.pk for one in bells.classes}
    classes: dict[int, dict[tuple[int, int], list[ReadLesson]]] = defaultdict(lambda: defaultdict(list))
    teachers: dict[int, dict[tuple[int, int], list[ReadLesson]]] = defaultdict(lambda: defaultdict(list))
    rooms: dict[int, dict[tuple[int, int], list[ReadLesson]]] = defaultdict(lambda: defaultdict(list))
    for lesson in lessons:
        homes = walk.get(lesson.course or 0, lesson.classes)
        for period in lesson.periods:
            at = (lesson.day, period)
            for home in homes:
                if home in by_code:
                    classes[by_code[home]][at].append(lesson)
            for one in lesson.teachers:
                teachers[one.pk][at].append(lesson)
            if lesson.room is not None:
                rooms[lesson.room.pk][at].append(lesson)
    school = names_of_units(ids=[term.school_id], day=today).get(term.school_id, "")
    return Standing(term, school, name_of_term(term), holds, bells, classes, teachers, rooms)


def _classes_of_groups(term: Term) -> dict[int, tuple[str, ...]]:
    """The codes of the classes from which pupils walk to each course of a group. One query."""
    rows = (
        GroupMember.objects.filter(
            group__grouping__term=term, group__courses__isnull=False, group__grouping__home_members__pupil=F("pupil")
        )
        .order_by("group__courses", "group__grouping__home_members__home")
        .values_list("group__courses", "group__grouping__home_members__home")
        .distinct()
    )
    found: dict[int, list[str]] = defaultdict(list)
    for course, home in rows:
        found[course].append(home)
    return {course: tuple(homes) for course, homes in found.items()}


# Words of a cell ---------------------------------------------------------------------------------------------------------


def _weeks_word(lesson: ReadLesson) -> str:
    if lesson.weeks == Weeks.ALL:
        return ""
    return str(_("单") if lesson.weeks == Weeks.ODD else _("双"))


def _people(lesson: ReadLesson) -> str:
    return _("、").join(one.name for one in lesson.teachers)


def _where(lesson: ReadLesson) -> str:
    return lesson.room.code if lesson.room is not None else ""


def _whose(lesson: ReadLesson) -> str:
    return _("、").join(lesson.classes)


def _is_walking(lessons: Sequence[ReadLesson]) -> bool:
    return len({one.group for one in lessons if one.group}) > 1


def _line(kind: str, lesson: ReadLesson, room: str = "") -> list[str]:
    """What it is, who and where, and in which weeks: as far as it is not said by whose paper it is. `room` goes without saying."""
    where = _where(lesson)
    details = {
        "classes": (_people(lesson), where if where != room else ""),
        "teachers": (_whose(lesson), where),
        "rooms": (_whose(lesson), _people(lesson)),
    }[kind]
    return [lesson.full_title, " ".join(filter(None, details)), _weeks_word(lesson)]


# Papers -----------------------------------------------------------------------------------------------------------------


def _sheets(kind: str, week: Standing) -> dict[str, Any]:
    """A page for each class, teacher or room that has lessons, and for each class without."""
    listed: list[tuple[int, str, str, int]]
    if kind == "classes":
        listed = [(one.pk, one.code, one.room.code if one.room else "", one.bells_id) for one in week.bells.classes]
        slots = week.classes
    elif kind == "teachers":
        rows = TermTeacher.objects.filter(term=week.term)
        listed = [(one.pk, one.name, _("、").join(one.subjects), 0) for one in rows if one.pk in week.teachers]
        slots = week.teachers
    else:
        listed = [
            (one.pk, one.code, " ".join(filter(None, (one.place, one.kind))), 0)
            for one in TermRoom.objects.filter(term=week.term)
            if one.pk in week.rooms
        ]
        slots = week.rooms
    return {
        "kind": kind,
        "pages": [
            {
                "name": name,
                "note": note,
                "rows": list(_rows(kind, week, slots.get(key, {}), bells, note if kind == "classes" else "")),
            }
            for key, name, note, bells in listed
        ],
    }


def _rows(kind: str, week: Standing, slots: Slots, bells: int, room: str = "") -> Iterator[dict[str, Any]]:
    schedule = bells or _main(week, slots)
    periods = week.bells.periods.get(schedule, {})
    for number in week.numbers(schedule, slots):
        period = periods.get(number)
        yield {
            "name": week.bells.name(schedule, number),
            "hours": f"{clock(period.begins_min)}–{clock(period.ends_min)}" if period else "",
            "part": period.part if period else "",
            "cells": [
                {
                    "walking": kind == "classes" and _is_walking(slots.get((day, number), ())),
                    "lines": [_line(kind, one, room) for one in slots.get((day, number), ())],
                }
                for day in week.days
            ],
        }


def _main(week: Standing, slots: Slots) -> int:
    """The bell schedule of most of the lessons."""
    counted: dict[int, int] = defaultdict(int)
    for lessons in slots.values():
        for one in lessons:
            counted[one.bells] += 1
    return max(counted, key=lambda one: (counted[one], -one), default=week.bells.first)


def _overview(week: Standing) -> dict[str, Any]:
    """All classes by day and period on one sheet: the subject and who teaches it, or that the class walks to its groups."""
    numbers = _all_numbers(week)
    return {
        "numbers": [_brief(week.bells.name(week.bells.first, one)) for one in numbers],
        "rows": [
            {
                "name": one.code,
                "cells": [
                    _short(week.classes.get(one.pk, {}).get((day, number), ())) for day in week.days for number in numbers
                ],
            }
            for one in week.bells.classes
        ],
    }  # fmt: skip


def _all_numbers(week: Standing) -> list[int]:
    return sorted({number for one in week.bells.classes for number in week.numbers(one.bells_id, week.classes.get(one.pk, {}))})  # fmt: skip


def _brief(name: str) -> str:
    """A period's name in a narrow column: 第3节 is 3."""
    return name.removeprefix("第").removesuffix("节").strip()


def _short(lessons: Sequence[ReadLesson]) -> list[list[str]]:
    if _is_walking(lessons):
        return [[_("走班"), ""]]
    return [[f"{_abridged(one.title)}{_weeks_word(one)}", _people(one)] for one in lessons]


def _abridged(title: str) -> str:
    """A subject in the two characters by which a school calls it; what is not Chinese in six letters."""
    if not title[:1].isascii():
        return {"思想政治": "政治"}.get(title, title[:2])
    return title[:6]


@dataclass(frozen=True)
class Paper:
    """A kind of paper: what it is called, and its source."""

    label: Promise
    source: str


PAPERS: Mapping[str, Paper] = {
    "classes": Paper(gettext_lazy("班级课表"), "timetabling/print/week.typ"),
    "teachers": Paper(gettext_lazy("教师课表"), "timetabling/print/week.typ"),
    "rooms": Paper(gettext_lazy("教室课表"), "timetabling/print/week.typ"),
    "overview": Paper(gettext_lazy("全校总课表"), "timetabling/print/overview.typ"),
}


def paper_data(*, week: Standing, paper: str) -> dict[str, Any]:
    """What the paper says, as plain data. Raises KeyError."""
    holds_from, holds_until = week.timetable.holds_from, week.timetable.holds_until
    since = {"from": f"{holds_from:%Y-%m-%d}", "until": f"{holds_until:%Y-%m-%d}" if holds_until else ""}
    return {
        "title": str(PAPERS[paper].label),
        "school": week.school,
        "term": week.title,
        "days": [name_of_day(day) for day in week.days],
        "holds": (_("%(from)s 至 %(until)s") if holds_until else _("自 %(from)s 起")) % since,
        "words": {"period": _("节次"), "walking": _("走班"), "class": _("班级")},
        **(_overview(week) if paper == "overview" else _sheets(paper, week)),
    }


def print_paper(*, account: Visitor, public_id: str, paper: str, day: date, now: datetime) -> bytes:
    """A paper as PDF. Raises Term.DoesNotExist, Absent for an unknown paper, UnableToPrintTimetable, UnableToPrint."""
    if paper not in PAPERS:
        raise Absent
    week = standing_week(account=account, public_id=public_id, day=day, today=timezone.localdate(now))
    said = paper_data(week=week, paper=paper)
    if paper != "overview" and not said["pages"]:
        raise UnableToPrintTimetable(_("没有可以打印的课表：还没有排上课的。"), code="empty")
    return print_pdf(source=PAPERS[paper].source, data=said, at=now)


# The workbook -----------------------------------------------------------------------------------------------------------


def week_workbook(*, account: Visitor, public_id: str, day: date, today: date) -> Iterator[bytes]:
    """The whole school, one sheet of all classes, one of all teachers, one for each class. Raises Term.DoesNotExist, UnableToPrintTimetable."""
    week = standing_week(account=account, public_id=public_id, day=day, today=today)
    return leaves_xlsx(list(_leaves(week)))


def _leaves(week: Standing) -> Iterator[Leaf]:
    numbers = _all_numbers(week)
    slots = [(day, number) for day in week.days for number in numbers]
    heads = [f"{name_of_day(day)} {week.bells.name(week.bells.first, number)}" for day, number in slots]
    yield Leaf(
        _("总课表"),
        [_("班级"), *heads],
        [
            [one.code, *(_text("classes", week.classes.get(one.pk, {}).get(at, ())) for at in slots)]
            for one in week.bells.classes
        ],
    )
    yield Leaf(
        _("教师"),
        [_("教师"), _("工号"), *heads],
        [
            [one.name, one.code, *(_text("teachers", week.teachers.get(one.pk, {}).get(at, ())) for at in slots)]
            for one in TermTeacher.objects.filter(term=week.term)
        ],
    )
    for one in week.bells.classes:
        mine = week.classes.get(one.pk, {})
        rows = list(_rows("classes", week, mine, one.bells_id))
        yield Leaf(
            one.code,
            [_("节次"), _("时间"), *(name_of_day(day) for day in week.days)],
            [
                [
                    row["name"],
                    row["hours"],
                    *(_text("classes", mine.get((day, number), ())) for day in week.days),
                ]
                for row, number in zip(rows, week.numbers(one.bells_id, mine), strict=True)
            ],
        )


def _text(kind: str, lessons: Iterable[ReadLesson]) -> str:
    """Of one cell: several lessons with semicolons between them."""
    said = []
    for lesson in lessons:
        title, details, weeks = _line(kind, lesson)
        said.append(" ".join(filter(None, (title + (f"（{weeks}）" if weeks else ""), details))))
    return "; ".join(said)
