"""A family takes a copy of all that is held on its application; that it did is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import Application, Proof
from yaodian.admissions.operations.applying_rows import journal
from yaodian.admissions.queries.applying import find_own
from yaodian.admissions.queries.copies import copy_of
from yaodian.foundation.files.storing import open_file
from yaodian.organisations.models import Account
from yaodian.registry.queries.copies import written


def copy_application(*, account: Account, public_id: str, now: datetime) -> Iterator[tuple[str, bytes]]:
    """The files of a copy, by name: what is held as JSON and as text, then each document, opened when it is asked for.

    Raises Absent.
    """
    with transaction.atomic():
        row = find_own(account=account, public_id=public_id)
        content = copy_of(application=row, day=timezone.localdate(now))
        journal(account, "application.copy", row, now)
    note = _("这是系统里留存的关于这份申请的全部内容，%(day)s 导出。") % {"day": timezone.localdate(now)}
    return _files(row, written(content, note=note))


def _files(row: Application, said: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    yield from said.items()
    held = Proof.objects.filter(application=row, file__erased_at__isnull=True).select_related("file").order_by("pk")
    for place, proof in enumerate(held, 1):
        # The names that families give may hold anything, and may be the same twice.
        ending = proof.file.name.rpartition(".")[2]
        name = f"{place:02d}.{ending}" if ending.isascii() and ending.isalnum() else f"{place:02d}"
        yield f"documents/{name}", open_file(proof.file)
