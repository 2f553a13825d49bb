"""The watch that raises alarms, and the clearing of old counters."""

from datetime import timedelta

from django.utils import timezone

from yaodian.audit.operations import forget_before
from yaodian.foundation.jobs import JobContext
from yaodian.foundation.schedules import scheduled
from yaodian.operating import operations


@scheduled("operating.judge", every=timedelta(seconds=30))
def judge(_context: JobContext) -> None:
    """Raises what is an alarm: every half minute, so that one stands within a minute of its cause."""
    operations.judge(now=timezone.now())


@scheduled("operating.forget_reads", every=timedelta(hours=1))
def forget_reads(_context: JobContext) -> None:
    """Deletes the counters of minutes after 30 days; those of days stay."""
    forget_before(moment=timezone.now() - timedelta(days=30))
