"""Puts a message into the outbox: in the operation's own transaction, so that it is there exactly when its event is.

    queue_message(key=f"cases.notice:{notice.pk}:mail", channel=Channel.MAIL, address=…, subject=…, body=…, now=now)

The caller names no person: «您有 1 件事项将于 3 月 5 日到期» and an address to sign in at. What looks like an identity number or
a mobile telephone is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.foundation.models import Message

Channel = Message.Channel
Form = Message.Form

# With a blank or hyphen where people put one; not within a longer number.
_IDENTITY = re.compile(r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dX](?!\d)|(?<!\d)\d{15}(?!\d)", re.IGNORECASE)
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")


class UnableToQueueMessage(ValueError):
    """The message was not queued; the text says why and what to do."""


def _without_tricks(text: str) -> str:
    """Full-width digits as digits, nothing invisible between them."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")


def check_words(*words: str) -> None:
    """Raises UnableToQueueMessage where words hold what looks like an identity number or a mobile telephone."""
    for text in map(_without_tricks, words):
        if _IDENTITY.search(text):
            raise UnableToQueueMessage(
                _(
                    "消息没有发出：内容中有像身份证号的数字。消息会经过外部服务器，不能含个人信息，请改为提示登录系统查看。"
                )
            )
        if _MOBILE.search(text):
            raise UnableToQueueMessage(
                _(
                    "消息没有发出：内容中有像手机号的数字。消息会经过外部服务器，不能含个人信息，请改为提示登录系统查看。"
                )
            )


@dataclass(frozen=True)
class Draft:
    """A message as it is written, before it is in the outbox; what the parts mean says `queue_message`."""

    key: str
    channel: Message.Channel
    subject: str
    body: str
    recipient: Any = None
    address: str = ""
    due_at: datetime | None = None
    form: Message.Form = Message.Form.TEXT
    is_urgent: bool = False


def _row(draft: Draft, *, now: datetime) -> Message:
    """The row of a draft, each value checked. Raises UnableToQueueMessage."""
    check_words(draft.subject, draft.body)
    row = Message(
        key=draft.key,
        channel=draft.channel,
        form=draft.form,
        recipient=draft.recipient,
        address=draft.address,
        # One line: it becomes a header of mail.
        subject=" ".join(draft.subject.split()),
        body=draft.body,
        is_urgent=draft.is_urgent,
        created_at=now,
        due_at=draft.due_at or now,
        try_at=draft.due_at or now,
    )
    try:
        row.clean_fields(exclude={"recipient"})
    except ValidationError as error:
        raise _refused(error) from error
    return row


def _refused(error: ValidationError) -> UnableToQueueMessage:
    return UnableToQueueMessage(
        _("消息没有发出：%(why)s 请核对收件人、标题（100 字以内）和内容（600 字以内）。")
        % {"why": " ".join(error.messages)}
    )


def queue_message(
    *,
    key: str,
    channel: Message.Channel,
    subject: str,
    body: str,
    now: datetime,
    recipient: Any = None,
    address: str = "",
    due_at: datetime | None = None,
    form: Message.Form = Message.Form.TEXT,
    is_urgent: bool = False,
) -> Message:
    """The message with this key, made now or before: a key makes one message for ever, so it names event and recipient.

    `recipient` is the account that reads a message on the page, `address` where a mail goes; the robots have one group each.
    An urgent message does not wait for quiet hours to end. Raises UnableToQueueMessage.
    """
    row = _row(Draft(key, channel, subject, body, recipient, address, due_at, form, is_urgent), now=now)
    try:
        # What else may be wrong is said before the row goes in; that the key is there already is no error.
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        raise _refused(error) from error
    with transaction.atomic():
        Message.objects.bulk_create([row], ignore_conflicts=True)
        return Message.objects.get(key=key)


def queue_messages(*, drafts: Iterable[Draft], now: datetime) -> None:
    """The same for many: a statement for each thousand. Raises UnableToQueueMessage, and then none of them is queued; that
    each goes to somebody is left to the database."""
    rows = [_row(draft, now=now) for draft in drafts]
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)


def messages_on_page(*, account: Any, now: datetime) -> Any:
    """What an account reads on the page, unread and read, the newest first; a queryset."""
    return Message.objects.filter(channel=Channel.PAGE, recipient=account, due_at__lte=now)


def mark_read(*, account: Any, message_id: int, now: datetime) -> bool:
    """Whether it was this call that marked one of the account's own messages as read."""
    own = messages_on_page(account=account, now=now).filter(pk=message_id, read_at__isnull=True)
    return bool(own.update(read_at=now))
