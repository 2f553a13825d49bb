"""Substitution duty: a day by hand, every plan of small days, and a check apart that finds what is planted."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable
from yaodian.engines.scheduling.timetabling.constraints.busyness import AvoidUnavailableTimes
from yaodian.engines.scheduling.timetabling.substituting import Day, Duty, substitute, verify_substitution

HOURS = 4
TIMES = tuple(Time(f"{hour}", 0) for hour in range(HOURS))


def school(
    lessons: list[tuple[int, int, str]], teachers: int = 4, *, away: dict[int, set[int]] | None = None
) -> tuple[Problem, Timetable]:
    """Lessons as (teacher, hour, course), each of a class of its own."""
    resources = [Resource(f"t{at}", "teacher") for at in range(teachers)]
    resources += [Resource(f"c{at}", "class", size=40) for at in range(len(lessons))]
    events = tuple(
        Event(f"e{at}", 1, (Need("teacher", who), Need("class", teachers + at)), course=course, pieces=(1,))
        for at, (who, _hour, course) in enumerate(lessons)
    )
    closed = tuple(
        AvoidUnavailableTimes(name="away", resources=(who,), times=frozenset(times))
        for who, times in (away or {}).items()
    )
    problem = Problem(TIMES, tuple(resources), events, closed)
    return problem, Timetable.of(problem, [Piece(at, 1, hour) for at, (_who, hour, _course) in enumerate(lessons)])


def day(*absent: int, **given: object) -> Day:
    return Day(frozenset(range(HOURS)), frozenset(absent), **given)  # type: ignore[arg-type]


def test_a_day_by_hand() -> None:
    """Teacher 0 (Chinese) is absent in hours 1 and 2. Teacher 1 teaches Chinese and is busy in hour 2; 2 and 3 teach mathematics, 3 had more duties."""
    problem, timetable = school([(0, 1, "语文"), (0, 2, "语文"), (1, 2, "语文"), (2, 0, "数学"), (3, 3, "数学")])
    duties = substitute(problem, timetable, day(0, past={1: 9, 2: 1, 3: 4}))
    assert [(duty.piece, duty.teacher) for duty in duties] == [(0, 1), (1, 2)]
    assert [(one.teacher, one.same_subject, one.past) for one in duties[0].candidates] == [
        (1, True, 9),
        (2, False, 1),
        (3, False, 4),
    ]
    assert all(one.is_there and not one.knows_pupils for one in duties[0].candidates)
    assert verify_substitution(problem, timetable, day(0), duties) == ()


def test_a_lesson_nobody_can_take_is_told() -> None:
    problem, timetable = school([(0, 1, "语文"), (1, 1, "数学")], 3, away={2: {1}})
    (duty,) = substitute(problem, timetable, day(0))
    assert (duty.teacher, duty.candidates) == (None, ())


def test_duties_are_shared_where_subjects_are_alike() -> None:
    problem, timetable = school(
        [(0, hour, "语文") for hour in range(4)] + [(1, 0, "语文"), (2, 1, "语文"), (3, 2, "语文")]
    )
    duties = substitute(problem, timetable, day(0))
    counts = sorted(sum(duty.teacher == one for duty in duties) for one in (1, 2, 3))
    assert counts == [1, 1, 2]


def test_odd_weeks_are_no_even_weeks() -> None:
    problem, timetable = school([(0, 1, "语文"), (1, 1, "语文")])
    odd = replace(problem.events[1], weeks=(0,))
    problem = replace(problem, events=(problem.events[0], odd), cycle=2)
    assert [one.teacher for one in substitute(problem, timetable, day(0, week=0))[0].candidates] == [2, 3]
    assert substitute(problem, timetable, day(0, week=1))[0].teacher == 1


def test_a_meeting_wants_no_substitute() -> None:
    problem, timetable = school([(0, 1, "语文")])
    meeting = Event("m", 1, (Need("teacher", 0), Need("teacher", 1)), pieces=(1,))
    problem = replace(problem, events=(*problem.events, meeting))
    timetable = Timetable.of(problem, [*timetable.pieces, Piece(1, 1, 3)])
    assert [duty.piece for duty in substitute(problem, timetable, day(0))] == [0]


def test_the_check_apart_finds_what_is_planted() -> None:
    problem, timetable = school([(0, 1, "语文"), (0, 2, "语文"), (1, 1, "数学"), (3, 3, "数学")], away={2: {1}})

    def reasons(*teachers: int) -> list[str]:
        plan = [Duty(at, 0, teacher, ()) for at, teacher in enumerate(teachers)]
        return [one.reason for one in verify_substitution(problem, timetable, day(0, most=1), plan)]

    assert reasons(3, 2) == []
    assert reasons(1, 2) == ["busy"]
    assert reasons(2, 1) == ["away"]
    assert reasons(0, 1) == ["absent", "busy"]
    assert reasons(3, 3) == ["too-many"]
    assert reasons(4, 1) == ["no-teacher", "busy"]
    twice = [Duty(0, 0, 3, ()), Duty(0, 0, 3, ())]
    assert "twice" in [one.reason for one in verify_substitution(problem, timetable, day(0), twice)]


def test_a_double_lesson_and_two_single_ones() -> None:
    """Teachers 0 and 1 are absent: 0 has a double lesson in hours 0 and 1, 1 a lesson in each. Two who are free take all three."""
    problem, timetable = school([(0, 0, "语文"), (1, 0, "数学"), (1, 1, "数学")])
    double = replace(problem.events[0], duration=2, pieces=(2,))
    problem = replace(problem, events=(double, *problem.events[1:]))
    timetable = Timetable.of(problem, [Piece(0, 2, 0), *timetable.pieces[1:]])
    duties = substitute(problem, timetable, day(0, 1))
    assert None not in {duty.teacher for duty in duties}
    assert duties[0].teacher not in {duties[1].teacher, duties[2].teacher}
    assert verify_substitution(problem, timetable, day(0, 1), duties) == ()
    assert [duty.teacher for duty in substitute(problem, timetable, day(0, 1, most=1))].count(None) == 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_plan_is_the_best_of_all(data: st.DataObject) -> None:
    teachers = 4
    hours = [data.draw(st.sets(st.integers(0, HOURS - 1), max_size=3)) for _ in range(teachers)]
    course = [data.draw(st.sampled_from(["语文", "数学"])) for _ in range(teachers)]
    past = {one: data.draw(st.integers(0, 3)) for one in range(teachers)}
    lessons = [(one, hour, course[one]) for one in range(teachers) for hour in sorted(hours[one])]
    absent = frozenset(data.draw(st.sets(st.integers(0, teachers - 1), min_size=1, max_size=2)))
    problem, timetable = school(lessons)
    asked = Day(frozenset(range(HOURS)), absent, past=past, most=data.draw(st.integers(1, 2)))
    duties = substitute(problem, timetable, asked)
    assert verify_substitution(problem, timetable, asked, duties) == ()
    assert substitute(problem, timetable, asked) == duties

    def worth(plan: tuple[int | None, ...]) -> tuple[int, int, int]:
        counts = {one: past[one] + plan.count(one) for one in range(teachers)}
        other = sum(
            one is not None and course[one] != problem.events[timetable.pieces[duty.piece].event].course
            for one, duty in zip(plan, duties, strict=True)
        )
        return plan.count(None), other, sum(count * count for count in counts.values())

    def teaches_it(duty: Duty, teacher: int) -> bool:
        return any(one.teacher == teacher and one.same_subject for one in duty.candidates)

    for duty in duties:
        for one in duty.candidates:
            assert teaches_it(duty, one.teacher) == (
                course[one.teacher] == problem.events[timetable.pieces[duty.piece].event].course
                and bool(hours[one.teacher])
            )
    options = [[None, *(one.teacher for one in duty.candidates)] for duty in duties]
    plans = [
        plan
        for plan in itertools.product(*options)
        if not verify_substitution(
            problem, timetable, asked, [replace(duty, teacher=one) for duty, one in zip(duties, plan, strict=True)]
        )
    ]
    # Somebody without a lesson of his own shows no subject: the comparison then counts him as of another, as the plan does.
    course = [one if hours[at] else "" for at, one in enumerate(course)]
    assert worth(tuple(duty.teacher for duty in duties)) == min(worth(plan) for plan in plans)
