"""Background work of the slice: reading a document; every morning the cases of what is late, the monthly reports and the
duties that have come round; the digest of the week."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.jobs import JobContext, JobFailed, job
from yaodian.foundation.schedules import scheduled
from yaodian.organisations.models import Account
from yaodian.plans import operations
from yaodian.plans.operations import bulletins
from yaodian.plans.operations import reports as changing_reports
from yaodian.plans.operations.responsibilities import open_recurring_duties


@job("plans.read_document", title=_("读取计划文件"))
def read_document(context: JobContext, *, reading_id: int) -> None:
    """Reads the document of a reading and records the answer, or why there is none.

    Run twice, it does nothing the second time: a reading that has ended is left alone.
    """
    failure = operations.read_document(reading_id=reading_id, clock=timezone.now, tell=context.progress)
    if failure is not None:
        raise JobFailed(code=failure.code, message=failure.message())


@scheduled("plans.send_digests", title=_("每周督办摘要"), daily_at=time(7, 40))
def send_digests(_context: JobContext) -> None:
    """Every morning; the first of a week does it, the others find it done."""
    bulletins.send_digests(now=timezone.now(), address=_address_of("cases:today"))


def _address_of(name: str) -> str:
    """An address as one types it: of the first host that the site answers to."""
    host = next((one for one in settings.ALLOWED_HOSTS if not one.startswith((".", "*"))), "")
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    return f"{scheme}://{host}{reverse(name)}" if host else reverse(name)


@job("plans.lay_demonstration_bulletins", title=_("放入演示通报"))
def lay_demonstration_bulletins(_context: JobContext, *, editor_id: int, publisher_id: int) -> None:
    """Bulletins of the last months for the demonstration; run again, it finds them and does nothing."""
    accounts = Account.objects.in_bulk([editor_id, publisher_id])
    bulletins.load_demonstration_bulletins(
        now=timezone.now(), editor=accounts[editor_id], publisher=accounts[publisher_id]
    )


@scheduled("plans.open_overdue_cases", title=_("逾期任务转督办"), daily_at=time(6, 0))
def open_overdue_cases(_context: JobContext) -> None:
    """Before the ladder of the cases climbs, so that a new case is on it from its first day."""
    operations.open_overdue_cases(now=timezone.now())


@scheduled("plans.reports", title=_("月报：开始填报与催报"), daily_at=time(6, 15))
def reports(_context: JobContext) -> None:
    """First whatever opens and moves reports, then the ladder: nobody is told of a day that no longer holds."""
    now = timezone.now()
    changing_reports.open_reports(now=now)
    changing_reports.follow_report_calendar(now=now)
    changing_reports.remind_reports(now=now)


@scheduled("plans.open_recurring_duties", title=_("按期提出常态职责"), daily_at=time(5, 30))
def open_duties(context: JobContext) -> None:
    """Before the ladder of the day, so that what is opened today is reminded of by its own day alone."""
    opened, failed = open_recurring_duties(now=timezone.now())
    context.progress(opened, opened + failed, _("已提出 %(count)s 项") % {"count": opened})
    if failed:
        raise JobFailed(
            code="not-opened",
            message=_("有 %(count)s 项常态职责没能提出，多为单位已撤销。请在责任清单中核对。") % {"count": failed},
        )
