"""What a problem tells of its own times."""

from __future__ import annotations

from dataclasses import replace

from yaodian.engines.scheduling.timetabling import Problem, Time

from .small import at, lesson, school


def test_a_piece_ends_with_its_day_unless_it_may_run_over_the_night() -> None:
    problem = school()
    assert problem.span(at(0, 1), 3) == (1, 2, 3)
    assert problem.span(at(0, 2), 3) is None
    assert replace(problem, spans_days=True).span(at(0, 2), 3) == (2, 3, 4)
    assert replace(problem, spans_days=True).span(at(2, 3), 2) is None


def test_times_overlap_by_the_clock_where_both_have_one() -> None:
    clocked = (
        Time("A1", 0, begins_min=480, ends_min=520, schedule="A"),
        Time("A2", 0, begins_min=520, ends_min=560, schedule="A"),
        Time("B1", 0, begins_min=500, ends_min=540, schedule="B"),
        Time("B2", 1, begins_min=500, ends_min=540, schedule="B"),
        Time("B3", 0, begins_min=500, schedule="B"),
        Time("B4", 0, ends_min=540, schedule="B"),
    )
    assert Problem(clocked, (), (), ()).overlapping == ((2,), (2,), (0, 1), (), (), ())


def test_events_without_weeks_run_in_all_of_them() -> None:
    problem = school(lesson(0), lesson(1, weeks=(0,)), lesson(2, weeks=(1,)), cycle=2)
    assert [problem.weeks_of(event) for event in range(3)] == [(0, 1), (0,), (1,)]
    assert problem.are_ever_together(0, 1)
    assert not problem.are_ever_together(1, 2)
