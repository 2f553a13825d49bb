"""Every kind of FET's by a document of its own, with a timetable that breaks it and one that keeps it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from yaodian.engines.scheduling.fet import read_fet, read_result, write_fet, write_result
from yaodian.engines.scheduling.fet.reading import KINDS, SPACE_LIST

from .document import BASE, Placing, fet, missed, placed, wish


@dataclass(frozen=True)
class Case:
    """``bad`` and ``good`` are where activities lie otherwise than in ``BASE``; ``amount`` is by how much the bad one misses. ``more`` and ``space`` are
    constraints that stand beside the one that is meant."""

    kind: str
    inner: str
    bad: Placing = field(default_factory=dict)
    good: Placing = field(default_factory=dict)
    amount: int = 1
    more: str = ""
    space: str = ""

    @property
    def is_space(self) -> bool:
        return any(word in self.kind for word in ("Room", "Building"))

    def document(self, weight: str = "100") -> bytes:
        said = wish(self.kind, self.inner, weight=weight)
        return fet(self.more + ("" if self.is_space else said), self.space + (said if self.is_space else ""))


def ids(*numbers: int) -> str:
    return "".join(f"<Activity_Id>{number}</Activity_Id>" for number in numbers)


def slot(item: str, day: str, hour: str, *when: tuple[str, str]) -> str:
    return "".join(f"<{item}><{day}>{one}</{day}><{hour}>{other}</{hour}></{item}>" for one, other in when)


def closed(*when: tuple[str, str]) -> str:
    return slot("Not_Available_Time", "Day", "Hour", *when)


def starts(*when: tuple[str, str]) -> str:
    return slot("Preferred_Starting_Time", "Preferred_Starting_Day", "Preferred_Starting_Hour", *when)


def slots(*when: tuple[str, str]) -> str:
    return slot("Preferred_Time_Slot", "Preferred_Day", "Preferred_Hour", *when)


def selected(*when: tuple[str, str]) -> str:
    return slot("Selected_Time_Slot", "Selected_Day", "Selected_Hour", *when)


def pair(first: int, second: int) -> str:
    return f"<First_Activity_Id>{first}</First_Activity_Id><Second_Activity_Id>{second}</Second_Activity_Id>"


def rooms_for(*numbers: int) -> str:
    """Any room of two buildings for these activities."""
    names = "".join(f"<Preferred_Room>{name}</Preferred_Room>" for name in ("N1", "N2", "S1"))
    return "".join(wish("ActivityPreferredRooms", f"<Activity_Id>{one}</Activity_Id>{names}") for one in numbers)


TEACHER, SET = "<Teacher>Ann</Teacher>", "<Students>7A</Students>"
TEACHER_NAME = "<Teacher_Name>Ann</Teacher_Name>"
MON2 = ("Mon", "2")

# Ann with a gap of two hours on Monday.
GAP: Placing = {"6": (0, 3, None)}
IN_ROOMS: Placing = {"1": (0, 0, "N1"), "6": (0, 1, "N2"), "2": (1, 0, "N1")}
ACROSS: Placing = {"1": (0, 0, "N1"), "6": (0, 1, "S1"), "2": (0, 2, "N2"), "3": (1, 1, None), "4": (1, 0, None)}

TIME_CASES = [
    Case("TeacherNotAvailableTimes", TEACHER + closed(MON2), good={"6": (0, 2, None)}),
    Case(
        "StudentsSetNotAvailableTimes", "<Students>7 girls</Students>" + closed(("Mon", "1")), good={"1": (2, 0, None)}
    ),
    Case("BreakTimes", slot("Break_Time", "Day", "Hour", ("Mon", "3")), good={"3": (1, 2, None)}),
    Case(
        "ActivityPreferredStartingTime",
        "<Activity_Id>6</Activity_Id><Preferred_Day>Tue</Preferred_Day><Preferred_Hour>4</Preferred_Hour><Permanently_Locked>true</Permanently_Locked>",
        good={"6": (1, 3, None)},
    ),
    Case(
        "ActivityPreferredStartingTimes",
        "<Activity_Id>3</Activity_Id>" + starts(("Tue", "3"), ("Wed", "1")),
        good={"3": (2, 0, None)},
        amount=2,
    ),
    Case(
        "ActivitiesPreferredStartingTimes",
        "<Teacher_Name></Teacher_Name><Students_Name></Students_Name><Subject_Name></Subject_Name><Activity_Tag_Name>long</Activity_Tag_Name><Duration>1</Duration>"
        + starts(MON2, ("Wed", "1")),
        good={"4": (2, 0, None)},
    ),
    Case(
        "SubactivitiesPreferredStartingTimes",
        "<Component_Number>2</Component_Number><Teacher_Name></Teacher_Name><Students_Name></Students_Name><Subject_Name>Maths</Subject_Name><Activity_Tag_Name></Activity_Tag_Name>"
        + starts(("Wed", "1")),
        good={"2": (2, 0, None)},
    ),
    Case(
        "ActivityPreferredTimeSlots",
        "<Activity_Id>3</Activity_Id>" + slots(MON2, ("Wed", "1"), ("Wed", "2")),
        good={"3": (2, 0, None)},
    ),
    Case(
        "ActivitiesPreferredTimeSlots",
        "<Teacher_Name></Teacher_Name><Students_Name>7 girls</Students_Name><Subject_Name></Subject_Name><Activity_Tag_Name></Activity_Tag_Name>"
        + slots(("Mon", "1"), ("Wed", "1")),
        good={"2": (2, 0, None)},
    ),
    Case(
        "SubactivitiesPreferredTimeSlots",
        "<Component_Number>2</Component_Number><Teacher_Name>Ann</Teacher_Name><Students_Name></Students_Name><Subject_Name></Subject_Name><Activity_Tag_Name></Activity_Tag_Name>"
        + slots(("Wed", "1")),
        good={"2": (2, 0, None)},
    ),
    Case(
        "MinDaysBetweenActivities",
        "<Consecutive_If_Same_Day>true</Consecutive_If_Same_Day>" + ids(1, 2) + "<MinDays>2</MinDays>",
        good={"2": (2, 0, None)},
    ),
    Case("MaxDaysBetweenActivities", ids(1, 2) + "<MaxDays>1</MaxDays>", bad={"2": (2, 0, None)}),
    Case("MinGapsBetweenActivities", ids(1, 6) + "<MinGaps>1</MinGaps>", good={"6": (0, 2, None)}),
    Case("ActivitiesSameStartingTime", ids(1, 4), good={"4": (0, 0, None)}),
    Case("ActivitiesSameStartingDay", ids(1, 4), good={"4": (0, 3, None)}),
    Case("ActivitiesSameStartingHour", ids(1, 4), good={"4": (1, 0, None)}),
    Case("ActivitiesNotOverlapping", ids(3, 6), good={"6": (1, 2, None)}),
    Case(
        "ActivityTagsNotOverlapping",
        "<Activity_Tag>lab</Activity_Tag><Activity_Tag>long</Activity_Tag>",
        bad={"4": (0, 0, None)},
    ),
    Case("TwoActivitiesConsecutive", pair(1, 6), bad={"6": (0, 2, None)}),
    Case(
        "TwoActivitiesConsecutive",
        pair(1, 6),
        more=wish("BreakTimes", slot("Break_Time", "Day", "Hour", MON2)),
        bad={"6": (0, 3, None), "3": (2, 0, None)},
        good={"6": (0, 2, None), "3": (2, 0, None)},
    ),
    Case("TwoActivitiesGrouped", pair(6, 1), bad={"6": (0, 2, None)}),
    Case(
        "ThreeActivitiesGrouped",
        pair(1, 6) + "<Third_Activity_Id>2</Third_Activity_Id>",
        good={"2": (0, 2, None), "3": (2, 0, None)},
    ),
    Case("TwoActivitiesOrdered", pair(2, 1), amount=5, good={"1": (2, 0, None)}),
    Case("TwoActivitiesOrderedIfSameDay", pair(6, 1), good={"1": (0, 2, None), "3": (2, 0, None)}),
    Case("ActivityEndsStudentsDay", "<Activity_Id>1</Activity_Id>", good={"3": (2, 0, None)}),
    Case(
        "ActivitiesEndStudentsDay",
        "<Teacher_Name></Teacher_Name><Students_Name></Students_Name><Subject_Name></Subject_Name><Activity_Tag_Name>lab</Activity_Tag_Name>",
        good={"3": (2, 0, None)},
    ),
    Case("ActivityEndsTeachersDay", "<Activity_Id>1</Activity_Id>", good={"6": (2, 0, None)}),
    Case(
        "ActivitiesEndTeachersDay",
        "<Teacher_Name></Teacher_Name><Students_Name></Students_Name><Subject_Name></Subject_Name><Activity_Tag_Name>lab</Activity_Tag_Name>",
        good={"6": (2, 0, None)},
    ),
    Case(
        "ActivitiesOccupyMaxTimeSlotsFromSelection",
        ids(1, 3)
        + selected(("Mon", "1"), MON2, ("Mon", "3"))
        + "<Max_Number_of_Occupied_Time_Slots>2</Max_Number_of_Occupied_Time_Slots>",
        good={"1": (2, 0, None)},
    ),
    Case(
        "ActivitiesOccupyMinTimeSlotsFromSelection",
        ids(1, 2)
        + selected(("Mon", "1"), ("Wed", "1"))
        + "<Min_Number_of_Occupied_Time_Slots>2</Min_Number_of_Occupied_Time_Slots>",
        good={"2": (2, 0, None)},
    ),
    Case(
        "ActivitiesMaxSimultaneousInSelectedTimeSlots",
        ids(3, 6) + selected(MON2) + "<Max_Number_of_Simultaneous_Activities>1</Max_Number_of_Simultaneous_Activities>",
        good={"6": (2, 0, None)},
    ),
    Case(
        "ActivitiesMinSimultaneousInSelectedTimeSlots",
        ids(1, 4, 6)
        + selected(("Mon", "1"), ("Tue", "2"))
        + "<Min_Number_of_Simultaneous_Activities>2</Min_Number_of_Simultaneous_Activities><Allow_Empty_Slots>true</Allow_Empty_Slots>",
        amount=2,
        good={"4": (0, 0, None)},
    ),
    Case(
        "StudentsMinGapsBetweenOrderedPairOfActivityTags",
        "<First_Activity_Tag>long</First_Activity_Tag><Second_Activity_Tag>long</Second_Activity_Tag><MinGaps>1</MinGaps>",
        bad={"4": (0, 2, None), "3": (2, 0, None)},
    ),
]

RESOURCE_CASES = [
    Case("TeacherMaxGapsPerWeek", TEACHER_NAME + "<Max_Gaps>1</Max_Gaps>", bad=GAP),
    Case("StudentsSetMaxGapsPerWeek", SET + "<Max_Gaps>0</Max_Gaps>", bad={"3": (0, 2, None)}),
    Case("TeacherMaxGapsPerDay", TEACHER_NAME + "<Max_Gaps>1</Max_Gaps>", bad=GAP),
    Case("StudentsSetMaxGapsPerDay", SET + "<Max_Gaps>0</Max_Gaps>", bad={"3": (0, 2, None)}),
    Case(
        "TeacherMaxHoursDaily", TEACHER_NAME + "<Maximum_Hours_Daily>1</Maximum_Hours_Daily>", good={"6": (2, 0, None)}
    ),
    Case("StudentsSetMaxHoursDaily", SET + "<Maximum_Hours_Daily>2</Maximum_Hours_Daily>", good={"3": (2, 0, None)}),
    Case(
        "TeacherMinHoursDaily",
        TEACHER_NAME + "<Minimum_Hours_Daily>2</Minimum_Hours_Daily><Allow_Empty_Days>true</Allow_Empty_Days>",
        good={"6": (1, 2, None), "1": (1, 3, None)},
    ),
    Case(
        "StudentsSetMinHoursDaily",
        "<Students>7A boys</Students><Minimum_Hours_Daily>1</Minimum_Hours_Daily><Allow_Empty_Days>false</Allow_Empty_Days>",
        good={"3": (2, 0, None)},
    ),
    Case(
        "TeacherMaxHoursContinuously",
        TEACHER_NAME + "<Maximum_Hours_Continuously>1</Maximum_Hours_Continuously>",
        good={"6": (0, 2, None)},
    ),
    Case(
        "StudentsSetMaxHoursContinuously",
        SET + "<Maximum_Hours_Continuously>2</Maximum_Hours_Continuously>",
        good={"3": (0, 2, None)},
    ),
    Case(
        "TeacherActivityTagMaxHoursDaily",
        "<Teacher_Name>Bob</Teacher_Name><Activity_Tag_Name>long</Activity_Tag_Name><Maximum_Hours_Daily>2</Maximum_Hours_Daily>",
        bad={"4": (0, 3, None)},
    ),
    Case(
        "StudentsSetActivityTagMaxHoursDaily",
        "<Students>8</Students><Activity_Tag>long</Activity_Tag><Maximum_Hours_Daily>1</Maximum_Hours_Daily>",
        bad={"4": (0, 3, None)},
    ),
    Case(
        "TeacherActivityTagMinHoursDaily",
        "<Teacher_Name>Bob</Teacher_Name><Activity_Tag_Name>long</Activity_Tag_Name><Minimum_Hours_Daily>2</Minimum_Hours_Daily><Allow_Empty_Days>true</Allow_Empty_Days>",
        good={"4": (0, 3, None)},
    ),
    Case(
        "StudentsSetActivityTagMinHoursDaily",
        "<Students>8</Students><Activity_Tag>long</Activity_Tag><Minimum_Hours_Daily>2</Minimum_Hours_Daily><Allow_Empty_Days>true</Allow_Empty_Days>",
        amount=2,
        good={"4": (0, 3, None)},
    ),
    Case(
        "TeacherActivityTagMaxHoursContinuously",
        "<Teacher_Name>Bob</Teacher_Name><Activity_Tag_Name>long</Activity_Tag_Name><Maximum_Hours_Continuously>2</Maximum_Hours_Continuously>",
        bad={"4": (0, 3, None)},
    ),
    Case(
        "StudentsSetActivityTagMaxHoursContinuously",
        "<Students>8</Students><Activity_Tag>long</Activity_Tag><Maximum_Hours_Continuously>1</Maximum_Hours_Continuously>",
        bad={"4": (0, 2, None), "3": (2, 0, None)},
    ),
    Case("TeacherMaxDaysPerWeek", TEACHER_NAME + "<Max_Days_Per_Week>1</Max_Days_Per_Week>", good={"2": (0, 3, None)}),
    Case(
        "StudentsSetMaxDaysPerWeek",
        "<Students>8</Students><Max_Days_Per_Week>1</Max_Days_Per_Week>",
        good={"4": (0, 3, None)},
    ),
    Case(
        "TeacherMinDaysPerWeek",
        TEACHER_NAME + "<Minimum_Days_Per_Week>3</Minimum_Days_Per_Week>",
        good={"6": (2, 3, None)},
    ),
    Case(
        "TeacherIntervalMaxDaysPerWeek",
        TEACHER_NAME
        + "<Interval_Start_Hour>1</Interval_Start_Hour><Interval_End_Hour>2</Interval_End_Hour><Max_Days_Per_Week>1</Max_Days_Per_Week>",
        good={"2": (1, 2, None)},
    ),
    Case(
        "StudentsSetIntervalMaxDaysPerWeek",
        SET
        + "<Interval_Start_Hour>3</Interval_Start_Hour><Interval_End_Hour></Interval_End_Hour><Max_Days_Per_Week>0</Max_Days_Per_Week>",
        good={"3": (1, 0, None), "2": (2, 0, None), "4": (0, 3, None)},
    ),
    Case(
        "TeacherMaxSpanPerDay",
        TEACHER_NAME
        + "<Max_Span>3</Max_Span><Allow_One_Day_Exception_of_Plus_One>false</Allow_One_Day_Exception_of_Plus_One>",
        bad=GAP,
    ),
    Case(
        "TeacherMaxSpanPerDay",
        TEACHER_NAME
        + "<Max_Span>2</Max_Span><Allow_One_Day_Exception_of_Plus_One>true</Allow_One_Day_Exception_of_Plus_One>",
        bad=GAP,
        good={"6": (0, 2, None)},
    ),
    Case("StudentsSetMaxSpanPerDay", SET + "<Max_Span>3</Max_Span>", bad={"3": (0, 2, None)}),
    Case(
        "TeacherMinRestingHours",
        TEACHER_NAME + "<Minimum_Resting_Hours>3</Minimum_Resting_Hours><Circular>false</Circular>",
        good={"2": (1, 2, None)},
    ),
    Case(
        "StudentsSetMinRestingHours",
        "<Students>8</Students><Minimum_Resting_Hours>3</Minimum_Resting_Hours><Circular>true</Circular>",
        bad={"6": (0, 3, None)},
        amount=2,
    ),
    Case(
        "StudentsSetEarlyMaxBeginningsAtSecondHour",
        "<Students>8</Students><Max_Beginnings_At_Second_Hour>1</Max_Beginnings_At_Second_Hour>",
        good={"4": (1, 0, None), "2": (1, 1, None)},
    ),
    Case(
        "StudentsSetEarlyMaxBeginningsAtSecondHour",
        "<Students>8</Students><Max_Beginnings_At_Second_Hour>0</Max_Beginnings_At_Second_Hour>",
        more=wish("StudentsSetNotAvailableTimes", "<Students>8</Students>" + closed(("Mon", "1"))),
        good={"4": (1, 0, None), "2": (1, 1, None)},
    ),
]
SPACE_CASES = [
    Case(
        "RoomNotAvailableTimes",
        "<Room>N1</Room>" + closed(("Mon", "1")),
        space=rooms_for(1),
        bad={"1": (0, 0, "N1")},
        good={"1": (0, 0, "N2")},
    ),
    Case(
        "TeacherMaxBuildingChangesPerDay",
        TEACHER + "<Max_Building_Changes_Per_Day>1</Max_Building_Changes_Per_Day>",
        space=rooms_for(1, 2, 6),
        bad=ACROSS,
        good=IN_ROOMS,
    ),
    Case(
        "StudentsSetMaxBuildingChangesPerDay",
        SET + "<Max_Building_Changes_Per_Day>0</Max_Building_Changes_Per_Day>",
        space=rooms_for(1, 2),
        bad={"1": (0, 0, "N1"), "2": (0, 3, "S1")},
        amount=2,
        good={"1": (0, 0, "N1"), "2": (1, 0, "S1")},
    ),
    Case(
        "TeacherMaxBuildingChangesPerWeek",
        TEACHER + "<Max_Building_Changes_Per_Week>1</Max_Building_Changes_Per_Week>",
        space=rooms_for(1, 2, 6),
        bad=ACROSS,
        good=IN_ROOMS,
    ),
    Case(
        "StudentsSetMaxBuildingChangesPerWeek",
        SET + "<Max_Building_Changes_Per_Week>0</Max_Building_Changes_Per_Week>",
        space=rooms_for(1, 2),
        bad={"1": (0, 0, "N1"), "2": (0, 3, "S1")},
        amount=2,
        good={"1": (0, 0, "N1"), "2": (1, 0, "S1")},
    ),
    Case(
        "TeacherMinGapsBetweenBuildingChanges",
        TEACHER + "<Min_Gaps_Between_Building_Changes>1</Min_Gaps_Between_Building_Changes>",
        space=rooms_for(1, 2, 6),
        bad=ACROSS,
        amount=2,
        good=IN_ROOMS,
    ),
    Case(
        "StudentsSetMinGapsBetweenBuildingChanges",
        SET + "<Min_Gaps_Between_Building_Changes>3</Min_Gaps_Between_Building_Changes>",
        space=rooms_for(1, 2),
        bad={"1": (0, 0, "N1"), "2": (0, 3, "S1")},
        amount=2,
        good={"1": (0, 0, "N1"), "2": (0, 3, "N2")},
    ),
    Case(
        "TeacherMaxRoomChangesPerDay",
        TEACHER + "<Max_Room_Changes_Per_Day>0</Max_Room_Changes_Per_Day>",
        space=rooms_for(1, 6),
        bad={"1": (0, 0, "N1"), "6": (0, 1, "N2")},
        good={"1": (0, 0, "N1"), "6": (0, 1, "N1")},
    ),
    Case(
        "StudentsSetMaxRoomChangesPerDay",
        SET + "<Max_Room_Changes_Per_Day>0</Max_Room_Changes_Per_Day>",
        space=rooms_for(1, 2),
        bad={"1": (0, 0, "N1"), "2": (0, 3, "N2")},
        amount=2,
        good={"1": (0, 0, "N1"), "2": (0, 3, "N1")},
    ),
    Case(
        "TeacherMaxRoomChangesPerWeek",
        TEACHER + "<Max_Room_Changes_Per_Week>0</Max_Room_Changes_Per_Week>",
        space=rooms_for(1, 6),
        bad={"1": (0, 0, "N1"), "6": (0, 1, "N2")},
        good={"1": (0, 0, "N1"), "6": (0, 1, "N1")},
    ),
    Case(
        "StudentsSetMaxRoomChangesPerWeek",
        SET + "<Max_Room_Changes_Per_Week>0</Max_Room_Changes_Per_Week>",
        space=rooms_for(1, 2),
        bad={"1": (0, 0, "N1"), "2": (0, 3, "N2")},
        amount=2,
        good={"1": (0, 0, "N1"), "2": (0, 3, "N1")},
    ),
    Case(
        "TeacherMinGapsBetweenRoomChanges",
        TEACHER + "<Min_Gaps_Between_Room_Changes>1</Min_Gaps_Between_Room_Changes>",
        space=rooms_for(1, 6),
        bad={"1": (0, 0, "N1"), "6": (0, 1, "N2")},
        good={"1": (0, 0, "N1"), "6": (0, 2, "N2")},
    ),
    Case(
        "StudentsSetMinGapsBetweenRoomChanges",
        SET + "<Min_Gaps_Between_Room_Changes>3</Min_Gaps_Between_Room_Changes>",
        space=rooms_for(1, 2),
        bad={"1": (0, 0, "N1"), "2": (0, 3, "N2")},
        amount=2,
        good={"1": (0, 0, "N1"), "2": (0, 3, "N1")},
    ),
    Case(
        "ActivitiesOccupyMaxDifferentRooms",
        ids(1, 2) + "<Max_Number_of_Different_Rooms>1</Max_Number_of_Different_Rooms>",
        space=rooms_for(1, 2),
        bad={"1": (0, 0, "N1"), "2": (1, 0, "N2")},
        good={"1": (0, 0, "N1"), "2": (1, 0, "N1")},
    ),
    Case(
        "ActivitiesSameRoomIfConsecutive",
        ids(1, 6),
        space=rooms_for(1, 6),
        bad={"1": (0, 0, "N1"), "6": (0, 1, "N2")},
        good={"1": (0, 0, "N1"), "6": (0, 2, "N2")},
    ),
]
# Kinds of which FET takes any weight.
WISHED = {
    "ActivityPreferredStartingTimes",
    "ActivityPreferredTimeSlots",
    "MinDaysBetweenActivities",
    "MaxDaysBetweenActivities",
    "MinGapsBetweenActivities",
    "ActivitiesSameStartingTime",
    "TwoActivitiesConsecutive",
    "TwoActivitiesOrdered",
    "TeacherMaxHoursDaily",
    "StudentsSetMaxHoursContinuously",
    "RoomNotAvailableTimes",
}
CASES = [*TIME_CASES, *RESOURCE_CASES, *SPACE_CASES]
IDS = [f"{case.kind} {number}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_kept_and_broken(case: Case) -> None:
    problem = read_fet(case.document())
    assert missed(problem, {**BASE, **case.good}) == []
    broken = missed(problem, {**BASE, **case.bad})
    assert sum(cost for _, _, cost in broken) == case.amount
    assert len({name for name, _, _ in broken}) == 1
    assert all(required for _, required, _ in broken)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_comes_back_as_it_was(case: Case) -> None:
    problem = read_fet(case.document())
    written = write_fet(problem)
    assert read_fet(written) == problem
    timetable = placed(problem, {**BASE, **case.good})
    assert read_result(problem, write_result(problem, timetable)) == timetable


@pytest.mark.parametrize("seed", range(20))
def test_many_together_come_back_as_they_were(seed: int) -> None:
    """Any eight of them in one school, some as wishes."""
    chance = random.Random(seed)
    time, space = "", ""
    for case in chance.sample(CASES, 8):
        weight = chance.choice(("100", "95", "99.75")) if case.kind in WISHED else "100"
        said = wish(case.kind, case.inner, weight=weight, comments=chance.choice(("", "why")))
        time += case.more if case.is_space else said
        space += said if case.is_space else ""
    problem = read_fet(fet(time, rooms_for(1, 2, 6) + space))
    assert read_fet(write_fet(problem)) == problem


def test_every_kind_has_its_case() -> None:
    told = {f"Constraint{case.kind}" for case in CASES}
    for kind in KINDS:
        one = kind.replace("Teachers", "Teacher").replace("ConstraintStudents", "ConstraintStudentsSet")
        one = one.replace("StudentsSetSet", "StudentsSet")
        assert kind in told or one in told or "PreferredRoom" in kind or "HomeRoom" in kind or "OrderedPair" in kind, (
            kind
        )
    assert SPACE_LIST == "Space_Constraints_List"
