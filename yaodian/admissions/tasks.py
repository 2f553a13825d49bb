"""Placements are computed as jobs; every morning places that were not accepted in time go to those who wait."""

from datetime import time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.operations.places import lapse_places
from yaodian.admissions.operations.running import JOB, compute_run
from yaodian.foundation.jobs import JobContext, job
from yaodian.foundation.schedules import scheduled


@job(JOB, title=_("计算派位"))
def run(_context: JobContext, *, run_id: int) -> None:
    """Killed in the middle it leaves nothing behind; run again it comes to the same bytes."""
    compute_run(run_id=run_id, now=timezone.now())


@scheduled("admissions.lapse", title=_("收回逾期未确认的学位"), daily_at=time(0, 20))
def lapse(_context: JobContext) -> None:
    """Run again on the same day, it frees nothing more."""
    lapse_places(now=timezone.now())
