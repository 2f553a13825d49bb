"""Teaching groups and a published timetable of the demonstration's term, laid by the program in the background.

Killed in the middle and run again it goes on: each step looks at what is there first. What somebody has planned himself stays as it is.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from yaodian.foundation import jobs
from yaodian.foundation.jobs import JobContext
from yaodian.foundation.refusing import UnableTo
from yaodian.timetabling.content import SUBJECTS
from yaodian.timetabling.models import (
    ChoiceRound,
    Grade,
    Grouping,
    GroupingState,
    Origin,
    RoundKind,
    RoundState,
    Term,
    TermState,
    Timetable,
    TimetableState,
)
from yaodian.timetabling.operations.adopting import adopt_grouping
from yaodian.timetabling.operations.changing import stored
from yaodian.timetabling.operations.errors import UnableToPublishTimetable
from yaodian.timetabling.operations.groupings import ask_grouping, compute_grouping
from yaodian.timetabling.operations.lessons import write_lessons
from yaodian.timetabling.operations.solving import compute_timetable
from yaodian.timetabling.operations.term_rows import note_term
from yaodian.timetabling.operations.timetables import ask_timetable, lock_timetable
from yaodian.timetabling.problem.group_settings import GroupSettings, SubjectRule
from yaodian.timetabling.queries.grounds import entered_year_of
from yaodian.timetabling.queries.publishing import gate_findings

logger = logging.getLogger(__name__)

JOB = "timetabling.demonstrate"
SEED = 1
SECONDS = 25
# What is asked for in turn, until groups can be made: first as schools plan, then with less.
ASKED = (
    GroupSettings(),
    GroupSettings(counts_rooms=False),
    GroupSettings(dict.fromkeys(SUBJECTS, SubjectRule(least=1)), counts_teachers=False, counts_rooms=False),
)


def order_timetable_demonstration(*, term: Term) -> None:
    """A worker lays groups and a timetable of the term; ordered once, and not where somebody has planned himself. Inside a transaction."""
    if (
        term.timetables.filter(asked_by__isnull=False).exists()
        or term.groupings.filter(asked_by__isnull=False).exists()
    ):
        return
    jobs.enqueue(code=JOB, arguments={"term_id": term.pk}, requested_by_id=None, key=f"{JOB}:{term.pk}")


def lay_timetable_demonstration(
    *, term_id: int, now: datetime, context: JobContext | None = None, seconds: int = SECONDS
) -> Timetable | None:
    """Groups adopted for each grade with a settled round, and a timetable that holds from the first day of the term on.

    None where there is no such term, or no timetable came of it: what was made by then stays, and the log says why. Raises JobCancelled, LeaseLost.
    """
    term = Term.objects.select_related("school").filter(pk=term_id).first()
    if term is None:
        return None
    held = term.timetables.filter(state=TimetableState.PUBLISHED).order_by("pk").first()
    if held is not None or term.state == TermState.ENDED:
        return held
    try:
        for grade in sorted(set(term.classes.values_list("grade", flat=True))):
            _group(term, grade, now, context)
        row = _solve(term, now, seconds, context)
        return _publish(row, now) if row is not None else None
    except UnableTo as problem:
        logger.warning("The demonstration's term %s has no timetable: %s", term.pk, problem)
        return None


def _group(term: Term, grade: int, now: datetime, context: JobContext | None) -> None:
    """The groups of a grade, adopted; none where no round of it is settled, or where they cannot be made."""
    round_ = (
        ChoiceRound.objects.filter(
            school=term.school_id, entered_year=entered_year_of(term, grade), state=RoundState.SETTLED,
            kind__in=[RoundKind.BINDING, RoundKind.CHANGE],
        )
        .order_by("-pk")
        .first()
    )  # fmt: skip
    rows = term.groupings.filter(grade=grade)
    if round_ is None or grade not in Grade.values or rows.filter(state=GroupingState.ADOPTED).exists():
        return
    for settings in ASKED:
        row = _asked(term, grade, round_, settings, now)
        row = compute_grouping(grouping_id=row.pk, now=now, context=context)
        if row.state == GroupingState.DONE:
            adopt_grouping(actor=None, grouping=row, now=now)
            return
        logger.warning("No groups for grade %s of the demonstration's term %s: %s", grade, term.pk, row.problem)


def _asked(term: Term, grade: int, round_: ChoiceRound, settings: GroupSettings, now: datetime) -> Grouping:
    """The program's own attempt with these settings, asked for where there is none yet."""
    for row in term.groupings.filter(grade=grade, round=round_, asked_by=None).order_by("pk"):
        if row.settings == settings.to_json():
            return row
    return ask_grouping(
        actor=None, term=term, grade=grade, round=round_, settings=settings, now=now, seed=str(SEED), enqueues=False
    )


def _solve(term: Term, now: datetime, seconds: int, context: JobContext | None) -> Timetable | None:
    """The program's own plan, asked for where there is none yet; None where it is not valid."""
    row = term.timetables.filter(asked_by=None, origin=Origin.SOLVED).order_by("-pk").first()
    if row is None:
        row = ask_timetable(actor=None, term=term, now=now, seed=SEED, seconds=seconds, enqueues=False)
    compute_timetable(timetable_id=row.pk, context=context, clock=timezone.now if context else partial(_at, now))
    row.refresh_from_db()
    if row.state in (TimetableState.DONE, TimetableState.PAUSED) and row.required == 0 and row.pieces:
        return row
    logger.warning("The plan %s of the demonstration's term %s is %s: %s", row.pk, term.pk, row.state, row.problem)
    return None


def _at(now: datetime) -> datetime:
    return now


def _publish(plan: Timetable, now: datetime) -> Timetable | None:
    """As `publish_timetable` does, but by the program, which no second person checks, and from the first day of the term, which may be past."""
    with transaction.atomic():
        term, row = lock_timetable(plan)
        findings = list(gate_findings(row, actor=None))
        if findings:
            logger.warning("The plan %s cannot be published: %s", row.pk, findings[0].words)
            return None
        row.state, row.published_at, row.holds_from = TimetableState.PUBLISHED, now, term.begins_on
        row.version += 1
        stored(row, UnableToPublishTimetable)
        lessons = write_lessons(row)
        if term.state == TermState.PREPARING:
            term.state = TermState.RUNNING
            term.version += 1
            stored(term, UnableToPublishTimetable)
        detail = {"timetable": row.pk, "from": term.begins_on, "lessons": lessons, "frozen": row.frozen_sha256}
        note_term(None, "timetable.publish", term, detail, now)
    return row
