"""XHSTT out: what is written is read back the same; what has no place is refused by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Problem, Resource, Time, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import (
    AvoidClashes,
    AvoidSplitAssignments,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    Constraint,
    Cost,
    LimitBusyTimes,
    LimitIdleTimes,
    LimitRuns,
    LinkEvents,
    OrderEvents,
    PreferResources,
    PreferTimes,
    SpreadEvents,
)
from yaodian.engines.scheduling.xhstt import (
    Archive,
    Instance,
    Loss,
    Metadata,
    Solution,
    SolutionGroup,
    TimeGroup,
    UnfitForXhstt,
    expressed,
    losses,
    read,
    write,
)

from .documents import document


def test_what_was_read_is_written_and_read_the_same() -> None:
    archive = read(document())
    again = read(write(archive))
    assert again == archive
    assert write(again) == write(archive)


def test_groups_stand_for_their_members_in_what_is_written() -> None:
    text = write(read(document())).decode()
    clashes = text[text.index("<AvoidClashesConstraint") : text.index("</AvoidClashesConstraint")]
    assert 'ResourceGroup Reference="Staff"' in clashes
    assert 'Resource Reference="Lab"' in clashes
    assert "Wang" not in clashes


def small(*constraints: Constraint, **more: object) -> Problem:
    given = Problem(
        times=tuple(Time(f"{day}{hour}", day, f"第{hour}节") for day in range(2) for hour in range(3)),
        resources=(Resource("ann", "teacher", "Ann"), Resource("bob", "teacher"), Resource("lab", "room")),
        events=(
            Event("maths", 3, (Need("teacher", 0), Need("room", role="room", candidates=(2,))), course="maths"),
            Event("sport", 1, (Need("teacher", role="coach", candidates=(0, 1)),), time=2),
        ),
        constraints=constraints,
        id="own",
        name="Own school",
        spans_days=True,
    )
    return replace(given, **more)  # type: ignore[arg-type]


DAYS = ((0, 1, 2), (3, 4, 5))


def test_a_problem_of_our_own_gets_the_groups_it_speaks_of() -> None:
    problem = small(
        LimitIdleTimes(name="gaps", resources=(0, 1), time_groups=(*DAYS, (0, 3))),
        SpreadEvents(name="spread", groups=((0,), (0, 1)), spread=((frozenset(DAYS[0]), 0, 1),)),
        LinkEvents(name="link", groups=((0, 1),)),
    )
    (instance,) = read(write(Archive((Instance(problem),)))).instances
    assert instance.problem == problem
    assert [(group.id, group.times, group.kind) for group in instance.time_groups] == [
        ("Day_1", DAYS[0], "Day"),
        ("Day_2", DAYS[1], "Day"),
        ("Times_1", (0, 3), "TimeGroup"),
    ]
    assert [(group.id, group.events, group.is_course) for group in instance.event_groups] == [
        ("maths", (0,), True),
        ("Events_1", (0, 1), False),
    ]
    assert instance.constraint_ids == ("LimitIdleTimes_1", "SpreadEvents_2", "LinkEvents_3")


def test_days_that_do_not_fit_the_problem_are_made_anew() -> None:
    wrong = (TimeGroup("Day_1", "all", tuple(range(6)), "TimeGroup"), TimeGroup("D", "D", tuple(range(6)), "Day"))
    (instance,) = read(write(Archive((Instance(small(), time_groups=wrong),)))).instances
    assert instance.problem == small()
    assert [(group.id, group.kind) for group in instance.time_groups] == [
        ("Day_2", "Day"),
        ("Day_3", "Day"),
        ("Day_1", "TimeGroup"),
    ]


UNSAYABLE: list[tuple[Constraint, str]] = [
    (LimitRuns(name="", resources=(0,), time_groups=DAYS, maximum=2), "limit_runs"),
    (LimitIdleTimes(name="", resources=(0,), time_groups=DAYS, each=True), "limit_idle_times.each"),
    (LimitIdleTimes(name="", resources=(0,), time_groups=DAYS, not_idle=frozenset({1})), "limit_idle_times.not_idle"),
    (LimitIdleTimes(name="", resources=(0,), time_groups=((0, 1), (2, 1))), "limit_idle_times.order"),
    (LimitBusyTimes(name="", resources=(0,), time_groups=(), counts_empty=True), "limit_busy_times.counts_empty"),
    (LimitBusyTimes(name="", resources=(0,), time_groups=(), tag="sport"), "limit_busy_times.tag"),
    (AvoidSplitAssignments(name="", groups=(), role="room", maximum=2), "avoid_split_assignments.maximum"),
    (LimitBusyTimes(name="", resources=(0,), time_groups=(), once=True), "limit_busy_times.once"),
    (PreferTimes(name="", events=(0,), times=frozenset(), throughout=True), "prefer_times.throughout"),
    (
        PreferResources(name="", events=(), role="", resources=frozenset(), open_counts=True),
        "prefer_resources.open_counts",
    ),
    (OrderEvents(name="", pairs=((0, 1),), same_day=True), "order_events.same_day"),
]


@pytest.mark.parametrize(("constraint", "code"), UNSAYABLE)
def test_a_constraint_beyond_the_format_is_refused_or_left_out_by_name(constraint: Constraint, code: str) -> None:
    clashes = AvoidClashes(name="clashes", resources=(0,))
    archive = Archive((Instance(small(constraint, clashes), constraint_ids=("x", "y")),))
    with pytest.raises(UnfitForXhstt) as caught:
        write(archive)
    assert (caught.value.code, caught.value.losses) == ("no-place", (Loss(code, 1),))
    assert code in caught.value.message("en")
    assert code in caught.value.message("zh")
    (kept,) = read(write(archive, without={code})).instances
    assert (kept.problem.constraints, kept.constraint_ids) == ((clashes,), ("y",))


def test_preferences_for_what_is_given_are_refused_or_left_out() -> None:
    early = PreferTimes(name="early", events=(0, 1), times=frozenset({0}))
    staff = PreferResources(name="staff", events=(0, 1), role="teacher", resources=frozenset({0}))
    given = small(early, staff)
    maths = replace(given.events[0], needs=(Need("teacher", 0, "teacher"), given.events[0].needs[1]))
    archive = Archive((Instance(replace(given, events=(maths, given.events[1]))),))
    with pytest.raises(UnfitForXhstt) as caught:
        write(archive)
    lost = (Loss("prefer_resources.given", 1), Loss("prefer_times.fixed", 1))
    assert caught.value.losses == lost
    (instance,) = read(write(archive, without=[loss.code for loss in lost])).instances
    assert instance.problem.constraints == (replace(early, events=(0,)), replace(staff, events=(1,)))


def test_data_without_a_place_is_refused_or_left_out_by_name() -> None:
    given = small(AvoidClashes(name="clashes", resources=(0,), reason="Nobody is two"))
    given = replace(
        given,
        times=tuple(replace(time, begins_min=480, schedule="upper") for time in given.times),
        resources=(*given.resources[:2], replace(given.resources[2], size=30, place="north")),
        events=(replace(given.events[0], tags=("heavy",)), given.events[1]),
        notes=(("term", "spring"),),
    )
    lost = (
        Loss("bells", 1),
        Loss("clocks", 6),
        Loss("notes", 1),
        Loss("places", 1),
        Loss("reasons", 1),
        Loss("sizes", 1),
        Loss("tags", 1),
    )
    assert losses(given) == lost
    archive = Archive((Instance(given),))
    with pytest.raises(UnfitForXhstt) as caught:
        write(archive, without=["clocks", "bells"])
    assert caught.value.losses == lost[2:]
    (plain,) = read(write(archive, without=[loss.code for loss in lost])).instances
    assert plain.problem == small(AvoidClashes(name="clashes", resources=(0,)))


@pytest.mark.parametrize(
    ("problem", "loss"),
    [
        (small(cycle=2), Loss("cycle", 1)),
        (small(spans_days=False), Loss("days", 1)),
        (small(events=(Event("e", 2, pieces=(1, 1)),)), Loss("pieces", 1)),
        (small(events=(Event("e", 2, weeks=(0,)),)), Loss("cycle", 1)),
        (small(events=(Event("e", 1, (Need("teacher", role="coach", candidates=(0,)),)),)), Loss("candidates", 1)),
        (small(events=(Event("e", 1, (Need("teacher", candidates=(0, 1)),)),)), Loss("role", 1)),
        (small(events=(Event("e", 1, (Need("teacher", 0, "a"), Need("room", 2, "a"))),)), Loss("role", 1)),
        (small(events=(Event("e", 1, (Need("room", 0),)),)), Loss("kinds", 1)),
        (small(events=(Event("e", 1), Event("e", 1), Event("", 1))), Loss("ids", 2)),
        (small(id=""), Loss("ids", 1)),
        (small(times=(Time("1", 0, schedule="a"), Time("2", 0, schedule="b")), events=()), Loss("schedules", 2)),
    ],
)
def test_what_would_make_another_problem_is_refused_whatever_is_left_out(problem: Problem, loss: Loss) -> None:
    with pytest.raises(UnfitForXhstt) as caught:
        write(Archive((Instance(problem),)), without=[loss.code])
    assert (caught.value.code, caught.value.losses) == ("cannot", (loss,))


def test_rules_of_the_problem_itself_become_constraints() -> None:
    """The same timetables are valid, at the same cost; the file holds what the problem meant."""
    own = replace(
        small(LimitIdleTimes(name="gaps", required=False, resources=(0,), time_groups=DAYS)),
        spans_days=False,
        resources=(
            Resource("ann", "teacher", "Ann"),
            Resource("bob", "teacher"),
            Resource("lab", "room"),
            Resource("gym", "room"),
        ),
    )
    own = replace(own, events=(replace(own.events[0], pieces=(2, 1)), own.events[1]))
    said = expressed(own)
    assert losses(said) == ()
    assert read(write(Archive((Instance(said),)))).instances[0].problem == said

    def judged(problem: Problem, *pieces: Piece) -> tuple[bool, int]:
        verdict = verify(problem, Timetable.of(problem, [*pieces, Piece(1, 1, 2, (0,))]))
        return verdict.is_valid, verdict.optional

    for pieces in (
        (Piece(0, 2, 0, (0, 2)), Piece(0, 1, 3, (0, 2))),  # as it should be
        (Piece(0, 1, 3, (0, 2)), Piece(0, 2, 0, (0, 3))),  # not the candidate
        (Piece(0, 3, 0, (0, 2)),),  # in one piece
        (Piece(0, 1, 0, (0, 2)), Piece(0, 1, 1, (0, 2)), Piece(0, 1, 3, (0, 2))),  # in three
        (Piece(0, 2, 2, (0, 2)), Piece(0, 1, 0, (0, 2))),  # over the night
    ):
        mine, theirs = judged(own, *pieces), judged(said, *pieces)
        assert mine[0] == theirs[0] == (pieces[0] == Piece(0, 2, 0, (0, 2)))
        if mine[0]:
            assert mine == theirs


def test_solutions_come_back_with_all_their_pieces() -> None:
    problem = small()
    half = Timetable.of(problem, [Piece(0, 2, 3, (0, 2))])
    group = SolutionGroup("mine", (Solution("own", half, running_time="2"),), Metadata(contributor="me"))
    archive = read(write(Archive((Instance(problem),), (group,), id="a")))
    assert archive.groups == (group,)
    assert half.pieces == (Piece(0, 2, 3, (0, 2)), Piece(0, 1, None, (0, None)), Piece(1, 1, 2, (None,)))


def test_solutions_of_nothing_are_refused() -> None:
    nowhere = SolutionGroup("mine", (Solution("elsewhere", Timetable(())),))
    with pytest.raises(UnfitForXhstt, match="elsewhere") as caught:
        write(Archive((Instance(small()),), (nowhere,)))
    assert caught.value.code == "no-instance"
    strange = SolutionGroup("mine", (Solution("own", Timetable((Piece(7, 1, 0),))),))
    with pytest.raises(UnfitForXhstt) as caught:
        write(Archive((Instance(small()),), (strange,)))
    assert caught.value.losses == (Loss("strange pieces", 1),)


def test_a_group_that_takes_the_id_of_a_course_is_refused() -> None:
    instance = read(document()).instances[0]
    events = tuple(replace(event, course="All") for event in instance.problem.events)
    with pytest.raises(UnfitForXhstt) as caught:
        write(Archive((replace(instance, problem=replace(instance.problem, events=events)),)))
    assert caught.value.losses == (Loss("course", 1),)


def test_control_characters_are_refused() -> None:
    with pytest.raises(UnfitForXhstt) as caught:
        write(Archive((Instance(small(name="a\x07b")),)))
    assert caught.value.code == "characters"
    assert "x07" in caught.value.message("en")


names = st.text("ab 中é<>&\"'\t", max_size=6).map(str.strip)
some = st.sets(st.integers(0, 5), max_size=6)
common = {
    "name": names,
    "required": st.booleans(),
    "weight": st.integers(0, 1000),
    "cost": st.sampled_from(Cost),
}
bounds = {"minimum": st.integers(0, 9), "maximum": st.none() | st.integers(0, 9)}
people = st.sets(st.integers(0, 2)).map(lambda found: tuple(sorted(found)))
times = some.map(frozenset)
wishes = st.one_of(
    st.builds(AvoidClashes, resources=people, **common),
    st.builds(AvoidUnavailableTimes, resources=people, times=times, **common),
    st.builds(ClusterBusyTimes, resources=people, time_groups=st.lists(times).map(tuple), **bounds, **common),
    st.builds(
        PreferTimes,
        events=st.sampled_from([(), (0,), (0, 0)]),
        times=times,
        duration=st.none() | st.integers(1, 3),
        **common,
    ),
    st.builds(
        SpreadEvents,
        groups=st.lists(st.sampled_from([(), (0,), (0, 1)]), unique=True).map(tuple),
        spread=st.lists(st.tuples(times, *bounds.values())).map(tuple),
        **common,
    ),
    st.builds(
        OrderEvents, pairs=st.lists(st.permutations([0, 1]).map(tuple), min_size=1).map(tuple), **bounds, **common
    ),
)


@given(st.lists(wishes, max_size=5), names, names)
def test_any_problem_comes_back(constraints: list[Constraint], name: str, called: str) -> None:
    problem = small(*constraints, name=name)
    problem = replace(problem, resources=(replace(problem.resources[0], name=called), *problem.resources[1:]))
    assert read(write(Archive((Instance(problem),)))).instances[0].problem == problem
