"""What the operator does: cancels and repeats jobs, acknowledges alarms; and the judgement that raises alarms."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit import operations as journal
from yaodian.audit.queries import reads_since
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.operating import queries
from yaodian.operating.models import Alarm
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

MOST_EXTRA_READS = 5000


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


def _raise(*, kind: Alarm.Kind, account_id: int | None, count: int, window_seconds: int, now: datetime) -> bool:
    """Opens an alarm, or moves the open one on. Returns whether it is new."""
    row = Alarm.objects.select_for_update().filter(kind=kind, account_id=account_id, state=Alarm.State.OPEN).first()
    if row is not None:
        row.count, row.last_seen_at = max(row.count, count), now
        row.save(update_fields=["count", "last_seen_at"])
        return False
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
    return True


def judge(*, now: datetime) -> int:
    """Looks at the counters and raises what is an alarm. Returns the number of new alarms.

    Where an alarm was acknowledged within the window, a further one is raised only once the sum exceeds that alarm's.
    """
    new = 0
    window = settings.READ_ALARM_WINDOW_SECONDS
    with transaction.atomic():
        for reads in reads_since(moment=queries.alarm_window(now=now), at_least=settings.READ_ALARM_COUNT):
            last = (
                Alarm.objects.filter(
                    kind=Alarm.Kind.MASS_READ, account_id=reads.account_id, state=Alarm.State.ACKNOWLEDGED
                )
                .order_by("-acknowledged_at")
                .values_list("acknowledged_at", "count")
                .first()
            )
            asked = reads.count + reads.refused
            if last is not None and last[0] > queries.alarm_window(now=now) and asked <= last[1]:
                continue
            new += _raise(
                kind=Alarm.Kind.MASS_READ, account_id=reads.account_id, count=asked, window_seconds=window, now=now
            )
        failed = queries.failed_jobs_since(moment=queries.alarm_window(now=now))
        if failed >= settings.JOB_ALARM_COUNT:
            new += _raise(kind=Alarm.Kind.JOB_ERRORS, account_id=None, count=failed, window_seconds=window, now=now)
    return new


def acknowledge_alarm(*, actor: Account, alarm_id: int, note: str, now: datetime) -> Alarm:
    """Closes an alarm with what was found out. Raises UnableToOperate without a reason, or for one that is closed."""
    with transaction.atomic():
        require(account=actor, permission="foundation.operate")
        row = Alarm.objects.select_for_update().filter(pk=alarm_id, state=Alarm.State.OPEN).first()
        if row is None:
            raise UnableToOperate(_("告警 %d 不存在或已经确认。请刷新页面查看最新状态。") % alarm_id)
        note = note.strip()
        if not 4 <= len(note) <= 500:
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
        if not 4 <= len(reason) <= 500:
            raise UnableToOperate(_("额度没有增加：请用 4 至 500 个字说明理由。"))
        journal.allow_more(account_id=account.pk, extra=extra, now=now)
        journal.record(
            actor=actor,
            code="operating.reads.allow",
            subject=f"account:{account.username}",
            detail={"extra": extra, "reason": reason},
            at=now,
        )
