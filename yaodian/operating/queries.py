"""What the operator sees: jobs, workers, schedules, alarms."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from yaodian.foundation.models import Job, Schedule, Worker
from yaodian.operating.models import Alarm
from yaodian.organisations.models import Account
from yaodian.organisations.queries import may

ALIVE_SECONDS = 60


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
    """Three queries."""
    due = Q(state=Job.State.QUEUED, run_after__lte=now)
    told = Job.objects.aggregate(
        waiting=Count("pk", filter=Q(state=Job.State.QUEUED)),
        running=Count("pk", filter=Q(state=Job.State.RUNNING)),
        failed=Count("pk", filter=Q(state=Job.State.FAILED)),
        first=Min("run_after", filter=due),
    )
    alive = Worker.objects.filter(seen_at__gte=now - timedelta(seconds=ALIVE_SECONDS))
    return Overview(
        waiting=told["waiting"],
        running=told["running"],
        failed=told["failed"],
        oldest_wait=now - told["first"] if told["first"] else None,
        workers=list(alive),
        schedules=list(Schedule.objects.all()),
    )


def jobs_for(*, account: Account, state: str = "") -> QuerySet[Job]:
    """All jobs for whoever may operate, else the account's own; newest first, with who asked for them."""
    found = Job.objects.select_related("requested_by").order_by("-id")
    if not may(account=account, permission="foundation.operate"):
        found = found.filter(requested_by=account)
    return found.filter(state=state) if state in Job.State.values else found


def alarms() -> QuerySet[Alarm]:
    """Open ones first, then the newest."""
    return Alarm.objects.select_related("account", "acknowledged_by").order_by("-state", "-last_seen_at", "-id")


def failed_jobs_since(*, moment: datetime) -> int:
    """How many jobs have failed for good since a moment."""
    return Job.objects.filter(state=Job.State.FAILED, finished_at__gte=moment).count()


def alarm_window(*, now: datetime) -> datetime:
    """Where the window of mass reads begins."""
    return now - timedelta(seconds=settings.READ_ALARM_WINDOW_SECONDS)
