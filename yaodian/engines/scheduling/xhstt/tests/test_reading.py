"""XHSTT in: what a file says arrives, exactly; whatever else it says is refused with its place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.scheduling.timetabling import Event, Need, Piece, Resource, Time, Timetable, verify
from yaodian.engines.scheduling.timetabling.constraints import (
    AssignResources,
    AssignTimes,
    AvoidClashes,
    AvoidSplitAssignments,
    AvoidUnavailableTimes,
    ClusterBusyTimes,
    Cost,
    DistributeSplitEvents,
    LimitBusyTimes,
    LimitIdleTimes,
    LimitWorkload,
    LinkEvents,
    OrderEvents,
    PreferResources,
    PreferTimes,
    SplitEvents,
    SpreadEvents,
)
from yaodian.engines.scheduling.xhstt import (
    EventGroup,
    Metadata,
    Report,
    ReportLine,
    ResourceGroup,
    ResourceType,
    TimeGroup,
    UnreadableXhstt,
    elements,
    names,
    read,
)

from .documents import SCHOOL, document

ARCHIVE = read(document())
(INSTANCE,) = ARCHIVE.instances
PROBLEM = INSTANCE.problem


def test_times_resources_and_groups() -> None:
    assert PROBLEM.times == (
        Time("Mo1", 0, "Mo 1"),
        Time("Mo2", 0, "Mo 2"),
        Time("Tu1", 1, "Tu 1"),
        Time("Tu2", 1, "Tu 2"),
    )
    assert PROBLEM.resources == (
        Resource("Wang", "Teacher", "王"),
        Resource("Li", "Teacher", "李"),
        Resource("C1", "Class", "Class 1"),
        Resource("C2", "Class", "Class 2"),
        Resource("Lab", "Room", "Lab"),
        Resource("Hall", "Room", "Hall"),
    )
    assert INSTANCE.time_groups == (
        TimeGroup("W", "Week", (0,), "Week"),
        TimeGroup("Mo", "Monday", (0, 1), "Day"),
        TimeGroup("Tu", "Tuesday", (2, 3), "Day"),
        TimeGroup("First", "First lessons", (0, 2)),
    )
    assert INSTANCE.resource_types[0] == ResourceType("Teacher", "Teachers")
    assert INSTANCE.resource_groups == (
        ResourceGroup("Staff", "All teachers", "Teacher", (0, 1)),
        ResourceGroup("Year", "The year", "Class", (2, 3)),
    )
    assert (PROBLEM.id, PROBLEM.name, PROBLEM.cycle, PROBLEM.spans_days) == ("school-1", "一中", 1, True)


def test_events_with_courses_given_times_workloads_and_whole_groups() -> None:
    assert PROBLEM.events == (
        Event(
            "P1",
            2,
            (
                Need("Class", 2, "Class"),
                Need("Teacher", 0, "Teacher", workload=3),
                Need("Room", role="Room", candidates=(4, 5)),
            ),
            name="Physics 1",
            course="Physics",
            workload=4,
        ),
        Event(
            "P2",
            1,
            (Need("Class", 3), Need("Teacher", role="Teacher", candidates=(0, 1), workload=1)),
            name="Physics 2",
            course="Physics",
        ),
        Event("Assembly", 1, (Need("Class", 2), Need("Class", 3)), name="Assembly", time=0),
    )
    assert INSTANCE.event_groups == (
        EventGroup("Physics", "Physics", (0, 1), True),
        EventGroup("All", "All events", (0, 1, 2)),
    )
    assert INSTANCE.colours == ((0, "#ff0000"),)


DAYS = ((0, 1), (2, 3))
DAY_SETS = (frozenset({0, 1}), frozenset({2, 3}))
EXPECTED = {
    "a": AssignResources(name="Rooms", events=(0, 1, 2), role="Room"),
    # All of them, and the first by itself: an event that is named twice counts twice.
    "b": AssignTimes(name="Times", events=(0, 0, 1, 2)),
    "c": SplitEvents(name="Pieces", events=(0,), maximum_duration=2, maximum_amount=999),
    "d": DistributeSplitEvents(
        name="A double lesson", required=False, weight=2, cost=Cost.STEP, events=(0,), duration=2, minimum=1, maximum=1
    ),
    "e": PreferResources(
        name="The lab or a class", required=False, events=(0,), role="Room", resources=frozenset({2, 3, 4})
    ),
    "f": PreferTimes(name="Early doubles", required=False, events=(0, 1), times=frozenset({0, 1, 2}), duration=2),
    "g": AvoidSplitAssignments(name="One room", required=False, groups=((0, 1),), role="Room"),
    "h": SpreadEvents(name="One a day", groups=((0, 1),), spread=((DAY_SETS[0], 0, 1), (DAY_SETS[1], 1, 2))),
    "i": LinkEvents(name="Together", required=False, cost=Cost.QUADRATIC, groups=((0, 1),)),
    "j": OrderEvents(name="In order", required=False, pairs=((0, 1),)),
    "j/2": OrderEvents(name="In order", required=False, pairs=((2, 1),), minimum=1, maximum=2),
    "k": AvoidClashes(name="No clashes", weight=10, resources=(0, 1, 2, 3, 4)),
    "l": AvoidUnavailableTimes(name="Li is away", resources=(1,), times=frozenset({0, 1, 3})),
    "m": LimitIdleTimes(name="No gaps", required=False, weight=3, resources=(0, 1), time_groups=DAYS),
    "n": ClusterBusyTimes(name="One day", required=False, weight=9, resources=(0,), time_groups=DAY_SETS, maximum=1),
    "o": LimitBusyTimes(name="Whole days", required=False, resources=(0,), time_groups=DAY_SETS, minimum=2),
    "p": LimitWorkload(name="Load", required=False, resources=(0, 1), maximum=2),
}


@pytest.mark.parametrize("id_", EXPECTED)
def test_each_kind_of_constraint(id_: str) -> None:
    assert dict(zip(INSTANCE.constraint_ids, PROBLEM.constraints, strict=True))[id_] == EXPECTED[id_]
    assert len(INSTANCE.constraint_ids) == len(EXPECTED)


def test_solutions_and_what_they_report() -> None:
    (group,) = ARCHIVE.groups
    (solution,) = group.solutions
    assert group.metadata == Metadata(contributor="A hand", date="2026-03-02", description="A try", publication="None")
    assert (solution.instance, solution.description, solution.running_time) == ("school-1", "First try", "1.5")
    # The assembly is not mentioned, and stands at its fixed time all the same.
    assert solution.timetable == Timetable(
        (
            Piece(0, 1, 0, (2, 0, 4)),
            Piece(0, 1, 3, (2, 0, 5)),
            Piece(1, 1, 1, (3, 1)),
            Piece(2, 1, 0, (2, 3)),
        )
    )
    assert solution.report == Report(
        13,
        0,
        (
            ReportLine("Resource", "Li", "l", 1, "Mo2"),
            ReportLine("Event", "", "c", 0),
            ReportLine("EventGroup", "Physics", "h", 2),
        ),
    )


def test_the_verdict_on_the_solution_by_hand() -> None:
    verdict = verify(PROBLEM, ARCHIVE.groups[0].solutions[0].timetable)
    costs: dict[str, int] = {}
    for breach in verdict.breaches:
        id_ = INSTANCE.constraint_ids[breach.constraint]
        costs[id_] = costs.get(id_, 0) + breach.cost
    assert costs == {
        "d": 2,  # no double lesson, whatever its weight: a step
        "e": 1,  # the hall
        "g": 1,  # two rooms
        "h": 1,  # two pieces begin on Monday
        "i": 9,  # Mo1, Tu2 without the one, Mo2 without the other: three, squared
        "j": 3,  # P2 begins two times before P1 ends: -3 from 0
        "j/2": 1,  # no time between assembly and P2
        "k": 10,  # class 1 at Mo1
        "l": 1,  # Li on Monday
        "n": 9,  # Wang on both days
        "o": 2,  # one lesson on each of two days
        "p": 1,  # Wang's three
    }
    assert (verdict.required, verdict.optional, verdict.faults) == (12, 29, ())


def test_nothing_is_preferred_where_nothing_is_chosen() -> None:
    """The specification's preferences skip events whose time is given and roles to which a resource is given."""
    assembly_too = document(
        ('<Event Reference="P1"/><Event Reference="P2"/>', '<Event Reference="P2"/><Event Reference="Assembly"/>')
    )
    preferred = read(assembly_too).instances[0].problem.constraints[5]
    assert isinstance(preferred, PreferTimes)
    assert preferred.events == (1,)
    teacher = document(
        (
            '<Resources><Resource Reference="Lab"/></Resources>\n          <Role>Room</Role>',
            '<Resources><Resource Reference="Lab"/></Resources>\n          <Role>Teacher</Role>',
        )
    )
    preferring = read(teacher).instances[0].problem.constraints[4]
    assert isinstance(preferring, PreferResources)
    assert preferring.events == ()


def test_functions_of_old_files_that_look_at_the_sum() -> None:
    for word, cost in (("Sum", Cost.LINEAR), ("SquareSum", Cost.QUADRATIC), ("StepSum", Cost.STEP)):
        changed = document(("<CostFunction>Quadratic</CostFunction>", f"<CostFunction>{word}</CostFunction>"))
        assert read(changed).instances[0].problem.constraints[8].cost is cost


def test_order_within_an_element_and_comments_do_not_matter() -> None:
    turned = document(
        (
            "<Name>Physics 2</Name>\n          <Duration>1</Duration>",
            "<Duration>1</Duration><!-- one --><Name>Physics 2</Name>",
        )
    )
    assert read(turned) == ARCHIVE


def test_where_a_schema_lies_does_not_matter() -> None:
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd"'
    assert read(document(('Id="small"', f'Id="small" {schema}'))) == ARCHIVE


def test_an_empty_archive() -> None:
    archive = read(b"<HighSchoolTimetableArchive/>")
    assert (archive.instances, archive.groups, archive.id, archive.metadata) == ((), (), "", None)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("<Role>Room</Role>\n        </AssignRes", "<Rolle/>\n        </AssignRes", "unknown-element", "Rolle"),
        ("<MaximumAmount>999</MaximumAmount>", "<Most>9</Most>", "unknown-element", "SplitEventsConstraint c"),
        ('Id="b"', 'Id="b" Hard="1"', "unknown-attribute", "Hard"),
        ("<Name>Times</Name>", "<Name>Times</Name><Name/>", "doubled", "Name"),
        ("<Duration>2</Duration>", "", "missing", "Event P1"),
        ('<Time Id="Mo2">', "<Time>", "missing", "Id"),
        ("<Events>", "<Events>hello", "text", "hello"),
        ('Id="Mo2"', 'Id="Mo1"', "twice", "Mo1"),
        ('Id="Li"', 'Id="Wang"', "twice", "Wang"),
        ('Event Id="P2"', 'Event Id="P1"', "twice", "P1"),
        ('Id="Tu"', 'Id="Mo"', "twice", "Mo"),
        ('Constraint Id="b"', 'Constraint Id="a"', "twice", "AssignTimeConstraint a"),
        ("<Role>Teacher</Role>", "<Role>Class</Role>", "twice", "Class"),
        ('<Day Reference="Mo"/>', '<Day Reference="First"/>', "no-such", "First"),
        ('<TimeGroup Reference="First"/>', '<TimeGroup Reference="Last"/>', "no-such", "Last"),
        ('<Course Reference="Physics"/>', '<Course Reference="All"/>', "no-such", "All"),
        ('<Time Reference="Mo1"/>', '<Time Reference="Su1"/>', "no-such", "Su1"),
        ('<Resource Reference="C1">', '<Resource Reference="C9">', "no-such", "C9"),
        ('<ResourceType Reference="Teacher"/>', '<ResourceType Reference="Cook"/>', "no-such", "Cook"),
        ('<Event Reference="P1"/>', '<Event Reference="P9"/>', "no-such", "P9"),
        ('<FirstEvent Reference="P1"/>', '<FirstEvent Reference="P9"/>', "no-such", "P9"),
        ('<EventGroup Reference="Physics"/>', '<EventGroup Reference="Chemistry"/>', "no-such", "Chemistry"),
        ('Solution Reference="school-1"', 'Solution Reference="school-2"', "no-such", "school-2"),
        ('<Event Reference="P2"><Time', '<Event Reference="P9"><Time', "no-such", "P9"),
        ('<Resource Reference="Lab"><Role>', '<Resource Reference="Pool"><Role>', "no-such", "Pool"),
        ("<Duration>2</Duration>", "<Duration>0</Duration>", "number", "0"),
        ("<Duration>2</Duration>", "<Duration>two</Duration>", "number", "two"),
        ("<Duration>2</Duration>", f"<Duration>{'9' * 5000}</Duration>", "number", "999"),
        ("<Duration>2</Duration>", "<Duration>1.5</Duration>", "number", "1.5"),
        ("<Weight>1</Weight>", "<Weight>-1</Weight>", "number", "-1"),
        ("<Required>true</Required>", "<Required>yes</Required>", "word", "yes"),
        ("<CostFunction>Step</CostFunction>", "<CostFunction>SumSquares</CostFunction>", "word", "SumSquares"),
        ('<Resource><Role>Room</Role>', "<Resource>", "missing", "Role"),
        (
            '<ResourceType Reference="Teacher"/><Workload>3',
            '<ResourceType Reference="Room"/><Workload>3',
            "type",
            "Wang",
        ),
        ('<ResourceGroup Reference="Year"/></ResourceGroups></Resource>', '<ResourceGroup Reference="Staff"/></ResourceGroups></Resource>', "type", "C1"),
        ("<Role>Room</Role></Resource></Resources></Event>", "<Role>Pool</Role></Resource></Resources></Event>", "role", "Pool"),
        ('<Resource Reference="Lab"><Role>Room', '<Resource Reference="Li"><Role>Teacher', "given", "Wang"),
        ("HighSchoolTimetableArchive", "Fet", "not-xml", ""),
    ],
)  # fmt: skip
def test_what_is_not_expected_is_refused_with_its_place(old: str, new: str, code: str, said: str) -> None:
    with pytest.raises(UnreadableXhstt) as caught:
        read(document((old, new)))
    assert caught.value.code == code
    assert said in caught.value.message("en")
    assert said in caught.value.message("zh")


def test_a_refusal_tells_path_and_line() -> None:
    with pytest.raises(UnreadableXhstt) as caught:
        read(document(("<MaximumAmount>999</MaximumAmount>", "<MaximumAmount>many</MaximumAmount>")))
    line = SCHOOL[: SCHOOL.index("<MaximumAmount>")].count("\n") + 1
    assert caught.value.details["where"] == (
        "HighSchoolTimetableArchive small / Instances / Instance school-1 / Constraints / SplitEventsConstraint c"
        f" / MaximumAmount ({line})"
    )


@pytest.mark.parametrize(
    ("bytes_", "code"),
    [
        (b"", "not-xml"),
        (b"<HighSchoolTimetableArchive>", "not-xml"),
        (b"<Timetable/>", "root"),
        (b"PK\x03\x04\0", "encoding"),
        (SCHOOL.encode("utf-16"), "encoding"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><HighSchoolTimetableArchive Id="&x;"/>', "doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><HighSchoolTimetableArchive/>', "doctype"),
        (b"<HighSchoolTimetableArchive>&x;</HighSchoolTimetableArchive>", "not-xml"),
    ],
)
def test_what_is_no_plain_xml_is_refused(bytes_: bytes, code: str) -> None:
    with pytest.raises(UnreadableXhstt) as caught:
        read(bytes_)
    assert caught.value.code == code


def test_a_document_type_is_found_behind_another_encoding_too() -> None:
    ebcdic = (
        '<?xml version="1.0" encoding="IBM037"?><!DOCTYPE a [<!ENTITY x "y">]><HighSchoolTimetableArchive Id="&x;"/>'
    )
    with pytest.raises(UnreadableXhstt) as caught:
        read(ebcdic.encode("cp037"))
    assert caught.value.code in {"doctype", "not-xml"}


@pytest.mark.parametrize(
    ("module", "bound", "what"),
    [(elements, "MOST_BYTES", "bytes"), (elements, "MOST_TAGS", "tags"), (names, "MOST_MEMBERS", "members of groups")],
)
def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch, module: object, bound: str, what: str) -> None:
    monkeypatch.setattr(module, bound, 10)
    with pytest.raises(UnreadableXhstt) as caught:
        read(document())
    assert (caught.value.code, caught.value.details["what"]) == ("too-large", what)


def test_many_empty_solutions_are_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a few letters in the file, and a piece of every event here."""
    monkeypatch.setattr(names, "MOST_MEMBERS", 200)
    assert read(document()) == ARCHIVE
    empty = '<Solution Reference="school-1"/>' * 10
    with pytest.raises(UnreadableXhstt) as caught:
        read(document(("</SolutionGroup>", f"{empty}</SolutionGroup>")))
    assert caught.value.code == "too-large"


@given(st.integers(0, len(SCHOOL)), st.sampled_from(["", "<", "&", "</Event>", "x", "\x01", '"', "<Event/>", "9"]))
def test_a_torn_file_is_refused_or_read_but_never_breaks(place: int, put_in: str) -> None:
    torn = (SCHOOL[:place] + put_in + SCHOOL[place + 1 :]).encode()
    with contextlib.suppress(UnreadableXhstt):
        read(torn)
