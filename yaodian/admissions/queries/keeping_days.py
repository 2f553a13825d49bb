"""The last days on which personal data of an intake are kept; where nothing is published, the calendar gives them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from yaodian.admissions.models import Intake, ScoreRound
from yaodian.registry.queries.retention import months_after

# Long enough to ask why it was forgotten, and to ask the office for an exception that its rules know.
DRAFT_DAYS = 30


def drafts_until(intake: Intake) -> date:
    """The last day on which a draft that was never handed in is kept."""
    return intake.closes_on + timedelta(days=DRAFT_DAYS)


def lists_until(intake: Intake) -> date:
    """The last day of reference lists: checks and appeals need them, nothing after. Where nothing is published, that of the names."""
    if intake.published_on is None:
        return names_until(intake)
    return intake.published_on + timedelta(days=intake.appeal_days)


def names_until(intake: Intake) -> date:
    """The last day on which applications name people: the season's months after the result, and as long as there is none, after the
    day that its calendar names for it."""
    return months_after(intake.published_on or intake.publishes_on, intake.season.keep_months)


def candidates_until(round: ScoreRound, opened_at: datetime | None) -> date:  # noqa: A002 - the row's name.
    """The last day on which the candidates of a placement by score are named: the season's months after it was opened, and as long as
    it is not, after the day that the calendar names for the result."""
    intake = round.intake
    return months_after(timezone.localdate(opened_at) if opened_at else intake.publishes_on, intake.season.keep_months)
