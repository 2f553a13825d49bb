"""Documents of an application: photographed or uploaded, looked at by the foundation before any lock is taken."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import Application, ApplicationState, Intake, Proof
from yaodian.admissions.operations.applying_rows import journal, own_rows, require_changeable
from yaodian.admissions.operations.errors import UnableToAddProof, UnableToRemoveProof, WrongState
from yaodian.admissions.problem.stating import OTHER_PROOF
from yaodian.foundation.files.storing import erase_file, store_file
from yaodian.foundation.files.taking import TakenFile
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account

MOST_PROOFS = 20


def add_proof(*, account: Account, public_id: str, label: str, file: TakenFile, now: datetime) -> Proof:
    """Adds a document under one of the names that the rule asks for; the same file sent again is the same row.

    Raises Absent, WrongState, UnableToAddProof.
    """
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        _require_in_hand(row, intake, now)
        if label not in proof_labels(intake):
            raise UnableToAddProof(_("请选择这是哪一种材料。"), code="label", field="label")
        there = list(row.proofs.filter(removed_at__isnull=True).select_related("file"))
        for one in there:
            if one.label == label and one.file.received_sha256 == file.received_sha256:
                return one
        if len(there) >= MOST_PROOFS:
            raise UnableToAddProof(
                _("一份申请最多 %(most)s 份材料。请先移除不用的，或把几页拼成一份 PDF。") % {"most": MOST_PROOFS},
                code="too-many",
                field="file",
            )
        made = Proof.objects.create(
            application=row, label=label, file=store_file(file, by=account, now=now), added_at=now
        )
        journal(account, "proof.add", row, now, file=made.file.public_id)
    return made


def remove_proof(*, account: Account, public_id: str, file_id: str, now: datetime) -> None:
    """Takes a document away. That of a draft is erased; one that was handed in stays for whoever has looked at it.

    Raises Absent, WrongState, UnableToRemoveProof.
    """
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        proof = row.proofs.filter(file__public_id=file_id).select_related("file").first()
        if proof is None:
            raise Absent(file_id)
        if proof.removed_at is not None:
            return
        if row.state == ApplicationState.VERIFIED:
            raise UnableToRemoveProof(
                _("这份申请已核验通过，材料不能移除。要改内容请用“修改”。"), code="verified", status=409
            )
        _require_in_hand(row, intake, now)
        proof.removed_at = now
        proof.save(update_fields=["removed_at"])
        if row.state == ApplicationState.DRAFT:
            erase_file(proof.file, now=now)
        journal(account, "proof.remove", row, now, file=file_id)


def proof_labels(intake: Intake) -> tuple[str, ...]:
    """What a document may be called: what everybody hands in, what shows a criterion, and anything else."""
    labels = list(intake.proofs)
    for one in intake.criteria.all():
        labels += one.proofs
    return tuple(dict.fromkeys([*labels, OTHER_PROOF]))


def _require_in_hand(row: Application, intake: Intake, now: datetime) -> None:
    if row.state == ApplicationState.WITHDRAWN:
        raise WrongState(_("这份申请已撤回，不能再改动材料。"), code="withdrawn")
    require_changeable(row, intake, now)
