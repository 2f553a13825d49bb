"""Background work of the slice: reading a document; every morning the cases of what is late, and the monthly
reports."""

from __future__ import annotations

from datetime import time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, JobFailed, job
from yaodian.foundation.schedules import scheduled
from yaodian.plans import operations
from yaodian.plans.operations import reports as changing_reports


@job("plans.read_document", title=_("读取计划文件"))
def read_document(context: JobContext, *, reading_id: int) -> None:
    """Reads the document of a reading and records the answer, or why there is none.

    Run twice, it does nothing the second time: a reading that has ended is left alone.
    """
    failure = operations.read_document(reading_id=reading_id, clock=timezone.now, tell=context.progress)
    if failure is not None:
        raise JobFailed(code=failure.code, message=failure.message())


@scheduled("plans.open_overdue_cases", title=_("逾期任务转督办"), daily_at=time(6, 0))
def open_overdue_cases(_context: JobContext) -> None:
    """Before the ladder of the cases climbs, so that a new case is on it from its first day."""
    operations.open_overdue_cases(now=timezone.now())


@scheduled("plans.reports", title=_("月报：开始填报与催报"), daily_at=time(6, 15))
def reports(_context: JobContext) -> None:
    """First whatever opens and moves reports, then the ladder: nobody is told of a day that no longer holds."""
    now = timezone.now()
    changing_reports.open_reports(now=now)
    changing_reports.follow_report_calendar(now=now)
    changing_reports.remind_reports(now=now)
