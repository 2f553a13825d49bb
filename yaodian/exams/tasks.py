"""Plans are drawn as jobs; names are erased in their time. The lists are named here, so that workers know them."""

from datetime import time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.exams import operations
from yaodian.exams import sheets as sheets
from yaodian.exams.operations.plans import JOB
from yaodian.foundation.jobs import JobContext, job
from yaodian.foundation.schedules import scheduled


@job(JOB, title=_("编排考场座位"))
def draw(_context: JobContext, *, plan_id: int) -> None:
    """Killed in the middle it leaves nothing behind; run again it comes to the same bytes."""
    operations.compute_plan(plan_id=plan_id, now=timezone.now())


@scheduled("exams.erase", title=_("删去到期的考生姓名"), daily_at=time(2, 50))
def erase(_context: JobContext) -> None:
    """Run again, it erases nothing more."""
    operations.erase_exams(now=timezone.now())
