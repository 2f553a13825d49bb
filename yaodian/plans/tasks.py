"""Background work of the slice: reading a document."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, JobFailed, job
from yaodian.plans import operations


@job("plans.read_document", title=_("读取计划文件"))
def read_document(context: JobContext, *, reading_id: int) -> None:
    """Reads the document of a reading and records the answer, or why there is none.

    Run twice, it does nothing the second time: a reading that has ended is left alone.
    """
    failure = operations.read_document(reading_id=reading_id, clock=timezone.now, tell=context.progress)
    if failure is not None:
        raise JobFailed(code=failure.code, message=failure.message())
