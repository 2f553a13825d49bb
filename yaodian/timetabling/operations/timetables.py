"""Plans of a term's timetable: asked for, paused, gone on with, copied, renamed, dropped. What finds them is `solving`.

One plan of a term is solved at a time; the database holds that as well. A plan whose job has died for good (its worker was lost again and again) still says
that it is being solved: whoever does anything next takes it for paused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling import Timetable as Solution
from yaodian.engines.scheduling.timetabling import verify
from yaodian.engines.scheduling.timetabling.changing import carry
from yaodian.engines.scheduling.timetabling.school import School, UnknownName
from yaodian.engines.scheduling.timetabling.school_problem import Laid
from yaodian.foundation import jobs
from yaodian.organisations.models import Account
from yaodian.timetabling.models import NEXT_OF_TIMETABLE, Origin, Term, Timetable, TimetableState
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.errors import UnableToKeepTimetable, UnableToSolveTimetable, WrongState
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, note_term, require_live
from yaodian.timetabling.problem import (
    UnfitWish,
    freeze,
    laid_of,
    lines_of,
    school_of,
    sha256,
    thaw,
    timetable_of,
)
from yaodian.timetabling.queries.findings import say_unknown
from yaodian.timetabling.queries.obstacles import obstacles, say_unfit_wish
from yaodian.timetabling.queries.timetables import JOB, job_of

LEAST_SECONDS, MOST_SECONDS = 1, 3_600
# All runs of one plan together.
MOST_IN_ALL = 30_000
MOST_SEED = 2**31 - 1


def ask_timetable(
    *,
    actor: Account | None,
    term: Term,
    now: datetime,
    seed: int = 1,
    seconds: int = 60,
    title: str = "",
    start: Timetable | None = None,
    enqueues: bool = True,
) -> Timetable:
    """A plan of the term as it stands now, which the background worker solves. `start` is a plan of the term to begin from.

    Without `enqueues` whoever asks computes it himself.

    Raises PermissionMissing, WrongState, UnableToSolveTimetable.
    """
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        row = lock_term(term)
        require_live(row)
        _check_bounds(seconds, seed)
        said = title_of(title)
        _free(row, actor, now)
        school, laid = _standing_school(row)
        plan = Timetable(
            term=row, attempt=next_attempt(row), title=said, seed=seed, seconds=seconds, asked_by=actor, asked_at=now
        )
        plan.frozen = freeze(school)
        plan.frozen_sha256 = sha256(bytes(plan.frozen))
        if start is not None:
            _begin_from(plan, row, start, laid)
        plan.store()
        if enqueues:
            _enqueue(plan, actor)
        detail = {"timetable": plan.pk, "seed": seed, "seconds": seconds, "school": plan.frozen_sha256}
        if start is not None:
            detail["start"] = start.pk
        note_term(actor, "timetable.ask", row, detail, now)
    return plan


def resume_timetable(*, actor: Account | None, timetable: Timetable, seconds: int, now: datetime) -> Timetable:
    """Goes on from the best so far, with so many seconds more, on the data that the plan was made from.

    Raises PermissionMissing, WrongState, UnableToSolveTimetable.
    """
    require_right(actor, timetable.term.school_id, PLAN)
    with transaction.atomic():
        term, row = lock_timetable(timetable)
        require_live(term)
        _check_bounds(seconds, row.seed)
        _free(term, actor, now)
        row.refresh_from_db(fields=["state", "version", "problem"])
        if row.is_impossible:
            raise UnableToSolveTimetable(
                _("已证明这份数据排不出课表，再算也没有用。请改数据或放宽要求，然后新排一个方案。"),
                code="impossible",
                status=409,
            )
        if row.is_optimal:
            raise UnableToSolveTimetable(
                _("已证明没有更好的课表，不必再算。要改变结果，请改数据或要求，然后新排一个方案。"),
                code="optimal",
                status=409,
            )
        whole = ceil(row.spent_seconds) + seconds
        if whole > MOST_IN_ALL:
            raise UnableToSolveTimetable(
                _("一个方案前后最多计算 %(most)s 秒。请从它出发新排一个方案。") % {"most": MOST_IN_ALL},
                code="too-long",
                field="seconds",
            )
        move_timetable(row, TimetableState.QUEUED)
        row.seconds, row.problem, row.done_at = whole, "", None
        row.store()
        _enqueue(row, actor)
        note_term(actor, "timetable.resume", term, {"timetable": row.pk, "seconds": seconds}, now)
    return row


def cancel_timetable(*, actor: Account | None, timetable: Timetable, now: datetime) -> Timetable:
    """Stops the search; the best so far stays. One that runs stops within a second or two, and is paused then.

    Raises PermissionMissing, WrongState.
    """
    require_right(actor, timetable.term.school_id, PLAN)
    with transaction.atomic():
        term, row = lock_timetable(timetable)
        require_timetable_state(row, (TimetableState.QUEUED,))
        if _is_at_rest(row, stops=True):
            move_timetable(row, TimetableState.PAUSED)
            row.done_at = now
            row.store()
        note_term(actor, "timetable.cancel", term, {"timetable": row.pk}, now)
    return row


def copy_timetable(*, actor: Account | None, timetable: Timetable, now: datetime, title: str = "") -> Timetable:
    """A plan that stands where another stands, to be changed apart from it. Raises PermissionMissing, WrongState, UnableToKeepTimetable."""
    require_right(actor, timetable.term.school_id, PLAN)
    with transaction.atomic():
        term, row = lock_timetable(timetable)
        require_live(term)
        if not row.pieces:
            raise UnableToKeepTimetable(_("这个方案还没有排上任何课，没有可以复制的。"), code="nothing", status=409)
        copy = Timetable(
            term=term,
            attempt=next_attempt(term),
            title=title_of(title) or row.title,
            origin=Origin.COPIED,
            parent=row,
            state=TimetableState.DONE if row.required == 0 else TimetableState.PAUSED,
            asked_by=actor,
            asked_at=now,
            done_at=now,
            **{
                name: getattr(row, name)
                for name in (
                    *("seed", "seconds", "frozen", "frozen_sha256", "pieces", "required", "optional", "bound"),
                    *("is_optimal", "is_impossible", "explanation"),
                )
            },
        ).store()
        note_term(actor, "timetable.copy", term, {"timetable": copy.pk, "of": row.pk}, now)
    return copy


def rename_timetable(*, actor: Account | None, timetable: Timetable, title: str, now: datetime) -> Timetable:
    """Another title, or none. Raises PermissionMissing, WrongState, UnableToKeepTimetable."""
    require_right(actor, timetable.term.school_id, PLAN)
    with transaction.atomic():
        term, row = lock_timetable(timetable)
        require_live(term)
        row.title = title_of(title)
        # A search that runs writes the other columns.
        row.save(update_fields=["title"])
        note_term(actor, "timetable.rename", term, {"timetable": row.pk, "title": row.title}, now)
    return row


def drop_timetable(*, actor: Account | None, timetable: Timetable, reason: str, now: datetime) -> Timetable:
    """The plan is given up; it stays as a row with its reason. Raises PermissionMissing, WrongState, UnableToKeepTimetable."""
    require_right(actor, timetable.term.school_id, PLAN)
    with transaction.atomic():
        term, row = lock_timetable(timetable)
        said = " ".join(reason.split())
        if not said:
            raise UnableToKeepTimetable(_("请写明弃用的原因。"), code="no-reason", field="reason")
        if row.state == TimetableState.QUEUED and _is_at_rest(row):
            move_timetable(row, TimetableState.PAUSED)
        move_timetable(row, TimetableState.DROPPED)
        row.problem = said[:400]
        row.store()
        note_term(actor, "timetable.drop", term, {"timetable": row.pk, "reason": row.problem}, now)
    return row


# What they have in common ------------------------------------------------------------------------------------------


def lock_timetable(timetable: Timetable) -> tuple[Term, Timetable]:
    """The term and the plan as they stand, locked until the end of the transaction."""
    term = lock_term(timetable.term)
    row = Timetable.objects.select_for_update(of=("self",)).get(pk=timetable.pk)
    row.term = term
    return term, row


def require_timetable_state(row: Timetable, states: tuple[str, ...]) -> None:
    """Raises WrongState where the plan is in none of the states."""
    if row.state not in states:
        raise WrongState(
            _("方案 %(attempt)s 现在是“%(now)s”，不能这样做。请刷新页面查看。")
            % {"attempt": row.attempt, "now": row.get_state_display()},
            code="state",
        )


def move_timetable(row: Timetable, state: str) -> None:
    """Sets the new state, without storing it. Raises WrongState where the table knows no such step."""
    require_timetable_state(row, tuple(before for before, after in NEXT_OF_TIMETABLE.items() if state in after))
    row.state = state
    row.version += 1


def next_attempt(term: Term) -> int:
    """The number of the next plan of a term that is locked."""
    return (term.timetables.aggregate(most=Max("attempt"))["most"] or 0) + 1


def title_of(title: str) -> str:
    """The title as it is kept. Raises UnableToKeepTimetable for one that is too long."""
    said = " ".join(title.split())
    if len(said) > 60:
        raise UnableToKeepTimetable(_("名称最多 60 个字。"), code="too-long", field="title")
    return said


def _check_bounds(seconds: int, seed: int) -> None:
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise UnableToSolveTimetable(
            _("计算时间须在 %(least)s 至 %(most)s 秒之间。") % {"least": LEAST_SECONDS, "most": MOST_SECONDS},
            code="seconds",
            field="seconds",
        )
    if not 0 <= seed <= MOST_SEED:
        raise UnableToSolveTimetable(
            _("种子须是 0 至 %(most)s 的整数。") % {"most": MOST_SEED}, code="seed", field="seed"
        )


def _standing_school(term: Term) -> tuple[School, Laid]:
    """The term as it stands, laid out. Raises UnableToSolveTimetable with a sentence for everything that stands in the way."""
    try:
        school = school_of(term)
        laid = laid_of(school)
        found = obstacles(laid)
    except UnknownName as problem:
        raise UnableToSolveTimetable(say_unknown(problem), code="unknown-name") from problem
    except UnfitWish as problem:
        raise UnableToSolveTimetable(say_unfit_wish(problem), code="unfit-wish") from problem
    if not school.courses:
        raise UnableToSolveTimetable(_("这个学期还没有教学任务，没有可排的课。请先录入教学任务。"), code="no-courses")
    if found:
        raise UnableToSolveTimetable(
            _("照现在的数据一定排不成，没有开始计算。共 %(count)s 处：%(first)s")
            % {"count": len(found), "first": found[0]},
            code="unfit",
            sentences=found,
        )
    return school, laid


def _begin_from(plan: Timetable, term: Term, start: Timetable, laid: Laid) -> None:
    """Puts the lessons of another plan into this one, as far as its school still has them; judged anew."""
    if start.term_id != term.pk or not start.pieces:
        raise UnableToSolveTimetable(_("只能从本学期一个已有课的方案出发。请重新选择。"), code="start", field="start")
    solution = carry(*_stood(start), laid.problem)
    put_solution(plan, laid, solution)
    plan.parent = start


def _stood(start: Timetable) -> tuple[Any, Solution]:
    laid = laid_of(thaw(bytes(start.frozen)))
    return laid.problem, timetable_of(laid, start.pieces)


def put_solution(plan: Timetable, laid: Laid, solution: Solution) -> Mapping[str, Any]:
    """Writes a timetable into the row's columns with figures that `verify` gives, not whoever made it. Returns the figures by column."""
    lines = lines_of(laid, solution)
    values = {"pieces": lines, **figures_of(laid, lines)}
    for name, value in values.items():
        setattr(plan, name, value)
    return values


def figures_of(laid: Laid, lines: list[Any]) -> dict[str, int]:
    """What lines cost, judged by `verify` from the school and the lines alone. What is no timetable at all is never valid.

    Raises StalePieces.
    """
    verdict = verify(laid.problem, timetable_of(laid, lines))
    return {"required": max(verdict.required, len(verdict.faults)), "optional": verdict.optional}


def _free(term: Term, actor: Account | None, now: datetime) -> None:
    """Sees to it that no plan of the term is being solved. Raises WrongState where one is."""
    for row in Timetable.objects.select_for_update(of=("self",)).filter(term=term, state=TimetableState.QUEUED):
        if not _is_at_rest(row):
            raise WrongState(
                _("这个学期的方案 %(attempt)s 正在计算。请等它算完，或先让它停下。") % {"attempt": row.attempt},
                code="running",
            )
        move_timetable(row, TimetableState.PAUSED)
        row.done_at = now
        row.store()
        note_term(actor, "timetable.cancel", term, {"timetable": row.pk}, now)


def _is_at_rest(row: Timetable, *, stops: bool = False) -> bool:
    """Whether no job works on the plan any more, nor will; `stops`: one that has not begun is taken out of the queue, one that runs is asked to stop."""
    job = job_of(row)
    if job is None or job.is_finished:
        return True
    if not stops:
        return False
    try:
        return jobs.cancel(job_id=job.pk).is_finished
    except jobs.UnableToCancel:
        # It has ended between our look and our wish; what it wrote stands.
        row.refresh_from_db()
        return row.state == TimetableState.QUEUED


def _enqueue(row: Timetable, actor: Account | None) -> None:
    jobs.enqueue(
        code=JOB,
        arguments={"timetable_id": row.pk},
        requested_by_id=actor.pk if actor else None,
        key=f"{JOB}:{row.pk}:{row.version}",
    )
