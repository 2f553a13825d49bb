"""A .fet document made by hand: three days of four hours, two teachers, two years, four rooms in two buildings, six activities of which one is switched off.

The placing ``BASE`` is a timetable that keeps what every document asks for.
"""

from __future__ import annotations

from yaodian.engines.scheduling.fet import read_fet
from yaodian.engines.scheduling.timetabling import Piece, Problem, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import Constraint

# activity → (day, hour, room)
Placing = dict[str, tuple[int, int, str | None]]
DAYS, HOURS = ("Mon", "Tue", "Wed"), ("1", "2", "3", "4")
BASE: Placing = {
    "1": (0, 0, None),
    "2": (1, 0, None),
    "3": (0, 1, None),
    "4": (1, 1, None),
    "6": (0, 1, None),
}

STUDENTS = """
<Year><Name>7</Name><Number_of_Students>40</Number_of_Students>
 <Group><Name>7A</Name><Number_of_Students>20</Number_of_Students>
  <Subgroup><Name>7A boys</Name><Number_of_Students>9</Number_of_Students></Subgroup>
  <Subgroup><Name>7A girls</Name><Number_of_Students>11</Number_of_Students></Subgroup></Group>
 <Group><Name>7 girls</Name><Number_of_Students>15</Number_of_Students>
  <Subgroup><Name>7A girls</Name><Number_of_Students>11</Number_of_Students></Subgroup>
  <Subgroup><Name>7B girls</Name><Number_of_Students>4</Number_of_Students></Subgroup></Group>
</Year>
<Year><Name>8</Name><Number_of_Students>25</Number_of_Students></Year>
"""


def activity(
    number: int,
    teacher: str,
    subject: str,
    students: str,
    *,
    duration: int = 1,
    tag: str = "",
    group: int = 0,
    active: bool = True,
    heads: int | None = None,
) -> str:
    return (
        f"<Activity><Teacher>{teacher}</Teacher><Subject>{subject}</Subject>"
        + (f"<Activity_Tag>{tag}</Activity_Tag>" if tag else "")
        + f"<Students>{students}</Students><Duration>{duration}</Duration><Total_Duration>{duration}</Total_Duration>"
        + f"<Id>{number}</Id><Activity_Group_Id>{group}</Activity_Group_Id><Active>{str(active).lower()}</Active>"
        + (f"<Number_Of_Students>{heads}</Number_Of_Students>" if heads is not None else "")
        + "<Comments></Comments></Activity>"
    )


ACTIVITIES = "".join(
    (
        activity(1, "Ann", "Maths", "7A", group=1, tag="lab"),
        activity(2, "Ann", "Maths", "7A", group=1),
        activity(3, "Bob", "Art", "7A boys", duration=2, tag="long"),
        activity(4, "Bob", "Maths", "8", tag="long"),
        activity(5, "Bob", "Maths", "8", active=False),
        activity(6, "Ann", "Art", "8", tag="long"),
    )
)
VIRTUAL = (
    "<Room><Name>suite</Name><Building></Building><Capacity>90</Capacity><Virtual>true</Virtual>"
    "<Number_of_Sets_of_Real_Rooms>2</Number_of_Sets_of_Real_Rooms>"
    "<Set_of_Real_Rooms><Number_of_Real_Rooms>1</Number_of_Real_Rooms><Real_Room>N1</Real_Room></Set_of_Real_Rooms>"
    "<Set_of_Real_Rooms><Number_of_Real_Rooms>2</Number_of_Real_Rooms><Real_Room>N2</Real_Room>"
    "<Real_Room>S1</Real_Room></Set_of_Real_Rooms></Room>"
)


def named(tag: str, *names: str) -> str:
    return "".join(f"<{tag}><Name>{name}</Name></{tag}>" for name in names)


def room(name: str, building: str, capacity: int) -> str:
    return (
        f"<Room><Name>{name}</Name><Building>{building}</Building><Capacity>{capacity}</Capacity>"
        "<Virtual>false</Virtual><Comments></Comments></Room>"
    )


def wish(kind: str, inner: str, *, weight: str = "100", active: str = "true", comments: str = "") -> str:
    return (
        f"<Constraint{kind}><Weight_Percentage>{weight}</Weight_Percentage>{inner}<Active>{active}</Active>"
        f"<Comments>{comments}</Comments></Constraint{kind}>"
    )


def fet(
    time: str = "",
    space: str = "",
    *,
    activities: str = ACTIVITIES,
    days: tuple[str, ...] = DAYS,
    hours: tuple[str, ...] = HOURS,
    more: str = "",
    mode: str = "<Mode>Official</Mode>",
    teachers: str = named("Teacher", "Ann", "Bob"),
    rooms: str = "",
) -> bytes:
    """The document; ``time`` and ``space`` are constraints, ``more`` stands at its end."""
    real = room("N1", "North", 30) + room("N2", "North", 30) + room("S1", "South", 30) + room("small", "South", 10)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<fet version="6.8.5">{mode}<Institution_Name>Small school</Institution_Name><Comments>by hand</Comments>
<Days_List><Number_of_Days>{len(days)}</Number_of_Days>{named("Day", *days)}</Days_List>
<Hours_List><Number_of_Hours>{len(hours)}</Number_of_Hours>{named("Hour", *hours)}</Hours_List>
<Subjects_List>{named("Subject", "Maths", "Art")}</Subjects_List>
<Activity_Tags_List>{named("Activity_Tag", "lab", "long")}</Activity_Tags_List>
<Teachers_List>{teachers}</Teachers_List>
<Students_List>{STUDENTS}</Students_List>
<Activities_List>{activities}</Activities_List>
<Buildings_List>{named("Building", "North", "South")}</Buildings_List>
<Rooms_List>{real}{VIRTUAL}{rooms}</Rooms_List>
<Time_Constraints_List>{wish("BasicCompulsoryTime", "")}{time}</Time_Constraints_List>
<Space_Constraints_List>{wish("BasicCompulsorySpace", "")}{space}</Space_Constraints_List>{more}
</fet>""".encode()


def placed(problem: Problem, placing: Placing) -> Timetable:
    """The activities at their times, in their rooms (a given one where none is named; those of a virtual room as «N1+S1»)."""
    index = {event.id: number for number, event in enumerate(problem.events)}
    names = {one.name: number for number, one in enumerate(problem.resources) if one.kind == "room"}
    pieces = []
    for identity, (day, hour, where) in placing.items():
        event = problem.events[index[identity]]
        rooms = iter(where.split("+") if where else ())
        chosen = []
        for need in event.needs:
            name = next(rooms, None) if need.kind == "room" else None
            chosen.append(need.resource if need.resource is not None or name is None else names[name])
        pieces.append(Piece(index[identity], event.duration, day * len(HOURS) + hour, tuple(chosen)))
    return Timetable.of(problem, pieces)


def missed(problem: Problem, placing: Placing) -> list[tuple[str, bool, int]]:
    """Of every breach the constraint's name, whether it must hold, and the cost."""
    verdict = verify(problem, placed(problem, placing))
    assert verdict.faults == ()
    return [
        (problem.constraints[one.constraint].name, problem.constraints[one.constraint].required, one.cost)
        for one in verdict.breaches
    ]


def added(data: bytes) -> list[Constraint]:
    """The constraints of a document besides those that every document has."""
    return [one for one in read_fet(data).constraints if not one.name.startswith("BasicCompulsory")]
