"""Values are taken every night, after what they count has changed, and when somebody asks for it."""

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, JobFailed, job
from yaodian.foundation.schedules import scheduled
from yaodian.measures import operations
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing


@scheduled("measures.take", title=_("计算当日指标"), daily_at=time(1, 30))
def take(_context: JobContext) -> None:
    """Takes the values of the day that has begun; run again, it replaces them."""
    operations.take_due(actor=None, now=timezone.now())


@scheduled("measures.take_changed", title=_("底数改动后重新计算指标"), every=timedelta(minutes=2))
def take_changed(_context: JobContext) -> None:
    """Takes today's values again where the journal tells of a change; mostly it finds none."""
    operations.take_if_changed(now=timezone.now())


@job("measures.take_ordered", title=_("按要求重新计算指标"))
def take_ordered(_context: JobContext, *, actor_id: int) -> None:
    """The same, for somebody who asked; whoever has lost the right meanwhile gets nothing."""
    try:
        operations.take_due(actor=Account.objects.get(pk=actor_id), now=timezone.now())
    except PermissionMissing as problem:
        raise JobFailed(code="permission", message=problem.message) from problem
