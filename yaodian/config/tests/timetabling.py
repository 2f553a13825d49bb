"""A choice round of a school, a table of requirements, a mock examination and a term, for the permission matrix; all is invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from yaodian.organisations.models import Unit
from yaodian.registry.models import Pupil
from yaodian.timetabling.models import (
    Absence,
    BellPeriod,
    BellSchedule,
    ChoiceRound,
    ChoiceState,
    Course,
    Grouping,
    GroupingState,
    Means,
    MockConversion,
    MockExam,
    MockScore,
    MockState,
    OfferedCombination,
    PupilChoice,
    RequirementTable,
    RoundKind,
    RoundState,
    Term,
    TermClass,
    TermRoom,
    TermState,
    TermTeacher,
    Timetable,
    TimetableLink,
    TimetableState,
    TimetableWish,
)
from yaodian.timetabling.operations.lessons import write_lessons
from yaodian.timetabling.operations.links import digest_of
from yaodian.timetabling.problem import freeze, school_of, sha256
from yaodian.timetabling.problem.groupings import GroupSettings
from yaodian.timetabling.queries.mock_rules import rules_on

#: The secret of the link to the class's timetable.
LINK = "AAAA-BBBB-CCCC-DDDD"


def chosen(*, school: Unit, pupil: Pupil, secret: str, now: datetime) -> PupilChoice:
    """The school's only round, with one choice that waits; its title and that of its table hold the secret."""
    day = now.date()
    table = RequirementTable(office=school, year=2028, title=f"{secret}要求", source=f"{secret}文", made_at=now).store()
    row = ChoiceRound(
        school=school, entered_year=2025, grade=1, title=f"{secret}选科", kind=RoundKind.BINDING, state=RoundState.OPEN,
        opens_on=day - timedelta(days=1), closes_on=day + timedelta(days=9), requirements=table, made_at=now, opened_at=now,
    ).store()  # fmt: skip
    OfferedCombination.objects.create(round=row, combination="PCB")
    return PupilChoice(
        round=row, pupil=pupil, combination="PCB", state=ChoiceState.PROPOSED, means=Means.PAPER, eyes=1, chosen_at=now
    ).store()


def mocked(*, school: Unit, pupil: Pupil, secret: str, now: datetime) -> MockExam:
    """The school's only mock examination, published, with one score that was converted; its title holds the secret."""
    day = now.date()
    rules = rules_on(day, region="")
    assert rules is not None
    row = MockExam(
        school=school, entered_year=2025, grade=1, title=f"{secret}模拟", held_on=day - timedelta(days=9), made_at=now,
        erase_on=day + timedelta(days=90), state=MockState.PUBLISHED, rules=rules, sha256="0" * 64, converted_at=now,
        published_at=now,
    ).store()  # fmt: skip
    MockScore.objects.create(mock=row, pupil=pupil, subject="chemistry", raw=80, grade="A", converted=100)
    grades = [["A", 1, "80.0", "80.0"], *([grade, 0, None, None] for grade in "BCDE")]
    MockConversion.objects.create(mock=row, subject="chemistry", candidates=1, absent=0, grades=grades)
    return row


def termed(*, school: Unit, round: ChoiceRound, secret: str, now: datetime) -> Term:  # noqa: A002 - the row's name.
    """The school's only term: a class with one course in a published timetable, a group, a wish, a link; names hold the secret."""
    day = now.date()
    term = Term(
        school=school, year=2026, half=1, begins_on=day - timedelta(days=30), ends_on=day + timedelta(days=90), made_at=now,
        state=TermState.RUNNING,
    ).store()  # fmt: skip
    bells = BellSchedule(term=term, code=f"{secret}作息").store()
    BellPeriod.objects.create(bells=bells, number=0, name="第1节", begins_min=480, ends_min=520)
    room = TermRoom(term=term, code=f"{secret}教室", seats=50).store()
    teacher = TermTeacher(term=term, code="T1", name=f"{secret}师", subjects=["语文"]).store()
    home = TermClass(term=term, code=f"{secret}班", grade=1, size=40, bells=bells, room=room).store()
    course = Course(term=term, code=f"{secret}语文", subject="语文", hours=1).store()
    course.classes.add(home)
    course.teachers.add(teacher)
    TimetableWish(term=term, kind="lessons-a-day", name=f"{secret}要求", values={"most": 1}).store()
    grouping = Grouping(
        term=term,
        round=round,
        grade=1,
        attempt=1,
        seed="1",
        settings=GroupSettings().to_json(),
        state=GroupingState.DONE,
        asked_at=now,
        done_at=now,
    ).store()
    grouping.groups.create(code=f"{secret}物理1", subject="物理", block="A", teacher=teacher)
    frozen = freeze(school_of(term))
    lesson = [course.code, 1, bells.code, 0, 0, [teacher.code, home.code, room.code]]
    row = Timetable(
        term=term, attempt=1, title=f"{secret}课表", state=TimetableState.PUBLISHED, frozen=frozen, frozen_sha256=sha256(frozen),
        pieces=[lesson], required=0, optional=0, asked_at=now, done_at=now,
        holds_from=term.begins_on, published_at=now,
    ).store()  # fmt: skip
    write_lessons(row)
    Absence(term=term, teacher=teacher, from_on=day, until_on=day, reason=f"{secret}事由", made_at=now).store()
    TimetableLink(term=term, digest=digest_of(LINK), school_class=home, made_at=now).store()
    return term
