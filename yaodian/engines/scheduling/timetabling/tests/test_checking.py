"""The check of a dragged lesson: by hand, and for whatever problem the same as judging the whole timetable before and after."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Piece, Problem, Timetable, constraints, verify
from yaodian.engines.scheduling.timetabling.checking import Check
from yaodian.engines.scheduling.timetabling.constraints import base, busyness

from .anything import problems, timetables
from .small import ANN, BOB, CLASS, DAYS, at, lesson, school


def costs(problem: Problem, timetable: Timetable) -> list[int]:
    found = [0] * len(problem.constraints)
    for breach in verify(problem, timetable).breaches:
        found[breach.constraint] += breach.cost
    return found


def with_piece(timetable: Timetable, index: int, piece: Piece) -> Timetable:
    return Timetable((*timetable.pieces[:index], piece, *timetable.pieces[index + 1 :]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_move_changes_what_judging_the_whole_timetable_says(data: st.DataObject) -> None:
    problem = data.draw(problems())
    timetable = data.draw(timetables(problem))
    index = data.draw(st.integers(0, len(timetable.pieces) - 1))
    check, piece = Check(problem, timetable), timetable.pieces[index]
    before = costs(problem, timetable)
    moves = check.moves(index, choices=check.choices(index)[:6])
    for row, start in enumerate(moves.starts):
        for column, choice in enumerate(moves.choices):
            moved = with_piece(timetable, index, replace(piece, time=start, resources=choice))
            after = costs(problem, moved)
            for constraint, (old, new) in enumerate(zip(before, after, strict=True)):
                changes = moves.by_constraint.get(constraint)
                assert new - old == (0 if changes is None else changes[row, column])
            verdict = verify(problem, moved)
            assert moves.required[row, column] == verdict.required - verify(problem, timetable).required
            assert moves.optional[row, column] == verdict.optional - verify(problem, timetable).optional
    for column, choice in enumerate(moves.choices):
        of_all = check.reasons_at(moves, column)
        assert of_all == tuple(check.reasons(index, start, choice) for start in moves.starts)
    assert check.timetable == timetable


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_moves_one_after_the_other_leave_the_check_as_if_built_anew(data: st.DataObject) -> None:
    problem = data.draw(problems())
    timetable = data.draw(timetables(problem))
    check = Check(problem, timetable)
    for _step in range(data.draw(st.integers(1, 5))):
        index = data.draw(st.integers(0, len(timetable.pieces) - 1))
        choice = data.draw(st.sampled_from(check.choices(index)))
        start = data.draw(st.sampled_from([None, *check.starts(index)]))
        worse = {breach.constraint for breach in (check.reasons(index, start, choice) if start is not None else ())}
        before = costs(problem, timetable)
        timetable = with_piece(timetable, index, replace(timetable.pieces[index], time=start, resources=choice))
        check.move(index, start, choice)
        after = costs(problem, timetable)
        assert check.costs == after
        assert check.timetable == timetable
        assert (check.required, check.optional) == (
            verify(problem, timetable).required,
            verify(problem, timetable).optional,
        )
        if start is not None:
            assert worse == {at for at, (old, new) in enumerate(zip(before, after, strict=True)) if new > old}
    fresh = Check(problem, timetable)
    index = data.draw(st.integers(0, len(timetable.pieces) - 1))
    mine, theirs = check.moves(index), fresh.moves(index)
    assert (mine.required.tolist(), mine.optional.tolist()) == (theirs.required.tolist(), theirs.optional.tolist())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_exchange_changes_what_both_moves_change(data: st.DataObject) -> None:
    problem = data.draw(problems(least_events=2))
    timetable = data.draw(timetables(problem))
    index = data.draw(st.integers(0, len(timetable.pieces) - 1))
    before = verify(problem, timetable)
    for exchange in Check(problem, timetable).exchanges(index):
        one, other = timetable.pieces[exchange.piece], timetable.pieces[exchange.other]
        moved = with_piece(timetable, exchange.piece, replace(one, time=exchange.time))
        moved = with_piece(moved, exchange.other, replace(other, time=exchange.other_time))
        after = verify(problem, moved)
        assert (exchange.required, exchange.optional) == (
            after.required - before.required,
            after.optional - before.optional,
        )
        assert exchange.required <= 0


def test_a_lesson_dragged_over_a_day_by_hand() -> None:
    """Ann teaches the class at 1.1 and 1.3, Bob at 1.2. Her first lesson clashes at 1.2 and 1.3, closes the gap at 1.4, and wants a second day on day 2."""
    problem = school(
        lesson(0, ANN, CLASS),
        lesson(1, BOB, CLASS),
        lesson(2, ANN, CLASS),
        constraints=(
            busyness.AvoidClashes(name="不能分身", resources=(ANN, BOB, CLASS)),
            busyness.LimitIdleTimes(name="空堂少", resources=(ANN,), time_groups=DAYS, required=False, weight=2),
            busyness.ClusterBusyTimes(
                name="一天",
                resources=(ANN,),
                time_groups=tuple(map(frozenset, DAYS)),
                maximum=1,
                required=False,
                weight=5,
            ),
        ),
    )
    check = Check(problem, Timetable.of(problem, [Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 1)), Piece(2, 1, at(0, 2))]))
    assert (check.required, check.optional) == (0, 2)
    moves = check.moves(0)
    found = {
        start: (int(moves.required[row, 0]), int(moves.optional[row, 0])) for row, start in enumerate(moves.starts)
    }
    assert {start: found[start] for start in (0, 1, 2, 3, 4)} == {
        0: (0, 0),
        1: (1, -2),
        2: (2, -2),
        3: (0, -2),
        4: (0, 3),
    }
    assert (moves.worse(1), moves.better(1)) == ((0,), (1,))
    (breach,) = check.reasons(0, 1)
    assert (breach.deviation.events, breach.deviation.resources, breach.deviation.times) == ((0, 1), (CLASS,), (1,))
    exchange, idle = check.exchanges(0)
    assert (idle.other, idle.required, idle.optional) == (2, 0, 0)
    assert (exchange.other, exchange.time, exchange.other_time, exchange.required, exchange.optional) == (
        1,
        1,
        0,
        0,
        -2,
    )


KINDS = [one for one in vars(constraints).values() if isinstance(one, type) and issubclass(one, base.Constraint)]
#: What the arrays of ``busy_costs`` know of each kind that they judge, beside what every constraint has.
KNOWN = {
    busyness.AvoidClashes: {"resources"},
    busyness.AvoidUnavailableTimes: {"resources", "times"},
    busyness.LimitIdleTimes: {"resources", "time_groups", "minimum", "maximum", "each", "not_idle"},
    busyness.ClusterBusyTimes: {"resources", "time_groups", "minimum", "maximum"},
    busyness.LimitBusyTimes: {"resources", "time_groups", "minimum", "maximum", "counts_empty", "tag", "once"},
    busyness.LimitRuns: {"resources", "time_groups", "maximum", "tag", "once"},
    busyness.LimitSpan: {"resources", "time_groups", "maximum", "exceptions"},
    busyness.ShareFairly: {"groups", "times", "maximum"},
}


@pytest.mark.parametrize("kind", [one for one in KINDS if one is not base.Constraint])
def test_no_kind_and_no_field_is_left_out_of_the_check(kind: type[base.Constraint]) -> None:
    """A new kind must name its points; a new field of a kind that is judged by arrays must be known to them."""
    fields = set(kind.__dataclass_fields__) - set(base.Constraint.__dataclass_fields__)
    assert {"groups", "pairs", "events", "resources"} & fields
    assert fields == KNOWN.get(kind, fields)
