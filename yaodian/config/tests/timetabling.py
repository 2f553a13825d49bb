"""A choice round of a school, a table of requirements and a mock examination, for the permission matrix; every name and number is invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from yaodian.organisations.models import Unit
from yaodian.registry.models import Pupil
from yaodian.timetabling.models import (
    ChoiceRound,
    ChoiceState,
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
)
from yaodian.timetabling.queries.mock_rules import rules_on


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
