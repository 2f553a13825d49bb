"""Intakes open and close by their days. The lists are named here, so that workers know them."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.admissions import operations
from yaodian.admissions import sheets as sheets
from yaodian.foundation.jobs import JobContext
from yaodian.foundation.schedules import scheduled


@scheduled("admissions.calendar", title=_("按日程开始和截止报名"), every=timedelta(minutes=10))
def follow_calendar(_context: JobContext) -> None:
    """Run again, it changes nothing. Ten minutes, so that a window opens soon after midnight."""
    now = timezone.now()
    operations.open_intakes(now=now)
    operations.close_intakes(now=now)
