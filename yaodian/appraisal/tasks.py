"""Units are reminded before the time for appeals ends. The demonstration's rounds are made once the values that they are
marked by have been taken."""

from datetime import date, time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.appraisal import operations
from yaodian.foundation.jobs import JobContext, job
from yaodian.foundation.schedules import scheduled
from yaodian.measures.operations import take_due
from yaodian.measures.queries import latest_taking
from yaodian.organisations.models import Account
from yaodian.organisations.operations import ensure_root


@scheduled("appraisal.deadlines", title=_("提醒考核申诉截止"), daily_at=time(8, 10))
def remind_deadlines(_context: JobContext) -> None:
    """Run again on the same day, it tells nobody twice."""
    operations.tell_deadlines(now=timezone.now())


@job("appraisal.load_demonstration", title=_("装入虚构的年度考核"))
def load_demonstration(_context: JobContext, *, first: int, second: int, third: int) -> None:
    """Run again, it makes nothing. `first`, `second` and `third` are the ids of the assessors."""
    now = timezone.now()
    people = Account.objects.in_bulk([first, second, third])
    ends = date(timezone.localdate(now).year - 1, 12, 31)
    taking = latest_taking(day=ends)
    if taking is None or taking.on < ends:
        # Those of the year before that may be there already: another worker takes one year after the other.
        take_due(actor=None, now=now)
    operations.load_demonstration(
        office=ensure_root(now=now), first=people[first], second=people[second], third=people[third], now=now
    )
