"""Writing the journal, and noting reads. There is one way in and no way to switch it off."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, router, transaction

from yaodian.audit.models import Entry, digest_of
from yaodian.audit.reads import (
    TooManyReads,
    allow_more,
    forget_before,
    note_listed_reads,
    note_reads,
    note_refused_reads,
)

__all__ = [
    "TooManyReads",
    "UnableToRecord",
    "allow_more",
    "forget_before",
    "note_listed_reads",
    "note_reads",
    "note_refused_reads",
    "record",
]


class UnableToRecord(RuntimeError):
    """The journal cannot take the entry; the transaction around it must not be committed."""


def _canonical(detail: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces; days, moments and decimals as text. Raises UnableToRecord for others."""
    try:
        text = json.dumps(
            dict(detail),
            cls=DjangoJSONEncoder,
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
        )
        text.encode()
    except (TypeError, ValueError) as error:
        raise UnableToRecord(
            f"The detail of a journal entry must be plain JSON: {error}. Pass text, numbers, lists and dictionaries."
        ) from error
    return text


def _storable(text: str, length: int) -> str:
    """Text that both databases keep byte for byte: no NUL, no half of a surrogate pair, cut to the column's length."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()[:length]


def record(
    *, actor: AbstractBaseUser | None, code: str, subject: str, detail: Mapping[str, Any], at: datetime
) -> Entry:
    """Appends an entry to the journal, in the transaction of the change that it tells of.

    `code` is a log code such as `plans.plan.publish`, `subject` names the thing as `plan:12`, `at` is an aware moment.
    Raises UnableToRecord outside a transaction, for a moment without a time zone, for a code that is none, and for a
    detail that is not JSON.
    """
    database = router.db_for_write(Entry)
    if not connections[database].in_atomic_block:
        raise UnableToRecord(
            f"{code} was recorded outside a transaction: the change could then be kept and its entry lost. "
            "Open transaction.atomic() round the change and its record."
        )
    if at.tzinfo is None:
        raise UnableToRecord(f"{code} was recorded with a moment without a time zone. Pass an aware datetime.")
    if not code or len(code) > 100 or not code.replace(".", "").replace("_", "").isascii():
        raise UnableToRecord(f"{code!r} is no log code. Use dotted ASCII words such as plans.plan.publish.")
    text = _canonical(detail)
    subject = _storable(subject, 300)
    actor_name = _storable(str(actor), 200) if actor is not None else ""
    actor_id = actor.pk if actor is not None else None
    # No savepoint: an entry that fails takes the whole change with it, which may not be kept without.
    with transaction.atomic(using=database, savepoint=False):
        # SQLite holds the write lock since BEGIN IMMEDIATE, PostgreSQL takes the row here: one writer at a time.
        head = _lock_head(database)
        if head is None:
            raise UnableToRecord(
                "The journal has no head row, so nothing may be changed. "
                "Restore it from a backup, then run: yaodian audit verify"
            )
        last_id, last_hash = head
        entry_id = last_id + 1
        entry = Entry(
            id=entry_id,
            at=at,
            actor_id=actor_id,
            actor_name=actor_name,
            code=code,
            subject=subject,
            detail=text,
            previous_hash=last_hash,
            hash=digest_of(
                entry_id=entry_id,
                at=at,
                actor_id=actor_id,
                actor_name=actor_name,
                code=code,
                subject=subject,
                detail=text,
                previous_hash=last_hash,
            ),
        )
        if not _append(entry, last_id, database):
            raise UnableToRecord("The journal's head moved while an entry was written. Try the operation again.")
    return entry


# Everybody who writes waits for whoever holds the head, so these are the statements themselves, made once.
_LOCK = "SELECT last_id, last_hash FROM audit_head WHERE id = 1"
_INSERT = """
    INSERT INTO audit_entry (id, at, actor_id, actor_name, code, subject, detail, previous_hash, hash)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_MOVE = "UPDATE audit_head SET last_id = %s, last_hash = %s WHERE id = 1 AND last_id = %s"


def _lock_head(database: str) -> tuple[int, str] | None:
    """Number and hash of the last entry, whose row is locked where the database locks rows."""
    connection = connections[database]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK + (" FOR UPDATE" if connection.features.has_select_for_update else ""))
        found: tuple[int, str] | None = cursor.fetchone()
    return found


def _append(entry: Entry, last_id: int, database: str) -> bool:
    """Writes the row and moves the head on to it; False where the head stands elsewhere by now."""
    connection = connections[database]
    row = (
        entry.id, connection.ops.adapt_datetimefield_value(entry.at), entry.actor_id, entry.actor_name, entry.code,
        entry.subject, entry.detail, entry.previous_hash, entry.hash,
    )  # fmt: skip
    move = (entry.id, entry.hash, last_id)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"WITH written AS ({_INSERT}) {_MOVE}", (*row, *move))
        else:
            cursor.execute(_INSERT, row)
            cursor.execute(_MOVE, move)
        moved = cursor.rowcount
    entry._state.adding, entry._state.db = False, database
    return bool(moved == 1)
