"""What the lists of timetabling have in common: whose they are, who may, what the journal is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.models import Import
from yaodian.foundation.refusing import UnableTo
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Problem
from yaodian.foundation.sheets.importing import UnableToCommitImport
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing, require, scope_of


def scope_word(*, account: Any, permission: str) -> str:
    """The units in which somebody holds a right, as one word, kept with each import."""
    return scope_of(account=account, permission=permission).word


def authorise(*, actor_id: int | None, scope: str, permission: str) -> None:
    """Raises PermissionMissing where the right has ended, or reaches other units than when the file was uploaded."""
    account = Account.objects.filter(pk=actor_id).first()
    require(account=account, permission=permission)
    if scope != scope_word(account=account, permission=permission):
        raise PermissionMissing(
            str(_("您的权限已有变动，这次导入不能继续。请用现在的权限重新上传。")), permission=permission
        )


def journal(*, batch: Import, action: str, actor_id: int | None, now: datetime) -> None:
    """The entry of the whole file; the operations write theirs."""
    record(
        actor=Account.objects.filter(pk=actor_id).first(),
        code=f"timetabling.import.{action}",
        subject=f"import:{batch.pk}",
        detail={"sheet": batch.sheet, "sha256": batch.sha256, "created": batch.created, "changed": batch.changed},
        at=now,
    )


def wrong(row: Row, column: str, sentence: str) -> Problem:
    """A cell that a target refuses."""
    return Problem(sentence, code="scope", column=column, row=row.number)


def act(operation: Callable[..., object], **given: Any) -> None:
    """One operation inside the commit of a file; its refusal is the file's. Raises UnableToCommitImport."""
    try:
        operation(**given)
    except (UnableTo, PermissionMissing) as refused:
        raise UnableToCommitImport(refused.message, code="refused") from refused
