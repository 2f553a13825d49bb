"""Duties: what a teacher takes for others, by the person of his account, and those of all teachers in a month as a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from yaodian.foundation.refusing import Absent
from yaodian.foundation.sheets.writing import Leaf, leaves_xlsx
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor
from yaodian.timetabling.models import AbsenceState, Manner, Substitution
from yaodian.timetabling.queries.held import is_still_held
from yaodian.timetabling.queries.lessons import bells_of, read_lessons
from yaodian.timetabling.queries.reach import SUBSTITUTE, find_term
from yaodian.timetabling.queries.term_days import days_of
from yaodian.timetabling.queries.weeks import name_of_day

MOST_PAST = 50


@dataclass(frozen=True)
class MyDuty:
    row: Substitution
    on: date
    day_name: str
    period: str
    whose: str
    title: str
    former: str
    room: str
    word: str
    is_past: bool


@dataclass(frozen=True)
class MyDutiesPage:
    coming: tuple[MyDuty, ...]
    past: tuple[MyDuty, ...]

    @property
    def unseen(self) -> int:
        return sum(one.row.seen_at is None for one in self.coming)


def my_duties(*, account: Account, today: date) -> MyDutiesPage:
    """What the account's own person takes for others, announced; the nearest first. A constant number of queries."""
    if account.person_id is None:
        return MyDutiesPage((), ())
    with walls.lifted():
        rows = list(
            Substitution.objects.filter(
                teacher__teacher__person=account.person_id, absence__state=AbsenceState.ANNOUNCED
            )
            .select_related("absence__teacher", "absence__term", "teacher", "room", "lesson__timetable")
            .defer("absence__reason", "lesson__timetable__frozen", "lesson__timetable__pieces")
            .order_by("on", "lesson__period", "pk")
        )
        found = []
        for term in {one.absence.term_id: one.absence.term for one in rows}.values():
            days = days_of(term)
            mine = [one for one in rows if one.absence.term_id == term.pk and is_still_held(days, one)]
            bells = bells_of(term)
            tables = list({one.lesson.timetable_id: one.lesson.timetable for one in mine}.values())
            wanted = Q(pk__in=[one.lesson_id for one in mine])
            lessons = {one.pk: one for one in read_lessons(timetables=tables, bells=bells, of=wanted)}
            for one in mine:
                lesson = lessons[one.lesson_id]
                on = one.to_on or one.on
                period = lesson.period if one.to_period is None else one.to_period
                room = one.room or lesson.room
                found.append(
                    MyDuty(
                        row=one,
                        on=on,
                        day_name=name_of_day(on.weekday()),
                        period=bells.name(lesson.bells, period),
                        whose="" if lesson.group else _("、").join(lesson.classes),
                        title=lesson.full_title,
                        former=_("、").join(each.name for each in lesson.teachers if each.pk != one.teacher_id),
                        room=room.code if room is not None else "",
                        word=str(Manner(one.manner).label),
                        is_past=on < today,
                    )
                )
    found.sort(key=lambda one: one.on)
    return MyDutiesPage(
        tuple(one for one in found if not one.is_past),
        tuple(reversed([one for one in found if one.is_past]))[:MOST_PAST],
    )


def duties_workbook(*, account: Visitor, public_id: str, month: date) -> Iterator[bytes]:
    """Duties of each teacher in the month in which the day lies, as announced, and each of them. Raises Term.DoesNotExist, Absent where there is none."""
    term = find_term(account=account, public_id=public_id, permission=SUBSTITUTE)
    first = month.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    # Where a lesson was moved, it is held on the other day.
    rows = list(
        Substitution.objects.filter(
            Q(to_on__isnull=True, on__range=(first, last)) | Q(to_on__range=(first, last)),
            absence__term=term, absence__state=AbsenceState.ANNOUNCED, is_counted=True, teacher__isnull=False,
        )
        .select_related("teacher", "lesson__timetable")
        .defer("lesson__timetable__frozen", "lesson__timetable__pieces")
        .order_by("on", "pk")
    )  # fmt: skip
    days = days_of(term)
    rows = [one for one in rows if is_still_held(days, one)]
    if not rows:
        raise Absent
    bells = bells_of(term)
    tables = list({one.lesson.timetable_id: one.lesson.timetable for one in rows}.values())
    wanted = Q(pk__in=[one.lesson_id for one in rows])
    lessons = {one.pk: one for one in read_lessons(timetables=tables, bells=bells, of=wanted)}
    count: Counter[int] = Counter()
    hours: Counter[int] = Counter()
    people = {}
    lines: list[list[object]] = []
    for one in rows:
        assert one.teacher is not None
        lesson = lessons[one.lesson_id]
        people[one.teacher.pk] = one.teacher
        count[one.teacher.pk] += 1
        hours[one.teacher.pk] += lesson.duration
        period = lesson.period if one.to_period is None else one.to_period
        lines.append(
            [
                one.to_on or one.on, bells.name(lesson.bells, period), one.teacher.code, one.teacher.name,
                _("、").join(lesson.classes), lesson.full_title,
                _("、").join(each.name for each in lesson.teachers if each.pk != one.teacher_id),
                str(Manner(one.manner).label), lesson.duration,
            ]
        )  # fmt: skip
    return leaves_xlsx(
        [
            Leaf(
                _("代课统计"),
                [_("工号"), _("姓名"), _("代课次数"), _("代课节数")],
                [
                    [who.code, who.name, count[key], hours[key]]
                    for key, who in sorted(people.items(), key=lambda one: one[1].code)
                ],
            ),
            Leaf(
                _("代课明细"),
                [_("日期"), _("节次"), _("工号"), _("姓名"), _("班级"), _("课"), _("原任课教师"), _("方式"), _("节数")],
                lines,
            ),
        ]
    )
