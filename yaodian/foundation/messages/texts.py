"""Text messages (短信): codes, and words about one's own account, to the telephone of one person.

    deliver(key=f"identity.phone_code:{row.pk}", number="+8613800138000", text=…, good_until=…, now=now)

In the operation's own transaction, as the outbox of other messages. They stand apart from those, which may name no telephone and
wait for quiet hours to end: whoever asked for a code sits in front of the page. A worker takes each at once to the gateway.

TEXT_GATEWAY says where to. An address: what is posted there is `{"number": "+86…", "text": "…"}`, and any answer from 200 to
299 means that it was taken. `outbox`: nowhere, the message stays here sealed, for `manage read_texts`; that is for development
and demonstration. Neither number nor words are ever written to a log.
"""

from __future__ import annotations

import http.client
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from yaodian.foundation.jobs import enqueue
from yaodian.foundation.messages.robots import TIMEOUT_SECONDS, UnableToSend
from yaodian.foundation.models import TextMessage

State = TextMessage.State

OUTBOX = "outbox"
KEPT = timedelta(days=1)


def is_on() -> bool:
    """Whether the settings say where text messages go."""
    return bool(settings.TEXT_GATEWAY)


def deliver(*, key: str, number: str, text: str, good_until: datetime, now: datetime) -> TextMessage:
    """The text message with this key, made now or before. Inside a transaction, at whose end a worker takes it up."""
    with transaction.atomic():
        found = TextMessage.objects.filter(key=key).first()
        if found is not None:
            return found
        is_kept = settings.TEXT_GATEWAY == OUTBOX
        row = TextMessage(
            key=key,
            number=number,
            text=text,
            state=State.KEPT if is_kept else State.WAITING,
            created_at=now,
            good_until=good_until,
        ).store()
        if not is_kept:
            enqueue(
                code="foundation.send_text", arguments={"text_id": row.pk}, requested_by_id=None, key=f"text:{row.pk}"
            )
    return row


def send(*, text_id: int, now: datetime) -> bool:
    """Hands a waiting text message to the gateway and wipes it. Whether it went out. Raises UnableToSend.

    A worker that dies between the two leaves it to be sent once more: twice, but not lost.
    """
    row = TextMessage.objects.filter(pk=text_id, state=State.WAITING).first()
    if row is None:
        return False
    is_late = row.good_until <= now
    if not is_late:
        _post(number=row.number, text=row.text)
    mine = TextMessage.objects.filter(pk=row.pk, state=State.WAITING)
    mine.update(state=State.LATE if is_late else State.SENT, sent_at=None if is_late else now, number="", text="")
    return not is_late


def _post(*, number: str, text: str) -> None:
    parts = urlsplit(settings.TEXT_GATEWAY)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if settings.TEXT_GATEWAY_TOKEN:
        headers["Authorization"] = f"Bearer {settings.TEXT_GATEWAY_TOKEN}"
    link = maker(str(parts.hostname), parts.port, timeout=TIMEOUT_SECONDS)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        link.request("POST", target, json.dumps({"number": number, "text": text}).encode(), headers)
        status = link.getresponse().status
    except (OSError, ValueError, http.client.HTTPException) as error:
        # Without its cause, whose words are the library's and might quote what was sent.
        raise UnableToSend(f"{parts.hostname}: {type(error).__name__}") from None
    finally:
        link.close()
    if not 200 <= status < 300:
        raise UnableToSend(f"{parts.hostname}: HTTP {status}")


def kept_texts() -> list[TextMessage]:
    """What stays here because there is no gateway, the newest first."""
    return list(TextMessage.objects.filter(state=State.KEPT))


def forget_texts(*, before: datetime) -> int:
    """Deletes what was made before a moment. Returns the number."""
    return TextMessage.objects.filter(created_at__lt=before).delete()[0]
