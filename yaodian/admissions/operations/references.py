"""Lists that the office loads to hold claims against: households, properties, residence permits, social insurance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import Intake, IntakeState, Reference, ReferenceKind
from yaodian.admissions.operations.errors import UnableToLoadReferences, WrongState
from yaodian.admissions.problem.indexing import person_index
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

# What a line may say beside the person's number, each in words or as an ISO day.
DETAILS = ("name", "address", "since", "until", "months", "note")
MOST_ROWS = 500_000
_LOADED_IN = (IntakeState.PLANNED, IntakeState.OPEN, IntakeState.CHECKING)


@dataclass(frozen=True)
class Loaded:
    """How many lines a list has now, and how many it had."""

    count: int
    replaced: int


def load_references(
    *, actor: Account, intake: Intake, kind: str, rows: Sequence[Mapping[str, str]], now: datetime
) -> Loaded:
    """Takes a list in place of the one of its kind, all or nothing; `number` of a row is the person's.

    Loaded again it is the same list. Raises PermissionMissing, WrongState, UnableToLoadReferences.
    """
    with transaction.atomic():
        row = Intake.objects.select_for_update(of=("self",), no_key=True).select_related("season").get(pk=intake.pk)
        require(account=actor, permission="admissions.verify", unit_id=row.season.office_id)
        if row.state not in _LOADED_IN:
            raise WrongState(
                _("这次招生现在是“%(state)s”，核验已结束，不能再更换比对名册。") % {"state": row.get_state_display()},
                code="wrong-state",
            )
        if kind not in ReferenceKind.values:
            raise UnableToLoadReferences(_("请选择名册的种类。"), code="no-kind", field="kind")
        if not rows:
            raise UnableToLoadReferences(_("名册里没有一行，没有更换。请核对文件。"), code="empty", field="file")
        if len(rows) > MOST_ROWS:
            raise UnableToLoadReferences(
                _("名册有 %(count)s 行，最多 %(most)s 行。请只保留本次招生儿童和监护人的记录。")
                % {"count": len(rows), "most": MOST_ROWS},
                code="too-many",
                field="file",
            )
        replaced, _kinds = Reference.objects.filter(intake=row, kind=kind).delete()
        Reference.objects.bulk_create(
            (
                Reference(
                    intake=row, kind=kind, person_index=person_index(one["number"]), loaded_at=now,
                    detail={name: one[name] for name in DETAILS if one.get(name)},
                )
                for one in rows
            ),
            batch_size=500,
        )  # fmt: skip
        record(
            actor=actor,
            code="admissions.reference.load",
            subject=f"admissions_intake:{row.pk}",
            detail={"kind": kind, "count": len(rows), "replaced": replaced},
            at=now,
        )
    return Loaded(len(rows), replaced)
