"""The background work of timetabling, named here so that workers know it."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, job
from yaodian.timetabling.operations import explaining


@job(explaining.JOB, title=_("检查课表排不排得成"))
def explain(
    _context: JobContext, *, asked_at: str, term_id: int | None = None, timetable_id: int | None = None
) -> None:
    """Run again, it answers the same question anew."""
    explaining.compute_explanation(asked_at=asked_at, term_id=term_id, timetable_id=timetable_id, now=timezone.now())
