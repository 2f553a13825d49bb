"""What a .fet file means: students that overlap, rooms by wish and by need, weights, what is switched off."""

from __future__ import annotations

import pytest

from yaodian.engines.scheduling.fet import UnfitFetFile, read_fet
from yaodian.engines.scheduling.timetabling import Need
from yaodian.engines.scheduling.timetabling.constraints import (
    AdjoinOnSameDay,
    AssignResources,
    Cost,
    DaysBetween,
    LimitBusyTimes,
    LimitIdleTimes,
    PreferResources,
)

from .document import ACTIVITIES, BASE, activity, added, fet, missed, named, wish

ANN, BOB, BOYS, GIRLS, OTHER_GIRLS, EIGHT, N1, N2, S1, SMALL = range(10)
PAIR = "<Activity_Id>1</Activity_Id><Activity_Id>2</Activity_Id>"


def rooms_of(data: bytes, event: int) -> tuple[Need, ...]:
    return tuple(need for need in read_fet(data).events[event].needs if need.kind == "room")


def preferred(number: int, *rooms: str, weight: str = "100", real: tuple[str, ...] = ()) -> str:
    listed = "".join(f"<Preferred_Room>{name}</Preferred_Room>" for name in rooms)
    if real:
        listed = f"<Room>{rooms[0]}</Room>" + "".join(f"<Real_Room>{name}</Real_Room>" for name in real)
    kind = "ActivityPreferredRoom" if real else "ActivityPreferredRooms"
    return wish(kind, f"<Activity_Id>{number}</Activity_Id>{listed}", weight=weight)


def test_a_school_as_it_is() -> None:
    problem = read_fet(fet())
    assert [time.id for time in problem.times[:5]] == ["Mon 1", "Mon 2", "Mon 3", "Mon 4", "Tue 1"]
    assert [(one.id, one.kind, one.size, one.place) for one in problem.resources] == [
        ("Ann", "teacher", None, ""),
        ("Bob", "teacher", None, ""),
        ("7A boys", "students", 9, ""),
        ("7A girls", "students", 11, ""),
        ("7B girls", "students", 4, ""),
        ("8", "students", 25, ""),
        ("N1", "room", 30, "North"),
        ("N2", "room", 30, "North"),
        ("S1", "room", 30, "South"),
        ("small", "room", 10, "South"),
    ]
    assert [event.id for event in problem.events] == ["1", "2", "3", "4", "6"], "5 is switched off"
    first = problem.events[0]
    assert [need.resource for need in first.needs] == [ANN, BOYS, GIRLS]
    assert (first.course, first.tags, first.pieces, first.duration) == ("Maths", ("lab",), (1,), 1)
    assert problem.name == "Small school"
    assert problem.notes == (("comments", "by hand"),)
    assert missed(problem, BASE) == []


def test_sets_that_share_students_clash() -> None:
    # «7 girls» holds the girls of 7A, but not its boys.
    problem = read_fet(fet(activities=activity(1, "Ann", "Maths", "7A") + activity(2, "Bob", "Art", "7 girls")))
    assert missed(problem, {"1": (0, 0, None), "2": (0, 0, None)}) == [("BasicCompulsoryTime", True, 1)]
    apart = read_fet(fet(activities=activity(1, "Ann", "Maths", "7A boys") + activity(2, "Bob", "Art", "7 girls")))
    assert missed(apart, {"1": (0, 0, None), "2": (0, 0, None)}) == []


def test_a_name_may_be_nothing_but_blanks() -> None:
    blank = fet(activities=activity(1, "Ann", " ", "8") + activity(2, "Ann", "Maths", "8")).replace(
        b"<Subjects_List>", b"<Subjects_List><Subject><Name> </Name></Subject>"
    )
    chosen = blank.replace(
        b"</Time_Constraints_List>",
        wish(
            "ActivitiesPreferredStartingTimes",
            "<Subject_Name> </Subject_Name><Preferred_Starting_Time><Preferred_Starting_Day>Mon</Preferred_Starting_Day>"
            "<Preferred_Starting_Hour>1</Preferred_Starting_Hour></Preferred_Starting_Time>",
        ).encode()
        + b"</Time_Constraints_List>",
    )
    assert [one.events for one in added(chosen)] == [(0,)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("weight", "required", "ours"),
    [
        ("100", True, 1),
        ("100.0", True, 1),
        ("95", False, 950),
        ("99.75", False, 998),
        ("0.01", False, 1),
        ("99.999", False, 999),
    ],
)
def test_weights_are_tenths_of_a_percent_rounded_up(weight: str, required: bool, ours: int) -> None:
    (one,) = added(
        fet(wish("MinDaysBetweenActivities", PAIR + "<MinDays>1</MinDays>", weight=weight, comments="spread"))
    )
    assert (one.required, one.weight, one.reason) == (required, ours, "spread")


def test_weight_0_and_what_is_switched_off_ask_for_nothing() -> None:
    inner = PAIR + "<MinDays>1</MinDays>"
    assert added(fet(wish("MinDaysBetweenActivities", inner, weight="0"))) == []
    assert added(fet(wish("MinDaysBetweenActivities", inner, active="false"))) == []
    # A kind that is not known asks for nothing either while it is switched off.
    assert added(fet(wish("TeacherMustSmile", "", active="false"))) == []
    alone = "<Activity_Id>1</Activity_Id><Activity_Id>5</Activity_Id><MinDays>1</MinDays>"
    assert added(fet(wish("MinDaysBetweenActivities", alone))) == [], "one of the two is switched off"


def test_on_one_day_only_adjoining() -> None:
    inner = "<Consecutive_If_Same_Day>true</Consecutive_If_Same_Day>" + PAIR + "<MinDays>1</MinDays>"
    soft = fet(wish("MinDaysBetweenActivities", inner, weight="95"))
    assert [(type(one), one.required) for one in added(soft)] == [(DaysBetween, False), (AdjoinOnSameDay, True)]
    problem = read_fet(soft)
    name = "MinDaysBetweenActivities"
    moved = {**BASE, "3": (2, 0, None)}
    assert missed(problem, {**moved, "2": (0, 2, None)}) == [(name, False, 950), (name, True, 1)]
    assert missed(problem, {**moved, "2": (0, 1, None), "6": (0, 3, None)}) == [(name, False, 950)]
    assert [type(one) for one in added(fet(wish("MinDaysBetweenActivities", inner)))] == [DaysBetween]


def test_gaps_leave_out_what_is_closed() -> None:
    closed = "<Not_Available_Time><Day>Mon</Day><Hour>2</Hour></Not_Available_Time>"
    document = fet(
        wish("TeacherNotAvailableTimes", "<Teacher>Ann</Teacher>" + closed)
        + wish("TeachersMaxGapsPerWeek", "<Max_Gaps>0</Max_Gaps>")
    )
    gaps = [one for one in added(document) if isinstance(one, LimitIdleTimes)]
    assert [(one.resources, one.not_idle) for one in gaps] == [((ANN,), {1}), ((BOB,), frozenset())]
    assert missed(read_fet(document), {**BASE, "6": (0, 2, None)}) == []


def test_constraints_alike_are_one() -> None:
    hours = "<Maximum_Hours_Daily>2</Maximum_Hours_Daily>"
    document = fet(
        wish("TeacherMaxHoursDaily", "<Teacher_Name>Bob</Teacher_Name>" + hours)
        + wish("TeacherMaxHoursDaily", "<Teacher_Name>Ann</Teacher_Name>" + hours)
        + wish("TeachersMaxHoursDaily", hours)
        + wish("TeacherMaxHoursDaily", "<Teacher_Name>Ann</Teacher_Name>" + hours, weight="90")
        + wish("TeacherMaxHoursDaily", "<Teacher_Name>Ann</Teacher_Name>" + hours, weight="90")
    )
    found = [(one.resources, one.required) for one in added(document) if isinstance(one, LimitBusyTimes)]
    assert found == [((ANN, BOB), True), ((ANN,), False), ((ANN,), False)], "a wish said twice counts twice"


def test_a_day_too_full_counts_once() -> None:
    document = fet(wish("StudentsMaxHoursDaily", "<Maximum_Hours_Daily>1</Maximum_Hours_Daily>", weight="50"))
    # The boys have three hours on Monday: two too many, one day.
    assert missed(read_fet(document), BASE) == [("StudentsSetMaxHoursDaily", False, 500)]


def test_one_room_that_must_be_is_given() -> None:
    assert rooms_of(fet(space=preferred(1, "N1")), 0) == (Need("room", N1, "room"),)
    assert rooms_of(fet(), 0) == (), "FET gives a room only where one is wanted"


def test_rooms_that_must_be_have_to_agree() -> None:
    space = preferred(1, "N1", "N2", "small") + wish(
        "SubjectPreferredRooms",
        "<Subject>Maths</Subject><Preferred_Room>N2</Preferred_Room><Preferred_Room>S1</Preferred_Room><Preferred_Room>N1</Preferred_Room>",
    )
    assert rooms_of(fet(space=space), 0) == (Need("room", role="room", candidates=(N1, N2)),)
    must = [one.events for one in added(fet(space=space)) if isinstance(one, AssignResources)]
    assert must == [(0, 1, 3)]
    with pytest.raises(UnfitFetFile) as refused:
        read_fet(fet(space=preferred(1, "N1") + preferred(1, "N2")))
    assert refused.value.code == "no-room"


def test_a_room_too_small_is_none() -> None:
    # 7A has 20 heads.
    assert rooms_of(fet(space=preferred(1, "small", "N1")), 0) == (Need("room", N1, "room"),)
    few = fet(space=preferred(1, "small", "N1"), activities=activity(1, "Ann", "Maths", "7A", heads=8))
    assert rooms_of(few, 0) == (Need("room", role="room", candidates=(N1, SMALL)),)
    with pytest.raises(UnfitFetFile) as refused:
        read_fet(fet(space=preferred(1, "small")))
    assert "1" in refused.value.sentence("en")
    assert "20" in refused.value.sentence("en")


def test_a_wished_room_may_stay_open_and_costs() -> None:
    space = preferred(1, "N1", weight="90") + preferred(1, "N2", "S1", weight="80")
    assert rooms_of(fet(space=space), 0) == (Need("room", role="room", candidates=(N1, N2, S1)),)
    wishes = [one for one in added(fet(space=space)) if isinstance(one, PreferResources)]
    assert [(one.resources, one.weight, one.cost, one.open_counts) for one in wishes] == [
        ({N1}, 900, Cost.LINEAR, True),
        ({N2, S1}, 800, Cost.LINEAR, True),
    ]
    problem = read_fet(fet(space=space))
    for room, cost in (("N1", 800), ("S1", 900), (None, 1700)):
        assert sum(one[2] for one in missed(problem, {**BASE, "1": (0, 0, room)})) == cost


def test_a_long_activity_in_another_room_counts_once() -> None:
    (one, other) = (preferred(3, "N1", weight="90"), preferred(3, "N2", weight="80"))
    problem = read_fet(fet(space=one + other))
    assert {one.cost for one in problem.constraints if isinstance(one, PreferResources)} == {Cost.STEP}
    assert missed(problem, {**BASE, "3": (0, 1, "N2")}) == [("PreferredRooms", False, 900)]


def test_home_rooms_stand_in() -> None:
    home = wish("StudentsSetHomeRoom", "<Students>7A</Students><Room>N1</Room>", weight="70")
    assert rooms_of(fet(space=home), 0) == (Need("room", role="room", candidates=(N1,)),)
    assert rooms_of(fet(space=home), 2) == (), "the boys' lesson is not one of 7A as such"
    problem = read_fet(fet(space=home + preferred(1, "S1", weight="90")))
    for room, cost in (("N1", 900), ("S1", 0), (None, 1600)):
        placing = {**BASE, "1": (0, 0, room), "2": (1, 0, "N1")}
        assert sum(one[2] for one in missed(problem, placing)) == cost
    must = wish("TeacherHomeRoom", "<Teacher>Ann</Teacher><Room>N1</Room>")
    assert rooms_of(fet(space=must), 0) == (Need("room", N1, "room"),)
    assert rooms_of(fet(space=must + preferred(1, "S1")), 0) == (Need("room", S1, "room"),)


def test_a_virtual_room_is_one_of_each_set() -> None:
    space = preferred(1, "suite")
    assert rooms_of(fet(space=space), 0) == (
        Need("room", N1, "room"),
        Need("room", role="room", candidates=(N2, S1)),
    )
    fixed = preferred(1, "suite", real=("N1", "S1"))
    assert rooms_of(fet(space=fixed), 0) == (Need("room", N1, "room"), Need("room", S1, "room"))
    wished = fet(space=preferred(1, "suite", weight="95"))
    problem = read_fet(wished)
    assert missed(problem, {**BASE, "1": (0, 0, "N1+S1")}) == []
    assert missed(problem, {**BASE, "1": (0, 0, None)}) == [("PreferredRooms", False, 950)]
    with pytest.raises(UnfitFetFile) as refused:
        read_fet(fet(space=preferred(1, "suite", "N1")))
    assert refused.value.code == "virtual-mixed"


def test_a_teacher_and_a_room_may_have_one_name() -> None:
    problem = read_fet(fet(teachers=named("Teacher", "Ann", "Bob", "N1")))
    assert [(one.id, one.name) for one in problem.resources if one.name == "N1"] == [("N1", "N1"), ("N1 (room)", "N1")]


def test_a_teacher_listed_twice_is_one() -> None:
    assert read_fet(fet(teachers=named("Teacher", "Ann", "Bob", "Ann"))) == read_fet(fet())
    assert ACTIVITIES.count("Ann") == 3
