"""Empties the outbox: what is due, within the limits of each channel, with retries, not in quiet hours.

A message is claimed before it is sent and marked after, so two workers never send the same at the same time. A worker that
dies between the two leaves a message that is sent once more when the claim runs out: late or twice, but not lost.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Collection
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yaodian.foundation.messages import robots
from yaodian.foundation.messages.robots import UnableToSend
from yaodian.foundation.models import Message

logger = logging.getLogger(__name__)

Channel = Message.Channel

AT_ONCE = {Channel.PAGE: 1000, Channel.MAIL: 60, Channel.WECOM: 18, Channel.DINGTALK: 18}
"""In one run, which is a minute: both robots shut up for ten minutes after the twentieth message of one."""
CLAIM = timedelta(minutes=10)
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""How long after each failure; after the last the message has failed for good."""
KEPT = timedelta(days=180)


def is_on(channel: str) -> bool:
    """Whether the settings name a way out for the channel."""
    return {
        Channel.PAGE: True,
        Channel.MAIL: bool(settings.EMAIL_HOST),
        Channel.WECOM: bool(settings.WECOM_WEBHOOK),
        Channel.DINGTALK: bool(settings.DINGTALK_WEBHOOK),
    }[Channel(channel)]


def quiet_until(now: datetime, hours: tuple[time, time] | None) -> datetime | None:
    """When the quiet hours end that `now` lies in, or None. They begin and end at local times and may run over midnight."""
    if hours is None:
        return None
    begin, end = hours
    local = timezone.localtime(now)
    moment = local.time()
    is_over_midnight = begin > end
    if is_over_midnight and not (moment >= begin or moment < end):
        return None
    if not is_over_midnight and not begin <= moment < end:
        return None
    day = local.date() + timedelta(days=1) if is_over_midnight and moment >= begin else local.date()
    return timezone.make_aware(datetime.combine(day, end))


def send_due(*, now: datetime) -> int:
    """Sends what is due. Returns how many went out. Two transactions a message, none while the other side is asked."""
    count = 0
    quiet = quiet_until(now, settings.QUIET_HOURS)
    for channel in Channel:
        for _turn in range(AT_ONCE[channel]):
            row = _claim(channel, now=now, is_quiet=quiet is not None and channel != Channel.PAGE)
            if row is None:
                break
            count += _send(row, now=now)
    return count


def _claim(channel: Message.Channel, *, now: datetime, is_quiet: bool) -> Message | None:
    with transaction.atomic():
        found = Message.objects.filter(state=Message.State.WAITING, channel=channel, try_at__lte=now)
        if is_quiet:
            found = found.filter(is_urgent=True)
        row = found.select_for_update(skip_locked=True).order_by("try_at", "id").first()
        if row is not None:
            # Without an error it is being sent, and nobody takes it up by hand.
            row.attempts, row.try_at, row.error = row.attempts + 1, now + CLAIM, ""
            row.save(update_fields=["attempts", "try_at", "error"])
    return row


def _send(row: Message, *, now: datetime) -> int:
    if not is_on(row.channel):
        # Switched on later, a channel must not pour out what is long over.
        row.state, row.error = Message.State.OFF, ""
    else:
        try:
            _hand_over(row, now=now)
        except UnableToSend as error:
            row.error = str(error)[:300]
            if row.attempts > len(RETRIES):
                row.state = Message.State.FAILED
                logger.error("Message %s was not taken after %d attempts: %s", row.pk, row.attempts, error)
            else:
                row.try_at = now + RETRIES[row.attempts - 1]
        else:
            row.state, row.sent_at, row.error = Message.State.SENT, now, ""
    # Only while the claim is still this one's.
    mine = Message.objects.filter(pk=row.pk, attempts=row.attempts, state=Message.State.WAITING)
    mine.update(state=row.state, sent_at=row.sent_at, error=row.error, try_at=row.try_at)
    return row.state == Message.State.SENT


def _hand_over(row: Message, *, now: datetime) -> None:
    is_markdown = row.form == Message.Form.MARKDOWN
    if row.channel == Channel.MAIL:
        try:
            EmailMessage(row.subject, row.body, settings.DEFAULT_FROM_EMAIL, [row.address]).send()
        except (OSError, smtplib.SMTPException) as error:
            raise UnableToSend(f"mail: {type(error).__name__}") from error
    elif row.channel == Channel.WECOM:
        payload = robots.wecom_payload(subject=row.subject, body=row.body, is_markdown=is_markdown)
        robots.post(settings.WECOM_WEBHOOK, payload)
    elif row.channel == Channel.DINGTALK:
        address = settings.DINGTALK_WEBHOOK
        if settings.DINGTALK_SECRET:
            moment = int(now.timestamp() * 1000)
            address = robots.signed(address, secret=settings.DINGTALK_SECRET, milliseconds=moment)
        robots.post(address, robots.dingtalk_payload(subject=row.subject, body=row.body, is_markdown=is_markdown))


def troubled(*, with_given_up: bool = False) -> QuerySet[Message]:
    """What could not be sent: given up after the last try, or still being tried; the newest first."""
    failed = Q(state=Message.State.FAILED)
    if not with_given_up:
        failed &= Q(read_at__isnull=True)
    return Message.objects.filter(failed | Q(state=Message.State.WAITING, attempts__gt=0) & ~Q(error=""))


def try_again(*, message_ids: Collection[int], now: datetime) -> int:
    """Puts messages that could not be sent back into the outbox, due at once and with all their tries. Returns how many."""
    rows = troubled(with_given_up=True).filter(pk__in=message_ids)
    return rows.order_by().update(state=Message.State.WAITING, attempts=0, try_at=now, error="", read_at=None)


def give_up(*, message_id: int, now: datetime) -> bool:
    """Ends the tries of a message, and takes it off the list of those to look at. Whether it was this call that did."""
    rows = troubled().filter(pk=message_id)
    return bool(rows.order_by().update(state=Message.State.FAILED, read_at=now))


def forget_messages(*, before: datetime) -> int:
    """Deletes what was due before a moment and waits no longer; the keys go with it. Returns the number."""
    return Message.objects.exclude(state=Message.State.WAITING).filter(due_at__lt=before).delete()[0]
