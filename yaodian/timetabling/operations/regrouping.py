"""Pupils by hand from one teaching group into another; what follows from it is said before it is done.

A pupil changes to another group of the same subject. In the same block nothing else changes for him; in another block he would miss what he has there,
unless he changes that too, so it is refused with the sentence that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.sectioning import Choices, Fault, Group, Sections, UnfitSchool, verify_sections
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Grouping, GroupingState, GroupMember
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.grouping_rows import (
    UnableToMovePupil,
    lock_grouping,
    note_grouping,
    require_grouping_state,
)
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, require_live
from yaodian.timetabling.problem import group_words
from yaodian.timetabling.problem.group_rows import sections_of
from yaodian.timetabling.problem.groupings import Ground, choices_of, settings_of, tallies_of, with_moves
from yaodian.timetabling.queries.grounds import ground_of

CHANGED_IN = (GroupingState.DONE, GroupingState.ADOPTED)


@dataclass(frozen=True)
class Consequence:
    """What a move would do. `groups` are code, pupils before, pupils after. `refused` says why it cannot be, nothing where it can."""

    groups: tuple[tuple[str, int, int], ...]
    notes: tuple[str, ...]
    refused: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        return not self.refused


def weigh_move(
    *, actor: Account | None, grouping: Grouping, pupil: str, subject: str, group: str, other: str = ""
) -> Consequence:
    """What it would mean that a pupil (by public id) has his `subject` in another group, in exchange with another pupil if one is named. Nothing changes.

    Raises PermissionMissing, WrongState, UnableToMovePupil where there is no such pupil or group.
    """
    require_right(actor, grouping.term.school_id, PLAN)
    require_grouping_state(grouping, CHANGED_IN)
    return _moved(grouping, pupil, subject, group, other)[0]


def move_pupil(
    *, actor: Account | None, grouping: Grouping, pupil: str, subject: str, group: str, now: datetime
) -> Consequence:
    """A pupil (by public id) has his `subject` in another group from now on. Raises PermissionMissing, WrongState, UnableToMovePupil."""
    return _move(actor, grouping, pupil, subject, group, "", now)


def swap_pupils(
    *, actor: Account | None, grouping: Grouping, pupil: str, other: str, subject: str, now: datetime
) -> Consequence:
    """Two pupils exchange their groups of a subject. Raises PermissionMissing, WrongState, UnableToMovePupil."""
    return _move(actor, grouping, pupil, subject, "", other, now)


def _move(
    actor: Account | None, grouping: Grouping, pupil: str, subject: str, group: str, other: str, now: datetime
) -> Consequence:
    require_right(actor, grouping.term.school_id, PLAN)
    with transaction.atomic():
        term = lock_term(grouping.term)
        require_live(term)
        row = lock_grouping(grouping)
        require_grouping_state(row, CHANGED_IN)
        consequence, choices, sections, ground, steps = _moved(row, pupil, subject, group, other)
        if not consequence.is_possible:
            raise UnableToMovePupil("".join(consequence.refused), code="refused")
        keys = dict(row.groups.values_list("code", "pk"))
        for number, before, after in steps:
            GroupMember.objects.filter(group=keys[before], pupil=ground.pupils[number]).update(group=keys[after])
        kept = {name: row.tallies[name] for name in ("inputs", "change", "cut_short") if name in row.tallies}
        row.tallies = tallies_of(choices, sections) | kept
        row.result_sha256 = sections.digest
        row.version += 1
        row.store()
        detail = [[ground.pupils[number], before, after] for number, before, after in steps]
        note_grouping(actor, "move", row, {"pupils": detail, "result": row.result_sha256}, now)
    return consequence


Step = tuple[str, str, str]


def _moved(
    row: Grouping, pupil: str, subject: str, group: str, other: str
) -> tuple[Consequence, Choices, Sections, Ground, list[Step]]:
    ground = ground_of(term=row.term, grade=row.grade, round=row.round)
    try:
        choices = choices_of(ground, settings_of(row))
    except UnfitSchool as problem:
        raise UnableToMovePupil(group_words.told(group_words.unfit(problem)), code="unfit", status=409) from problem
    before = replace(sections_of(row), inputs=choices.digest)
    mine = _group_of(before, pupil, subject)
    target = _group_of(before, other, subject) if other else _group(before, group, subject)
    if mine.code == target.code:
        raise UnableToMovePupil(_("他已经在“%(group)s”里。请选另一个班。") % {"group": mine.code}, code="same")
    steps: list[Step] = [(pupil, mine.code, target.code)]
    if other:
        steps.append((other, target.code, mine.code))
    groups = {one.code: one for one in before.groups}
    for number, left, joined in steps:
        groups[left] = replace(groups[left], pupils=tuple(p for p in groups[left].pupils if p != number))
        groups[joined] = replace(groups[joined], pupils=tuple(sorted((*groups[joined].pupils, number))))
    after = with_moves(choices, replace(before, groups=tuple(groups.values())))
    new = sorted(set(verify_sections(choices, after)) - set(verify_sections(choices, before)))
    sizes = tuple(
        (code, len(_by_code(before, code).pupils), len(groups[code].pupils)) for code in (mine.code, target.code)
    )
    refused = [*_clashes(before, steps), *group_words.fault_words([one for one in new if not _is_clash(one)])]
    return Consequence(sizes, tuple(_notes(before, after)), tuple(refused)), choices, after, ground, steps


def _is_clash(fault: Fault) -> bool:
    return fault.amiss.value == "two-at-once"


def _by_code(sections: Sections, code: str) -> Group:
    return next(one for one in sections.groups if one.code == code)


def _group_of(sections: Sections, pupil: str, subject: str) -> Group:
    found = next((one for one in sections.groups if one.subject == subject and pupil in one.pupils), None)
    if found is None:
        raise UnableToMovePupil(
            _("这名学生在这个方案里没有%(subject)s教学班。请刷新名单。")
            % {"subject": group_words.subject_word(subject)},
            code="no-pupil",
        )
    return found


def _group(sections: Sections, code: str, subject: str) -> Group:
    found = next((one for one in sections.groups if (one.code, one.subject) == (code, subject)), None)
    if found is None:
        raise UnableToMovePupil(_("没有这个教学班，或不是同一学科。请从列表里选。"), code="no-group", field="group")
    return found


def _clashes(before: Sections, steps: Sequence[Step]) -> list[str]:
    sentences = []
    for number, left, joined in steps:
        block = _by_code(before, joined).block
        busy = [one for one in before.groups if one.block == block and number in one.pupils and one.code != left]
        sentences += [
            _("时段 %(block)s 他在上“%(group)s”，与“%(target)s”冲突。请先把那一科调到别的时段。")
            % {"block": block, "group": one.code, "target": joined}
            for one in busy
        ]
    return sentences


def _notes(before: Sections, after: Sections) -> list[str]:
    more = after.moves - before.moves
    if more > 0:
        return [_("离开行政班教室上课的人次增加 %(count)s。") % {"count": more}]
    if more < 0:
        return [_("离开行政班教室上课的人次减少 %(count)s。") % {"count": -more}]
    return [_("走班人次不变。")]
