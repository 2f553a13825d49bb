"""The demonstration's timetable: groups adopted, a valid timetable published from the first day on; laid once, gone on with after a kill."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.utils import timezone

from yaodian.audit.queries import entries
from yaodian.engines.scheduling.timetabling import verify
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.organisations.tests.factories import account
from yaodian.timetabling import operations
from yaodian.timetabling.models import Grouping, GroupingState, Term, TermState, Timetable, TimetableState
from yaodian.timetabling.operations import demonstration_timetable
from yaodian.timetabling.problem import laid_of, thaw, timetable_of
from yaodian.timetabling.queries.publishing import differences
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.test_term_demonstration import school_with

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 20


ASKED = demonstration_timetable.ASKED


@pytest.fixture
def term(monkeypatch: pytest.MonkeyPatch) -> Term:
    # A class of each grade has too few for groups as schools want them.
    monkeypatch.setattr(demonstration_timetable, "ASKED", ASKED[-1:])
    row = operations.load_term_demonstration(school=school_with(1).unit, now=NOW)
    assert row is not None
    return row


def lay(term: Term, seconds: int = SECONDS) -> Timetable | None:
    return operations.lay_timetable_demonstration(term_id=term.pk, now=NOW, seconds=seconds)


def test_groups_are_adopted_and_a_valid_timetable_holds_from_the_first_day(term: Term) -> None:
    row = lay(term)
    assert row is not None
    term.refresh_from_db()
    assert (row.state, row.holds_from, row.holds_until, row.required) == ("published", term.begins_on, None, 0)
    assert term.state == TermState.RUNNING
    grades = Grouping.objects.filter(term=term, state=GroupingState.ADOPTED).values_list("grade", flat=True)
    assert sorted(grades) == [2, 3], "of grade one no round is settled"
    laid = laid_of(thaw(bytes(row.frozen)))
    assert verify(laid.problem, timetable_of(laid, row.pieces)).is_valid
    assert row.lessons.filter(course__group__isnull=False).exists()
    assert row.lessons.count() == len(row.pieces)
    assert list(differences(row)) == []
    codes = [one.code for one in entries()]
    assert codes.count("timetabling.timetable.publish") == 1
    assert not Job.objects.exists(), "it waits for no other job"
    before = len(codes)
    assert lay(term) == row
    assert len(list(entries())) == before
    assert Timetable.objects.count() == 1


def test_killed_in_the_middle_and_run_again_it_goes_on(term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_args: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    for where in ("compute_grouping", "adopt_grouping", "ask_timetable", "compute_timetable", "_publish"):
        with monkeypatch.context() as patch:
            patch.setattr(demonstration_timetable, where, killed)
            with pytest.raises(KeyboardInterrupt):
                lay(term)
    row = lay(term)
    assert row is not None
    assert row.state == TimetableState.PUBLISHED
    assert Timetable.objects.count() == 1
    assert Grouping.objects.count() == 2


def test_with_few_pupils_groups_are_small(term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration_timetable, "ASKED", ASKED)
    monkeypatch.setattr(demonstration_timetable, "_solve", lambda *_args: None)
    assert lay(term) is None
    rows = term.groupings.filter(grade=2).order_by("attempt")
    assert [one.state for one in rows] == [*(GroupingState.FAILED,) * (len(ASKED) - 1), GroupingState.ADOPTED]


def test_what_cannot_be_stops_quietly_and_what_is_there_stays(
    term: Term, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without teachers there is no timetable.
    term.teachers.filter(subjects=["语文"]).delete()
    term.courses.filter(subject="语文").update(hours=40)
    with caplog.at_level(logging.WARNING):
        assert lay(term, 2) is None
    assert "has no timetable" in caplog.text or "The plan" in caplog.text
    assert not term.timetables.filter(state=TimetableState.PUBLISHED).exists()
    assert Grouping.objects.filter(state=GroupingState.ADOPTED).count() == 2
    assert operations.lay_timetable_demonstration(term_id=0, now=NOW) is None


def test_the_demonstration_orders_it_once_and_the_worker_lays_it(term: Term) -> None:
    for _time in range(2):
        operations.load_demonstration(office=term.school, schools=[term.school], now=NOW)
    job = Job.objects.get(code=demonstration_timetable.JOB)
    assert not Timetable.objects.exists(), "laying the demonstration does not wait for it"
    ran = jobs.run_waiting_jobs()
    assert [one.state for one in ran if one.pk == job.pk] == [Job.State.DONE]
    assert Timetable.objects.get().state == TimetableState.PUBLISHED


def test_where_somebody_plans_himself_nothing_is_ordered(term: Term) -> None:
    who = account("bendi")
    Timetable(term=term, attempt=1, state=TimetableState.PAUSED, asked_by=who, asked_at=timezone.now()).store()
    operations.load_demonstration(office=term.school, schools=[term.school], now=NOW)
    assert not Job.objects.filter(code=demonstration_timetable.JOB).exists()
