"""An invented mock examination of a school of the synthetic city: its second grade, whose choices are settled, converted and published."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from yaodian.audit.operations import record
from yaodian.organisations.models import Unit
from yaodian.registry.queries import cohort, cohort_years, school_year
from yaodian.timetabling import demonstration
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import (
    ChoiceRound,
    ChoiceState,
    Grade,
    Means,
    MockExam,
    OfferedCombination,
    PupilChoice,
    RoundKind,
    RoundState,
)
from yaodian.timetabling.operations.mock_converting import convert_mock, publish_mock
from yaodian.timetabling.operations.mock_scores import put_scores
from yaodian.timetabling.operations.mocks import make_mock
from yaodian.timetabling.queries.mock_rules import ABSENT, settled_round
from yaodian.timetabling.queries.rounds import STAGE, standing_in

_BATCH = 500
# Long enough ago that the round was of the grade's first year.
_CHOSEN = timedelta(days=380)


def load_mock_demonstration(*, school: Unit, now: datetime) -> MockExam | None:
    """Lays it once, with a settled binding round of the grade where there is none; nothing in a school that has a mock examination,
    or no second grade. In one transaction, each step with its entry in the journal."""
    today = timezone.localdate(now)
    year = school_year(today) - Grade.SECOND + 1
    if year not in cohort_years(units=[school.pk], stage=STAGE).get(school.pk, ()):
        return None
    if MockExam.objects.filter(school=school).exists():
        return None
    with transaction.atomic():
        row = settled_round(school=school.pk, entered_year=year) or _settled(school, year, now)
        public_ids = dict(
            cohort(unit=school.pk, stage=STAGE, entered_year=year).values_list("pk", "public_id")
        )  # fmt: skip
        chosen = sorted(standing_in(row).values_list("pupil_id", "combination"))
        if not chosen:
            return None
        values = {"title": demonstration.MOCK, "held_on": today - timedelta(days=12)}
        mock = make_mock(actor=None, school=school, entered_year=year, values=values, now=now)
        scores = {
            public_ids[pupil]: {subject: ABSENT if raw is None else raw for subject, raw in entries.items()}
            for pupil, entries in demonstration.mock_scores(chosen, seed=school.code)
        }
        put_scores(actor=None, mock=mock, scores=scores, now=now)
        mock = convert_mock(actor=None, mock=mock, now=now)
        return publish_mock(actor=None, mock=mock, expected_sha256=mock.sha256, now=now)


def _settled(school: Unit, year: int, now: datetime) -> ChoiceRound:
    then, day = now - _CHOSEN, timezone.localdate(now - _CHOSEN)
    row = ChoiceRound(
        school=school, entered_year=year, grade=Grade.FIRST, title=f"{year}级正式选科", kind=RoundKind.BINDING,
        state=RoundState.SETTLED, opens_on=day, closes_on=day + timedelta(days=10), made_at=then, opened_at=then,
        settled_at=then + timedelta(days=12),
    ).store()  # fmt: skip
    offered = [code for code in COMBINATIONS if code not in demonstration.RARE]
    OfferedCombination.objects.bulk_create(OfferedCombination(round=row, combination=code) for code in offered)
    pupils = list(cohort(unit=school.pk, stage=STAGE, entered_year=year).order_by("pk").values_list("pk", flat=True))
    made = []
    for pupil, wish, chosen in demonstration.trial_and_binding(pupils, seed=f"{school.code} {year}"):
        code = chosen or (wish if wish in offered else offered[0])
        made.append(
            PupilChoice(
                round=row, pupil_id=pupil, combination=code, state=ChoiceState.STANDING, means=Means.CODE,
                chosen_at=then + timedelta(days=3),
            )
        )  # fmt: skip
    PupilChoice.objects.bulk_create(made, batch_size=_BATCH)
    record(
        actor=None,
        code="timetabling.round.load",
        subject=f"timetabling_round:{row.pk}",
        detail={"school": school.pk, "pupils": len(pupils), "choices": len(made)},
        at=now,
    )
    return row
