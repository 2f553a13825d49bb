"""What the operator sees: jobs, workers, schedules, alarms, the working-day calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet

from yaodian.foundation.jobs import waiting_since
from yaodian.foundation.messages.sending import RETRIES, is_on, troubled
from yaodian.foundation.models import CalendarChange, Job, Message, Schedule, Worker
from yaodian.foundation.schedules import KEY_PREFIX
from yaodian.foundation.workdays import calendar_as_of
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


@dataclass(frozen=True)
class Channel:
    """A way out: whether the settings name it, and how many messages wait on it or could not be sent."""

    code: str
    label: str
    is_on: bool
    waiting: int
    troubled: int


def channels() -> list[Channel]:
    """The ways out of the house. Two queries."""
    waiting = Message.objects.filter(state=Message.State.WAITING).order_by().values_list("channel")
    in_line = dict(waiting.annotate(count=Count("pk")))
    failed = dict(troubled().order_by().values_list("channel").annotate(count=Count("pk")))
    return [
        Channel(one.value, str(one.label), is_on(one), in_line.get(one.value, 0), failed.get(one.value, 0))
        for one in Message.Channel
        if one != Message.Channel.PAGE
    ]


def troubled_messages(*, with_given_up: bool = False) -> QuerySet[Message]:
    """What could not be sent, newest first; neither to whom nor what it says is read."""
    rows = troubled(with_given_up=with_given_up)
    return rows.only("channel", "subject", "state", "attempts", "due_at", "try_at", "error", "read_at").order_by(
        "-due_at", "-pk"
    )


MOST_TRIES = len(RETRIES) + 1


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


@dataclass(frozen=True)
class CalendarYearSummary:
    """A year of the working-day calendar; where it is not published it is Monday to Friday but for what was entered."""

    year: int
    is_published: bool
    working_days: int
    entered: int


def calendar_years(*, today: date) -> list[CalendarYearSummary]:
    """Last year to the year after next, as known today. Three queries."""
    calendar = calendar_as_of(today)
    entered = dict(
        CalendarChange.objects.filter(taken_back_at__isnull=True)
        .order_by()
        .values_list("day__year")
        .annotate(count=Count("pk"))
    )
    return [
        CalendarYearSummary(
            year=year,
            is_published=calendar.is_published(year),
            working_days=calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)),
            entered=entered.get(year, 0),
        )
        for year in range(today.year - 1, today.year + 3)
    ]


def calendar_changes() -> QuerySet[CalendarChange]:
    """All that were ever entered, the latest day first."""
    return CalendarChange.objects.select_related("entered_by", "taken_back_by")


def find_calendar_change(*, change_id: int) -> CalendarChange | None:
    return calendar_changes().filter(pk=change_id).first()
