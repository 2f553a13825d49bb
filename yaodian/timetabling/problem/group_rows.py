"""The rows of a grouping as a result of the engine again, to be checked or changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from yaodian.engines.scheduling.sectioning import Group, HomeClass, Sections, Status
from yaodian.timetabling.models import Grouping, GroupMember, HomeMember


def sections_of(row: Grouping) -> Sections:
    """Three queries. Pupils are named by their public ids, in order, as the engine writes them."""
    members: dict[int, list[str]] = defaultdict(list)
    for group, number in GroupMember.objects.filter(group__grouping=row).values_list("group_id", "pupil__public_id"):
        members[group].append(number)
    homes: dict[str, list[str]] = defaultdict(list)
    for home, number in HomeMember.objects.filter(grouping=row).values_list("home", "pupil__public_id"):
        homes[home].append(number)
    said = row.tallies
    hosts: Mapping[str, str] = said.get("hosts", {})
    groups = tuple(
        Group(
            one.code,
            one.subject,
            one.block,
            tuple(sorted(members[one.pk])),
            one.teacher.code if one.teacher else "",
            one.room.code if one.room else "",
            hosts.get(one.code, ""),
        )
        for one in row.groups.select_related("teacher", "room").order_by("pk")
    )
    return Sections(
        Status(said["status"]),
        row.inputs_sha256,
        row.seed,
        groups,
        tuple(
            HomeClass(one["code"], tuple(sorted(homes[one["code"]])), one["room"], tuple(one["together"]))
            for one in said["homes"]
        ),
        said["bound"],
        said["moves"],
        said["mixed"],
        said["cut_short"],
    )
