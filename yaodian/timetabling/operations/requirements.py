"""The tables of what universities ask for: made by an office with their source, filled from a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Unit
from yaodian.timetabling.models import MajorRequirement, RequirementTable
from yaodian.timetabling.operations.changing import LOAD, require_right, stored
from yaodian.timetabling.operations.errors import UnableToKeepRequirements

_BATCH = 500
VALUES = ("university_name", "major_name", "field", "first", "mode", "second")
MajorKey = tuple[str, str]
"""University and major by their codes."""


def make_table(*, actor: Account | None, office: Unit, values: Mapping[str, Any], now: datetime) -> RequirementTable:
    """An empty table of an office: {`year`, `title`, `source`}. Raises PermissionMissing, UnableToKeepRequirements."""
    require_right(actor, office.pk, LOAD)
    with transaction.atomic():
        said = {name: " ".join(str(values[name]).split()) for name in ("title", "source")}
        if not all(said.values()):
            raise UnableToKeepRequirements(_("请写明名称和来源，学生和家长会看到来源。"), code="source", field="source")
        row = RequirementTable(office=office, year=values["year"], made_at=now, **said)
        stored(row, UnableToKeepRequirements)
        _note(actor, "make", row, {"year": row.year}, now)
    return row


def put_requirements(
    *, actor: Account | None, table: RequirementTable, rows: Mapping[MajorKey, Mapping[str, str]], now: datetime
) -> None:
    """Adds lines or replaces them; the values of each are those of `VALUES`. Raises PermissionMissing."""
    require_right(actor, table.office_id, LOAD)
    with transaction.atomic():
        RequirementTable.objects.select_for_update(of=("self",)).get(pk=table.pk)
        MajorRequirement.objects.bulk_create(
            [
                MajorRequirement(
                    table=table, university=key[0], major=key[1], **{name: said.get(name) or "" for name in VALUES}
                )
                for key, said in rows.items()
            ],
            batch_size=_BATCH,
            update_conflicts=True,
            unique_fields=["table", "university", "major"],
            update_fields=list(VALUES),
        )
        _note(actor, "put", table, {"count": len(rows)}, now)


def remove_requirements(
    *, actor: Account | None, table: RequirementTable, keys: Collection[MajorKey], now: datetime
) -> None:
    """Takes lines out again. Raises PermissionMissing."""
    require_right(actor, table.office_id, LOAD)
    with transaction.atomic():
        for university in {one for one, _major in keys}:
            MajorRequirement.objects.filter(
                table=table, university=university, major__in=[major for one, major in keys if one == university]
            ).delete()
        _note(actor, "remove", table, {"count": len(keys)}, now)


def _note(actor: Account | None, code: str, row: RequirementTable, detail: Mapping[str, Any], now: datetime) -> None:
    record(
        actor=actor,
        code=f"timetabling.requirements.{code}",
        subject=f"timetabling_table:{row.pk}",
        detail=detail,
        at=now,
    )
