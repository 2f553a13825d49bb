"""Invented rounds in schools of the synthetic city: a trial that is settled, a binding round that is open; and a term of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

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
    OfferedCombination,
    PupilChoice,
    RequirementTable,
    RoundKind,
    RoundState,
)
from yaodian.timetabling.operations.demonstration_term import load_term_demonstration
from yaodian.timetabling.operations.demonstration_timetable import order_timetable_demonstration
from yaodian.timetabling.operations.letters import issue_letters
from yaodian.timetabling.operations.requirements import make_table, put_requirements
from yaodian.timetabling.queries.rounds import STAGE, missing_of

_BATCH = 500
# Schools that get a timetable: each takes a worker up to half a minute, and two are enough to compare.
TIMETABLED = 2


def load_demonstration(*, office: Unit, schools: Sequence[Unit], now: datetime) -> str:
    """Lays rounds in schools that have none, with a table of the office, and a term; the code of one letter of the first school, or empty.

    Everything in one transaction with one entry in the journal for each round and term. Workers lay the timetables of the first `TIMETABLED` terms afterwards.
    """
    today = timezone.localdate(now)
    code = ""
    years = cohort_years(units=[one.pk for one in schools], stage=STAGE)
    had = set(ChoiceRound.objects.filter(school__in=schools).values_list("school_id", flat=True))
    with transaction.atomic():
        for school in schools:
            year = _year(years.get(school.pk, ()), today)
            if school.pk in had or year is None:
                continue
            binding = _lay(school, year, _table(office, now), now)
            if not code:
                pupil = missing_of(binding).order_by("pk").values_list("pk", flat=True).first()
                letters = issue_letters(actor=None, round=binding, now=now, pupils=[pupil]) if pupil else []
                code = letters[0].code if letters else ""
        terms = [term for school in schools if (term := load_term_demonstration(school=school, now=now))]
        for term in terms[:TIMETABLED]:
            order_timetable_demonstration(term=term)
    return code


def _year(years: Sequence[int], today: date) -> int | None:
    """The youngest grade of the school that is one today and was one when the trial began."""
    last = school_year(today)
    return next((year for year in years if last - year + 1 in Grade.values), None)


def _table(office: Unit, now: datetime) -> RequirementTable:
    found = RequirementTable.objects.filter(office=office, title=demonstration.TABLE_TITLE).first()
    if found is not None:
        return found
    values = {
        "year": school_year(timezone.localdate(now)) + 3,
        "title": demonstration.TABLE_TITLE,
        "source": demonstration.TABLE_SOURCE,
    }
    made = make_table(actor=None, office=office, values=values, now=now)
    put_requirements(actor=None, table=made, rows=dict(demonstration.requirements()), now=now)
    return made


def _lay(school: Unit, year: int, table: RequirementTable, now: datetime) -> ChoiceRound:
    today = timezone.localdate(now)
    grade = school_year(today) - year + 1
    common = {
        "school": school, "entered_year": year, "grade": grade, "requirements": table, "made_at": now - timedelta(50),
        "opened_at": now,
    }  # fmt: skip
    trial = ChoiceRound(
        **common, title=demonstration.TRIAL, kind=RoundKind.TRIAL, state=RoundState.SETTLED, opens_on=today - timedelta(40),
        closes_on=today - timedelta(30), settled_at=now - timedelta(28),
    ).store()  # fmt: skip
    binding = ChoiceRound(
        **common, title=demonstration.BINDING, kind=RoundKind.BINDING, state=RoundState.OPEN, opens_on=today - timedelta(5),
        closes_on=today + timedelta(9), before=trial, note=demonstration.NOTE,
    ).store()  # fmt: skip
    limited, most = demonstration.LIMITED
    OfferedCombination.objects.bulk_create(
        [
            *(OfferedCombination(round=trial, combination=one) for one in COMBINATIONS),
            *(
                OfferedCombination(round=binding, combination=one, most=most if one == limited else None)
                for one in COMBINATIONS
                if one not in demonstration.RARE
            ),
        ]
    )
    pupils = list(cohort(unit=school.pk, stage=STAGE, entered_year=year).order_by("pk").values_list("pk", flat=True))
    rows = []
    for pupil, wish, chosen in demonstration.trial_and_binding(pupils, seed=school.code):
        rows.append(_choice(trial, pupil, wish, now - timedelta(32)))
        if chosen:
            rows.append(_choice(binding, pupil, chosen, now - timedelta(2)))
    PupilChoice.objects.bulk_create(rows, batch_size=_BATCH)
    record(
        actor=None,
        code="timetabling.round.load",
        subject=f"timetabling_round:{binding.pk}",
        detail={"school": school.pk, "pupils": len(pupils), "choices": len(rows)},
        at=now,
    )
    return binding


def _choice(row: ChoiceRound, pupil: int, code: str, at: datetime) -> PupilChoice:
    return PupilChoice(
        round=row, pupil_id=pupil, combination=code, state=ChoiceState.STANDING, means=Means.CODE, chosen_at=at
    )
