"""The kinds about who is chosen, each missed and kept by a timetable made by hand."""

from __future__ import annotations

from yaodian.engines.scheduling.timetabling import Piece, Problem
from yaodian.engines.scheduling.timetabling.constraints import (
    AssignResources,
    AvoidSplitAssignments,
    Deviation,
    FitRooms,
    PreferResources,
    SameResourceIfAdjoining,
)

from .small import ANN, CLASS, GYM, HALL, LAB, at, lesson, missed, school, with_room


def two_lessons() -> Problem:
    return school(
        lesson(0, ANN, CLASS, duration=3, open_room=True), lesson(1, ANN, open_room=True), lesson(2, ANN, CLASS)
    )


def roomed(problem: Problem, *pieces: tuple[int, int, int, int | None]) -> list[Piece]:
    """(event, duration, time, room) as pieces."""
    return [with_room(Piece(event, duration, time), problem, room) for event, duration, time, room in pieces]


def test_a_need_has_a_resource_in_every_piece() -> None:
    problem = two_lessons()
    wish = AssignResources(name="", events=(0, 1, 2), role="room")
    pieces = roomed(problem, (0, 2, at(0, 0), None), (0, 1, at(1, 0), LAB), (1, 1, at(2, 0), LAB))
    assert missed(wish, problem, pieces) == [Deviation(2, events=(0,), times=(0, 1), expected=0, found=2)]
    assert missed(wish, problem, roomed(problem, (0, 3, at(0, 0), LAB), (1, 1, at(2, 0), LAB))) == []


def test_a_preferred_resource_is_chosen() -> None:
    problem = two_lessons()
    wish = PreferResources(name="", events=(0, 1), role="room", resources=frozenset({LAB}))
    pieces = roomed(problem, (0, 2, at(0, 0), GYM), (0, 1, at(1, 0), LAB), (1, 1, at(2, 0), None))
    assert missed(wish, problem, pieces) == [
        Deviation(2, events=(0,), resources=(GYM,), times=(0, 1), expected=0, found=2)
    ]
    assert missed(wish, problem, roomed(problem, (0, 3, at(0, 0), LAB), (1, 1, at(2, 0), LAB))) == []


def test_an_open_need_may_count_like_another_resource() -> None:
    problem = two_lessons()
    wish = PreferResources(name="", events=(0, 1), role="room", resources=frozenset({LAB}), open_counts=True)
    pieces = roomed(problem, (0, 2, at(0, 0), GYM), (0, 1, at(1, 0), LAB), (1, 1, at(2, 0), None))
    assert [(one.amount, one.events, one.resources) for one in missed(wish, problem, pieces)] == [
        (2, (0,), (GYM,)),
        (1, (1,), ()),
    ]


def test_a_group_keeps_one_resource() -> None:
    problem = two_lessons()
    wish = AvoidSplitAssignments(name="", groups=((0, 1),), role="room")
    pieces = roomed(problem, (0, 2, at(0, 0), LAB), (0, 1, at(1, 0), GYM), (1, 1, at(2, 0), HALL))
    assert missed(wish, problem, pieces) == [
        Deviation(2, events=(0, 1), resources=(LAB, HALL, GYM), expected=1, found=3)
    ]
    assert [
        one.amount
        for one in missed(AvoidSplitAssignments(name="", groups=((0, 1),), role="room", maximum=2), problem, pieces)
    ] == [1]
    unsplit = roomed(problem, (0, 2, at(0, 0), LAB), (0, 1, at(1, 0), None), (1, 1, at(2, 0), LAB))
    assert missed(wish, problem, unsplit) == []


def test_adjoining_pieces_keep_their_room() -> None:
    problem = two_lessons()
    wish = SameResourceIfAdjoining(name="", groups=((0, 1),), role="room")
    moved = roomed(problem, (0, 3, at(0, 0), LAB), (1, 1, at(0, 3), GYM))
    assert missed(wish, problem, moved) == [
        Deviation(1, events=(0, 1), resources=(LAB, GYM), times=(2, 3), expected=0, found=1)
    ]
    assert missed(wish, problem, roomed(problem, (0, 3, at(0, 0), LAB), (1, 1, at(0, 3), LAB))) == []
    assert missed(wish, problem, roomed(problem, (0, 2, at(0, 0), LAB), (1, 1, at(0, 3), GYM))) == []
    assert missed(wish, problem, roomed(problem, (0, 3, at(0, 1), LAB), (1, 1, at(1, 0), GYM))) == [], (
        "a night lies between"
    )


def test_a_room_has_a_seat_for_everybody() -> None:
    problem = two_lessons()
    wish = FitRooms(name="", events=(0, 1), role="room", kind="class")
    pieces = roomed(problem, (0, 1, at(0, 0), HALL), (0, 2, at(1, 0), LAB), (1, 1, at(2, 0), LAB))
    # Forty pupils, thirty seats; the teacher's lesson without a class fits anywhere.
    assert missed(wish, problem, pieces) == [
        Deviation(10, events=(0,), resources=(LAB,), times=(4, 5), expected=30, found=40)
    ]
    assert missed(wish, problem, roomed(problem, (0, 3, at(0, 0), HALL), (1, 1, at(2, 0), LAB))) == []
    assert missed(wish, problem, roomed(problem, (0, 3, at(0, 0), GYM))) == [], "a room without a size fits all"
