"""Teaching groups are asked for, computed as a job, cancelled, dropped. Adopting them is another step.

Killed in the middle the job leaves the row that asked for it and nothing else; begun again it comes to the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.sectioning import (
    Choices,
    Limits,
    Sections,
    Status,
    UnfitSchool,
    change,
    section,
    verify_sections,
)
from yaodian.foundation import jobs
from yaodian.foundation.jobs import JobContext
from yaodian.foundation.models import Job
from yaodian.organisations.models import Account
from yaodian.timetabling.models import (
    ChoiceRound,
    Grade,
    Grouping,
    GroupingState,
    RoundKind,
    RoundState,
    Term,
)
from yaodian.timetabling.operations.changing import require_right, stored
from yaodian.timetabling.operations.grouping_rows import (
    UnableToDropGrouping,
    UnableToPlanGroups,
    clear_result,
    lock_grouping,
    move_grouping,
    note_grouping,
    put_result,
    require_grouping_state,
)
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, require_live
from yaodian.timetabling.operations.watching import watched
from yaodian.timetabling.problem import group_words
from yaodian.timetabling.problem.group_rows import sections_of
from yaodian.timetabling.problem.group_settings import GroupSettings
from yaodian.timetabling.problem.groupings import (
    Ground,
    choices_of,
    in_school_words,
    settings_of,
    with_moves,
)
from yaodian.timetabling.queries.grounds import entered_year_of, ground_of

JOB = "timetabling.group"
PLANNED_FROM = (RoundState.CLOSED, RoundState.SETTLED)


def ask_grouping(
    *,
    actor: Account | None,
    term: Term,
    grade: int,
    round: ChoiceRound,  # noqa: A002 - the row's name.
    settings: GroupSettings,
    now: datetime,
    seed: str = "1",
    enqueues: bool = True,
) -> Grouping:
    """Groups for a grade by the choices of a closed or settled round. One grade is planned once at a time.

    Without `enqueues` whoever asks computes them himself.

    Raises PermissionMissing, WrongState, UnableToPlanGroups.
    """
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        kept = lock_term(term)
        require_live(kept)
        _check_asked(kept, grade, round)
        for name, sentence in settings.faults():
            raise UnableToPlanGroups(sentence, code="settings", field=name)
        ground = ground_of(term=kept, grade=grade, round=round)
        _check_ground(ground, settings)
        try:
            choices_of(ground, settings)
        except UnfitSchool as problem:
            raise UnableToPlanGroups(group_words.told(group_words.unfit(problem)), code="unfit") from problem
        return _queue(actor, kept, grade, round, settings, seed, now, enqueues=enqueues)


def _check_asked(term: Term, grade: int, row: ChoiceRound) -> None:
    if grade not in Grade.values:
        raise UnableToPlanGroups(_("没有这个年级。请从列表里选。"), code="grade", field="grade")
    if row.school_id != term.school_id or row.entered_year != entered_year_of(term, grade):
        raise UnableToPlanGroups(_("这一轮选科不是这个年级的。请重新选择。"), code="round", field="round")
    if row.state not in PLANNED_FROM:
        raise UnableToPlanGroups(
            _("“%(title)s”还没有截止，编班要用截止或已确定的选科。请先截止这一轮。") % {"title": row.title},
            code="round-open",
            field="round",
        )
    if term.groupings.filter(grade=grade, state=GroupingState.QUEUED).exists():
        raise UnableToPlanGroups(
            _("这个年级正在编班。请等它编完，或先取消它。"), code="once", status=409
        )  # fmt: skip


def _check_ground(ground: Ground, settings: GroupSettings) -> None:
    if not ground.people:
        raise UnableToPlanGroups(_("这一轮里没有学生选科。请换一轮。"), code="no-pupils", field="round")
    if settings.keeps_classes and ground.homeless:
        raise UnableToPlanGroups(
            _("保留原行政班，但有 %(count)s 名学生的班级不在这个学期的班级里。请先补录班级，或改为重新编行政班。")
            % {"count": ground.homeless},
            code="homeless",
            field="homes",
        )
    if settings.counts_rooms and not ground.rooms:
        raise UnableToPlanGroups(
            _("这个学期没有可用的普通教室。请先录入教室，或不考虑教室。"), code="no-rooms", field="counts_rooms"
        )
    if settings.counts_teachers and not ground.tutors:
        raise UnableToPlanGroups(
            _("没有教师的任教学科是选考科目。请先录入任课教师，或不考虑教师。"),
            code="no-teachers",
            field="counts_teachers",
        )


def _queue(
    actor: Account | None,
    term: Term,
    grade: int,
    round_: ChoiceRound,
    settings: GroupSettings,
    seed: str,
    now: datetime,
    *,
    enqueues: bool = True,
) -> Grouping:
    last = term.groupings.filter(grade=grade).aggregate(last=Max("attempt"))["last"] or 0
    row = Grouping(
        term=term, round=round_, grade=grade, attempt=last + 1, settings=settings.to_json(),
        seed=" ".join(seed.split())[:40] or "1", asked_by=actor, asked_at=now,
    )  # fmt: skip
    stored(row, UnableToPlanGroups)
    if enqueues:
        jobs.enqueue(
            code=JOB,
            arguments={"grouping_id": row.pk},
            requested_by_id=actor.pk if actor else None,
            key=job_key(row),
        )
    note_grouping(actor, "ask", row, {"round": round_.pk, "settings": row.settings, "seed": row.seed}, now)
    return row


def job_key(row: Grouping) -> str:
    return f"{JOB}:{row.pk}"


def ask_change(
    *,
    actor: Account | None,
    grouping: Grouping,
    round: ChoiceRound,  # noqa: A002
    now: datetime,
) -> Grouping:
    """After a settled change period: the groups of a grouping with the fewest changes for those who chose nothing anew. Another attempt.

    Raises PermissionMissing, WrongState, UnableToPlanGroups.
    """
    require_right(actor, grouping.term.school_id, PLAN)
    with transaction.atomic():
        term = lock_term(grouping.term)
        require_live(term)
        parent = lock_grouping(grouping)
        require_grouping_state(parent, (GroupingState.DONE, GroupingState.ADOPTED))
        _check_asked(term, parent.grade, round)
        if round.kind != RoundKind.CHANGE or round.state != RoundState.SETTLED or round.pk <= parent.round_id:
            raise UnableToPlanGroups(
                _("只有在它之后已经确定的改选，才能这样调整。请先确定改选的结果。"), code="not-after", field="round"
            )
        settings = replace(settings_of(parent), parent=parent.public_id)
        return _queue(actor, term, parent.grade, round, settings, parent.seed, now)


# The work ---------------------------------------------------------------------------------------------------------------


def compute_grouping(*, grouping_id: int, now: datetime, context: JobContext | None = None) -> Grouping:
    """Makes the groups that were asked for; what was cancelled or is done already stays as it is. The work of the job.

    What cannot be is written into the row, with reasons and what would be cheapest to change. Raises JobCancelled, LeaseLost.
    """
    row = Grouping.objects.select_related("term__school", "round__before__before").get(pk=grouping_id)
    if row.state != GroupingState.QUEUED:
        return row
    settings = settings_of(row)
    ground = ground_of(term=row.term, grade=row.grade, round=row.round)
    more: dict[str, Any] = {}
    choices: Choices | None = None
    sections: Sections | None = None
    problem: list[dict[str, Any]] = []
    try:
        choices = choices_of(ground, settings)
        if settings.parent:
            sections, more, problem = _changed(row, choices, context)
        else:
            sections = watched(_section(choices, row.seed), context)
            problem = [*group_words.reasons(sections.reasons), *group_words.relaxations(sections.relaxations)]
    except UnfitSchool as found:
        problem = [group_words.unfit(found)]
    if choices is not None and sections is not None and sections.groups:
        sections = with_moves(choices, in_school_words(sections, ground, settings))
        if faults := verify_sections(choices, sections):
            problem = [{"kind": "faulty", "faults": [one.amiss.value for one in faults]}]
    elif sections is not None and sections.status is Status.UNKNOWN and not problem:
        problem = [{"kind": "unknown"}]
    with transaction.atomic():
        lock_term(row.term)
        kept = lock_grouping(row)
        # Cancelled meanwhile, or done by another worker: what they wrote stands.
        if kept.state != GroupingState.QUEUED:
            return kept
        kept.done_at = now
        if problem or choices is None or sections is None:
            kept.problem = problem
            kept.inputs_sha256 = choices.digest if choices is not None else ""
            move_grouping(kept, GroupingState.FAILED)
        else:
            put_result(kept, choices, sections, ground)
            kept.tallies |= more
            move_grouping(kept, GroupingState.DONE)
        note_grouping(None, "compute", kept, {"state": kept.state, "result": kept.result_sha256}, now)
    return kept


def _section(choices: Choices, seed: str) -> Any:
    def work(limits: Limits) -> Sections:
        return section(choices, seed=seed, limits=limits)

    return work


def _changed(
    row: Grouping, after: Choices, context: JobContext | None
) -> tuple[Sections | None, dict[str, Any], list[dict[str, Any]]]:
    """Groups after the change period, its figures, or why there are none."""
    parent = Grouping.objects.get(term=row.term, public_id=row.settings["parent"])
    had = sections_of(parent)
    attended: dict[str, list[str]] = {}
    for group in had.groups:
        for number in group.pupils:
            attended.setdefault(number, []).append(group.subject)
    new = [one.number for one in after.pupils if one.number not in attended]
    if new:
        return None, {}, [{"kind": "new-pupils", "count": len(new)}]
    before = Choices(after.school, tuple(replace(one, choice=tuple(attended[one.number])) for one in after.pupils))
    here = {one.number for one in after.pupils}
    stays = replace(
        had,
        inputs=before.digest,
        groups=tuple(replace(one, pupils=tuple(p for p in one.pupils if p in here)) for one in had.groups),
        homes=tuple(replace(one, pupils=tuple(p for p in one.pupils if p in here)) for one in had.homes),
    )
    stays = with_moves(before, stays)
    if faults := verify_sections(before, stays):
        return None, {}, [{"kind": "other-school", "fault": "".join(group_words.fault_words(faults)[:3])}]
    chose = {one.number: one.choice for one in before.pupils}
    anew = {one.number: one.choice for one in after.pupils if one.choice != chose[one.number]}

    def work(limits: Limits) -> Any:
        return change(before, stays, anew, seed=row.seed, limits=limits)

    found = watched(work, context)
    if not found.sections.groups:
        kind = "unknown" if found.sections.status is Status.UNKNOWN else "no-change"
        return None, {}, [{"kind": kind}]
    figures: Mapping[str, Any] = {
        "change": {
            "anew": len(anew), "moved": len(found.moved), "opened": list(found.opened), "closed": list(found.closed),
            "of": parent.attempt,
        }
    }  # fmt: skip
    return found.sections, dict(figures), []


# Ends -------------------------------------------------------------------------------------------------------------------


def cancel_grouping(*, actor: Account | None, grouping: Grouping, now: datetime) -> Grouping:
    """Nobody waits for it any more: the row is cancelled at once, the job at its next look. Raises PermissionMissing, WrongState."""
    require_right(actor, grouping.term.school_id, PLAN)
    with transaction.atomic():
        lock_term(grouping.term)
        row = lock_grouping(grouping)
        move_grouping(row, GroupingState.CANCELLED)
        job = Job.objects.filter(key=job_key(row)).first()
        if job is not None and not job.is_finished:
            jobs.cancel(job_id=job.pk)
        note_grouping(actor, "cancel", row, {}, now)
    return row


def drop_grouping(*, actor: Account | None, grouping: Grouping, reason: str, now: datetime) -> Grouping:
    """It stays as a row with its figures and the reason; groups, names and, of an adopted one, courses go.

    Raises PermissionMissing, WrongState, UnableToDropGrouping.
    """
    require_right(actor, grouping.term.school_id, PLAN)
    with transaction.atomic():
        term = lock_term(grouping.term)
        require_live(term)
        row = lock_grouping(grouping)
        said = " ".join(reason.split())[:200]
        if not said:
            raise UnableToDropGrouping(_("请写明弃用的原因。"), code="no-reason", field="reason")
        was = row.state
        if was == GroupingState.ADOPTED:
            held = (
                row.groups.filter(courses__lessons__isnull=False)
                .order_by("code")
                .values_list("code", flat=True)
                .first()
            )
            if held is not None:
                raise UnableToDropGrouping(
                    _(
                        "“%(group)s”在已公布的课表里有课，这个方案不能弃用。请先编好并采用另一个方案："
                        "学科、时段和教师都不变的教学班会接上原来的课。"
                    )
                    % {"group": held},
                    code="has-lessons",
                    status=409,
                )
        move_grouping(row, GroupingState.DROPPED)
        clear_result(row)
        row.tallies = {**row.tallies, "dropped": said}
        row.store()
        note_grouping(actor, "drop", row, {"reason": said, "was": was}, now)
    return row
