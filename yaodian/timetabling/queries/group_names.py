"""Whose names stand in teaching groups; called by the operations that note who looks, and for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.registry.queries import cohort_members
from yaodian.timetabling.models import Grouping, GroupMember, HomeMember, TeachingGroup
from yaodian.timetabling.queries.rounds import STAGE

GROUP_PURPOSES: Mapping[str, Promise] = {
    "check": _("核对教学班名单"),
    "move": _("个别调整教学班"),
    "inform": _("通知任课教师和学生"),
}


@dataclass(frozen=True)
class GroupPupil:
    """A pupil of a group: the class he comes from, and the home class that the grouping gives him."""

    public_id: str
    name: str
    class_name: str
    home: str


def _people(grouping: Grouping, pupils: list[int]) -> dict[int, GroupPupil]:
    row = grouping.round
    homes = dict(HomeMember.objects.filter(grouping=grouping).values_list("pupil_id", "home"))
    return {
        one.pk: GroupPupil(one.public_id, one.name, one.class_name, homes.get(one.pk, ""))
        for one in cohort_members(unit=row.school_id, stage=STAGE, entered_year=row.entered_year, pupils=pupils)
    }


def pupils_of_group(grouping: Grouping, group: TeachingGroup) -> list[GroupPupil]:
    """By class and number. Three queries."""
    keys = list(GroupMember.objects.filter(group=group).values_list("pupil_id", flat=True))
    return list(_people(grouping, keys).values())


def seats_of(grouping: Grouping) -> Iterator[dict[str, Any]]:
    """A line for each pupil and group, by class and pupil. Four queries."""
    rows = list(
        GroupMember.objects.filter(group__grouping=grouping)
        .order_by("group__block", "group_id")
        .values_list("pupil_id", "group_id")
    )
    groups = {one.pk: one for one in grouping.groups.select_related("teacher", "room")}
    mine: dict[int, list[TeachingGroup]] = {}
    for pupil, group in rows:
        mine.setdefault(pupil, []).append(groups[group])
    for pk, person in _people(grouping, list(mine)).items():
        for one in mine[pk]:
            yield {
                "pupil": person.public_id, "name": person.name, "class_name": person.class_name or None,
                "home": person.home or None, "subject": one.subject, "block": one.block, "group": one.code,
                "teacher": one.teacher.name if one.teacher else None, "room": one.room.code if one.room else None,
            }  # fmt: skip
