"""An application is opened, or its papers are: by whom, when and what for is kept before anything is shown.

The first opening on a day is taken from the account's budget of records; lists with names are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from yaodian.admissions.models import Application, Proof
from yaodian.admissions.operations.checking_rows import journal
from yaodian.admissions.queries.checking import find_application
from yaodian.admissions.queries.checking_schools import SchoolApplicants, applicants_of_school, find_school_offer
from yaodian.audit import queries as audit
from yaodian.audit.operations import TooManyReads, note_listed_reads, note_reads, note_refused_reads
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

KIND = "admissions_application"
VERIFICATION = "verification"


@contextmanager
def _counted(actor: Account, now: datetime) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except TooManyReads:
        with transaction.atomic():
            note_refused_reads(account_id=actor.pk, kind=KIND, now=now)
        raise


def open_dossier(*, actor: Account, public_id: str, now: datetime) -> Application:
    """An application whose dossier is shown next. Raises PermissionMissing, Absent, TooManyReads."""
    with _counted(actor, now):
        require(account=actor, permission="admissions.verify")
        row = find_application(account=actor, public_id=public_id)
        _keep(actor, row, "application.open", now, purpose=VERIFICATION)
    return row


def opened(actor: Account, rows: Sequence[Application], now: datetime) -> list[Application]:
    """Applications that are shown next, side by side; each opening is kept. Raises TooManyReads."""
    with _counted(actor, now):
        for row in rows:
            _keep(actor, row, "application.open", now, purpose=VERIFICATION)
    return list(rows)


def open_proof(*, actor: Account, public_id: str, file_id: str, now: datetime, is_small: bool = False) -> Proof:
    """A paper of an application; the small pictures of a dossier that was opened today belong to that opening.

    Raises PermissionMissing, Absent, TooManyReads.
    """
    with _counted(actor, now):
        require(account=actor, permission="admissions.verify")
        row = find_application(account=actor, public_id=public_id)
        proof = row.proofs.select_related("file").filter(file__public_id=file_id, removed_at__isnull=True).first()
        if proof is None:
            raise Absent(file_id)
        if not (is_small and _has_opened(actor, row, now)):
            _keep(actor, row, "proof.open", now, purpose=VERIFICATION, proof=proof.pk)
    return proof


def list_applicants(*, actor: Account, public_id: str, now: datetime) -> SchoolApplicants:
    """A school's own applicants once the result is out; how many names were shown is counted. Raises Absent."""
    offer = find_school_offer(account=actor, public_id=public_id)
    page = applicants_of_school(account=actor, offer=offer, day=timezone.localdate(now))
    named = sum(1 for line in page.lines if line.name)
    if named:
        with transaction.atomic():
            note_listed_reads(account_id=actor.pk, kind=KIND, count=named, now=now)
    return page


def _has_opened(actor: Account, row: Application, now: datetime) -> bool:
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    found = audit.entries_of(subject=f"admissions_application:{row.pk}").filter(
        actor_id=actor.pk, code="admissions.application.open", at__gte=midnight
    )
    return found.exists()


def _keep(actor: Account, row: Application, code: str, now: datetime, **detail: object) -> None:
    if not _has_opened(actor, row, now):
        note_reads(account_id=actor.pk, kind=KIND, now=now)
    journal(actor, code, row, now, **detail)
