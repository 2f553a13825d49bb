"""What the operator sees: jobs, workers, schedules, alarms."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from yaodian.foundation.jobs import waiting_since
from yaodian.foundation.models import Job, Schedule, Worker
from yaodian.foundation.schedules import KEY_PREFIX
from yaodian.operating.models import Alarm, JournalCheck
from yaodian.organisations.models import Account
from yaodian.organisations.queries import may

# Workers show a sign of life every five seconds.
ALIVE_SECONDS = 30


@dataclass(frozen=True)
class Overview:
    """How the background work stands; `oldest_wait` is how long the first job that is due has waited."""

    waiting: int
    running: int
    failed: int
    oldest_wait: timedelta | None
    workers: list[Worker]
    schedules: list[Schedule]


def get_overview(*, now: datetime) -> Overview:
    """Four queries."""
    told = dict(Job.objects.order_by().values_list("state").annotate(count=Count("pk")))
    first = waiting_since()
    alive = Worker.objects.filter(seen_at__gte=now - timedelta(seconds=ALIVE_SECONDS))
    return Overview(
        waiting=told.get(Job.State.QUEUED, 0),
        running=told.get(Job.State.RUNNING, 0),
        failed=told.get(Job.State.FAILED, 0),
        oldest_wait=now - first if first is not None and first <= now else None,
        workers=list(alive),
        schedules=list(Schedule.objects.all()),
    )


def jobs_for(*, account: Account, state: str = "", with_scheduled: bool = False) -> QuerySet[Job]:
    """All jobs for whoever may operate, else the account's own; newest first, with who asked for them.

    Those of schedules, thousands a day, only where they are asked for.
    """
    found = Job.objects.select_related("requested_by").order_by("-id")
    if not may(account=account, permission="foundation.operate"):
        found = found.filter(requested_by=account)
    if not with_scheduled:
        found = found.exclude(key__startswith=KEY_PREFIX)
    return found.filter(state=state) if state in Job.State.values else found


def find_job(*, account: Account, job_id: int) -> Job | None:
    """A job that the account may see, or None."""
    return jobs_for(account=account, with_scheduled=True).filter(pk=job_id).first()


def count_open_alarms() -> int:
    return Alarm.objects.filter(state=Alarm.State.OPEN).count()


def last_journal_check() -> JournalCheck | None:
    """How far the journal has been checked, and when; None where it never was."""
    return JournalCheck.objects.filter(pk=1).first()


def alarms() -> QuerySet[Alarm]:
    """Open ones first, then the newest."""
    # "open" comes after "acknowledged".
    return Alarm.objects.select_related("account", "acknowledged_by").order_by("-state", "-last_seen_at", "-id")


def find_alarm(*, alarm_id: int) -> Alarm | None:
    return alarms().filter(pk=alarm_id).first()


def failed_jobs_since(*, moment: datetime) -> int:
    """How many jobs have failed for good since a moment."""
    return Job.objects.filter(state=Job.State.FAILED, finished_at__gte=moment).count()
