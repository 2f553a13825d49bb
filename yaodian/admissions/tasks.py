"""Intakes open and close by their days; placements are computed as jobs; places not accepted in time go to those who wait; what everybody
reads is laid down as files; what is done with ends.

The lists are named here, so that workers know them.
"""

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.admissions import operations
from yaodian.admissions import sheets as sheets
from yaodian.admissions.operations.running import JOB
from yaodian.admissions.operations.score_running import JOB as SCORE_JOB
from yaodian.foundation import snapshots
from yaodian.foundation.jobs import JobContext, job
from yaodian.foundation.schedules import scheduled


@scheduled("admissions.calendar", title=_("按日程开始和截止报名"), every=timedelta(minutes=10))
def follow_calendar(_context: JobContext) -> None:
    """Run again, it changes nothing. Ten minutes, so that a window opens soon after midnight."""
    now = timezone.now()
    operations.open_intakes(now=now)
    operations.close_intakes(now=now)


@job(JOB, title=_("计算派位"))
def run(_context: JobContext, *, run_id: int) -> None:
    """Killed in the middle it leaves nothing behind; run again it comes to the same bytes."""
    operations.compute_run(run_id=run_id, now=timezone.now())


@scheduled("admissions.erase", title=_("删去到期的报名信息"), daily_at=time(2, 30))
def erase(_context: JobContext) -> None:
    """Killed half way it has erased whole batches; run again, it goes on."""
    operations.erase_due(now=timezone.now())


@job(SCORE_JOB, title=_("计算投档"))
def score_run(_context: JobContext, *, run_id: int) -> None:
    """Killed in the middle it leaves nothing behind; run again it comes to the same bytes."""
    operations.compute_score_run(run_id=run_id, now=timezone.now())


@scheduled("admissions.lapse", title=_("收回逾期未确认的学位"), daily_at=time(0, 20))
def lapse(_context: JobContext) -> None:
    """Run again on the same day, it frees nothing more."""
    operations.lapse_places(now=timezone.now())


@scheduled("admissions.end", title=_("结束已办完的招生"), daily_at=time(0, 40))
def end(_context: JobContext) -> None:
    """Run again, it ends nothing more."""
    operations.end_due(now=timezone.now())


@scheduled("admissions.snapshots", title=_("更新公开页面的签名快照"), every=timedelta(seconds=30))
def lay_snapshots(_context: JobContext) -> None:
    """Half a minute: until then whoever reads a changed page reads it from the database. Run again, it finds nothing to do."""
    snapshots.lay(now=timezone.now())
