"""What the teaching groups of a grade are made from, read from the rows of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from yaodian.timetabling.content import SUBJECTS
from yaodian.timetabling.models import (
    ChoiceRound,
    Course,
    CurriculumHours,
    GroupingState,
    HomeMember,
    Term,
    TermClass,
    TermTeacher,
)
from yaodian.timetabling.problem.group_settings import NAMES
from yaodian.timetabling.problem.groupings import Ground, Person, Tutor
from yaodian.timetabling.queries.rounds import cohort_of, standing_in


def entered_year_of(term: Term, grade: int) -> int:
    return term.year - grade + 1


def ground_of(*, term: Term, grade: int, round: ChoiceRound | None) -> Ground:  # noqa: A002 - the row's name.
    """A constant number of queries, whatever the size of the grade. Without a round there are no pupils."""
    every = list(term.classes.select_related("room").order_by("grade", "pk"))
    classes = tuple(one for one in every if one.grade == grade)
    theirs = {one.room_id for one in every if one.grade != grade and one.room_id}
    rooms = tuple(room for room in term.rooms.filter(kind="").order_by("code") if room.pk not in theirs)
    rows = list(term.curriculum.filter(grade=grade, is_chosen=True))
    teachers = list(term.teachers.order_by("code"))
    spoken = {one.subject for one in rows} | {name for one in teachers for name in one.subjects}
    names = {code: next((name for name in words if name in spoken), words[0]) for code, words in NAMES.items()}
    curriculum = {code: one for code, words in NAMES.items() for one in rows if one.subject in words}
    return Ground(
        term,
        grade,
        round,
        _people(term, grade, round, classes) if round is not None else (),
        classes,
        rooms,
        tuple(_tutors(term, grade, teachers, curriculum)),
        curriculum,
        names,
        waiting=_waiting(round),
    )


def _waiting(row: ChoiceRound | None) -> int:
    return cohort_of(row).count() - standing_in(row).count() if row is not None else 0


def _people(term: Term, grade: int, row: ChoiceRound, classes: tuple[TermClass, ...]) -> tuple[Person, ...]:
    """Where a grouping is adopted, a pupil's class is the one that it gives him; else that of the registry."""
    adopted = HomeMember.objects.filter(
        grouping__term=term, grouping__grade=grade, grouping__state=GroupingState.ADOPTED
    )
    given = dict(adopted.values_list("pupil_id", "home"))
    by_class = {one.school_class_id: one.code for one in classes if one.school_class_id}
    codes = {one.code for one in classes}
    found = (
        standing_in(row)
        .order_by("pupil_id")
        .values_list(
            "pupil_id", "pupil__public_id", "combination", "pupil__school_class_id", "pupil__school_class__name",
            "pupil__gender", "pupil__is_boarding",
        )
    )  # fmt: skip
    return tuple(
        Person(
            pk,
            number,
            code,
            given[pk] if given.get(pk) in codes else by_class.get(room) or (name if name in codes else ""),
            name or "",
            gender,
            boards,
        )
        for pk, number, code, room, name, gender, boards in found
    )


def _tutors(
    term: Term, grade: int, teachers: Sequence[TermTeacher], curriculum: Mapping[str, CurriculumHours]
) -> Iterator[Tutor]:
    """Hours that a teacher gives elsewhere leave fewer for groups of this grade."""
    taken: Counter[int] = Counter()
    courses = Course.objects.filter(term=term).exclude(group__grouping__grade=grade)
    for teacher, hours in courses.filter(teachers__isnull=False).values_list("teachers", "hours"):
        taken[teacher] += hours
    for one in teachers:
        mine = tuple(code for code in SUBJECTS if set(NAMES[code]) & set(one.subjects))
        if not mine:
            continue
        groups = None
        if one.most_hours is not None:
            a_group = max((curriculum[code].hours for code in mine if code in curriculum), default=1)
            groups = max(0, one.most_hours - taken[one.pk]) // a_group
        yield Tutor(one.code, mine, groups)
