"""A small school's term: two classes of grade one, eight periods on five days, seven teachers, five rooms, and courses that fit.

`grouped` adds a grouping of four pupils that is adopted, `solved` a valid timetable, `published` its lessons.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from yaodian.engines.scheduling.timetabling.solving import Params, solve
from yaodian.timetabling.models import (
    BellPeriod,
    BellSchedule,
    Course,
    CurriculumHours,
    Grouping,
    GroupingState,
    GroupMember,
    HomeMember,
    Term,
    TermClass,
    TermRoom,
    TermState,
    TermTeacher,
    Timetable,
    TimetableState,
    TimetableWish,
)
from yaodian.timetabling.operations.lessons import write_lessons
from yaodian.timetabling.problem import freeze, laid_of, lines_of, school_of, sha256
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, Made

BEGINS, ENDS = date(2026, 9, 1), date(2027, 1, 22)
#: Common subjects: hours a week and the number of the teacher of each class.
COMMON = (("语文", 5, (0, 0)), ("数学", 5, (1, 1)), ("英语", 4, (2, 2)), ("体育", 2, (3, 3)))
CHOSEN = (("物理", 4), ("化学", 3))


@dataclass
class MadeTerm:
    """The term with what belongs to it, by name."""

    made: Made
    term: Term
    bells: BellSchedule
    rooms: dict[str, TermRoom]
    teachers: list[TermTeacher]
    classes: list[TermClass]
    courses: dict[str, Course]


def term(made: Made | None = None, **values: Any) -> MadeTerm:
    """Everything but groups. The classes are those of the registry."""
    made = made or factories.world()
    row = Term(
        **{"school": made.unit, "year": 2026, "half": 1, "begins_on": BEGINS, "ends_on": ENDS, "made_at": NOW, **values}
    ).store()
    bells = BellSchedule(term=row, code="高中").store()
    BellPeriod.objects.bulk_create(
        BellPeriod(
            bells=bells, number=number, name=f"第{number + 1}节", begins_min=480 + 50 * number + 70 * (number > 3),
            ends_min=520 + 50 * number + 70 * (number > 3), part="上午" if number < 4 else "下午",
        )
        for number in range(8)
    )  # fmt: skip
    rooms = {
        code: TermRoom(term=row, code=code, kind=kind, seats=50).store()
        for code, kind in (("101", ""), ("102", ""), ("201", ""), ("202", ""), ("实验室", "实验室"))
    }
    teachers = [
        TermTeacher(term=row, code=f"T{number:02}", name=f"任{name}", subjects=[subject]).store()
        for number, (name, subject) in enumerate(
            zip("甲乙丙丁戊己庚", ("语文", "数学", "英语", "体育", "物理", "化学", "语文"), strict=True), 1
        )
    ]
    classes = [
        TermClass(
            term=row,
            code=f"高一({number})班",
            grade=1,
            size=45,
            bells=bells,
            room=rooms[f"10{number}"],
            school_class=one,
        ).store()
        for number, one in enumerate(made.classes, 1)
    ]
    courses = {}
    for subject, hours, whose in COMMON:
        CurriculumHours.objects.create(term=row, grade=1, subject=subject, hours=hours)
        for home, number in zip(classes, whose, strict=True):
            course = Course(
                term=row, code=f"{home.code} {subject}", subject=subject, hours=hours, needs_room=subject != "体育"
            ).store()
            course.classes.add(home)
            course.teachers.add(teachers[number])
            courses[course.code] = course
    for subject, hours in CHOSEN:
        CurriculumHours.objects.create(term=row, grade=1, subject=subject, hours=hours, is_chosen=True)
    return MadeTerm(made, row, bells, rooms, teachers, classes, courses)


def grouped(made: MadeTerm) -> Grouping:
    """Physics for all pupils and chemistry for the first class, adopted: groups with their courses."""
    rounds = factories.settled(made.made, "binding", *("PCB",) * len(made.made.pupils))
    row = Grouping(
        term=made.term,
        round=rounds,
        grade=1,
        attempt=1,
        seed="1",
        state=GroupingState.ADOPTED,
        asked_at=NOW,
        done_at=NOW,
    ).store()
    homes = {pupil.pk: made.classes[place % 2] for place, pupil in enumerate(made.made.pupils)}
    HomeMember.objects.bulk_create(
        HomeMember(grouping=row, home=homes[pupil.pk].code, pupil=pupil) for pupil in made.made.pupils
    )
    for (subject, hours), block, teacher in zip(CHOSEN, "AB", made.teachers[4:6], strict=True):
        group = row.groups.create(code=f"{subject}1", subject=subject, block=block, teacher=teacher)
        GroupMember.objects.bulk_create(
            GroupMember(group=group, pupil=pupil)
            for pupil in made.made.pupils
            if subject == "物理" or homes[pupil.pk] == made.classes[0]
        )
        course = Course(
            term=made.term, code=f"高一 {group.code}", subject=subject, hours=hours, group=group,
            together=f"高一·{block}", room_kind="实验室" if subject == "化学" else "",
        ).store()  # fmt: skip
        course.teachers.add(teacher)
        made.courses[course.code] = course
    return row


def wish(made: MadeTerm, kind: str, name: str, **values: Any) -> TimetableWish:
    """An active wish; `is_required`, `weight` and `reason` are its own, the rest its parts."""
    own = {key: values.pop(key) for key in ("is_required", "weight", "reason", "is_active") if key in values}
    return TimetableWish(term=made.term, kind=kind, name=name, values=values, **own).store()


# The same school is solved once in a run: what comes of it is the same.
_solved: dict[tuple[str, int], tuple[list[Any], int, int | None]] = {}


def solved(made: MadeTerm, *, seed: int = 1, state: str = TimetableState.DONE, **values: Any) -> Timetable:
    """A valid timetable of the term as it stands."""
    school = school_of(made.term)
    frozen = freeze(school)
    key = sha256(frozen.replace(made.term.public_id.encode(), b"")), seed
    if key not in _solved:
        laid = laid_of(school)
        result = solve(laid.problem, seed=seed, params=Params(seconds=20, workers=1, effort=3))
        assert result.is_valid
        _solved[key] = lines_of(laid, result.timetable), result.optional, result.bound
    pieces, optional, bound = _solved[key]
    return Timetable(
        **{
            "term": made.term,
            "attempt": made.term.timetables.count() + 1,
            "state": state,
            "seed": seed,
            "frozen": frozen,
            "frozen_sha256": sha256(frozen),
            "pieces": deepcopy(pieces),
            "required": 0,
            "optional": optional,
            "bound": bound,
            "asked_at": NOW,
            "done_at": NOW,
            **values,
        }
    ).store()


def published(made: MadeTerm, **values: Any) -> Timetable:
    """A valid timetable that holds from the first day of the term on, with its lessons."""
    given = {"holds_from": BEGINS, "published_at": NOW, **values}
    row = solved(made, state=TimetableState.PUBLISHED, **given)
    write_lessons(row)
    made.term.state = TermState.RUNNING
    made.term.store()
    return row
