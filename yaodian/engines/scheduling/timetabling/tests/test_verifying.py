"""The verdict: costs, what must hold and what is wished, and every fault of a timetable that is none."""

from __future__ import annotations

import pytest

from yaodian.engines.scheduling.timetabling import Breach, Event, Need, Piece, Timetable, justify, verify
from yaodian.engines.scheduling.timetabling.constraints import (
    AvoidClashes,
    Constraint,
    Cost,
    Deviation,
    LimitIdleTimes,
    PreferTimes,
)

from .small import ANN, BOB, DAYS, LAB, ROOMS, at, lesson, school


@pytest.mark.parametrize(("cost", "expected"), [(Cost.LINEAR, 15), (Cost.QUADRATIC, 45), (Cost.STEP, 5)])
def test_a_deviation_costs_by_its_function_and_weight(cost: Cost, expected: int) -> None:
    wish = PreferTimes(name="mornings", required=False, weight=5, cost=cost, events=(0,), times=frozenset({0}))
    problem = school(lesson(0, ANN, duration=3), constraints=(wish,))
    verdict = verify(problem, Timetable.of(problem, [Piece(0, 3, at(1, 1))]))
    assert (verdict.required, verdict.optional, verdict.faults) == (0, expected, ())
    assert verdict.is_valid
    assert verdict.breaches == (Breach(0, Deviation(3, events=(0,), times=(at(1, 1),), expected=0, found=3), expected),)


def test_a_constraint_that_must_hold_makes_a_timetable_invalid() -> None:
    problem = school(lesson(0, ANN), lesson(1, ANN), constraints=(AvoidClashes(name="", resources=(ANN,), weight=10),))
    verdict = verify(problem, Timetable.of(problem, [Piece(0, 1, 0), Piece(1, 1, 0)]))
    assert (verdict.required, verdict.optional, verdict.is_valid) == (10, 0, False)


OPEN = Event("open", 2, (Need("teacher", ANN), Need("room", role="lab", candidates=(LAB,))))


@pytest.mark.parametrize(
    ("event", "pieces", "fault"),
    [
        (OPEN, [Piece(0, 1, 0, (ANN, LAB))], "event open: its pieces last 1 times, not 2"),
        (OPEN, [Piece(0, 2, at(0, 3), (ANN, LAB))], "event open: a piece of 2 runs over the end of its day"),
        (OPEN, [Piece(0, 2, 0, (BOB, LAB))], "event open: its given teacher is missing or another"),
        (OPEN, [Piece(0, 2, 0, (None, LAB))], "event open: its given teacher is missing or another"),
        (OPEN, [Piece(0, 2, 0, (ANN, ROOMS[2]))], "event open: gym is no candidate for its lab"),
        (
            lesson(0, ANN, duration=3, pieces=(2, 1)),
            [Piece(0, 3, 0, (ANN,))],
            "event e0: its pieces have the lengths (3,), not (1, 2)",
        ),
        (lesson(0, ANN, time=4), [Piece(0, 1, 5, (ANN,))], "event e0: begins elsewhere than at its fixed time 10"),
        (OPEN, [Piece(0, 2, 0, (ANN, LAB)), Piece(0, 0, 5, (ANN, LAB))], "event open: a piece of 0 times"),
        (OPEN, [Piece(0, 2, 0, (ANN, LAB)), Piece(1, 1, 5)], "a piece of event 1, of which there is none: there are 1"),
        (
            OPEN,
            [Piece(0, 2, 0, (ANN, LAB)), Piece(0, 1, 12, (ANN, LAB))],
            "event open: begins at time 12, of which there is none: there are 12",
        ),
        (OPEN, [Piece(0, 2, 0, (ANN, LAB)), Piece(0, 1, 5, (ANN,))], "event open: 1 resources for 2 needs"),
        (
            OPEN,
            [Piece(0, 2, 0, (ANN, LAB)), Piece(0, 1, 5, (ANN, 6))],
            "event open: a resource of which there is none: there are 6",
        ),
    ],
)
def test_what_is_no_timetable_is_a_fault(event: Event, pieces: list[Piece], fault: str) -> None:
    problem = school(event, constraints=(AvoidClashes(name="", resources=(ANN, BOB)),))
    verdict = verify(problem, Timetable(tuple(pieces)))
    assert verdict.faults == (fault,)
    assert verdict.required == 0
    assert not verdict.is_valid


def test_what_is_not_placed_is_in_the_timetable_all_the_same() -> None:
    problem = school(lesson(0, ANN, duration=3), lesson(1, BOB, time=5))
    whole = Timetable.of(problem, [Piece(0, 1, 7)])
    assert whole.pieces == (Piece(0, 1, 7, (ANN,)), Piece(0, 2, None, (ANN,)), Piece(1, 1, 5, (BOB,)))
    assert verify(problem, whole).faults == ()


def test_a_kind_without_a_judgement_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Constraint(name="")  # type: ignore[abstract]


def test_a_breach_is_justified_in_names() -> None:
    wish = LimitIdleTimes(
        name="Ann's gaps", reason="She travels", required=False, weight=2, resources=(ANN,), time_groups=DAYS, maximum=1
    )
    problem = school(lesson(0, ANN), lesson(1, ANN), constraints=(wish,))
    (breach,) = verify(problem, Timetable.of(problem, [Piece(0, 1, 0), Piece(1, 1, 3)])).breaches
    record = justify(problem, breach)
    assert (record.kind, record.name, record.reason, record.required) == (
        "limit_idle_times",
        "Ann's gaps",
        "She travels",
        False,
    )
    assert (record.resources, record.times, record.events) == (("ann",), ("01", "02"), ())
    assert (record.expected, record.found, record.amount, record.cost) == (1, 2, 1, 2)
