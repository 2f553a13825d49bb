"""A school's week as a problem: four classes by hand, every wish, names that lead nowhere, and synthetic schools with their plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from benchmarks.schools import synthetic
from yaodian.engines.scheduling.timetabling import Piece, Timetable, verify
from yaodian.engines.scheduling.timetabling import wishes as w
from yaodian.engines.scheduling.timetabling.constraints import busyness, staffing, times
from yaodian.engines.scheduling.timetabling.refusals import Code, unfit
from yaodian.engines.scheduling.timetabling.school import (
    Bells,
    Course,
    HomeClass,
    Hours,
    Meeting,
    Period,
    Pupils,
    Room,
    School,
    Shortfall,
    Slot,
    Teacher,
    UnknownName,
    Weeks,
)
from yaodian.engines.scheduling.timetabling.school_problem import lay
from yaodian.engines.scheduling.timetabling.sectioned import Year, of_sections

LOW = Bells("初中", (Period("一", 480, 525, "上午"), Period("二", 535, 580, "上午"), Period("三", 590, 635)))
HIGH = Bells("高中", (Period("一", 480, 520), Period("二", 530, 570), Period("三", 600, 640)), without=((1, 2),))


def four_classes(*wishes: w.Wish, **changed: object) -> School:
    """Two days; two classes of the lower bells, two of the upper, with three teachers, an ordinary room each and one laboratory."""
    homes = tuple(
        HomeClass(f"{at + 1}班", "初中" if at < 2 else "高中", f"{at // 2 + 1}", f"教室{at + 1}") for at in range(4)
    )
    school = School(
        days=2,
        bells=(LOW, HIGH),
        homes=homes,
        pupils=(*(Pupils(f"{home.id}全", home.id, 40) for home in homes[:3]), Pupils("4班甲", "4班", 20, "物理+化学"), Pupils("4班乙", "4班", 18, "历史+地理")),
        teachers=(
            Teacher("安", "安老师", ("语文",), away=(Slot(1, (0,)),), most_hours=6, most_a_day=3, most_on_end=3, most_days=2),
            Teacher("薄", "薄老师", ("化学",)),
            Teacher("陈", "陈老师", ("地理", "语文")),
        ),
        rooms=(*(Room(f"教室{at + 1}", seats=45, place="东") for at in range(4)), Room("实验室", "化学", 24, "西", closed=(Slot(1),))),
        courses=(
            *(Course(f"{home.id}语文", "语文", (f"{home.id}全",), 2, doubles=1, teachers=("安",)) for home in homes[:2]),
            Course("3班语文", "语文", ("3班全",), 2, any_teacher=("安", "陈")),
            Course("4班化学", "化学", ("4班甲",), 1, teachers=("薄",), room_kind="化学", weeks=Weeks.ODD, together="走班"),
            Course("4班地理", "地理", ("4班乙",), 1, teachers=("陈",), weeks=Weeks.ODD, together="走班"),
            Course("1班班会", "班会", ("1班全",), 1, teachers=("薄",), fixed=((1, 0),)),
        ),
        meetings=(Meeting("语文教研", ("安", "陈"), 1, (0, 0)),),
        wishes=wishes,
    )  # fmt: skip
    return replace(school, **changed)  # type: ignore[arg-type]


def test_four_classes_by_hand() -> None:
    laid = lay(four_classes())
    problem = laid.problem
    assert [time.id for time in problem.times] == [
        *("初中:1.1", "初中:1.2", "初中:1.3", "初中:2.1", "初中:2.2", "初中:2.3"),
        *("高中:1.1", "高中:1.2", "高中:1.3", "高中:2.1", "高中:2.2"),
    ]
    # 初中 8:00–8:45 meets 高中 8:00–8:40 and 8:50–9:30 does not meet it.
    assert problem.overlapping[laid.at["初中", 0, 0]] == (laid.at["高中", 0, 0],)
    assert problem.cycle == 2
    chinese, open_, chemistry = (problem.events[laid.event[one]] for one in ("1班语文", "3班语文", "4班化学"))
    assert chinese.pieces == (2,)
    given = ("teacher", "安"), ("pupils", "1班全"), ("room", "教室1")
    assert [need.resource for need in chinese.needs] == [laid.resource[one] for one in given]
    assert [problem.resources[one].id for one in open_.needs[0].candidates] == ["安", "陈"]
    assert chemistry.weeks == (0,)
    assert [problem.resources[one].id for one in chemistry.needs[-1].candidates] == ["实验室"]
    assert problem.events[laid.event["1班班会"]].time == laid.at["初中", 1, 0]
    assert problem.events[laid.event["语文教研"]].time == laid.at["初中", 0, 0]
    assert laid.wish_of == (None,) * len(problem.constraints)
    assert {type(one) for one in problem.constraints} == {
        *(busyness.AvoidClashes, busyness.AvoidUnavailableTimes, busyness.LimitWorkload, busyness.LimitBusyTimes),
        *(busyness.LimitRuns, busyness.ClusterBusyTimes, times.AssignTimes, times.PreferTimes, times.LinkEvents),
        *(staffing.AssignResources, staffing.FitRooms),
    }
    assert unfit(problem) == ()


def test_a_timetable_of_the_four_classes() -> None:
    """Ann meets at 1.1 and is away at 2.1, so that her doubles are 1.2–1.3 and 2.2–2.3."""
    laid = lay(four_classes())
    problem, at, resource = laid.problem, laid.at, laid.resource

    def piece(course: str, day: int, period: int, bells: str, duration: int = 1, **chosen: str) -> Piece:
        event = laid.event[course]
        needs = problem.events[event].needs
        resources = tuple(
            need.resource if need.resource is not None else resource[need.role, chosen[need.role]] for need in needs
        )
        return Piece(event, duration, at[bells, day, period], resources)

    pieces = [
        piece("1班语文", 1, 1, "初中", 2),
        piece("2班语文", 0, 1, "初中", 2),
        piece("3班语文", 0, 1, "高中", teacher="陈"),
        piece("3班语文", 1, 0, "高中", teacher="陈"),
        piece("4班化学", 0, 2, "高中", room="实验室"),
        piece("4班地理", 0, 2, "高中", room="教室4"),
        piece("1班班会", 1, 0, "初中"),
        piece("语文教研", 0, 0, "初中"),
    ]
    assert verify(problem, Timetable.of(problem, pieces)).is_valid

    def broken(place: int, instead: Piece) -> set[str]:
        changed = [*pieces[:place], instead, *pieces[place + 1 :]]
        return {
            problem.constraints[one.constraint].name for one in verify(problem, Timetable.of(problem, changed)).breaches
        }

    clashes = "nobody and no room is at two places at once"
    assert broken(1, piece("2班语文", 0, 0, "初中", 2)) == {clashes}  # the meeting
    # Chen's lesson at 8:00 by the upper bells is while the lower ones ring for the meeting.
    assert broken(2, piece("3班语文", 0, 0, "高中", teacher="陈")) == {clashes}
    assert broken(2, piece("3班语文", 0, 1, "初中", teacher="陈")) == {"own bell schedule"}
    assert broken(5, piece("4班地理", 1, 1, "高中", room="教室4")) == {"courses of one block run together"}
    assert broken(4, piece("4班化学", 0, 2, "高中", room="教室4")) == {clashes}


@pytest.mark.parametrize(
    ("wish", "kind", "fields"),
    [
        (w.LessonsADay(name="x", subjects=("语文",)), times.SpreadEvents, {"groups": ((0,), (1,), (2,))}),
        (w.InPeriods(name="x", subjects=("化学",), periods=(0,)), times.PreferTimes, {"events": (3,), "times": frozenset({0, 3, 6, 9})}),
        (w.Away(name="x", who=("4班", "安"), when=(Slot(1, (1,)),)), busyness.AvoidUnavailableTimes, {"resources": (11, 12, 0), "times": frozenset({4, 10})}),
        (w.NoGapsForPupils(name="x", homes=("4班",)), busyness.LimitIdleTimes, {"resources": (11, 12), "time_groups": ((6, 7, 8), (9, 10))}),
        (w.GapsOfTeachers(name="x", teachers=("陈",), most=1), busyness.LimitIdleTimes, {"resources": (2,), "maximum": 1}),
        (w.LessonsOfTeachersADay(name="x", most=3, least=2), busyness.LimitBusyTimes, {"resources": (0, 1, 2), "minimum": 2, "maximum": 3}),
        (w.DaysOfTeachers(name="x", most=1), busyness.ClusterBusyTimes, {"resources": (0, 1, 2), "maximum": 1}),
        (w.LessonsOnEnd(name="x", most=2), busyness.LimitRuns, {"resources": (0, 1, 2), "maximum": 2}),
        (w.FairPeriods(name="x", periods=(2,)), busyness.ShareFairly, {"groups": ((0, 2),), "times": frozenset({2, 5, 8})}),
        (w.DaysApart(name="x", subjects=("语文",), least=1), times.DaysBetween, {"groups": ((0,), (1,), (2,)), "minimum": 1}),
        (w.OneRoom(name="x"), staffing.AvoidSplitAssignments, {"groups": ((3,), (4,)), "role": "room"}),
        (w.InRooms(name="x", subjects=("地理",), rooms=("教室1",)), staffing.PreferResources, {"events": (4,), "resources": frozenset({3})}),
        (w.NeverAtOnce(name="x", courses=("1班语文", "4班地理")), times.KeepApart, {"groups": ((0, 4),)}),
        (w.AtOnceAtMost(name="x", subjects=("语文",), most=2), times.LimitRunning, {"groups": ((0, 1, 2),), "maximum": 2}),
        (w.Before(name="x", pairs=(("4班化学", "1班班会"),)), times.OrderEvents, {"pairs": ((3, 5),)}),
        (w.OnEnd(name="x", courses=("4班化学", "4班地理")), times.AdjoinEvents, {"groups": ((3, 4),)}),
    ],
)  # fmt: skip
def test_a_wish_becomes_its_constraint(wish: w.Wish, kind: type, fields: dict[str, object]) -> None:
    laid = lay(four_classes(replace(wish, weight=7, reason="课程方案", required=False)))
    (at,) = [place for place, one in enumerate(laid.wish_of) if one == 0]
    constraint = laid.problem.constraints[at]
    assert type(constraint) is kind
    assert {name: getattr(constraint, name) for name in fields} == fields
    assert (constraint.name, constraint.weight, constraint.reason, constraint.required) == ("x", 7, "课程方案", False)


def test_ways_between_places_go_by_everybodys_bells() -> None:
    laid = lay(four_classes(w.WayBetweenPlaces(name="校区之间", required=True)))
    found = [one for one in laid.problem.constraints if isinstance(one, busyness.GapsBetweenPlaces)]
    assert [len(one.resources) for one in found] == [2, 3, 3]


def test_a_wish_that_concerns_nothing_is_no_constraint() -> None:
    plain = lay(four_classes()).problem.constraints
    assert lay(four_classes(w.LessonsADay(name="x", subjects=("拉丁文",)))).problem.constraints == plain


@pytest.mark.parametrize(
    ("changed", "kind", "name", "where"),
    [
        ({"homes": (HomeClass("1班", "夜校"),)}, "bell schedule", "夜校", "1班"),
        ({"pupils": (Pupils("甲", "9班", 3),)}, "home class", "9班", "甲"),
        ({"courses": (Course("课", "语文", ("无",), 1),)}, "set of pupils", "无", "课"),
        ({"courses": (Course("课", "语文", (), 1, teachers=("无",)),)}, "teacher", "无", "课"),
        ({"courses": (Course("课", "语文", (), 1, rooms=("无",)),)}, "room", "无", "课"),
        ({"meetings": (Meeting("会", ("无",)),)}, "teacher", "无", "会"),
        ({"teachers": (Teacher("安"), Teacher("安"))}, "teacher", "安", "the school"),
    ],
)
def test_a_name_that_leads_nowhere(changed: dict[str, object], kind: str, name: str, where: str) -> None:
    with pytest.raises(UnknownName, match=f"{where} names the {kind} “{name}”") as refused:
        four_classes(**changed)
    assert (refused.value.kind, refused.value.name, refused.value.where) == (kind, name, where)


@pytest.mark.parametrize(
    "wish",
    [w.NeverAtOnce(name="x", courses=("无",)), w.GapsOfTeachers(name="x", teachers=("无",)), w.Away(name="x", who=("无",), when=(Slot(0),))],
)  # fmt: skip
def test_a_wish_that_names_nobody(wish: w.Wish) -> None:
    with pytest.raises(UnknownName, match="“无”"):
        _ = lay(four_classes(wish)).problem


def test_a_period_that_there_is_not() -> None:
    late = Course("4班班会", "班会", ("4班甲",), 1, teachers=("薄",), fixed=((1, 2),))
    with pytest.raises(UnknownName, match=r"高中 2\.3"):
        _ = lay(four_classes(courses=(late,))).problem


def test_a_group_that_no_room_holds_is_found() -> None:
    crowd = (*four_classes().pupils[:3], Pupils("4班甲", "4班", 90), Pupils("4班乙", "4班", 18))
    found = [one for one in unfit(lay(four_classes(pupils=crowd)).problem) if one.is_certain]
    assert (found[0].code, found[0].needed, found[0].there) == (Code.GROUP_TOO_LARGE, 90, 24)


def test_hours_are_held_against_the_curriculum() -> None:
    curriculum = (Hours("语文", "1", 2), Hours("语文", "2", 2), Hours("化学", "2", 1, chosen=True))
    assert four_classes().shortfalls(curriculum) == (
        Shortfall("4班甲", "语文", 2, 0.0),
        Shortfall("4班乙", "语文", 2, 0.0),
        Shortfall("4班甲", "化学", 1, 0.5),
    )


@dataclass(frozen=True)
class Section:
    """What sectioning gives, in so far as a week asks for it."""

    code: str
    pupils: tuple[str, ...]
    room: str = ""
    subject: str = ""
    block: str = ""
    teacher: str = ""


def test_groups_of_sectioning_become_courses() -> None:
    """Three pupils of a class: two who cannot be told apart, and one who goes elsewhere."""
    homes = [Section("1班", ("p1", "p2", "p3"), "101"), Section("2班", ("p4",))]
    groups = [
        Section("物A", ("p1", "p2", "p4"), "201", "物理", "A", "安"),
        Section("史A", ("p3",), "", "历史", "A"),
    ]
    choices = {"p1": ("物理",), "p2": ("物理",), "p3": ("历史",), "p4": ("物理",)}
    year = Year("高一", "高中", {"物理": 4, "历史": 3}, doubles={"物理": 1})
    found = of_sections(homes, groups, choices, year, teachers={"历史": ["陈"]})
    assert found.homes == (HomeClass("高一·1班", "高中", "高一", "101"), HomeClass("高一·2班", "高中", "高一"))
    assert [(one.home, one.size, found.numbers[one.id]) for one in found.pupils] == [
        ("高一·1班", 1, ("p3",)),
        ("高一·1班", 2, ("p1", "p2")),
        ("高一·2班", 1, ("p4",)),
    ]
    physics, history = found.courses
    assert (physics.pupils, physics.hours, physics.doubles, physics.teachers, physics.rooms, physics.together) == (
        (found.pupils[1].id, found.pupils[2].id), 4, 1, ("安",), ("201",), "高一·A",
    )  # fmt: skip
    assert (history.teachers, history.any_teacher, history.rooms) == ((), ("陈",), ())
    with pytest.raises(KeyError):
        of_sections(homes, groups, {}, year)


@pytest.mark.parametrize("count", [60, 300])
def test_a_synthetic_school_has_the_timetable_that_was_laid_first(count: int) -> None:
    made = synthetic(count, seed=3)
    problem = made.laid.problem
    verdict = verify(problem, made.planted)
    assert (verdict.required, verdict.faults) == (0, ())
    assert unfit(problem) == ()
    assert made.laid.school.shortfalls(made.curriculum) == ()
    assert sum(one.size for one in made.laid.school.pupils) == 3 * count
    again = synthetic(count, seed=3)
    assert (again.laid.problem, again.planted) == (problem, made.planted)
