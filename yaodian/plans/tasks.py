"""Background work of the slice: reading a document; every morning the duties that have come round."""

from __future__ import annotations

from datetime import time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, JobFailed, job
from yaodian.foundation.schedules import scheduled
from yaodian.plans import operations
from yaodian.plans.operations.responsibilities import open_recurring_duties


@job("plans.read_document", title=_("读取计划文件"))
def read_document(context: JobContext, *, reading_id: int) -> None:
    """Reads the document of a reading and records the answer, or why there is none.

    Run twice, it does nothing the second time: a reading that has ended is left alone.
    """
    failure = operations.read_document(reading_id=reading_id, clock=timezone.now, tell=context.progress)
    if failure is not None:
        raise JobFailed(code=failure.code, message=failure.message())


@scheduled("plans.open_recurring_duties", title=_("按期提出常态职责"), daily_at=time(5, 30))
def open_duties(context: JobContext) -> None:
    """Before the ladder of the day, so that what is opened today is reminded of by its own day alone."""
    opened, failed = open_recurring_duties(now=timezone.now())
    context.progress(opened, opened + failed, _("已提出 %(count)s 项") % {"count": opened})
    if failed:
        raise JobFailed(
            code="not-opened",
            message=_("有 %(count)s 项常态职责没能提出，多为单位已撤销。请在责任清单中核对。") % {"count": failed},
        )
