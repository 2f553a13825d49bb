"""A second person issues a bulletin, gives it back, or withdraws what was issued."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.plans.models import Bulletin, BulletinFile, BulletinNumber, BulletinState
from yaodian.plans.operations.bulletins.changing import journal, lock_bulletin, move, save
from yaodian.plans.operations.errors import (
    NotSecondPersonOfBulletin,
    UnableToIssueBulletin,
    UnableToReturnBulletin,
    UnableToWithdrawBulletin,
)
from yaodian.plans.queries.bulletins import content_of, files_of, full_number, head_of, is_writer

ISSUE = "plans.issue"


@transaction.atomic
def issue_bulletin(*, actor: Account, now: datetime, today: date, public_id: str, expected_version: int) -> Bulletin:
    """Issues a bulletin: it gets the next number of its series and year, and its files are kept as they are made now.

    The number's row is held until the transaction ends: whoever issues at the same time waits and gets the next, and a number
    whose transaction fails is given again. Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``,
    ``StaleVersion``, ``NotSecondPersonOfBulletin``, ``UnableToIssueBulletin`` (``cannot-write``).
    """
    row = lock_bulletin(
        actor=actor, public_id=public_id, permission=ISSUE, expected_version=expected_version,
        states=(BulletinState.SUBMITTED,),
    )  # fmt: skip
    if is_writer(row, actor.pk):
        raise NotSecondPersonOfBulletin(
            _("《%(title)s》由您汇总、修改或提交，不能由您签发。请另一位有签发权限的人核对后签发。")
            % {"title": row.title},
            code="written-by-yourself",
        )
    head = head_of(row.series)
    BulletinNumber.objects.get_or_create(series=row.series, year=today.year)
    counter = BulletinNumber.objects.select_for_update().get(series=row.series, year=today.year)
    counter.last += 1
    counter.save(update_fields=["last"])
    number = full_number(row.series, today.year, counter.last)
    move(row, BulletinState.ISSUED)
    row.head = head
    row.year, row.number, row.full_number = today.year, counter.last, number
    row.issued_by, row.issued_at = actor, now
    try:
        made = files_of(content_of(row), number=number, moment=now, dated=today)
    except ValueError as problem:
        raise UnableToIssueBulletin(
            _("通报不能生成公文：%(problem)s 请退回修改。") % {"problem": problem}, code="cannot-write"
        ) from problem
    save(row, "state", "head", "year", "number", "full_number", "issued_by", "issued_at")
    kept = {}
    for kind, content in (("docx", made.written.content), ("xlsx", made.sheet)):
        kept[kind] = hashlib.sha256(content).hexdigest()
        BulletinFile.objects.create(
            bulletin=row, kind=kind, sha256=kept[kind], size_bytes=len(content), content=content
        )
    journal(actor=actor, now=now, row=row, verb="issue", number=number, files=kept)
    return row


@transaction.atomic
def return_bulletin(*, actor: Account, now: datetime, public_id: str, expected_version: int, reason: str) -> Bulletin:
    """Gives a bulletin back to whoever wrote it.

    Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``, ``StaleVersion``, ``UnableToReturnBulletin``
    (``no-reason``).
    """
    row = lock_bulletin(
        actor=actor, public_id=public_id, permission=ISSUE, expected_version=expected_version,
        states=(BulletinState.SUBMITTED,),
    )  # fmt: skip
    if not reason.strip():
        raise UnableToReturnBulletin(_("没有填写退回的理由。请写明哪里需要修改。"), code="no-reason", field="reason")
    move(row, BulletinState.DRAFT)
    row.returned_reason = reason.strip()[:500]
    row.submitted_by = row.submitted_at = None
    save(row, "state", "returned_reason", "submitted_by", "submitted_at")
    journal(actor=actor, now=now, row=row, verb="return", reason=row.returned_reason)
    return row


@transaction.atomic
def withdraw_bulletin(*, actor: Account, now: datetime, public_id: str, expected_version: int, reason: str) -> Bulletin:
    """Withdraws an issued bulletin: it keeps its number, its figures and its files, and says why on every page.

    Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``, ``StaleVersion``, ``UnableToWithdrawBulletin``
    (``no-reason``).
    """
    row = lock_bulletin(
        actor=actor, public_id=public_id, permission=ISSUE, expected_version=expected_version,
        states=(BulletinState.ISSUED,),
    )  # fmt: skip
    if not reason.strip():
        raise UnableToWithdrawBulletin(
            _("没有填写撤回的理由。请写明为什么撤回，理由会和编号一起保留。"), code="no-reason", field="reason"
        )
    move(row, BulletinState.WITHDRAWN)
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = actor, now, reason.strip()[:500]
    save(row, "state", "withdrawn_by", "withdrawn_at", "withdrawn_reason")
    journal(actor=actor, now=now, row=row, verb="withdraw", reason=row.withdrawn_reason)
    return row
