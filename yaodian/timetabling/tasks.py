"""What timetabling does in the background."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, job
from yaodian.timetabling import operations
from yaodian.timetabling.operations.groupings import JOB as GROUP_JOB


@job(GROUP_JOB, title=_("编排教学班"))
def plan_groups(context: JobContext, *, grouping_id: int) -> None:
    """Killed in the middle it leaves nothing behind; run again it comes to the same bytes."""
    operations.compute_grouping(grouping_id=grouping_id, now=timezone.now(), context=context)
