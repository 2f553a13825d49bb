"""The kinds about when events run, each missed and kept by a timetable made by hand."""

from __future__ import annotations

from yaodian.engines.scheduling.timetabling import Event, Piece, Problem, Time
from yaodian.engines.scheduling.timetabling.constraints import (
    AdjoinEvents,
    AdjoinOnSameDay,
    AssignTimes,
    BeginAlike,
    DaysBetween,
    Deviation,
    DistributeSplitEvents,
    EndDay,
    GapsBetween,
    KeepApart,
    LimitRunning,
    LimitTimesUsed,
    LinkEvents,
    OrderEvents,
    OrderOnSameDay,
    PreferTimes,
    SplitEvents,
    SpreadEvents,
)

from .small import ANN, BOB, CLASS, DAY_SETS, at, lesson, missed, school


def test_every_piece_has_a_time() -> None:
    problem = school(lesson(0, duration=3), lesson(1))
    wish = AssignTimes(name="", events=(0, 1))
    assert missed(wish, problem, [Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 1))]) == [
        Deviation(2, events=(0,), expected=0, found=2)
    ]
    assert missed(wish, problem, [Piece(0, 3, at(0, 0)), Piece(1, 1, at(0, 1))]) == []


def test_pieces_begin_at_preferred_times() -> None:
    problem = school(lesson(0, duration=3))
    mornings = frozenset({at(0, 0), at(1, 0)})
    wish = PreferTimes(name="", events=(0,), times=mornings)
    late = [Piece(0, 2, at(0, 1)), Piece(0, 1, at(1, 0))]
    assert missed(wish, problem, late) == [Deviation(2, events=(0,), times=(at(0, 1),), expected=0, found=2)]
    # A piece that begins well may run on into other times.
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(0, 1, at(1, 0))]) == []
    assert missed(PreferTimes(name="", events=(0,), times=mornings, duration=1), problem, late) == []
    assert missed(wish, problem, []) == []


def test_an_event_is_divided_into_so_many_pieces_of_such_lengths() -> None:
    problem = school(lesson(0, duration=5))
    wish = SplitEvents(name="", events=(0,), minimum_duration=1, maximum_duration=2, minimum_amount=3, maximum_amount=3)
    # Four too long, one piece too few.
    assert missed(wish, problem, [Piece(0, 4, at(0, 0)), Piece(0, 1, at(1, 0))]) == [
        Deviation(2, events=(0,), times=(0, 1, 2, 3), expected=3, found=2)
    ]
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(0, 2, at(1, 0)), Piece(0, 1, at(2, 0))]) == []
    ones = [Piece(0, 1, at(0, 0)) for _ in range(5)]
    assert [one.amount for one in missed(wish, problem, ones)] == [2]


def test_so_many_pieces_have_a_length() -> None:
    problem = school(lesson(0, duration=5))
    wish = DistributeSplitEvents(name="", events=(0,), duration=2, minimum=2, maximum=2)
    assert missed(wish, problem, [Piece(0, 3, 0), Piece(0, 2, 4)]) == [Deviation(1, events=(0,), expected=2, found=1)]
    assert missed(wish, problem, [Piece(0, 2, 0), Piece(0, 2, 4), Piece(0, 1, 8)]) == []
    none = DistributeSplitEvents(name="", events=(0,), duration=1, maximum=0)
    assert [one.amount for one in missed(none, problem, [Piece(0, 1, 0)] * 3)] == [3]


def test_pieces_of_a_group_are_spread_over_the_days() -> None:
    problem = school(lesson(0, duration=2), lesson(1))
    wish = SpreadEvents(name="", groups=((0, 1),), spread=tuple((day, 1, 1) for day in DAY_SETS))
    crowded = [Piece(0, 1, at(0, 0)), Piece(0, 1, at(0, 2)), Piece(1, 1, at(0, 3))]
    # Two too many on the first day, one too few on each of the others.
    assert missed(wish, problem, crowded) == [
        Deviation(4, events=(0, 1), times=(0, 2, 3, *range(4, 12)), expected=1, found=3)
    ]
    assert missed(wish, problem, [Piece(0, 1, at(0, 0)), Piece(0, 1, at(1, 0)), Piece(1, 1, at(2, 0))]) == []


def test_linked_events_run_at_the_same_times() -> None:
    problem = school(lesson(0, duration=2), lesson(1, duration=2))
    wish = LinkEvents(name="", groups=((0, 1),))
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(1, 2, at(0, 1))]) == [
        Deviation(2, events=(0, 1), times=(0, 2), expected=0, found=2)
    ]
    # Divided otherwise, and at the same times all the same.
    assert missed(wish, problem, [Piece(0, 2, 0), Piece(1, 1, 0), Piece(1, 1, 1)]) == []
    assert [one.amount for one in missed(wish, problem, [Piece(0, 2, 0)])] == [2]


def test_pieces_begin_on_one_and_the_same_day() -> None:
    problem = school(lesson(0), lesson(1), lesson(2))
    wish = BeginAlike(name="", groups=((0, 1, 2),), time_groups=DAY_SETS)
    scattered = [Piece(0, 1, at(0, 0)), Piece(1, 1, at(1, 0)), Piece(2, 1, at(2, 0))]
    assert missed(wish, problem, scattered) == [Deviation(2, events=(0, 1, 2), times=(0, 4, 8), expected=1, found=3)]
    assert missed(wish, problem, [Piece(number, 1, at(1, number)) for number in range(3)]) == []


def test_the_second_event_comes_after_the_first() -> None:
    problem = school(lesson(0, duration=2), lesson(1))
    wish = OrderEvents(name="", pairs=((0, 1),), minimum=1, maximum=2)
    # The second begins while the first runs: the gap is -1, two short of 1.
    assert missed(wish, problem, [Piece(0, 2, at(0, 1)), Piece(1, 1, at(0, 2))]) == [
        Deviation(2, events=(0, 1), times=(2,), expected=1, found=-1)
    ]
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(1, 1, at(1, 1))]) == [
        Deviation(1, events=(0, 1), times=(1, 5), expected=2, found=3)
    ]
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(1, 1, at(0, 3))]) == []
    assert missed(wish, problem, [Piece(1, 1, at(0, 0))]) == []
    half = [Piece(0, 1, at(1, 0)), Piece(1, 1, at(0, 0))]
    assert missed(wish, problem, half) == [], "a piece without a time: nothing is known of the order"


def test_a_second_event_on_another_day_misses_one_more() -> None:
    problem = school(lesson(0), lesson(1))
    wish = OrderEvents(name="", pairs=((0, 1),), same_day=True)
    assert missed(wish, problem, [Piece(0, 1, at(0, 3)), Piece(1, 1, at(1, 0))]) == [
        Deviation(1, events=(0, 1), times=(3, 4), expected=0, found=1)
    ]
    assert missed(wish, problem, [Piece(0, 1, at(0, 1)), Piece(1, 1, at(0, 2))]) == []


def test_pieces_lie_days_apart() -> None:
    problem = school(lesson(0), lesson(1), lesson(2))
    wish = DaysBetween(name="", groups=((0, 1, 2),), minimum=2)
    # 0 and 1 on one day miss two, each of them to 2 on the next misses one.
    near = [Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 1)), Piece(2, 1, at(1, 0))]
    assert missed(wish, problem, near) == [Deviation(4, events=(0, 1, 2), times=(0, 1, 4), expected=2, found=0)]
    adjoining = DaysBetween(name="", groups=((0, 1, 2),), minimum=2, adjoins_on_same_day=True)
    assert [one.amount for one in missed(adjoining, problem, near)] == [2]
    pair = DaysBetween(name="", groups=((0, 1),), minimum=2, maximum=2)
    assert missed(pair, problem, [Piece(0, 1, at(2, 0)), Piece(1, 1, at(0, 3))]) == []
    far = DaysBetween(name="", groups=((0, 1),), maximum=1)
    assert missed(far, problem, [Piece(0, 1, at(2, 0)), Piece(1, 1, at(0, 3))]) == [
        Deviation(1, events=(0, 1), times=(3, 8), expected=1, found=2)
    ]


def test_pieces_of_different_weeks_lie_as_they_like() -> None:
    problem = school(lesson(0, weeks=(0,)), lesson(1, weeks=(1,)), lesson(2), cycle=2)
    pieces = [Piece(number, 1, at(0, 0)) for number in range(2)] + [Piece(2, 1, at(2, 0))]
    for wish in (
        DaysBetween(name="", groups=((0, 1, 2),), minimum=2),
        GapsBetween(name="", groups=((0, 1, 2),), minimum=1),
        KeepApart(name="", groups=((0, 1, 2),)),
    ):
        assert missed(wish, problem, pieces) == []
    assert [one.amount for one in missed(DaysBetween(name="", groups=((0, 2),), minimum=3), problem, pieces)] == [1]


def test_pieces_on_one_day_have_times_between_them() -> None:
    problem = school(lesson(0, duration=2), lesson(1))
    wish = GapsBetween(name="", groups=((0, 1),), minimum=2)
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(1, 1, at(0, 3))]) == [
        Deviation(1, events=(0, 1), times=(1, 3), expected=2, found=1)
    ]
    assert [one.amount for one in missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(1, 1, at(0, 1))])] == [2]
    assert missed(wish, problem, [Piece(0, 2, at(0, 2)), Piece(1, 1, at(1, 0))]) == []
    ordered = GapsBetween(name="", groups=((0, 1),), minimum=2, ordered=True)
    assert missed(ordered, problem, [Piece(0, 2, at(0, 1)), Piece(1, 1, at(0, 0))]) == []
    assert [one.amount for one in missed(ordered, problem, [Piece(0, 2, at(0, 0)), Piece(1, 1, at(0, 2))])] == [2]
    # Neither comes first of two that begin together, on whatever day.
    assert missed(ordered, problem, [Piece(0, 2, at(1, 1)), Piece(1, 1, at(1, 1))]) == []
    assert [one.amount for one in missed(wish, problem, [Piece(0, 2, at(1, 1)), Piece(1, 1, at(1, 1))])] == [2]


def test_events_of_a_group_adjoin() -> None:
    problem = school(lesson(0), lesson(1), lesson(2))
    wish = AdjoinEvents(name="", groups=((0, 1, 2),))
    parted = [Piece(0, 1, at(0, 3)), Piece(1, 1, at(0, 0)), Piece(2, 1, at(0, 1))]
    assert missed(wish, problem, parted) == [Deviation(1, events=(0, 2), times=(1, 3), expected=0, found=1)]
    assert missed(wish, problem, [Piece(0, 1, 2), Piece(1, 1, 0), Piece(2, 1, 1)]) == []
    break_between = AdjoinEvents(name="", groups=((0, 1, 2),), times_that_do_not_part=frozenset({2}))
    assert missed(break_between, problem, parted) == []
    ordered = AdjoinEvents(name="", groups=((0, 1, 2),), ordered=True)
    assert [one.amount for one in missed(ordered, problem, [Piece(0, 1, 2), Piece(1, 1, 0), Piece(2, 1, 1)])] == [1]
    assert missed(ordered, problem, [Piece(0, 1, 0), Piece(1, 1, 1), Piece(2, 1, 2)]) == []
    overnight = AdjoinEvents(name="", groups=((0, 1),))
    assert [one.amount for one in missed(overnight, problem, [Piece(0, 1, at(0, 3)), Piece(1, 1, at(1, 0))])] == [1]


def test_pieces_run_only_at_some_times() -> None:
    problem = school(lesson(0, duration=3))
    wish = PreferTimes(name="", events=(0,), times=frozenset({at(0, 0), at(0, 1), at(1, 0)}), throughout=True)
    over = [Piece(0, 2, at(0, 1)), Piece(0, 1, at(1, 0))]
    assert missed(wish, problem, over) == [Deviation(1, events=(0,), times=(at(0, 1),), expected=0, found=1)]
    assert missed(wish, problem, [Piece(0, 2, at(0, 0)), Piece(0, 1, at(1, 0))]) == []


def test_pieces_on_one_day_adjoin() -> None:
    problem = school(lesson(0, duration=2), lesson(1), lesson(2))
    wish = AdjoinOnSameDay(name="", groups=((0, 1, 2),))
    gap = [Piece(0, 2, at(0, 0)), Piece(1, 1, at(0, 3)), Piece(2, 1, at(1, 0))]
    assert missed(wish, problem, gap) == [Deviation(1, events=(0, 1), times=(0, 3), expected=0, found=1)]
    for before, after in ((at(0, 0), at(0, 2)), (at(0, 1), at(0, 0)), (at(0, 0), at(2, 3))):
        assert missed(wish, problem, [Piece(0, 2, before), Piece(1, 1, after), Piece(2, 1, at(1, 0))]) == []


def test_on_one_day_the_second_event_follows() -> None:
    problem = school(lesson(0, duration=2), lesson(1))
    wish = OrderOnSameDay(name="", pairs=((0, 1),))
    assert missed(wish, problem, [Piece(0, 2, at(0, 1)), Piece(1, 1, at(0, 0))]) == [
        Deviation(1, events=(0, 1), times=(0, 2), expected=0, found=1)
    ]
    assert [one.amount for one in missed(wish, problem, [Piece(0, 2, at(0, 1)), Piece(1, 1, at(0, 2))])] == [1]
    assert missed(wish, problem, [Piece(0, 2, at(0, 1)), Piece(1, 1, at(0, 3))]) == []
    assert missed(wish, problem, [Piece(0, 2, at(1, 1)), Piece(1, 1, at(0, 0))]) == []


def test_events_are_kept_apart() -> None:
    problem = school(lesson(0, duration=2), lesson(1, duration=2), lesson(2))
    wish = KeepApart(name="", groups=((0, 1, 2),))
    crowded = [Piece(0, 2, at(0, 0)), Piece(1, 2, at(0, 1)), Piece(2, 1, at(0, 1))]
    assert missed(wish, problem, crowded) == [Deviation(2, events=(0, 1, 2), times=(1,), expected=1, found=3)]
    assert missed(wish, problem, [Piece(0, 2, 0), Piece(1, 2, 4), Piece(2, 1, 2)]) == []


def test_weeks_in_which_events_meet_are_counted_each() -> None:
    problem = school(lesson(0), lesson(1), cycle=2)
    pieces = [Piece(0, 1, 0), Piece(1, 1, 0)]
    assert [one.amount for one in missed(KeepApart(name="", groups=((0, 1),)), problem, pieces)] == [2]


def test_so_many_events_run_at_a_time() -> None:
    problem = school(lesson(0), lesson(1), lesson(2))
    first = frozenset({at(0, 0), at(0, 1)})
    most = LimitRunning(name="", groups=((0, 1, 2),), times=first, maximum=1)
    together = [Piece(0, 1, 0), Piece(1, 1, 0), Piece(2, 1, 2)]
    assert missed(most, problem, together) == [Deviation(1, events=(0, 1), times=(0,), expected=1, found=2)]
    assert missed(most, problem, [Piece(0, 1, 0), Piece(1, 1, 1), Piece(2, 1, 2)]) == []
    least = LimitRunning(name="", groups=((0, 1, 2),), times=first, minimum=2)
    assert missed(least, problem, together) == [Deviation(2, times=(1,), expected=2, found=0)]
    if_any = LimitRunning(name="", groups=((0, 1, 2),), times=first, minimum=2, only_if_any=True)
    assert missed(if_any, problem, together) == []
    assert [one.amount for one in missed(if_any, problem, [Piece(0, 1, 0)])] == [1]


def test_a_group_uses_so_many_times() -> None:
    problem = school(lesson(0, duration=2), lesson(1))
    times = frozenset(range(4))
    wish = LimitTimesUsed(name="", groups=((0, 1),), times=times, minimum=1, maximum=2)
    assert missed(wish, problem, [Piece(0, 2, 0), Piece(1, 1, 3)]) == [
        Deviation(1, events=(0, 1), times=(0, 1, 3), expected=2, found=3)
    ]
    assert missed(wish, problem, [Piece(0, 2, 0), Piece(1, 1, 1)]) == []
    assert missed(wish, problem, [Piece(0, 2, 4), Piece(1, 1, 8)]) == [Deviation(1, events=(0, 1), expected=1, found=0)]


def test_an_event_ends_the_day() -> None:
    problem = school(lesson(0, ANN, CLASS), lesson(1, BOB, CLASS), lesson(2, ANN))
    wish = EndDay(name="", events=(0,), kind="class")
    early = [Piece(0, 1, at(0, 1)), Piece(1, 1, at(0, 3)), Piece(2, 1, at(1, 0))]
    assert missed(wish, problem, early) == [
        Deviation(1, events=(0,), resources=(CLASS,), times=(1,), expected=0, found=1)
    ]
    # The teacher may go on; the class may come back on another day.
    assert missed(wish, problem, [Piece(0, 1, at(0, 2)), Piece(1, 1, at(1, 3)), Piece(2, 1, at(0, 3))]) == []


def test_an_event_ends_the_day_in_every_week_in_which_it_runs() -> None:
    problem = school(lesson(0, CLASS), lesson(1, CLASS, weeks=(1,)), cycle=2)
    wish = EndDay(name="", events=(0,), kind="class")
    assert [one.amount for one in missed(wish, problem, [Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 1))])] == [1]
    odd = school(lesson(0, CLASS, weeks=(0,)), lesson(1, CLASS, weeks=(1,)), cycle=2)
    assert missed(wish, odd, [Piece(0, 1, at(0, 0)), Piece(1, 1, at(0, 1))]) == []


def test_times_of_two_schedules_count_by_their_place_in_the_day() -> None:
    times = tuple(Time(f"{bell}{hour}", 0, schedule=bell) for hour in range(4) for bell in "AB")
    problem = Problem(times, (), (Event("e0", 2), Event("e1", 1)), ())
    assert problem.places == (0, 0, 1, 1, 2, 2, 3, 3)
    wish = GapsBetween(name="", groups=((0, 1),), minimum=2)
    # The double lesson of the one school takes the first two hours, the lesson of the other the fourth: one hour between.
    assert [one.found for one in missed(wish, problem, [Piece(0, 2, 0), Piece(1, 1, 7)])] == [1]
    # However the problem lists them: the second hour of the one and the fourth of the other.
    apart = tuple(Time(f"{bell}{hour}", 0, schedule=bell) for bell in "AB" for hour in range(4))
    problem = Problem(apart, (), (Event("e0", 1), Event("e1", 1)), ())
    assert [one.found for one in missed(wish, problem, [Piece(0, 1, 3), Piece(1, 1, 5)])] == [1]
