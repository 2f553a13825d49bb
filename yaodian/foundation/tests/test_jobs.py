"""Background jobs: once for a key, again after an accident, never twice at a time, and stopped when asked."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from yaodian.foundation import jobs
from yaodian.foundation.models import Job, Worker
from yaodian.foundation.tests import processes
from yaodian.foundation.worker import Keeper, work

calls: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """The jobs of these tests, registered only while they run."""
    # A module named tasks registers when it is first imported; were that during a test, its jobs would go with ours.
    autodiscover_modules("tasks")
    known = dict(jobs._REGISTER)
    calls.clear()

    @jobs.job("tests.note")
    def note(context: jobs.JobContext, **arguments: Any) -> None:
        calls.append(arguments)
        context.progress(1, 1, "noted")

    @jobs.job("tests.break")
    def break_down(context: jobs.JobContext) -> None:
        calls.append({})
        raise ZeroDivisionError

    @jobs.job("tests.refuse")
    def refuse(context: jobs.JobContext) -> None:
        raise jobs.JobFailed(code="encrypted", message="这份文件已加密。")

    @jobs.job("tests.cancel_itself")
    def cancel_itself(context: jobs.JobContext) -> None:
        jobs.cancel(job_id=context.job_id)
        context.check_cancelled()
        calls.append({"went": "on"})

    @jobs.job("tests.stop")
    def stop(context: jobs.JobContext) -> None:
        raise SystemExit(1)

    @jobs.job("tests.lose_lease")
    def lose_lease(context: jobs.JobContext) -> None:
        Job.objects.filter(pk=context.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
        jobs.sweep()
        jobs._claim(job_id=context.job_id, worker="another")
        context.progress(5, 10, "mine")

    yield
    jobs._REGISTER.clear()
    jobs._REGISTER.update(known)


def take(code: str, key: str = "k", **arguments: Any) -> Job:
    with transaction.atomic():
        return jobs.enqueue(code=code, arguments=arguments, requested_by_id=None, key=key)


@pytest.mark.django_db
def test_a_job_runs_with_its_arguments_and_is_done() -> None:
    taken = take("tests.note", document=7)
    assert taken.state == Job.State.QUEUED
    (ran,) = jobs.run_waiting_jobs()
    assert calls == [{"document": 7}]
    assert (ran.pk, ran.state, ran.done, ran.total, ran.note, ran.percent) == (taken.pk, "done", 1, 1, "noted", 100)
    assert ran.lease_until is None
    assert ran.finished_at is not None


@pytest.mark.django_db
def test_the_same_key_is_the_same_job_and_runs_once() -> None:
    first, second = take("tests.note", document=7), take("tests.note", document=7)
    assert first.pk == second.pk
    jobs.run_waiting_jobs()
    assert take("tests.note", document=7).state == Job.State.DONE
    jobs.run_waiting_jobs()
    assert len(calls) == 1


@pytest.mark.django_db
def test_a_key_names_one_piece_of_work_only() -> None:
    take("tests.note", document=7)
    with pytest.raises(jobs.UnableToEnqueue, match="its own key"):
        take("tests.note", document=8)


@pytest.mark.django_db(transaction=True)
def test_a_job_outside_a_transaction_is_refused() -> None:
    with pytest.raises(jobs.UnableToEnqueue, match="transaction"):
        jobs.enqueue(code="tests.note", arguments={}, requested_by_id=None, key="k")


@pytest.mark.django_db
def test_an_unknown_code_is_refused_at_once() -> None:
    with pytest.raises(jobs.UnableToEnqueue, match="registered"):
        take("tests.no_such_job")


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_takes_its_job_with_it() -> None:
    def take_and_fail() -> None:
        with transaction.atomic():
            jobs.enqueue(code="tests.note", arguments={}, requested_by_id=None, key="k")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_and_fail()
    assert Job.objects.count() == 0
    assert DBTaskResult.objects.count() == 0


@pytest.mark.django_db
def test_an_unexpected_error_is_tried_again_later_and_then_given_up() -> None:
    taken = take("tests.break")
    pauses = []
    for attempt in (1, 2, 3):
        before = timezone.now()
        assert jobs.run(job_id=taken.pk, worker="w") is not None
        taken.refresh_from_db()
        assert taken.attempts == attempt
        pauses.append(round((taken.run_after - before).total_seconds()))
        Job.objects.filter(pk=taken.pk, state="queued").update(run_after=timezone.now())
    assert pauses[:2] == [5, 20]
    assert (taken.state, taken.error_code) == (Job.State.FAILED, "ZeroDivisionError")
    assert "重新提交" in taken.error
    assert len(calls) == 3


@pytest.mark.django_db
def test_a_job_that_waits_for_its_next_attempt_is_not_run_early() -> None:
    take("tests.break")
    assert len(jobs.run_waiting_jobs()) == 1
    assert jobs.run_waiting_jobs() == []


@pytest.mark.django_db
def test_a_final_failure_is_not_tried_again_and_keeps_its_words() -> None:
    take("tests.refuse")
    (ran,) = jobs.run_waiting_jobs()
    assert (ran.state, ran.error_code, ran.error, ran.attempts) == ("failed", "encrypted", "这份文件已加密。", 1)


@pytest.mark.django_db
def test_a_failed_job_can_be_asked_for_again() -> None:
    take("tests.refuse")
    jobs.run_waiting_jobs()
    again = take("tests.refuse")
    assert (again.state, again.attempts, again.error, again.finished_at) == ("queued", 0, "", None)
    assert len(jobs.run_waiting_jobs()) == 1


@pytest.mark.django_db
def test_a_waiting_job_is_cancelled_at_once_and_never_runs() -> None:
    taken = take("tests.note")
    jobs.cancel(job_id=taken.pk)
    assert jobs.run_waiting_jobs() == []
    assert jobs.run(job_id=taken.pk, worker="w") is None
    taken.refresh_from_db()
    assert taken.state == Job.State.CANCELLED
    assert calls == []


@pytest.mark.django_db
def test_a_running_job_stops_at_its_next_look() -> None:
    take("tests.cancel_itself")
    (ran,) = jobs.run_waiting_jobs()
    assert ran.state == Job.State.CANCELLED
    assert calls == []


@pytest.mark.django_db
def test_what_has_ended_or_never_was_cannot_be_cancelled() -> None:
    taken = take("tests.note")
    jobs.run_waiting_jobs()
    with pytest.raises(jobs.UnableToCancel, match="ended"):
        jobs.cancel(job_id=taken.pk)
    with pytest.raises(jobs.UnableToCancel, match="no job"):
        jobs.cancel(job_id=taken.pk + 1)


@pytest.mark.django_db
def test_only_one_of_two_workers_gets_a_job() -> None:
    taken = take("tests.note")
    assert jobs._claim(job_id=taken.pk, worker="one") is not None
    assert jobs._claim(job_id=taken.pk, worker="two") is None


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_run_again() -> None:
    taken = take("tests.note")
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
    jobs._claim(job_id=taken.pk, worker="killed")
    assert jobs.sweep() == 0
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.sweep() == 1
    assert DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).count() == 0
    assert DBTaskResult.objects.filter(status=TaskResultStatus.READY).count() == 1
    (ran,) = jobs.run_waiting_jobs()
    assert (ran.state, ran.attempts) == ("done", 2)


@pytest.mark.django_db
def test_a_job_that_kills_every_worker_is_given_up() -> None:
    taken = take("tests.note")
    for _attempt in range(3):
        assert jobs._claim(job_id=taken.pk, worker="killed") is not None
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        jobs.sweep()
    taken.refresh_from_db()
    assert (taken.state, taken.error_code) == (Job.State.FAILED, "worker-lost")


@pytest.mark.django_db
def test_a_cancelled_job_whose_worker_died_stays_cancelled() -> None:
    taken = take("tests.note")
    jobs._claim(job_id=taken.pk, worker="killed")
    jobs.cancel(job_id=taken.pk)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.sweep()
    taken.refresh_from_db()
    assert taken.state == Job.State.CANCELLED


@pytest.mark.django_db
def test_a_waiting_job_whose_task_was_lost_gets_another() -> None:
    taken = take("tests.note")
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
    assert jobs.sweep() == 0, "a job just enqueued is given time"
    Job.objects.update(run_after=timezone.now() - timedelta(seconds=jobs.GRACE_SECONDS + 1))
    assert jobs.sweep() == 1
    taken.refresh_from_db()
    assert DBTaskResult.objects.get(pk=taken.task_id).status == TaskResultStatus.READY


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_may_not_report() -> None:
    taken = take("tests.lose_lease")
    jobs.run(job_id=taken.pk, worker="slow")
    taken.refresh_from_db()
    assert (taken.state, taken.worker, taken.note, taken.attempts) == ("running", "another", "", 2)


@pytest.mark.django_db
def test_a_job_stopped_with_its_process_returns_without_losing_an_attempt() -> None:
    taken = take("tests.stop")
    with pytest.raises(SystemExit):
        jobs.run(job_id=taken.pk, worker="w")
    taken.refresh_from_db()
    assert (taken.state, taken.attempts) == (Job.State.QUEUED, 0)


@pytest.mark.django_db
def test_a_code_that_has_gone_fails_in_words() -> None:
    taken = take("tests.note")
    Job.objects.update(code="tests.gone")
    jobs.run(job_id=taken.pk, worker="w")
    taken.refresh_from_db()
    assert (taken.state, taken.error_code) == (Job.State.FAILED, "unknown-job")
    assert "tests.gone" in taken.error


@pytest.mark.django_db
def test_progress_is_written_at_most_twice_a_second(django_assert_num_queries: Any) -> None:
    taken = take("tests.note")
    jobs._claim(job_id=taken.pk, worker="w")
    context = jobs.JobContext(job_id=taken.pk, attempt=1)
    with django_assert_num_queries(4):
        # An update and a look at the first step and at the last.
        for step in range(1, 1001):
            context.progress(step, 1000, "")
    taken.refresh_from_db()
    assert (taken.done, taken.percent) == (1000, 99)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "running"},
        {"state": "done"},
        {"lease_until": timezone.now()},
        {"attempts": 4},
    ],
)
def test_the_database_refuses_a_job_that_cannot_be(wrong: dict[str, Any]) -> None:
    taken = take("tests.note")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=taken.pk).update(**wrong)


def test_a_code_belongs_to_one_function() -> None:
    with pytest.raises(ValueError, match="belongs to"):

        @jobs.job("tests.note")
        def other(context: jobs.JobContext) -> None:
            pass


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_what_is_due_and_shows_that_it_lives() -> None:
    for number in range(3):
        take("tests.note", key=f"k{number}", number=number)
    work(is_batch=True)
    assert sorted(call["number"] for call in calls) == [0, 1, 2]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Worker.objects.count() == 1
    assert jobs.last_sign_of_life() is not None


@pytest.mark.django_db(transaction=True)
def test_the_keeper_renews_the_lease_of_a_long_job() -> None:
    taken = take("tests.note")
    jobs._claim(job_id=taken.pk, worker="w")
    Job.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    Keeper(worker="w").beat()
    taken.refresh_from_db()
    assert taken.lease_until is not None
    assert (taken.lease_until - timezone.now()).total_seconds() > 10


@pytest.mark.django_db(transaction=True)
def test_the_worker_command_stops_at_a_signal() -> None:
    """A process of its own, on an empty data folder: it must end by itself, soon, and cleanly."""
    process = subprocess.Popen(processes.command(), stderr=subprocess.PIPE, env=processes.environment())
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not Worker.objects.exists():
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.1)
        assert Worker.objects.exists()
        process.terminate()
        assert process.wait(timeout=15) == 0
    finally:
        process.kill()
        process.communicate()
