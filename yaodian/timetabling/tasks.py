"""What timetabling does in the background. The lists are named here, so that workers know them."""

from __future__ import annotations

from datetime import time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, job
from yaodian.foundation.schedules import scheduled
from yaodian.timetabling import operations
from yaodian.timetabling import sheets as sheets
from yaodian.timetabling.operations import demonstration_timetable, explaining
from yaodian.timetabling.operations.groupings import JOB as GROUP
from yaodian.timetabling.queries.proposals import JOB as PROPOSE
from yaodian.timetabling.queries.timetables import JOB as SOLVE


@scheduled("timetabling.erase_mocks", title=_("删去到期的模拟考试成绩"), daily_at=time(3, 10))
def erase_mocks(_context: JobContext) -> None:
    """Run again, it erases nothing more."""
    operations.erase_past_mocks(now=timezone.now())


@job(GROUP, title=_("编排教学班"))
def plan_groups(context: JobContext, *, grouping_id: int) -> None:
    """Killed in the middle it leaves nothing behind; run again it comes to the same bytes."""
    operations.compute_grouping(grouping_id=grouping_id, now=timezone.now(), context=context)


@job(explaining.JOB, title=_("检查课表排不排得成"))
def explain(
    _context: JobContext, *, asked_at: str, term_id: int | None = None, timetable_id: int | None = None
) -> None:
    """Run again, it answers the same question anew."""
    explaining.compute_explanation(asked_at=asked_at, term_id=term_id, timetable_id=timetable_id, now=timezone.now())


# Long enough to live through a few restarts of its server.
@job(SOLVE, title=_("排课表"), max_attempts=5, is_bulk=True)
def solve(context: JobContext, *, timetable_id: int) -> None:
    """Killed in the middle it goes on from the best so far, with the seconds that are left."""
    operations.compute_timetable(timetable_id=timetable_id, context=context, clock=timezone.now)


@job(PROPOSE, title=_("拟变动课表"))
def propose(_context: JobContext, *, absence_id: int, timetable_id: int, account_id: int) -> None:
    """Killed in the middle it leaves nothing behind; run again it makes no plan twice."""
    operations.compute_proposals(
        absence_id=absence_id, timetable_id=timetable_id, account_id=account_id, now=timezone.now()
    )


@job(demonstration_timetable.JOB, title=_("放入演示课表"), max_attempts=5, is_bulk=True)
def demonstrate(context: JobContext, *, term_id: int) -> None:
    """Killed in the middle it goes on from what is there; run again after its end it changes nothing."""
    operations.lay_timetable_demonstration(term_id=term_id, now=timezone.now(), context=context)
