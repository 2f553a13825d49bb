"""Lists that the office loads to hold claims against: households, properties, residence permits, social insurance.

They come in and go out again through `sheets.references`, line by line, until the checks of the intake are closed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import LOADED_IN, Intake, Reference, ReferenceKind
from yaodian.admissions.operations.errors import UnableToLoadReferences, WrongState
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.problem.indexing import person_index
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

# What a line says, sealed: words, whole months, days in ISO form.
DETAILS = ("number", "name", "address", "since", "until", "months", "note")
_BATCH = 500
Lines = Mapping[tuple[str, str], Mapping[str, Any]]
"""What lines say, by kind of list and line."""


def put_references(*, actor: Account, intake: Intake, lines: Lines, now: datetime) -> None:
    """Adds lines to the lists of an intake, or replaces what these lines said; `number` of each is the person's.

    Raises PermissionMissing, WrongState, UnableToLoadReferences.
    """
    with transaction.atomic():
        row = _held(actor, intake)
        for kind, _line in lines:
            _check_kind(kind)
        Reference.objects.bulk_create(
            (
                Reference(
                    intake=row, kind=kind, line=line, person_index=person_index(said["number"]), loaded_at=now,
                    detail={name: said[name] for name in DETAILS if said.get(name) not in (None, "")},
                )
                for (kind, line), said in lines.items()
            ),
            batch_size=_BATCH,
            update_conflicts=True,
            unique_fields=["intake", "kind", "line"],
            update_fields=["person_index", "detail", "loaded_at"],
        )  # fmt: skip
        _journal(actor, row, "put", now, count=len(lines))


def remove_references(*, actor: Account, intake: Intake, lines: Collection[tuple[str, str]], now: datetime) -> None:
    """Takes lines out of the lists again. Raises PermissionMissing, WrongState."""
    with transaction.atomic():
        row = _held(actor, intake)
        for kind in {kind for kind, _line in lines}:
            Reference.objects.filter(
                intake=row, kind=kind, line__in=[line for one, line in lines if one == kind]
            ).delete()
        _journal(actor, row, "remove", now, count=len(lines))


def clear_references(*, actor: Account, intake: Intake, kind: str, now: datetime) -> int:
    """Empties a list, so that a newer edition leaves none of the old lines behind; how many went says the answer.

    Raises PermissionMissing, WrongState, UnableToLoadReferences.
    """
    with transaction.atomic():
        row = _held(actor, intake)
        _check_kind(kind)
        gone, _kinds = Reference.objects.filter(intake=row, kind=kind).delete()
        _journal(actor, row, "clear", now, kind=kind, count=gone)
    return gone


def _held(actor: Account, intake: Intake) -> Intake:
    row = hold_intake(intake.pk)
    require(account=actor, permission="admissions.verify", unit_id=row.season.office_id)
    if row.state not in LOADED_IN:
        raise WrongState(
            _("这次招生现在是“%(state)s”，核验已结束，不能再更换比对名册。") % {"state": row.get_state_display()},
            code="wrong-state",
        )
    return row


def _check_kind(kind: str) -> None:
    if kind not in ReferenceKind.values:
        raise UnableToLoadReferences(_("请选择名册的种类。"), code="no-kind", field="kind")


def _journal(actor: Account, row: Intake, what: str, now: datetime, **detail: Any) -> None:
    """Whom a list names never stands in the journal."""
    record(
        actor=actor, code=f"admissions.reference.{what}", subject=f"admissions_intake:{row.pk}", detail=detail, at=now
    )
