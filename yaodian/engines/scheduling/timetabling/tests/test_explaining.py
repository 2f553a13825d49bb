"""Why there is no timetable: contradictions by hand, every smallest set against all subsets, and nothing told of problems that have one."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings

from yaodian.engines.scheduling.timetabling import Piece, Problem, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import Constraint, busyness, times
from yaodian.engines.scheduling.timetabling.explaining import explain, wishes_of

from .anything import planted
from .small import ANN, BOB, CLASS, DAY_SETS, at, lesson, school


def four_lessons(*wishes: Constraint) -> Problem:
    """Ann teaches the class four lessons of one event, Bob one."""
    events = (lesson(0, ANN, CLASS, duration=4, pieces=(1, 1, 1, 1)), lesson(1, BOB, CLASS, pieces=(1,)))
    standing = (
        busyness.AvoidClashes(name="不能分身", resources=(ANN, BOB, CLASS)),
        times.AssignTimes(name="都要排上", events=(0, 1)),
    )
    return school(*events, constraints=standing + wishes)


ONE_A_DAY = times.SpreadEvents(name="一天一节", groups=((0,),), spread=tuple((day, 0, 1) for day in DAY_SETS), weight=4)
AWAY = busyness.AvoidUnavailableTimes(name="周三外出", resources=(ANN,), times=DAY_SETS[2], weight=3)
TWO_DAYS = busyness.ClusterBusyTimes(name="只来两天", resources=(ANN,), time_groups=DAY_SETS, maximum=2, weight=2)
TWO_A_DAY = busyness.LimitBusyTimes(name="一天两节", resources=(ANN,), time_groups=DAY_SETS, maximum=2, weight=5)
BOB_LATE = times.PreferTimes(name="薄老师末节", events=(1,), times=frozenset({at(0, 3), at(1, 3), at(2, 3)}))


def test_two_wishes_by_hand() -> None:
    """Four lessons in three days, one a day: one wish alone contradicts the hours. Two days with two a day are just enough."""
    explained = explain(four_lessons(TWO_DAYS, BOB_LATE, ONE_A_DAY, TWO_A_DAY))
    assert explained.is_infeasible is True
    assert [(one.wishes, one.is_minimal) for one in explained.conflicts] == [((4,), True)]
    assert explain(four_lessons(TWO_DAYS, BOB_LATE, TWO_A_DAY)).is_infeasible is False


def test_a_contradiction_of_three() -> None:
    """Two a day on two days are four places; with all but one of the first day's taken there are three."""
    morning = busyness.AvoidUnavailableTimes(
        name="上午带早读", resources=(ANN,), times=frozenset({at(0, 0), at(0, 1), at(0, 2)})
    )
    explained = explain(four_lessons(AWAY, TWO_A_DAY, morning, BOB_LATE))
    (conflict,) = explained.conflicts
    assert (conflict.wishes, conflict.is_minimal) == ((2, 3, 4), True)
    cheapest = explained.relaxations[0]
    # One lesson in the morning (weight 1) is the cheapest; then the day away (3); then a third lesson on one day (5).
    assert [(one.wishes, one.price) for one in explained.relaxations] == [((4,), 1), ((2,), 3), ((3,), 5)]
    assert cheapest.is_cheapest
    assert [breach.deviation.amount for breach in cheapest.breaches] == [1]


def test_prices_are_the_schools() -> None:
    morning = busyness.AvoidUnavailableTimes(
        name="上午带早读", resources=(ANN,), times=frozenset({at(0, 0), at(0, 1), at(0, 2)})
    )
    explained = explain(four_lessons(AWAY, TWO_A_DAY, morning), prices={4: 100, 3: 7})
    assert [(one.wishes, one.price) for one in explained.relaxations] == [((2,), 3), ((3,), 7), ((4,), 100)]


def test_what_is_no_wish_may_contradict_itself() -> None:
    problem = four_lessons(ONE_A_DAY)
    crowded = replace(
        problem, events=(*problem.events, *(lesson(number, CLASS, pieces=(1,)) for number in range(2, 12)))
    )
    crowded = replace(
        crowded, constraints=(crowded.constraints[0], times.AssignTimes(name="都要排上", events=tuple(range(12))))
    )
    explained = explain(crowded, wishes=())
    assert explained.is_infeasible is True
    assert explained.conflicts[0].wishes == ()


def test_without_time_nothing_is_claimed() -> None:
    explained = explain(four_lessons(ONE_A_DAY), seconds=0.0)
    assert (explained.is_infeasible, explained.conflicts, explained.is_complete) == (None, (), False)


def test_every_conflict_is_smallest_of_all_subsets() -> None:
    """Against every timetable of the place, by trying them all."""
    wishes = (AWAY, TWO_DAYS, ONE_A_DAY, BOB_LATE)
    problem = four_lessons(*wishes)
    (place, *_others) = explain(problem, most=1).conflicts

    def is_possible(chosen: tuple[int, ...]) -> bool:
        kept = replace(problem, constraints=(*problem.constraints[:2], *(problem.constraints[one] for one in chosen)))
        for laid in itertools.combinations(range(12), 4):
            for bob in set(range(12)) - set(laid):
                pieces = [*(Piece(0, 1, time) for time in laid), Piece(1, 1, bob)]
                if verify(kept, Timetable.of(kept, pieces)).is_valid:
                    return True
        return False

    assert not is_possible(place.wishes)
    assert all(is_possible(tuple(one for one in place.wishes if one != wish)) for wish in place.wishes)


@settings(max_examples=30, deadline=None)
@given(planted())
def test_nothing_is_told_of_a_problem_that_has_a_timetable(found: tuple[Problem, Timetable]) -> None:
    problem, _timetable = found
    explained = explain(problem, seconds=5.0)
    assert explained.conflicts == ()
    assert explained.is_infeasible is not True


def test_wishes_are_all_but_what_makes_a_timetable() -> None:
    problem = four_lessons(ONE_A_DAY, replace(AWAY, required=False))
    assert wishes_of(problem) == (2,)
