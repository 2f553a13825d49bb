"""An invented term of an upper secondary school: bells, rooms, teachers, classes, curriculum, courses, meetings, wishes.

Timetables of it exist at loads near those of real schools. Classes and as many teachers as there are come from the registry; for two older grades a
choice round is laid that was settled when they were young, so that teaching groups can be planned.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from yaodian.audit.operations import record
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Unit
from yaodian.registry.queries import class_sizes, cohort, cohort_years, school_year, teachers_of_school
from yaodian.timetabling import demonstration
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import (
    ChoiceRound,
    ChoiceState,
    Course,
    CurriculumHours,
    Grade,
    Half,
    Means,
    Meeting,
    OfferedCombination,
    PupilChoice,
    RoundKind,
    RoundState,
    Term,
    TermClass,
    TermDay,
    TermRoom,
    TermTeacher,
    TimetableWish,
    Weeks,
)
from yaodian.timetabling.operations.bells import days_of_calendar, lay_preset
from yaodian.timetabling.operations.courses import lay_classes, lay_courses
from yaodian.timetabling.operations.preparing import BATCH
from yaodian.timetabling.operations.term_lists import KNOWN_AS
from yaodian.timetabling.queries.rounds import STAGE, standing_in

_AUGUST = 8


def load_term_demonstration(*, school: Unit, now: datetime) -> Term | None:
    """The school's term of today, laid where there is none; None where the registry has no upper secondary classes of it.

    In one transaction with one entry in the journal. The same registry gives the same term.
    """
    today = timezone.localdate(now)
    year = school_year(today)
    half = Half.SECOND if 2 <= today.month < _AUGUST else Half.FIRST
    found = Term.objects.filter(school=school, year=year, half=half).first()
    if found is not None:
        return found
    grades = {
        year - entered + 1: entered
        for entered in cohort_years(units=[school.pk], stage=STAGE).get(school.pk, ())
        if year - entered + 1 in Grade.values
    }
    if not grades:
        return None
    with transaction.atomic():
        chosen = {grade: _chosen(school, grades[grade], grade, now) for grade in sorted(grades) if grade != Grade.FIRST}
        row = _term(school, year, half, now)
        sizes = {
            grade: sorted(class_sizes(unit=school.pk, stage=STAGE, entered_year=grades[grade]).values(), reverse=True)
            for grade in sorted(grades)
        }
        lay_preset(row, "8x5")
        TermDay.objects.bulk_create(days_of_calendar(row, calendar_as_of(today)))
        TermRoom.objects.bulk_create(
            [
                TermRoom(term=row, code=code, kind=kind, seats=seats, place=place)
                for code, kind, seats, place in demonstration.rooms_of_term(sizes)
            ],
            batch_size=BATCH,
        )
        lay_classes(row)
        _house(row)
        CurriculumHours.objects.bulk_create(_curriculum(row, sizes))
        _people(row, {grade: len(some) for grade, some in sizes.items()}, chosen)
        lay_courses(row)
        _teach(row)
        _meet(row)
        TimetableWish.objects.bulk_create(
            TimetableWish(
                term=row, kind=kind, name=name, reason=reason, values=values, is_required=is_required, weight=weight
            )
            for kind, name, reason, values, is_required, weight in demonstration.WISHES
        )
        record(
            actor=None,
            code="timetabling.term.load",
            subject=f"timetabling_term:{row.pk}",
            detail={"school": school.pk, "classes": row.classes.count(), "courses": row.courses.count()},
            at=now,
        )
    return row


def _term(school: Unit, year: int, half: int, now: datetime) -> Term:
    begins, ends = (
        (date(year, 9, 1), date(year + 1, 1, 23))
        if half == Half.FIRST
        else (date(year + 1, 2, 23), date(year + 1, 7, 3))
    )
    # The first day of lessons is no Saturday and no Sunday.
    begins += timedelta(days=(7 - begins.weekday()) % 7 if begins.weekday() > 4 else 0)
    return Term(school=school, year=year, half=half, begins_on=begins, ends_on=ends, made_at=now).store()


def _chosen(school: Unit, entered_year: int, grade: int, now: datetime) -> Mapping[str, int]:
    """How many of a grade chose each subject, by a settled round that is laid where the grade has none."""
    rows = ChoiceRound.objects.filter(school=school, entered_year=entered_year, kind=RoundKind.BINDING)
    row = rows.filter(state=RoundState.SETTLED).order_by("-pk").first()
    if row is None:
        opens = date(entered_year, 11, 20)
        row = ChoiceRound(
            school=school, entered_year=entered_year, grade=Grade.FIRST, title=demonstration.BINDING,
            kind=RoundKind.BINDING, state=RoundState.SETTLED, opens_on=opens, closes_on=opens + timedelta(days=14), made_at=now,
            opened_at=now, settled_at=now,
        ).store()  # fmt: skip
        OfferedCombination.objects.bulk_create(
            OfferedCombination(round=row, combination=one) for one in COMBINATIONS if one not in demonstration.RARE
        )
        keys = (
            cohort(unit=school.pk, stage=STAGE, entered_year=entered_year).order_by("pk").values_list("pk", flat=True)
        )
        PupilChoice.objects.bulk_create(
            [
                PupilChoice(
                    round=row, pupil_id=pupil, combination=code, state=ChoiceState.STANDING, means=Means.CODE, chosen_at=now
                )
                for pupil, code in demonstration.settled(list(keys), seed=f"{school.code} {grade}")
            ],
            batch_size=BATCH,
        )  # fmt: skip
    counts: Counter[str] = Counter()
    for code in standing_in(row).values_list("combination", flat=True):
        counts.update(demonstration.SUBJECT_OF_LETTER[letter] for letter in code)
    return counts


def _house(row: Term) -> None:
    """Each class in a room of its grade's building: the rooms there are as large as the classes are, from the largest on."""
    rooms = {one.code: one for one in row.rooms.filter(kind="")}
    classes: dict[int, list[TermClass]] = defaultdict(list)
    for home in row.classes.order_by("-size", "pk"):
        classes[home.grade].append(home)
    for grade, homes in classes.items():
        for number, home in enumerate(homes):
            home.room = rooms.get(demonstration.room_code(grade, number))
    TermClass.objects.bulk_update([one for homes in classes.values() for one in homes], ["room"], batch_size=BATCH)


def _curriculum(row: Term, sizes: Mapping[int, Any]) -> Iterator[CurriculumHours]:
    for grade in sizes:
        for line in demonstration.CURRICULUM[grade]:
            yield CurriculumHours(
                term=row, grade=grade, subject=line.subject, hours=line.hours, doubles=line.doubles, is_chosen=line.is_chosen,
                room_kind=demonstration.ROOM_OF.get(line.subject, ""),
            )  # fmt: skip


def _people(row: Term, classes: Mapping[int, int], chosen: Mapping[int, Mapping[str, int]]) -> None:
    """As many teachers of each subject as the classes and the groups to come want; the registry's first."""
    hours: dict[str, list[int]] = defaultdict(list)
    for grade, count in classes.items():
        for line in demonstration.CURRICULUM[grade]:
            if not line.is_chosen and line.subject != demonstration.CLASS_HOUR:
                hours[line.subject] += [line.hours] * count
    for subject, groups in demonstration.groups_hours(chosen).items():
        hours[subject] += groups
    for subject in (demonstration.MIND, demonstration.LABOUR):
        hours[subject] = [1] * classes.get(Grade.FIRST, 0)
    staff: dict[str, list[Any]] = defaultdict(list)
    for one in teachers_of_school(unit=row.school_id, stage=STAGE):
        staff[KNOWN_AS.get(one.subject, one.subject)].append(one)
    names = demonstration.invented_names(seed=row.school.code)
    made, number = [], 0
    for subject, some in hours.items():
        wanted = max(1, demonstration.teachers_wanted(subject, some))
        here = staff[subject]
        for one in here:
            made.append((one.staff_number, one.name, one.pk, subject))
        for _more in range(wanted - len(here)):
            number += 1
            made.append((f"X{number:04d}", next(names), None, subject))
    TermTeacher.objects.bulk_create(
        [
            TermTeacher(
                term=row, code=code, name=name, teacher_id=key, subjects=[subject],
                most_hours=demonstration.most_of(subject) + demonstration.SPARE, most_a_day=6,
            )
            for code, name, key, subject in made
        ],
        batch_size=BATCH,
    )  # fmt: skip


def _teach(row: Term) -> None:
    """Every common course has its teacher; the class hour one of the class's own, at one time for all whose teacher has no other."""
    of_subject: dict[str, list[TermTeacher]] = defaultdict(list)
    for teacher in row.teachers.order_by("pk"):
        of_subject[teacher.subjects[0]].append(teacher)
    courses: dict[str, list[tuple[Course, TermClass]]] = defaultdict(list)
    for course in row.courses.order_by("pk").prefetch_related("classes"):
        courses[course.subject].append((course, course.classes.all()[0]))
    given: list[tuple[int, int]] = []
    tutors: dict[int, list[str]] = defaultdict(list)
    keys = {one.code: one.pk for some in of_subject.values() for one in some}
    for subject, some in courses.items():
        if subject == demonstration.CLASS_HOUR:
            continue
        people = of_subject[subject]
        for (course, home), at in zip(
            some, demonstration.shared(subject, [one.hours for one, _home in some], len(people)), strict=True
        ):
            given.append((course.pk, people[at].pk))
            if subject in demonstration.MAIN:
                tutors[home.pk].append(people[at].code)
    hours = courses[demonstration.CLASS_HOUR]
    fixed = []
    for (course, home), tutor in zip(
        hours, demonstration.matched([tutors[home.pk] for _course, home in hours]), strict=True
    ):
        given.append((course.pk, keys[tutor or tutors[home.pk][0]]))
        if tutor:
            course.fixed = [list(demonstration.CLASS_HOUR_AT)]
            fixed.append(course)
    Course.objects.bulk_update(fixed, ["fixed"], batch_size=BATCH)
    given += _every_other_week(row, of_subject)
    _given(row, given)


def _every_other_week(row: Term, of_subject: Mapping[str, Sequence[TermTeacher]]) -> list[tuple[int, int]]:
    classes = list(row.classes.filter(grade=Grade.FIRST))
    made = Course.objects.bulk_create(
        [
            Course(term=row, code=f"{home.code} {subject}", subject=subject, hours=1, weeks=weeks)
            for subject, weeks in ((demonstration.MIND, Weeks.ODD), (demonstration.LABOUR, Weeks.EVEN))
            for home in classes
        ],
        batch_size=BATCH,
    )
    through = Course.classes.through
    through.objects.bulk_create(
        [through(course_id=course.pk, termclass_id=home.pk) for course, home in zip(made, classes * 2, strict=True)],
        batch_size=BATCH,
    )
    people = {subject: of_subject[subject] for subject in (demonstration.MIND, demonstration.LABOUR)}
    return [(course.pk, people[course.subject][at % len(people[course.subject])].pk) for at, course in enumerate(made)]


def _given(row: Term, given: Sequence[tuple[int, int]]) -> None:
    Course.candidates.through.objects.filter(course__term=row).delete()
    through = Course.teachers.through
    through.objects.bulk_create(
        [through(course_id=course, termteacher_id=teacher) for course, teacher in given], batch_size=BATCH
    )


def _meet(row: Term) -> None:
    teachers = list(row.teachers.all())
    made = Meeting.objects.bulk_create(
        Meeting(term=row, code=f"{subject}教研", periods=2, day=day, period=period)
        for subject, day, period in demonstration.MEETINGS
    )
    through = Meeting.teachers.through
    through.objects.bulk_create(
        [
            through(meeting_id=meeting.pk, termteacher_id=one.pk)
            for meeting, (subject, _day, _period) in zip(made, demonstration.MEETINGS, strict=True)
            for one in teachers
            if subject in one.subjects
        ],
        batch_size=BATCH,
    )
