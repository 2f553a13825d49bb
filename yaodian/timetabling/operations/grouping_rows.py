"""What every step of a grouping has in common: the lock, the state, the rows of a result, the entry in the journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.engines.scheduling.sectioning import Choices, Sections
from yaodian.foundation.refusing import UnableTo
from yaodian.organisations.models import Account
from yaodian.timetabling.models import (
    NEXT_OF_GROUPING,
    Grouping,
    GroupingState,
    GroupMember,
    HomeMember,
    TeachingGroup,
    Term,
)
from yaodian.timetabling.operations.errors import WrongState
from yaodian.timetabling.problem.groupings import Ground, tallies_of

_BATCH = 1_000


class UnableToPlanGroups(UnableTo):
    """What the desk asked for makes no sense, or what it needs is not there."""


class UnableToAdoptGrouping(UnableTo):
    """It is not what the rows say any more, or lessons of a published timetable would lose their courses."""

    status = 409


class UnableToDropGrouping(UnableTo):
    """No reason was given, or lessons of a published timetable would lose their courses."""


class UnableToMovePupil(UnableTo):
    """The other group is of something else, at a time when the pupil is elsewhere, or full."""


class UnableToOpenGroup(UnableTo):
    """No purpose was given for which names may be seen."""


def lock_grouping(row: Grouping) -> Grouping:
    """The row as it stands, locked until the end of the transaction. The term is locked before it."""
    rows = Grouping.objects.select_for_update(of=("self",)).select_related("term__school", "round__before__before")
    return rows.get(pk=row.pk)


def require_grouping_state(row: Grouping, states: Collection[str]) -> None:
    """Raises WrongState where the grouping is in none of the states."""
    if row.state not in states:
        raise WrongState(
            _("第 %(attempt)s 次编班现在是“%(now)s”，不能这样做。请刷新页面查看。")
            % {"attempt": row.attempt, "now": GroupingState(row.state).label},
            code="state",
        )


def move_grouping(row: Grouping, state: str) -> None:
    """Writes the new state. Raises WrongState where the table knows no such step."""
    require_grouping_state(row, [before for before, after in NEXT_OF_GROUPING.items() if state in after])
    row.state = state
    row.version += 1
    row.store()


def note_grouping(actor: Account | None, verb: str, row: Grouping, detail: Mapping[str, Any], now: datetime) -> None:
    """The journal's entry, `timetabling.grouping.<verb>`. People stand in it as keys."""
    record(
        actor=actor,
        code=f"timetabling.grouping.{verb}",
        subject=f"timetabling_grouping:{row.pk}",
        detail={"grade": row.grade, "attempt": row.attempt, **detail},
        at=now,
    )


def put_result(row: Grouping, choices: Choices, sections: Sections, ground: Ground) -> None:
    """The result as rows, in the place of any that were there, and its figures on the grouping, which is not yet stored."""
    clear_result(row)
    term: Term = row.term
    teachers = dict(term.teachers.values_list("code", "pk"))
    rooms = dict(term.rooms.values_list("code", "pk"))
    homes = {one.code: one.pk for one in ground.classes}
    made = TeachingGroup.objects.bulk_create(
        (
            TeachingGroup(
                grouping=row,
                code=group.code,
                subject=group.subject,
                block=group.block,
                teacher_id=teachers.get(group.teacher),
                room_id=rooms.get(group.room),
                home_id=homes.get(group.home),
            )
            for group in sections.groups
        ),
        batch_size=_BATCH,
    )
    GroupMember.objects.bulk_create(
        (
            GroupMember(group=group, pupil_id=ground.pupils[number])
            for group, found in zip(made, sections.groups, strict=True)
            for number in found.pupils
        ),
        batch_size=_BATCH,
    )
    HomeMember.objects.bulk_create(
        (
            HomeMember(grouping=row, home=home.code, pupil_id=ground.pupils[number])
            for home in sections.homes
            for number in home.pupils
        ),
        batch_size=_BATCH,
    )
    row.tallies = tallies_of(choices, sections)
    row.inputs_sha256, row.result_sha256 = choices.digest, sections.digest


def clear_result(row: Grouping) -> None:
    """Groups and names go; the figures stay on the grouping."""
    GroupMember.objects.filter(group__grouping=row).delete()
    row.groups.all().delete()
    row.home_members.all().delete()
