"""Recurring jobs: one job for each due moment, whatever happens, and one for all that was missed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation import jobs, schedules
from yaodian.foundation.models import Job, Schedule

NOW = datetime(2026, 3, 2, 9, 30, 10, tzinfo=UTC)
runs: list[int] = []


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_REGISTER", {})
    monkeypatch.setattr(schedules, "_SCHEDULES", {})
    monkeypatch.setattr(schedules, "autodiscover_modules", lambda _name: None)
    runs.clear()

    @schedules.scheduled("tests.tick", every=timedelta(seconds=30))
    def tick(context: jobs.JobContext) -> None:
        runs.append(context.job_id)


@pytest.mark.django_db
def test_a_due_moment_gives_one_job_however_often_it_is_asked_for() -> None:
    assert schedules.enqueue_due(now=NOW) == 0
    later = NOW + timedelta(seconds=20)
    assert [schedules.enqueue_due(now=later) for _ in range(5)] == [1, 0, 0, 0, 0]
    jobs.run_waiting_jobs()
    assert len(runs) == 1


@pytest.mark.django_db
def test_a_row_that_forgot_it_moved_on_gives_no_second_job() -> None:
    schedules.enqueue_due(now=NOW)
    later = NOW + timedelta(seconds=20)
    schedules.enqueue_due(now=later)
    Schedule.objects.update(next_at=later)
    schedules.enqueue_due(now=later)
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_what_was_missed_runs_once() -> None:
    schedules.enqueue_due(now=NOW)
    assert schedules.enqueue_due(now=NOW + timedelta(days=2)) == 1
    assert Job.objects.count() == 1
    assert Schedule.objects.get().next_at > NOW + timedelta(days=2)


@pytest.mark.django_db
def test_finished_jobs_of_schedules_are_forgotten_and_others_kept() -> None:
    schedules.enqueue_due(now=NOW)
    schedules.enqueue_due(now=NOW + timedelta(minutes=1))
    (ran,) = jobs.run_waiting_jobs()
    assert ran.finished_at is not None
    assert schedules.forget_old_jobs(before=ran.finished_at) == 0
    assert schedules.forget_old_jobs(before=ran.finished_at + timedelta(seconds=1)) == 1


def test_a_daily_schedule_keeps_the_local_time() -> None:
    rhythm = schedules.Rhythm(daily_at=time(2, 30))
    assert rhythm.last_due(NOW) == datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
    assert rhythm.next_due(NOW) == datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), st.integers(1, 10**6))
def test_now_lies_between_the_last_and_the_next_due_moment(now: datetime, seconds: int) -> None:
    for rhythm in (schedules.Rhythm(every=timedelta(seconds=seconds)), schedules.Rhythm(daily_at=time(2, 30))):
        assert rhythm.last_due(now) <= now < rhythm.next_due(now)
        assert rhythm.last_due(rhythm.next_due(now)) == rhythm.next_due(now)


@pytest.mark.parametrize("given", [{}, {"every": timedelta(0)}, {"every": timedelta(1), "daily_at": time(1)}])
def test_a_rhythm_that_is_none_is_refused(given: dict[str, timedelta]) -> None:
    with pytest.raises(ValueError, match="schedule"):
        schedules.Rhythm(**given)  # type: ignore[arg-type]  # The point of the test.


@pytest.mark.django_db
def test_a_bulk_job_waits_in_a_queue_of_its_own_behind_the_others() -> None:
    from django.db import transaction

    jobs.job("tests.bulk", is_bulk=True)(lambda _context: None)
    with transaction.atomic():
        jobs.enqueue(code="tests.bulk", arguments={}, requested_by_id=None, key="bulk")
        jobs.enqueue(code="tests.tick", arguments={}, requested_by_id=None, key="tick")
    in_order = DBTaskResult.objects.ready().values_list("queue_name", flat=True)
    assert list(in_order) == ["default", "bulk"]
