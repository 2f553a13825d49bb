"""A problem cut down to some events is only easier: what keeps the whole keeps the part."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Piece, Problem, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import busyness
from yaodian.engines.scheduling.timetabling.restricting import restrict

from .anything import planted
from .small import ANN, BOB, CLASS, DAYS, at, lesson, school


@settings(max_examples=50, deadline=None)
@given(planted(), st.data())
def test_a_valid_timetable_is_valid_for_every_part(found: tuple[Problem, Timetable], data: st.DataObject) -> None:
    problem, timetable = found
    events = data.draw(st.sets(st.integers(0, len(problem.events) - 1), min_size=1))
    open_needs = data.draw(st.booleans())
    part = restrict(problem, events, open_needs=open_needs)
    place = {event: index for index, event in enumerate(part.events)}
    pieces = []
    for piece in timetable.pieces:
        if piece.event in place:
            needs = problem.events[piece.event].needs
            kept = tuple(
                one for need, one in zip(needs, piece.resources, strict=True) if open_needs or need.resource is not None
            )
            pieces.append(Piece(place[piece.event], piece.duration, piece.time, kept))
    verdict = verify(part.problem, Timetable(tuple(pieces)))
    assert verdict.is_valid, (verdict.breaches, verdict.faults)


def test_the_whole_is_restricted_to_itself() -> None:
    problem = school(lesson(0, ANN, CLASS), constraints=(busyness.AvoidClashes(name="x", resources=(ANN, CLASS)),))
    assert restrict(problem, (0,)).problem == problem


def test_a_gap_that_another_lesson_might_fill_is_no_gap() -> None:
    """Ann's gaps are judged only where all her lessons are there; Bob's, of whose lessons one is missing, are not."""
    gaps = busyness.LimitIdleTimes(name="gaps", resources=(ANN, BOB), time_groups=DAYS)
    problem = school(lesson(0, ANN), lesson(1, ANN), lesson(2, BOB), lesson(3, BOB), constraints=(gaps,))
    part = restrict(problem, (0, 1, 2))
    assert [one.resources for one in part.problem.constraints] == [(ANN,)]  # type: ignore[attr-defined]
    assert part.events == (0, 1, 2)
    pieces = [Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 2)), Piece(2, 1, at(0, 0))]
    (breach,) = verify(part.problem, Timetable.of(part.problem, pieces)).breaches
    assert part.in_whole(breach.deviation).resources == (ANN,)
