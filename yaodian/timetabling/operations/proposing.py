"""Another timetable for as long as somebody is away or a room is closed: asked for, made by a job in several manners, one of them taken.

Each is a plan of its own, which is published from a day on like any other. What the published timetable has stays as far as it can.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.changing import Proposal
from yaodian.engines.scheduling.timetabling.school import School, UnknownName
from yaodian.engines.scheduling.timetabling.school_problem import ROOM, TEACHER
from yaodian.foundation.jobs import JobFailed, enqueue
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Absence, AbsenceState, Origin, Timetable, TimetableState
from yaodian.timetabling.operations.absences import lock_absence, require_absence_state
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.errors import UnableToPropose
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, note_term
from yaodian.timetabling.operations.timetables import next_attempt, put_solution
from yaodian.timetabling.problem import StalePieces, freeze, sha256, thaw
from yaodian.timetabling.problem.without import NobodyInstead, Proposed, propose, without_room, without_teacher
from yaodian.timetabling.queries.proposals import JOB, job_of_absence, manner_words, published_for, siblings

logger = logging.getLogger(__name__)
_LIVE = (AbsenceState.OPEN, AbsenceState.ARRANGED, AbsenceState.ANNOUNCED)


def ask_proposals(*, actor: Account, absence: Absence, now: datetime) -> None:
    """Asks for timetables that do without. Raises PermissionMissing, WrongState, UnableToPropose."""
    require_right(actor, absence.term.school_id, PLAN)
    with transaction.atomic():
        row = lock_absence(absence)
        require_absence_state(row, _LIVE)
        job = job_of_absence(row)
        if job is not None and not job.is_finished:
            raise UnableToPropose(_("正在拟新课表，很快就有结果。"), code="running", status=409)
        holds = published_for(row)
        if holds is None or not holds.pieces or not holds.frozen:
            raise UnableToPropose(
                _("这几天公布的课表读不出它是怎么排的，不能从它拟出新课表。请新排一个方案。"), code="stale", status=409
            )
        _school_without(holds, row)
        enqueue(
            code=JOB,
            arguments={"absence_id": row.pk, "timetable_id": holds.pk, "account_id": actor.pk},
            requested_by_id=actor.pk,
            key=f"{JOB}:{row.pk}:{now.isoformat()}",
        )
        note_term(actor, "absence.propose", row.term, {"absence": row.pk, "timetable": holds.pk}, now)


def compute_proposals(*, absence_id: int, timetable_id: int, account_id: int, now: datetime) -> list[Timetable]:
    """Makes the plans. Run again, it makes none that is there already. Raises JobFailed with a sentence. The work of the job."""
    absence = Absence.objects.select_related("term", "teacher", "room").filter(pk=absence_id).first()
    holds = Timetable.objects.filter(pk=timetable_id).first()
    if absence is None or holds is None or absence.state == AbsenceState.WITHDRAWN:
        return []
    try:
        before, after = _school_without(holds, absence)
        proposed = propose(before, holds.pieces, after, *_gone(absence))
    except UnableToPropose as refused:
        raise JobFailed(code=refused.code, message=refused.message) from refused
    except (StalePieces, UnknownName, ValueError) as problem:
        logger.warning("No proposals for the absence %s: %s", absence_id, problem)
        raise JobFailed(code="stale", message=_("这份课表读不出它是怎么排的，没有拟出新课表。")) from problem
    frozen = freeze(after)
    made = []
    with transaction.atomic():
        term = lock_term(absence.term)
        there = [one.pieces for one in siblings(absence)]
        for one in proposed.found:
            plan = Timetable(
                term=term,
                attempt=next_attempt(term),
                title=_("变动方案：%(manner)s") % {"manner": manner_words(one.manner)},
                origin=Origin.CHANGED,
                parent=holds,
                state=TimetableState.DONE,
                frozen=frozen,
                frozen_sha256=sha256(frozen),
                asked_by_id=account_id,
                asked_at=now,
                done_at=now,
            )
            put_solution(plan, proposed.laid, one.timetable)
            if plan.pieces in there:
                continue
            if plan.required:
                plan.state = TimetableState.PAUSED
            plan.publication = {"proposal": {"absence": absence.public_id, **_figures(proposed, one, holds)}}
            made.append(plan.store())
        detail = {"absence": absence.pk, "timetables": [one.pk for one in made]}
        note_term(None, "absence.compute", term, detail, now)
    return made


def take_proposal(*, actor: Account, absence: Absence, timetable: str, now: datetime) -> Timetable:
    """One is kept, to be published; the others are given up. Raises PermissionMissing, WrongState, UnableToPropose."""
    require_right(actor, absence.term.school_id, PLAN)
    with transaction.atomic():
        row = lock_absence(absence)
        require_absence_state(row, _LIVE)
        found = list(siblings(row).select_for_update(of=("self",)))
        kept = next((one for one in found if one.public_id == timetable), None)
        if kept is None:
            raise UnableToPropose(_("没有这个变动方案，或它已被弃用。请刷新页面。"), code="no-proposal", status=404)
        if kept.state != TimetableState.DONE:
            raise UnableToPropose(
                _("这个变动方案还有课没有排好，不能公布。请选别的，或先在调课板上改好。"), code="not-whole", status=409
            )
        for one in found:
            if one.pk != kept.pk:
                one.state, one.problem = TimetableState.DROPPED, _("选用了另一个变动方案。")
                one.version += 1
                one.store()
        detail = {"absence": row.pk, "timetable": kept.pk, "dropped": [one.pk for one in found if one.pk != kept.pk]}
        note_term(actor, "absence.take", row.term, detail, now)
    return kept


def _school_without(holds: Timetable, row: Absence) -> tuple[School, School]:
    """The school of the timetable, and the same without whoever or whatever is absent. Raises UnableToPropose."""
    try:
        before = thaw(bytes(holds.frozen))
        if row.teacher is not None:
            return before, without_teacher(before, row.teacher.code)
        assert row.room is not None
        return before, without_room(before, row.room.code)
    except NobodyInstead as problem:
        raise UnableToPropose(
            _("没有别的教师教%(subjects)s，拟不出新课表。请先在教师数据里补上能教的人，再排新方案；或逐日安排。")
            % {"subjects": _("、").join(problem.subjects)},
            code="nobody",
            status=409,
        ) from problem
    except ValueError as problem:
        raise UnableToPropose(_("这份课表读不出它是怎么排的，不能从它拟出新课表。"), code="stale", status=409) from problem  # fmt: skip


def _gone(row: Absence) -> tuple[str, str]:
    """What the engine calls whoever or whatever is absent."""
    if row.teacher is not None:
        return TEACHER, row.teacher.code
    assert row.room is not None
    return ROOM, row.room.code


def _figures(proposed: Proposed, one: Proposal, holds: Timetable) -> dict[str, object]:
    """What changes in the week: lessons at another time, pupils' lessons in per cent, lessons by others and in other rooms, and the cost."""
    moved = sum(step.before.time != step.after.time for step in one.steps)
    return {
        "manner": one.manner.value,
        "lessons": proposed.pieces,
        "changed": len(one.steps),
        "moved": moved,
        "share": round(100 * one.share_moved, 1),
        "with_others": _share(one.with_others, one.all_lessons),
        "in_other_rooms": _share(one.in_other_rooms, one.all_lessons),
        "open": len(one.open),
        "before": holds.optional,
    }


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
