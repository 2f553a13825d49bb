"""Plans of a timetable: solved as jobs that write the best so far, paused, killed, gone on with; never called optimal or impossible without proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from yaodian.audit.queries import entries
from yaodian.engines.scheduling.timetabling import Timetable as Solution
from yaodian.engines.scheduling.timetabling import solving as engine
from yaodian.engines.scheduling.timetabling import verify
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.organisations.queries import PermissionMissing
from yaodian.timetabling import operations
from yaodian.timetabling.models import NEXT_OF_TIMETABLE, Origin, TermState, Timetable, TimetableState
from yaodian.timetabling.operations import solving, timetables
from yaodian.timetabling.problem import laid_of, lines_of, thaw, timetable_of
from yaodian.timetabling.queries.timetables import Standing, job_of, unplaced_in
from yaodian.timetabling.tests import term_factories as factories
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> MadeTerm:
    made = factories.term()
    factories.grouped(made)
    return made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(solving, "WRITE_SECONDS", 0.0)


def ask(made: MadeTerm, **values: Any) -> Timetable:
    return operations.ask_timetable(actor=None, term=made.term, now=NOW, **{"seconds": 20, **values})


def fresh(row: Timetable) -> Timetable:
    return Timetable.objects.get(pk=row.pk)


def found_by_engine(row: Timetable, *, seed: int = 1) -> Solution:
    laid = laid_of(thaw(bytes(row.frozen)))
    return engine.solve(laid.problem, seed=seed, params=engine.Params(seconds=20, workers=1, effort=2)).timetable


class Puppet:
    """Stands for the engine's search: it finds what it is told to, then goes on until it is stopped, or ends."""

    def __init__(self, *found: Solution, waits: bool = False, breaks: bool = False) -> None:
        self.found, self.waits, self.breaks = found, waits, breaks
        self.starts: list[Solution | None] = []
        self.seconds: list[float] = []

    def __call__(
        self,
        problem: Any,
        *,
        seed: int,
        params: engine.Params,
        start: Solution | None,
        progress: Callable[[engine.Progress], None],
        cancelled: Callable[[], bool],
    ) -> engine.Result:
        self.starts.append(start)
        self.seconds.append(params.seconds)
        assert params.workers <= 2
        best = start
        for one in self.found:
            verdict = verify(problem, one)
            progress(engine.Progress(verdict.required, verdict.optional, 0, 0.1, one))
            best = one
        if self.breaks:
            raise RuntimeError("broken")
        while self.waits and not cancelled():
            time.sleep(0.01)
        assert best is not None
        verdict = verify(problem, best)
        stopped = engine.Stop.CANCELLED if self.waits else engine.Stop.SECONDS
        return engine.Result(best, verdict, 0, False, False, 0.1, stopped)


def test_a_small_school_is_solved_to_a_valid_timetable_that_is_judged_apart(made: MadeTerm) -> None:
    factories.wish(made, "in-periods", "主科在上午", subjects=["语文", "数学"], periods=[0, 1, 2, 3], weight=3)
    row = ask(made, title="  第一 个 ", seconds=10)
    assert (row.state, row.attempt, row.title, row.pieces) == (TimetableState.QUEUED, 1, "第一 个", [])
    (job,) = jobs.run_waiting_jobs()
    assert job.state == Job.State.DONE
    row = fresh(row)
    laid = laid_of(thaw(bytes(row.frozen)))
    verdict = verify(laid.problem, timetable_of(laid, row.pieces))
    assert verdict.is_valid
    assert (row.state, row.required, row.optional) == (TimetableState.DONE, 0, verdict.optional)
    assert row.done_at is not None
    assert row.is_optimal is (row.bound is not None and row.optional <= row.bound)
    costs = [(required, optional) for _at, required, optional in row.steps]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == (row.required, row.optional)
    codes = sorted(one.code for one in entries() if one.code.startswith("timetabling.timetable"))
    assert codes == ["timetabling.timetable.ask", "timetabling.timetable.compute"]


def test_the_second_that_was_given_is_kept_and_what_was_found_by_then_stays(made: MadeTerm) -> None:
    factories.wish(made, "fair-periods", "首节公平", periods=[0], most=0)
    factories.wish(made, "gaps-of-teachers", "少空堂", most=0)
    row = ask(made, seconds=1)
    jobs.run_waiting_jobs()
    row = fresh(row)
    assert row.state in (TimetableState.DONE, TimetableState.PAUSED)
    assert row.spent_seconds < 15, "models may take longer to build on a busy machine, searching may not"
    assert row.required == 0 or Standing(row).outcome


def test_without_wishes_nothing_can_be_better_and_only_then_it_is_called_so(made: MadeTerm) -> None:
    row = ask(made)
    jobs.run_waiting_jobs()
    row = fresh(row)
    assert (row.optional, row.bound, row.is_optimal) == (0, 0, True)
    with pytest.raises(operations.UnableToSolveTimetable, match="没有更好的课表"):
        operations.resume_timetable(actor=None, timetable=row, seconds=5, now=NOW)


def test_whoever_stops_a_search_keeps_the_best_so_far(made: MadeTerm, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.wish(made, "gaps-of-teachers", "少空堂", most=0)
    row = ask(made)
    puppet = Puppet(found_by_engine(row), waits=True)
    monkeypatch.setattr(engine, "solve", puppet)
    keep = solving._Scribe.keep

    def keep_and_cancel(scribe: Any, found: Any) -> None:
        keep(scribe, found)
        if found is not None:
            seen = operations.cancel_timetable(actor=None, timetable=row, now=NOW)
            assert seen.state == TimetableState.QUEUED, "it stops by itself in a moment"

    monkeypatch.setattr(solving._Scribe, "keep", keep_and_cancel)
    (job,) = jobs.run_waiting_jobs()
    assert job.state == Job.State.CANCELLED
    row = fresh(row)
    assert row.state == TimetableState.PAUSED
    assert row.required == 0
    assert unplaced_in(row.pieces) == 0
    assert not row.is_optimal


def test_one_that_waits_is_paused_at_once_and_never_runs(made: MadeTerm) -> None:
    row = operations.cancel_timetable(actor=None, timetable=ask(made), now=NOW)
    assert row.state == TimetableState.PAUSED
    assert jobs.run_waiting_jobs() == []
    with pytest.raises(operations.WrongState):
        operations.cancel_timetable(actor=None, timetable=row, now=NOW)
    again = operations.resume_timetable(actor=None, timetable=row, seconds=9, now=NOW)
    assert (again.state, again.seconds) == (TimetableState.QUEUED, 9)
    jobs.run_waiting_jobs()
    assert fresh(row).state == TimetableState.DONE


def test_what_goes_on_begins_from_the_best_so_far_and_never_gets_worse(
    made: MadeTerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.wish(made, "gaps-of-teachers", "少空堂", most=0)
    row = ask(made, seconds=5)
    good = found_by_engine(row)
    laid = laid_of(thaw(bytes(row.frozen)))
    monkeypatch.setattr(engine, "solve", Puppet(good))
    jobs.run_waiting_jobs()
    first = fresh(row)
    assert first.state == TimetableState.DONE
    empty = Solution.of(laid.problem, ())
    puppet = Puppet(empty)
    monkeypatch.setattr(engine, "solve", puppet)
    operations.resume_timetable(actor=None, timetable=first, seconds=7, now=NOW)
    jobs.run_waiting_jobs()
    second = fresh(row)
    assert puppet.starts == [timetable_of(laid, first.pieces)]
    assert 6 < puppet.seconds[0] <= 8
    assert (second.pieces, second.optional, second.steps) == (first.pieces, first.optional, first.steps)
    assert second.state == TimetableState.DONE


def test_a_worker_killed_in_the_middle_leaves_the_best_and_the_next_goes_on_with_what_time_is_left(
    made: MadeTerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.wish(made, "gaps-of-teachers", "少空堂", most=0)
    row = ask(made, seconds=20)
    good = found_by_engine(row)
    laid = laid_of(thaw(bytes(row.frozen)))
    monkeypatch.setattr(engine, "solve", Puppet(good, waits=True))
    keep = solving._Scribe.keep

    def keep_and_die(scribe: Any, found: Any) -> None:
        keep(scribe, found)
        if found is not None:
            Timetable.objects.filter(pk=row.pk).update(spent_seconds=12.0)
            raise SystemExit

    monkeypatch.setattr(solving._Scribe, "keep", keep_and_die)
    job = job_of(row)
    assert job is not None
    with pytest.raises(SystemExit):
        jobs.run(job_id=job.pk, worker="")
    left = fresh(row)
    assert (left.state, left.required) == (TimetableState.QUEUED, 0)
    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED
    monkeypatch.setattr(solving._Scribe, "keep", keep)
    puppet = Puppet()
    monkeypatch.setattr(engine, "solve", puppet)
    jobs.run(job_id=job.pk, worker="")
    row = fresh(row)
    assert puppet.starts == [timetable_of(laid, left.pieces)]
    assert puppet.seconds == [8.0]
    assert (row.state, row.pieces) == (TimetableState.DONE, lines_of(laid, good))
    assert row.spent_seconds >= 12


def test_a_search_that_breaks_is_tried_again_and_in_the_end_left_with_its_best(
    made: MadeTerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask(made)
    monkeypatch.setattr(engine, "solve", Puppet(found_by_engine(row), breaks=True))
    job = job_of(row)
    assert job is not None
    for _attempt in range(job.max_attempts):
        jobs.run(job_id=job.pk, worker="")
    row = fresh(row)
    standing = Standing(row, job_of(row))
    assert (row.state, row.required, standing.is_left) == (TimetableState.QUEUED, 0, True)
    assert "中断" in standing.outcome
    # Whoever does anything next takes it for paused.
    again = operations.resume_timetable(actor=None, timetable=row, seconds=3, now=NOW)
    assert again.state == TimetableState.QUEUED
    monkeypatch.setattr(engine, "solve", Puppet())
    jobs.run_waiting_jobs()
    assert fresh(row).state == TimetableState.DONE


def test_a_worker_that_lost_its_lease_writes_nothing(made: MadeTerm, monkeypatch: pytest.MonkeyPatch) -> None:
    row = ask(made)
    monkeypatch.setattr(engine, "solve", Puppet(found_by_engine(row)))
    job = job_of(row)
    assert job is not None
    context = jobs.JobContext(job_id=job.pk, attempt=7)
    with pytest.raises(jobs.LeaseLost):
        operations.compute_timetable(timetable_id=row.pk, context=context, clock=lambda: NOW)
    assert fresh(row).pieces == []


def test_a_database_that_does_not_answer_for_a_moment_does_not_end_the_search(
    made: MadeTerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask(made)
    puppet = Puppet(found_by_engine(row), waits=True)
    monkeypatch.setattr(engine, "solve", puppet)
    keep, failures = solving._Scribe.keep, [OperationalError("database is locked"), InterfaceError("gone")]

    def keep_if_it_answers(scribe: Any, found: Any) -> None:
        if failures:
            raise failures.pop()
        keep(scribe, found)
        if found is not None:
            puppet.waits = False

    monkeypatch.setattr(solving._Scribe, "keep", keep_if_it_answers)
    (job,) = jobs.run_waiting_jobs()
    assert (job.state, job.attempts, len(puppet.starts), failures) == (Job.State.DONE, 1, 1, [])
    assert fresh(row).required == 0


def impossible(made: MadeTerm, monkeypatch: pytest.MonkeyPatch) -> Timetable:
    """A school that counting alone would refuse, let through."""
    made.teachers[0].away = [[day, list(range(8 if day else 6))] for day in range(5)]
    made.teachers[0].store()
    with pytest.raises(operations.UnableToSolveTimetable) as refused:
        ask(made)
    assert refused.value.code == "unfit"
    assert any("高一(1)班 语文" in one for one in refused.value.sentences), refused.value.sentences
    assert not Timetable.objects.exists()
    monkeypatch.setattr(timetables, "obstacles", lambda _laid: ())
    return ask(made)


def test_an_impossible_school_fails_with_its_reason_and_is_never_optimal(
    made: MadeTerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = impossible(made, monkeypatch)
    jobs.run_waiting_jobs()
    row = fresh(row)
    assert (row.state, row.is_impossible, row.is_optimal) == (TimetableState.FAILED, True, False)
    assert row.required
    assert "没有一张课表能排成" in row.problem
    assert "没有一张课表能排成" in Standing(row).outcome
    with pytest.raises(operations.UnableToSolveTimetable, match="排不出课表"):
        operations.resume_timetable(actor=None, timetable=row, seconds=5, now=NOW)
    copy = operations.copy_timetable(actor=None, timetable=row, now=NOW)
    assert (copy.state, copy.origin, copy.parent, copy.is_impossible) == ("paused", Origin.COPIED, row, True)


def test_time_out_without_a_valid_timetable_says_what_is_unplaced_and_can_go_on(
    made: MadeTerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask(made)
    laid = laid_of(thaw(bytes(row.frozen)))
    monkeypatch.setattr(engine, "solve", Puppet(Solution.of(laid.problem, ())))
    jobs.run_waiting_jobs()
    row = fresh(row)
    hours = sum(one.hours for one in laid.school.courses)
    assert (row.state, unplaced_in(row.pieces)) == (TimetableState.PAUSED, hours)
    assert str(hours) in row.problem
    assert not row.is_optimal


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"seconds": 0}, "seconds"),
        ({"seconds": 3_601}, "seconds"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"title": "长" * 61}, "title"),
    ],
)
def test_what_is_out_of_bounds_is_refused_beside_its_field(made: MadeTerm, values: dict[str, Any], field: str) -> None:
    with pytest.raises(operations.UnableTo) as refused:
        ask(made, **values)
    assert refused.value.field == field
    assert not Timetable.objects.exists()


def test_names_that_lead_nowhere_are_told_before_anything_is_solved(made: MadeTerm) -> None:
    gone = factories.wish(made, "before", "先后", pairs=[["没有的课", "高一(1)班 数学"]])
    with pytest.raises(operations.UnableToSolveTimetable, match="没有的课"):
        ask(made)
    gone.values = {}
    gone.store()
    with pytest.raises(operations.UnableToSolveTimetable, match="没有写全"):
        ask(made)


def test_of_a_term_one_plan_is_solved_at_a_time_and_an_ended_term_none(made: MadeTerm) -> None:
    row = ask(made)
    with pytest.raises(operations.WrongState, match="正在计算"):
        ask(made)
    with pytest.raises(operations.WrongState, match="正在计算"):
        operations.resume_timetable(actor=None, timetable=row, seconds=1, now=NOW)
    with pytest.raises(operations.WrongState):
        operations.drop_timetable(actor=None, timetable=row, reason="试", now=NOW)
    operations.cancel_timetable(actor=None, timetable=row, now=NOW)
    made.term.state = TermState.ENDED
    made.term.store()
    for act in (
        lambda: ask(made),
        lambda: operations.resume_timetable(actor=None, timetable=row, seconds=1, now=NOW),
        lambda: operations.rename_timetable(actor=None, timetable=row, title="新", now=NOW),
    ):
        with pytest.raises(operations.WrongState, match="已经结束"):
            act()


def test_a_plan_begins_from_another_as_far_as_the_data_still_have_its_lessons(
    made: MadeTerm, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = factories.solved(made)
    made.courses["高一(1)班 体育"].delete()
    row = ask(made, start=first)
    assert (row.parent, row.required) == (first, 0)
    assert row.frozen_sha256 != first.frozen_sha256
    assert {line[0] for line in row.pieces} == {line[0] for line in first.pieces} - {"高一(1)班 体育"}
    other = factories.solved(factories.term(made.made, year=2027))
    operations.cancel_timetable(actor=None, timetable=row, now=NOW)
    with pytest.raises(operations.UnableToSolveTimetable, match="只能从本学期"):
        ask(made, start=other)


def test_plans_are_renamed_copied_and_dropped_with_a_reason(made: MadeTerm) -> None:
    row = factories.solved(made)
    operations.rename_timetable(actor=None, timetable=row, title=" 甲 案 ", now=NOW)
    copy = operations.copy_timetable(actor=None, timetable=row, now=NOW)
    assert (copy.title, copy.attempt, copy.state, copy.pieces) == ("甲 案", 2, TimetableState.DONE, row.pieces)
    with pytest.raises(operations.UnableToKeepTimetable) as refused:
        operations.drop_timetable(actor=None, timetable=copy, reason=" ", now=NOW)
    assert refused.value.field == "reason"
    dropped = operations.drop_timetable(actor=None, timetable=copy, reason="与原案相同", now=NOW)
    assert (dropped.state, dropped.problem) == (TimetableState.DROPPED, "与原案相同")
    published = factories.published(made)
    with pytest.raises(operations.WrongState):
        operations.drop_timetable(actor=None, timetable=published, reason="试", now=NOW)


def test_only_whoever_plans_may(made: MadeTerm) -> None:
    row = factories.solved(made)
    teacher = made.made.account("teacher", "handler")
    head = made.made.account("head", "head")
    for act in (
        lambda actor: operations.ask_timetable(actor=actor, term=made.term, now=NOW, seconds=5),
        lambda actor: operations.rename_timetable(actor=actor, timetable=row, title="新", now=NOW),
        lambda actor: operations.copy_timetable(actor=actor, timetable=row, now=NOW),
        lambda actor: operations.export_timetable(actor=actor, timetable=row, kind="xhstt", now=NOW),
    ):
        with pytest.raises(PermissionMissing):
            act(teacher)
        act(head)


def test_every_state_has_its_steps_and_its_look() -> None:
    reached = {after for some in NEXT_OF_TIMETABLE.values() for after in some}
    assert reached == set(TimetableState.values)
    for state in TimetableState.values:
        assert Standing(Timetable(state=state)).kind in ("attention", "neutral", "running", "good", "wrong", "off")
