"""What the operator does: cancels and repeats jobs, acknowledges alarms, enters changes of the working-day calendar; and the
judgement that raises alarms."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit import operations as journal
from yaodian.audit.queries import Verification, reads_since, verify_journal_part
from yaodian.foundation import jobs
from yaodian.foundation.messages import sending
from yaodian.foundation.models import CalendarChange, CalendarYear, Job
from yaodian.foundation.workdays import calendar_as_of
from yaodian.identity.queries import spraying
from yaodian.operating import queries
from yaodian.operating.models import Alarm, JournalCheck
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

MOST_EXTRA_READS = 5000
SHORTEST_REASON, LONGEST_REASON = 4, 500
# About a tenth of a second on one core.
JOURNAL_PART = 5000
# The longest holiday has nine days; a longer row of days is a slip of the pen.
MOST_CALENDAR_DAYS = 31
LONGEST_CITATION = 300
# A notice that comes after its days, such as one of closed schools, and the arrangement of the year after next.
CALENDAR_REACH = timedelta(days=366), timedelta(days=800)


class UnableToOperate(RuntimeError):
    """What the operator asked for cannot be done; the message says why, and what to do."""


def cancel_job(*, actor: Account, job_id: int, now: datetime) -> Job:
    """Cancels a waiting job, or asks a running one to stop. Raises UnableToOperate for one that has ended."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        try:
            row = jobs.cancel(job_id=job_id)
        except jobs.UnableToCancel as error:
            raise UnableToOperate(_("任务 %d 不存在或已经结束，无法取消。请刷新页面查看最新状态。") % job_id) from error
        journal.record(
            actor=actor, code="operating.job.cancel", subject=f"job:{row.pk}", detail={"code": row.code}, at=now
        )
    return row


def retry_job(*, actor: Account, job_id: int, now: datetime) -> Job:
    """Takes a failed or cancelled job up again, for whoever asked for it at first. Raises UnableToOperate otherwise."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        row = Job.objects.select_for_update().filter(pk=job_id).first()
        if row is None or row.state not in (Job.State.FAILED, Job.State.CANCELLED):
            raise UnableToOperate(
                _("任务 %d 不存在，或不是失败、已取消的任务，无法重试。请刷新页面查看最新状态。") % job_id
            )
        try:
            row = jobs.enqueue(code=row.code, arguments=row.arguments, requested_by_id=row.requested_by_id, key=row.key)
        except jobs.UnableToEnqueue as error:
            raise UnableToOperate(
                _("任务 %d 的类型在当前版本中已不存在，无法重试。请改用新的功能重新提交。") % job_id
            ) from error
        journal.record(
            actor=actor, code="operating.job.retry", subject=f"job:{row.pk}", detail={"code": row.code}, at=now
        )
    return row


def send_again(*, actor: Account, message_ids: Collection[int], now: datetime) -> int:
    """Puts messages that could not be sent back into the outbox. Returns how many. Raises UnableToOperate where there is
    none among them."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        count = sending.try_again(message_ids=message_ids, now=now)
        if not count:
            raise UnableToOperate(_("没有可以重新发送的消息，可能刚刚已经发出或清除。请刷新页面查看。"))
        journal.record(
            actor=actor,
            code="operating.message.send_again",
            subject="messages",
            detail={"messages": sorted(message_ids), "count": count},
            at=now,
        )
    return count


def give_up_message(*, actor: Account, message_id: int, now: datetime) -> None:
    """Ends the tries of a message that could not be sent. Raises UnableToOperate where it is none."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        if not sending.give_up(message_id=message_id, now=now):
            raise UnableToOperate(_("消息 %d 不存在、正在发送或已经放弃。请刷新页面查看最新状态。") % message_id)
        journal.record(
            actor=actor, code="operating.message.give_up", subject=f"message:{message_id}", detail={}, at=now
        )


def _is_settled(*, kind: Alarm.Kind, account_id: int | None, count: int, since: datetime | None) -> bool:
    """Whether somebody has looked into just this: within the window no more than he saw, of the journal the same row."""
    last = (
        Alarm.objects.filter(kind=kind, account_id=account_id, state=Alarm.State.ACKNOWLEDGED)
        .order_by("-acknowledged_at")
        .values_list("acknowledged_at", "count")
        .first()
    )
    if last is None:
        return False
    return count == last[1] if since is None else last[0] > since and count <= last[1]


def _raise(*, kind: Alarm.Kind, account_id: int | None, count: int, window_seconds: int, now: datetime) -> int:
    """Opens an alarm, or moves the open one on. Returns the number of new alarms, 0 or 1."""
    row = Alarm.objects.select_for_update().filter(kind=kind, account_id=account_id, state=Alarm.State.OPEN).first()
    if row is not None:
        row.count, row.last_seen_at = max(row.count, count) if window_seconds else count, now
        row.save(update_fields=["count", "last_seen_at"])
        return 0
    since = now - timedelta(seconds=window_seconds) if window_seconds else None
    if _is_settled(kind=kind, account_id=account_id, count=count, since=since):
        return 0
    row = Alarm.objects.create(
        kind=kind,
        account_id=account_id,
        count=count,
        window_seconds=window_seconds,
        first_seen_at=now,
        last_seen_at=now,
    )
    detail = {"kind": str(kind), "count": count, "window_seconds": window_seconds}
    subject = f"alarm:{row.pk}" if account_id is None else f"account-id:{account_id}"
    journal.record(actor=None, code="operating.alarm.raise", subject=subject, detail=detail, at=now)
    return 1


def judge(*, now: datetime) -> int:
    """Looks at the counters and raises what is an alarm. Returns the number of new alarms.

    Where an alarm was acknowledged within the window, a further one is raised only once the sum exceeds that alarm's.
    """
    window = settings.READ_ALARM_WINDOW_SECONDS
    since = now - timedelta(seconds=window)
    new = 0
    with transaction.atomic():
        for kind, at_least in (
            (Alarm.Kind.MASS_READ, settings.READ_ALARM_COUNT),
            (Alarm.Kind.MASS_LIST, settings.LIST_ALARM_COUNT),
        ):
            is_listed = kind == Alarm.Kind.MASS_LIST
            for reads in reads_since(moment=since, at_least=at_least, is_listed=is_listed):
                count = reads.count + reads.refused
                new += _raise(kind=kind, account_id=reads.account_id, count=count, window_seconds=window, now=now)
        failing = spraying(now=now)
        if failing.is_attack:
            new += _raise(
                kind=Alarm.Kind.SPRAYING, account_id=None, count=failing.in_all,
                window_seconds=settings.SIGN_IN_WINDOW_SECONDS, now=now,
            )  # fmt: skip
        failed = queries.failed_jobs_since(moment=since)
        if failed >= settings.JOB_ALARM_COUNT:
            new += _raise(kind=Alarm.Kind.JOB_ERRORS, account_id=None, count=failed, window_seconds=window, now=now)
    return new


def check_journal(*, now: datetime, is_whole: bool = False) -> Verification:
    """Checks what the journal has got since the last check, or all of it, and raises an alarm where it is not sound.

    In short transactions, so that whoever writes waits for none of it.
    """
    with transaction.atomic():
        kept, _is_new = JournalCheck.objects.get_or_create(pk=1, defaults={"checked_at": now})
    count, last_hash = (0, "") if is_whole else (kept.last_id, kept.last_hash)
    while True:
        found = verify_journal_part(count=count, last_hash=last_hash, at_most=JOURNAL_PART)
        if not found.ok or found.count - count < JOURNAL_PART:
            break
        count, last_hash = found.count, found.last_hash
    with transaction.atomic():
        if found.ok:
            JournalCheck.objects.filter(pk=1).update(
                last_id=found.count, last_hash=found.last_hash if found.count else "", checked_at=now
            )
        else:
            _raise(
                kind=Alarm.Kind.JOURNAL_BROKEN, account_id=None, count=found.first_broken_id or 0,
                window_seconds=0, now=now,
            )  # fmt: skip
    return found


def acknowledge_alarm(*, actor: Account, alarm_id: int, note: str, now: datetime) -> Alarm:
    """Closes an alarm with what was found out. Raises UnableToOperate without a reason, or for one that is closed."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        row = Alarm.objects.select_for_update().filter(pk=alarm_id, state=Alarm.State.OPEN).first()
        if row is None:
            raise UnableToOperate(_("告警 %d 不存在或已经确认。请刷新页面查看最新状态。") % alarm_id)
        note = note.strip()
        if not SHORTEST_REASON <= len(note) <= LONGEST_REASON:
            raise UnableToOperate(_("没有确认告警：请用 4 至 500 个字说明核实了什么、怎样处理。"))
        if row.account_id == actor.pk:
            raise UnableToOperate(_("这条告警涉及您自己的账号，不能由您本人确认。请另一位系统管理员核实。"))
        row.state, row.note = Alarm.State.ACKNOWLEDGED, note
        row.acknowledged_by, row.acknowledged_at = actor, now
        row.store()
        journal.record(
            actor=actor, code="operating.alarm.acknowledge", subject=f"alarm:{row.pk}", detail={"note": note}, at=now
        )
    return row


def allow_more_reads(*, actor: Account, username: str, extra: int, reason: str, now: datetime) -> None:
    """Raises an account's budget of reads for today. Raises UnableToOperate without reason, or for one's own account."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        account = Account.objects.filter(username=username.strip()).first()
        if account is None:
            raise UnableToOperate(_("没有账号“%s”，额度没有增加。请核对用户名。") % username)
        if account.pk == actor.pk:
            raise UnableToOperate(_("不能给自己的账号增加查阅额度。请另一位系统管理员办理。"))
        if not 1 <= extra <= MOST_EXTRA_READS:
            raise UnableToOperate(_("增加的额度须在 1 至 %d 条之间。请改小后再提交。") % MOST_EXTRA_READS)
        reason = reason.strip()
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise UnableToOperate(_("额度没有增加：请用 4 至 500 个字说明理由。"))
        journal.allow_more(account_id=account.pk, extra=extra, now=now)
        journal.record(
            actor=actor,
            code="operating.reads.allow",
            subject=f"account:{account.username}",
            detail={"extra": extra, "reason": reason},
            at=now,
        )


def enter_calendar_change(
    *,
    actor: Account,
    first_day: date,
    last_day: date,
    is_working: bool,
    citation: str,
    known_from_on: date,
    now: datetime,
) -> list[CalendarChange]:
    """Makes days from `first_day` to `last_day`, both inclusive, holidays or working days, from `known_from_on`.

    Days that are so already get no row. `known_from_on` lies not before today: what was counted yesterday stays as it was
    counted. Raises UnableToOperate.
    """
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        # Two who enter at the same time wait for each other, so that no day is entered twice.
        list(CalendarYear.objects.select_for_update())
        today = timezone.localdate(now)
        _check_calendar_days(first_day=first_day, last_day=last_day, today=today)
        if known_from_on < today:
            raise UnableToOperate(
                _("日历没有改动：起算日 %(day)s 早于今天。过去已按原日历推算的期限不能倒改，请填今天或以后的日期。")
                % {"day": known_from_on.isoformat()}
            )
        citation = citation.strip()
        if not SHORTEST_REASON <= len(citation) <= LONGEST_CITATION:
            raise UnableToOperate(_("日历没有改动：请用 4 至 300 个字写明依据的通知，如发文机关、标题和文号。"))
        calendar = calendar_as_of(known_from_on)
        days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
        days = [day for day in days if calendar.is_working(day) != is_working]
        if not days:
            raise UnableToOperate(
                _("日历没有改动：这些日子本来就是工作日。请核对日期。")
                if is_working
                else _("日历没有改动：这些日子本来就是休息日。请核对日期。")
            )
        taken = CalendarChange.objects.filter(
            day__in=days, known_from_on=known_from_on, taken_back_at__isnull=True
        ).values_list("day", flat=True)
        if taken:
            raise UnableToOperate(
                _("日历没有改动：%(day)s 已有同日起算的调整。请先撤回那一条，再录入新的。")
                % {"day": taken[0].isoformat()}
            )
        rows = [
            CalendarChange(
                day=day,
                is_working=is_working,
                citation=citation,
                known_from_on=known_from_on,
                entered_by=actor,
                entered_at=now,
            ).store()
            for day in days
        ]
        journal.record(
            actor=actor,
            code="operating.calendar.enter",
            subject=f"calendar:{first_day.isoformat()}",
            detail={
                "days": [day.isoformat() for day in days],
                "is_working": is_working,
                "citation": citation,
                "known_from_on": known_from_on,
            },
            at=now,
        )
    return rows


def _check_calendar_days(*, first_day: date, last_day: date, today: date) -> None:
    back, ahead = CALENDAR_REACH
    if last_day < first_day:
        raise UnableToOperate(_("日历没有改动：最后一天早于第一天。请核对日期。"))
    if (last_day - first_day).days >= MOST_CALENDAR_DAYS:
        raise UnableToOperate(_("日历没有改动：一次最多录入 %d 天。请核对日期，或分几次录入。") % MOST_CALENDAR_DAYS)
    if first_day < today - back or last_day > today + ahead:
        raise UnableToOperate(
            _("日历没有改动：只能录入 %(first)s 至 %(last)s 之间的日子。请核对年份。")
            % {"first": (today - back).isoformat(), "last": (today + ahead).isoformat()}
        )


def take_back_calendar_change(*, actor: Account, change_id: int, reason: str, now: datetime) -> CalendarChange:
    """A change counts no more from today; its row stays. Raises UnableToOperate without a reason, or where it is done."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        row = CalendarChange.objects.select_for_update().filter(pk=change_id, taken_back_at__isnull=True).first()
        if row is None:
            raise UnableToOperate(_("日历调整 %d 不存在或已经撤回。请刷新页面查看最新状态。") % change_id)
        reason = reason.strip()
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise UnableToOperate(_("没有撤回：请用 4 至 500 个字说明理由。"))
        row.taken_back_on, row.taken_back_at = timezone.localdate(now), now
        row.taken_back_by, row.taken_back_because = actor, reason
        row.store()
        journal.record(
            actor=actor,
            code="operating.calendar.take_back",
            subject=f"calendar:{row.day.isoformat()}",
            detail={"change": row.pk, "is_working": row.is_working, "citation": row.citation, "reason": reason},
            at=now,
        )
    return row
