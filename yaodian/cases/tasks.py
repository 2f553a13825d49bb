"""The sheets, whose imports workers check and commit; every morning the ladder, and the cases of units that have closed;
every few minutes the tallies; every night the numbers of the day that is over."""

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.cases import operations
from yaodian.cases import sheets as sheets
from yaodian.foundation.jobs import JobContext
from yaodian.foundation.schedules import scheduled
from yaodian.foundation.workdays import changed_days

LOOK_BACK = timedelta(days=60)


@scheduled("cases.escalate", title=_("到期提醒与逾期催办"), daily_at=time(6, 30))
def escalate(_context: JobContext) -> None:
    """First whatever moves days and units, then the ladder: nobody is told of a day that no longer holds."""
    now = timezone.now()
    # Far more than the rhythm: what changed while no worker ran is made up for; looked at again, it changes nothing.
    operations.follow_calendar(days=changed_days(since=now - LOOK_BACK, now=now), now=now)
    operations.follow_closed_units(now=now)
    operations.escalate_due(now=now)
    operations.queue_reminders(now=now)


@scheduled("cases.fold_tallies", title=_("汇总督办件数"), every=timedelta(minutes=5))
def fold(_context: JobContext) -> None:
    """Adds up what has changed; mostly it finds little."""
    operations.fold_tallies()


@scheduled("cases.count_days", title=_("统计前一日督办件数"), daily_at=time(0, 10))
def count(_context: JobContext) -> None:
    """Soon after midnight, so that the day is counted as it ended."""
    operations.count_days(now=timezone.now())
