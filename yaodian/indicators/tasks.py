"""Counties are assessed every night before the measures are taken, and when somebody asks for it."""

from datetime import time

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


@job("indicators.assess_ordered", title=_("按要求重新计算监测结论"))
def assess_ordered(context: JobContext, *, actor_id: int) -> None:
    """The same, for somebody who asked; whoever has lost the right meanwhile gets nothing."""
    try:
        operations.assess_due(actor=Account.objects.get(pk=actor_id), now=timezone.now(), progress=context.progress)
    except PermissionMissing as problem:
        raise JobFailed(code="permission", message=problem.message) from problem
