"""Counting who reads how many records of people, and the budget of a day.

Called through `audit.operations`. The judgement, whether a number is an alarm, is made above.
"""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connections, models, router, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.models import LISTED, ReadDay, ReadMinute


class TooManyReads(PermissionDenied):
    """The account has read as many records of people as it may on one day; the message says how to go on."""

    @property
    def message(self) -> str:
        return str(self.args[0])


def _add(model: type[models.Model], *, key: dict[str, object], column: str, count: int) -> None:
    """Adds to a counter, making its row where there is none. One query, three at the first time."""
    manager = model._default_manager
    if manager.filter(**key).update(**{column: F(column) + count}):
        return
    try:
        with transaction.atomic():
            manager.create(**key, **{column: count})
    except IntegrityError:
        # Another request has made the row between our look and our insert.
        manager.filter(**key).update(**{column: F(column) + count})


def _check(*, count: int, now: datetime) -> None:
    if count < 1:
        raise ValueError(f"count={count}: a note of reads is about at least one record.")
    if now.tzinfo is None:
        raise ValueError("now has no time zone. Pass an aware datetime.")
    if not connections[router.db_for_write(ReadDay)].in_atomic_block:
        raise RuntimeError("Reads were noted outside a transaction. Open transaction.atomic() round the note.")


def note_reads(*, account_id: int, kind: str, count: int = 1, now: datetime) -> None:
    """Notes, before they are shown, that an account reads `count` records of people; in a transaction.

    `kind` names the records as `pupil`. Raises TooManyReads where the day's budget would be passed: then nothing may
    be shown, nothing is counted, and whoever called notes the refusal with `note_refused_reads` once its own
    transaction has been rolled back.
    """
    _check(count=count, now=now)
    day = timezone.localdate(now)
    ReadDay.objects.bulk_create([ReadDay(account_id=account_id, day=day)], ignore_conflicts=True)
    budget = settings.READ_BUDGET_PER_DAY
    taken = ReadDay.objects.filter(account_id=account_id, day=day, count__lte=F("extra") + budget - count)
    if not taken.update(count=F("count") + count):
        row = ReadDay.objects.get(account_id=account_id, day=day)
        raise TooManyReads(
            _(
                "今天最多可查阅 %(limit)d 条个人记录，您已查阅 %(read)d 条，本次还需 %(count)d 条，因此没有显示。"
                "如确因工作需要，请缩小范围，或请系统管理员说明理由后增加今天的额度；额度在次日零时恢复。"
            )
            % {"limit": budget + row.extra, "read": row.count, "count": count}
        )
    minute = now.replace(second=0, microsecond=0)
    _add(ReadMinute, key={"account_id": account_id, "kind": kind, "minute": minute}, column="count", count=count)


def note_refused_reads(*, account_id: int, kind: str, count: int = 1, now: datetime) -> None:
    """Notes that an account was refused records because of its budget; in a transaction of its own."""
    _check(count=count, now=now)
    minute = now.replace(second=0, microsecond=0)
    _add(ReadDay, key={"account_id": account_id, "day": timezone.localdate(now)}, column="refused", count=count)
    _add(ReadMinute, key={"account_id": account_id, "kind": kind, "minute": minute}, column="refused", count=count)


def note_listed_reads(*, account_id: int, kind: str, count: int, now: datetime) -> None:
    """Notes how many records of people a list has shown, name by name, to an account; in a transaction.

    A list is worked with by paging and searching, so it has no budget; who reads a whole city out of it is noticed.
    """
    _check(count=count, now=now)
    minute = now.replace(second=0, microsecond=0)
    key = {"account_id": account_id, "kind": f"{LISTED}{kind}", "minute": minute}
    _add(ReadMinute, key=key, column="count", count=count)


def allow_more(*, account_id: int, extra: int, now: datetime) -> None:
    """Raises the budget of an account for the local day of `now`. Whoever calls has asked for the permission."""
    _check(count=extra, now=now)
    _add(ReadDay, key={"account_id": account_id, "day": timezone.localdate(now)}, column="extra", count=extra)


def forget_before(*, moment: datetime) -> int:
    """Deletes the counters of minutes before a moment. Returns their number."""
    return ReadMinute.objects.filter(minute__lt=moment).delete()[0]
