"""Families who apply: drafts that are complete, and documents without the look of the foundation, which is tested there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import count
from typing import Any

from yaodian.admissions import operations
from yaodian.admissions.content import Content
from yaodian.admissions.models import Application, Submission
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.foundation.files.taking import TakenFile
from yaodian.organisations.models import Account
from yaodian.registry.codes import id_number_check_digit

_files = count(1)


def file(name: str = "户口簿.jpg") -> TakenFile:
    """A photograph as the foundation gives it after its look."""
    data = f"photograph {next(_files)}".encode()
    digest = hashlib.sha256(data).hexdigest()
    return TakenFile(
        name=name, kind="jpeg", media_type="image/jpeg", data=data, sha256=digest, received_sha256=digest,
        is_stripped=True, is_scanned=False, width=40, height=30, thumbnail=b"small",
    )  # fmt: skip


def card(born: str, serial: int) -> str:
    """An identity number of an invented person."""
    body = f"110105{born}{serial:03d}"
    return body + id_number_check_digit(body)


def stated(world: Made, **given: Any) -> Content:
    """A whole content: one wish, the open school."""
    return factories.content(world, wishes=("s3",), **given)


def born(said: Content, day: Any, serial: int = 7) -> Content:
    """The same child with another birthday, on the paper as well."""
    return replace(said, child=replace(said.child, born_on=day, number=card(day.strftime("%Y%m%d"), serial)))


def draft(world: Made, account: Account, said: Content | None = None, *, proofs: bool = True) -> Application:
    """A draft with all that is asked."""
    made = operations.start_draft(account=account, intake=world.intake, now=NOW)
    operations.save_draft(account=account, public_id=made.public_id, content=said or stated(world), now=NOW)
    if proofs:
        operations.add_proof(account=account, public_id=made.public_id, label="户口簿", file=file(), now=NOW)
    return Application.objects.get(pk=made.pk)


def submit(account: Account, row: Application, key: str = "key", **given: Any) -> Submission:
    return operations.submit_application(
        account=account, public_id=row.public_id, client_key=key,
        **{"expected_sha256": row.sha256, "now": NOW, **given},
    )  # fmt: skip


def submitted(world: Made, account: Account, said: Content | None = None) -> Application:
    """An application as the operations leave it."""
    submit(account, draft(world, account, said), key=f"key{next(_files)}")
    return Application.objects.filter(account=account).latest("pk")
