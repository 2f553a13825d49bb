"""What has been taken in is stored, opened, and in the end erased."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.foundation.files.taking import TakenFile
from yaodian.foundation.models import StoredFile, StoredFileContent

ERASED_AT_ONCE = 200


class UnableToOpenFile(RuntimeError):
    """The bytes are gone or not what was stored; the text says why and what to do. `status` is the answer's."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


def store_file(taken: TakenFile, *, by: Any, now: datetime, keep_until: date | None = None) -> StoredFile:
    """Writes a file's two rows; `by` is the account, or None for the system. Runs inside the transaction of the operation,
    which points a row of its own to the file and writes the journal."""
    row = StoredFile(
        sha256=taken.sha256,
        received_sha256=taken.received_sha256,
        name=taken.name,
        kind=taken.kind,
        media_type=taken.media_type,
        size_bytes=taken.size_bytes,
        width=taken.width,
        height=taken.height,
        is_stripped=taken.is_stripped,
        is_scanned=taken.is_scanned,
        stored_by=by,
        stored_at=now,
        keep_until=keep_until,
    ).store()
    StoredFileContent.objects.create(file=row, content=taken.data, thumbnail=taken.thumbnail or None)
    return row


def open_file(stored: StoredFile) -> bytes:
    """The bytes as they were stored. Raises UnableToOpenFile; keys.UnableToUnseal where the key is missing."""
    content = StoredFileContent.objects.filter(file=stored).values_list("content", flat=True).first()
    if content is None:
        raise UnableToOpenFile(
            _("附件 %(id)s 的内容已按保存期限删除，只留下指纹和大小。") % {"id": stored.public_id}, status=410
        )
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise UnableToOpenFile(
            _("附件“%(name)s”的内容与存入时的指纹不符，可能被改动，不予提供。请告知系统管理员，从备份恢复。")
            % {"name": stored.name},
            status=500,
        )
    return content


def open_thumbnail(stored: StoredFile) -> bytes:
    """The small picture, a JPEG; empty for what is no picture or has been erased."""
    return StoredFileContent.objects.filter(file=stored).values_list("thumbnail", flat=True).first() or b""


def keep_until(stored: StoredFile, day: date | None) -> None:
    """Sets the last day on which the bytes are kept: a slice knows it when its matter ends. None: as long as the row."""
    StoredFile.objects.filter(pk=stored.pk, erased_at__isnull=True).update(keep_until=day)
    stored.keep_until = day


def erase_file(stored: StoredFile, *, now: datetime, with_storer: bool = False) -> bool:
    """Deletes the bytes and the name, which may tell of people; fingerprint, size and times stay as proof that there was one.
    `with_storer` also forgets whose file it was, where that is somebody of whom nothing may stay.

    Gives whether it was this call that did it. What lies in backups goes when they do.
    """
    with transaction.atomic():
        row = StoredFile.objects.select_for_update().get(pk=stored.pk)
        if row.is_erased:
            return False
        StoredFileContent.objects.filter(file=row).delete()
        row.name, row.erased_at = "", now
        if with_storer:
            row.stored_by = None
        row.save(update_fields=["name", "erased_at", "stored_by"])
    stored.name, stored.erased_at = "", now
    return True


def erase_due_files(*, today: date, now: datetime) -> int:
    """Erases what was to be kept until a day before today, in short transactions. Returns the number of files."""
    count = 0
    due = StoredFile.objects.filter(erased_at__isnull=True, keep_until__lt=today).order_by("keep_until", "id")
    while found := list(due[:ERASED_AT_ONCE]):
        count += sum(erase_file(row, now=now) for row in found)
    return count
