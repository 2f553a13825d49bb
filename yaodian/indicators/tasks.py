"""Counties are assessed every night before the measures are taken, after their figures have changed, and when somebody asks for it."""

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, JobFailed, job
from yaodian.foundation.schedules import scheduled
from yaodian.indicators import operations
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing


@scheduled("indicators.assess", title=_("计算监测结论"), daily_at=time(1, 0))
def assess(_context: JobContext) -> None:
    """Assesses what is due; run again, it replaces what it made."""
    operations.assess_due(actor=None, now=timezone.now())


@scheduled("indicators.assess_changed", title=_("报表改动后重新计算监测结论"), every=timedelta(minutes=5))
def assess_changed(_context: JobContext) -> None:
    """The same for the years whose figures changed since; mostly there is none, and it costs three queries."""
    operations.assess_due(actor=None, now=timezone.now(), is_anew=False)


@job("indicators.assess_ordered", title=_("按要求重新计算监测结论"))
def assess_ordered(context: JobContext, *, actor_id: int) -> None:
    """The same, for somebody who asked; whoever has lost the right meanwhile gets nothing."""
    try:
        operations.assess_due(actor=Account.objects.get(pk=actor_id), now=timezone.now(), progress=context.progress)
    except PermissionMissing as problem:
        raise JobFailed(code="permission", message=problem.message) from problem
