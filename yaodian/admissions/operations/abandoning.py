"""What was never published comes to an end on the day on which its personal data go: nothing is decided about children whom nobody knows.

The promise of a draw that was not held is void, a sealed placement that was not opened is dropped, and both stay as rows.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Admission,
    Application,
    ApplicationState,
    Draw,
    DrawState,
    Intake,
    IntakeState,
    Reference,
    Run,
    RunKind,
    RunState,
    ScoreRound,
    ScoreRun,
    ScoreState,
)
from yaodian.admissions.operations.changing import lock_season
from yaodian.admissions.operations.ending import close_season
from yaodian.admissions.operations.locking import lock_intake, move_intake
from yaodian.admissions.operations.score_rows import lock_round, move_round, note
from yaodian.admissions.operations.telling import tell_abandoned
from yaodian.admissions.queries.keeping_days import candidates_until, names_until
from yaodian.audit.operations import record

_UNOPENED = (RunState.QUEUED, RunState.DONE)


def abandon_due(*, now: datetime, today: date) -> int:
    """Abandons every intake and every round of scores that holds personal data, was not published, and is past its last day. How
    many; run again, none."""
    held = Intake.objects.filter(published_on__isnull=True).exclude(state=IntakeState.ABANDONED)
    intakes = [one for one in held.select_related("season").order_by("pk") if today > names_until(one) and _holds(one)]
    for intake in intakes:
        _abandon_intake(intake, now)
    states = (ScoreState.ANNOUNCED, ScoreState.LOADED, ScoreState.PLACED)
    named = ScoreRound.objects.filter(state__in=states, candidates__erased_at__isnull=True, candidates__isnull=False)
    rounds = [
        one
        for one in named.select_related("intake__season").distinct().order_by("pk")
        if today > candidates_until(one, None)
    ]
    for one in rounds:
        _abandon_scores(one, now)
    return len(intakes) + len(rounds)


def _holds(intake: Intake) -> bool:
    named = Application.objects.filter(intake=intake, erased_at__isnull=True).exclude(state=ApplicationState.DRAFT)
    return named.exists() or Reference.objects.filter(intake=intake).exists()


def _abandon_intake(intake: Intake, now: datetime) -> None:
    with transaction.atomic():
        season = lock_season(intake.season)
        row = lock_intake(intake)
        if row.published_on is not None or row.state == IntakeState.ABANDONED:
            # Published, or abandoned by another worker, since it was looked for.
            return
        before = row.state
        draws = Draw.objects.filter(intake=row, state=DrawState.PROMISED)
        draws.update(state=DrawState.VOID, void_reason=_reason())
        runs = Run.objects.filter(intake=row, kind=RunKind.SEALED, state__in=_UNOPENED)
        runs.update(state=RunState.DROPPED, problem=_reason(), done_at=now)
        move_intake(row, IntakeState.ABANDONED)
        tell_abandoned(row, now=now)
        detail = {"state": before, "publishes_on": row.publishes_on.isoformat()}
        record(
            actor=None, code="admissions.intake.abandon", subject=f"admissions_intake:{row.pk}", detail=detail, at=now
        )
        close_season(season, actor=None, now=now)


def _abandon_scores(given: ScoreRound, now: datetime) -> None:
    with transaction.atomic():
        row = lock_round(given)
        if row.state in (ScoreState.PUBLISHED, ScoreState.ABANDONED):
            return
        before = row.state
        runs = ScoreRun.objects.filter(round=row, kind=RunKind.SEALED, state__in=_UNOPENED)
        Admission.objects.filter(run__in=runs).delete()
        runs.update(state=RunState.DROPPED, problem=_reason(), done_at=now)
        move_round(row, ScoreState.ABANDONED)
        note(None, "scores.abandon", row, {"state": before}, now)


def _reason() -> str:
    return _("没有公布结果，个人信息到期删去，招生随之终止。")
