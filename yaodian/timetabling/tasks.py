"""Scores of mock examinations are deleted in their time. The lists are named here, so that workers know them."""

from datetime import time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext
from yaodian.foundation.schedules import scheduled
from yaodian.timetabling import operations
from yaodian.timetabling import sheets as sheets


@scheduled("timetabling.erase_mocks", title=_("删去到期的模拟考试成绩"), daily_at=time(3, 10))
def erase_mocks(_context: JobContext) -> None:
    """Run again, it erases nothing more."""
    operations.erase_past_mocks(now=timezone.now())
