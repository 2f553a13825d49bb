"""The watch that raises alarms, and the clearing of old counters."""

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.audit.operations import forget_before
from yaodian.foundation.jobs import JobContext
from yaodian.foundation.schedules import scheduled
from yaodian.operating import operations


@scheduled("operating.judge", title=_("检查是否有异常"), every=timedelta(seconds=30))
def judge(_context: JobContext) -> None:
    """Raises what is an alarm: every half minute, so that one stands within a minute of its cause."""
    operations.judge(now=timezone.now())


@scheduled("operating.check_journal", title=_("核验操作日志的新增部分"), every=timedelta(seconds=30))
def check_journal(_context: JobContext) -> None:
    """Checks what the journal has got since the last time, with the row from which it goes on."""
    operations.check_journal(now=timezone.now())


@scheduled("operating.check_whole_journal", title=_("核验全部操作日志"), daily_at=time(2, 30))
def check_whole_journal(_context: JobContext) -> None:
    """Walks the whole journal at night."""
    operations.check_journal(now=timezone.now(), is_whole=True)


@scheduled("operating.forget_reads", title=_("清除旧的查阅计数"), every=timedelta(hours=1))
def forget_reads(_context: JobContext) -> None:
    """Deletes the counters of minutes after 30 days; those of days stay."""
    forget_before(moment=timezone.now() - timedelta(days=30))
