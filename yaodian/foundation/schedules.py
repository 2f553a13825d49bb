"""Recurring jobs: declared beside the job, put into the queue exactly once for each moment that is due.

    @scheduled("foundation.sweep", every=timedelta(hours=1))
    def sweep(context: JobContext) -> None: ...

Every worker asks every few seconds what is due. The row of a schedule is locked while it moves on, and the key of the
job is made of its code and its moment, so any number of workers and any crash between gives one job. What was missed
while no worker ran is made up for by one run, not by many.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from yaodian.foundation.jobs import JobFunction, enqueue, job
from yaodian.foundation.models import Job, Schedule

EPOCH = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(0))
KEY_PREFIX = "schedule:"


@dataclass(frozen=True)
class Rhythm:
    """When a job is due: at every multiple of a length of time, or each day at a local time."""

    every: timedelta | None = None
    daily_at: time | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily_at is None):
            raise ValueError("A schedule needs either every=… or daily_at=…, and not both.")
        if self.every is not None and self.every < timedelta(seconds=1):
            raise ValueError("A schedule cannot run more often than once a second.")

    def last_due(self, now: datetime) -> datetime:
        """The latest due moment that is not after `now`."""
        if self.every is not None:
            return EPOCH + (now - EPOCH) // self.every * self.every
        assert self.daily_at is not None  # __post_init__ has seen to it.
        local = timezone.localtime(now)
        today = timezone.make_aware(datetime.combine(local.date(), self.daily_at))
        if today <= now:
            return today
        return timezone.make_aware(datetime.combine(local.date() - timedelta(days=1), self.daily_at))

    def next_due(self, now: datetime) -> datetime:
        """The first due moment after `now`."""
        if self.every is not None:
            return self.last_due(now) + self.every
        assert self.daily_at is not None  # __post_init__ has seen to it.
        day = timezone.localtime(self.last_due(now)).date() + timedelta(days=1)
        return timezone.make_aware(datetime.combine(day, self.daily_at))


_SCHEDULES: dict[str, Rhythm] = {}


def scheduled(
    code: str, *, title: Promise | str = "", every: timedelta | None = None, daily_at: time | None = None
) -> Callable[[JobFunction], JobFunction]:
    """Registers a job without arguments, its words and its rhythm. Raises ValueError for a rhythm that is none."""
    rhythm = Rhythm(every, daily_at)

    def register(function: JobFunction) -> JobFunction:
        _SCHEDULES[code] = rhythm
        return job(code, title=title)(function)

    return register


def enqueue_due(*, now: datetime) -> int:
    """Puts a job into the queue for each schedule that is due. Returns the number of jobs. Two queries where none is.

    A schedule seen for the first time is due at its next moment.
    """
    autodiscover_modules("tasks")
    known = set(Schedule.objects.values_list("code", flat=True))
    new = [
        Schedule(code=code, next_at=rhythm.next_due(now)) for code, rhythm in _SCHEDULES.items() if code not in known
    ]
    if new:
        Schedule.objects.bulk_create(new, ignore_conflicts=True)
    due = list(Schedule.objects.filter(next_at__lte=now, code__in=_SCHEDULES).values_list("code", flat=True))
    count = 0
    for code in due:
        with transaction.atomic():
            row = Schedule.objects.select_for_update(skip_locked=True).filter(pk=code, next_at__lte=now).first()
            if row is None:
                # Another worker has been faster.
                continue
            rhythm = _SCHEDULES[code]
            moment = max(row.next_at, rhythm.last_due(now))
            enqueue(code=code, arguments={}, requested_by_id=None, key=f"{KEY_PREFIX}{code}:{moment.isoformat()}")
            row.last_at, row.next_at = moment, rhythm.next_due(now)
            row.save(update_fields=["last_at", "next_at"])
            count += 1
    return count


def forget_old_jobs(*, before: datetime) -> int:
    """Deletes the finished jobs of schedules that ended before a moment. Returns their number."""
    found = Job.objects.filter(key__startswith=KEY_PREFIX, state__in=[Job.State.DONE, Job.State.CANCELLED])
    return found.filter(finished_at__lt=before).delete()[0]
