"""The background work of timetabling."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, job
from yaodian.timetabling import operations
from yaodian.timetabling.queries.timetables import JOB as SOLVE


# Long enough to live through a few restarts of its server.
@job(SOLVE, title=_("排课表"), max_attempts=5, is_bulk=True)
def solve(context: JobContext, *, timetable_id: int) -> None:
    """Killed in the middle it goes on from the best so far, with the seconds that are left."""
    operations.compute_timetable(timetable_id=timetable_id, context=context, clock=timezone.now)
