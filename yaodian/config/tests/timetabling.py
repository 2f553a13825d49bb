"""A choice round of a school and a table of requirements, for the permission matrix; every name and number is invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from yaodian.organisations.models import Unit
from yaodian.registry.models import Pupil
from yaodian.timetabling.models import (
    ChoiceRound,
    ChoiceState,
    Means,
    OfferedCombination,
    PupilChoice,
    RequirementTable,
    RoundKind,
    RoundState,
)


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
