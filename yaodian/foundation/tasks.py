"""What the foundation clears away by itself."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from yaodian.foundation.jobs import JobContext
from yaodian.foundation.schedules import forget_old_jobs, scheduled


@scheduled("foundation.clear_sessions", every=timedelta(hours=1))
def clear_sessions(_context: JobContext) -> None:
    """Deletes sessions that have expired."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@scheduled("foundation.forget_scheduled_jobs", every=timedelta(hours=1))
def forget_scheduled_jobs(_context: JobContext) -> None:
    """Deletes finished jobs of schedules after a day."""
    forget_old_jobs(before=timezone.now() - timedelta(hours=settings.SCHEDULED_JOB_KEEP_HOURS))
