"""The weekly digest goes into the outbox: for each person once a week, whatever crashes and however many workers there are."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from yaodian.audit import operations as audit
from yaodian.foundation.messages.queueing import Channel, queue_message
from yaodian.foundation.messages.sending import is_on
from yaodian.organisations.models import Account
from yaodian.plans.models import DigestSetting, DigestWeek
from yaodian.plans.operations.errors import UnableToSetDigest
from yaodian.plans.queries.bulletins.digest import Digest, digest_of, group_digest, recipients, week_of

ROBOTS = (Channel.WECOM, Channel.DINGTALK)


def send_digests(*, now: datetime, address: str) -> int:
    """Puts this week's digests into the outbox; ``address`` is where one signs in. Returns how many messages are new.

    Run again in the same week it does nothing. Interrupted, it goes on: the key of a message names week, person and channel.
    Quiet hours are kept by whoever empties the outbox. A transaction for each message.
    """
    today = timezone.localdate(now)
    week = week_of(today)
    if DigestWeek.objects.filter(week=week).exists():
        return 0
    made = 0
    with override("zh-hans"):
        for channel in ROBOTS:
            if is_on(channel):
                made += _queue(group_digest(today=today), f"group:{channel}", channel, now=now, address=address)
        for account, mail in recipients(today=today):
            digest = digest_of(account=account, today=today)
            made += _queue(digest, f"{account.pk}:mail", Channel.MAIL, now=now, address=address, to=(account, mail))
    DigestWeek.objects.get_or_create(week=week, defaults={"done_at": now, "messages": made})
    return made


def _queue(
    digest: Digest, whose: str, channel: Channel, *, now: datetime, address: str,
    to: tuple[Account | None, str] = (None, ""),
) -> int:  # fmt: skip
    if digest.is_empty:
        return 0
    subject = _("督办每周摘要 %(week)s") % {"week": digest.week}
    last = _("请登录查看：%(address)s") % {"address": address}
    if to[0] is not None:
        last += "\n" + _("不想再收到，可在系统“每周摘要”页面关闭。")
    row = queue_message(
        key=f"plans.digest:{digest.week}:{whose}",
        channel=channel,
        subject=subject,
        body="\n".join((*digest.lines, last)),
        now=now,
        recipient=to[0],
        address=to[1],
    )
    return int(row.created_at == now)


@transaction.atomic
def set_digest(*, actor: Account, now: datetime, is_on: bool, address: str) -> DigestSetting:
    """Whether and where somebody gets the digest. Raises ``UnableToSetDigest`` (``no-address``, ``bad-address``)."""
    clean = address.strip()
    if is_on and not clean:
        raise UnableToSetDigest(_("要接收每周摘要，请填写邮箱。"), code="no-address", field="address")
    if clean:
        try:
            validate_email(clean)
        except ValidationError as problem:
            raise UnableToSetDigest(
                _("“%(address)s”不像邮箱地址，请核对，例如 name@example.gov.cn。") % {"address": clean[:60]},
                code="bad-address",
                field="address",
            ) from problem
    row, _is_new = DigestSetting.objects.update_or_create(
        account=actor, defaults={"is_on": is_on, "address": clean, "changed_at": now}
    )
    audit.record(
        actor=actor, code="plans.digest.set", subject=f"account:{actor.username}", detail={"is_on": is_on}, at=now
    )
    return row
