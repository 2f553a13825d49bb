"""Names of teaching groups: opened for a purpose, exported, and who did it stands in the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Grouping, TeachingGroup
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.grouping_rows import UnableToOpenGroup, note_grouping
from yaodian.timetabling.operations.letters import KIND
from yaodian.timetabling.operations.term_rows import PLAN
from yaodian.timetabling.queries.group_names import GROUP_PURPOSES, GroupPupil, pupils_of_group, seats_of


def open_group(
    *, actor: Account, grouping: Grouping, group: TeachingGroup, purpose: str, now: datetime
) -> list[GroupPupil]:
    """The pupils of a group with their names. Raises PermissionMissing, UnableToOpenGroup without a purpose."""
    require_right(actor, grouping.term.school_id, PLAN)
    _check_purpose(purpose)
    with transaction.atomic():
        found = pupils_of_group(grouping, group)
        if found:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(found), now=now)
        detail = {"group": group.code, "purpose": purpose, "count": len(found)}
        note_grouping(actor, "open", grouping, detail, now)
    return found


def export_members(*, actor: Account, grouping: Grouping, purpose: str, now: datetime) -> list[dict[str, Any]]:
    """A line for each pupil and group, for a workbook. Raises PermissionMissing, UnableToOpenGroup without a purpose."""
    require_right(actor, grouping.term.school_id, PLAN)
    _check_purpose(purpose)
    with transaction.atomic():
        found = list(seats_of(grouping))
        if found:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(found), now=now)
        note_grouping(actor, "export", grouping, {"purpose": purpose, "count": len(found)}, now)
    return found


def _check_purpose(purpose: str) -> None:
    if purpose not in GROUP_PURPOSES:
        raise UnableToOpenGroup(_("请选择查看姓名的用途。"), code="no-purpose", field="purpose")
