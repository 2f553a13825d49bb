"""Files that cannot be read, each with its sentence in both languages."""

from __future__ import annotations

import pytest

from yaodian.engines.scheduling.fet import UnfitFetFile, read_fet, read_result
from yaodian.engines.scheduling.fet.document import LIMIT_MB, MEGABYTE
from yaodian.engines.scheduling.fet.refusals import MESSAGES

from .document import ACTIVITIES, activity, fet, room, wish

BOMB = b"""<?xml version="1.0"?><!DOCTYPE fet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><fet><Comments>&b;</Comments></fet>"""
HOURS = "<Maximum_Hours_Daily>4</Maximum_Hours_Daily>"


def without(data: bytes, what: str) -> bytes:
    return data.replace(what.encode(), b"")


REFUSED = [
    (b" " * (LIMIT_MB * MEGABYTE + MEGABYTE), "too-large", "41"),
    (BOMB, "declares", "entities"),
    (b'<!DOCTYPE fet SYSTEM "file:///etc/passwd"><fet/>', "declares", "entities"),
    (b"", "broken", "XML"),
    (fet()[:-40], "broken", "line"),
    (b"\xff\xfe\x00", "broken", "XML"),
    (b"<timetable/>", "not-fet", "timetable"),
    (fet(mode="<Mode>Mornings-Afternoons</Mode>"), "mode", "Mornings-Afternoons"),
    (fet(wish("TeacherMustSmile", "") + wish("NoRain", "")), "kinds", "ConstraintNoRain, ConstraintTeacherMustSmile"),
    (fet(wish("TeachersMaxHoursDaily", HOURS + "<In_Rain>true</In_Rain>")), "kinds", "ConstraintTeachersMaxHoursDaily/In_Rain"),
    (fet(more="<Bells_List></Bells_List>"), "kinds", "Bells_List"),
    (fet(teachers="<Teacher><Name>Ann</Name><Mood>good</Mood></Teacher>"), "kinds", "Teacher/Mood"),
    (without(fet(), "<Time_Constraints_List>").replace(b"</Time_Constraints_List>", b""), "missing", "Time_Constraints_List"),
    (fet().replace(b"ConstraintBasicCompulsorySpace", b"ConstraintTeachersNothing"), "missing", "ConstraintBasicCompulsorySpace"),
    (fet(wish("TeachersMaxHoursDaily", "")), "missing", "Maximum_Hours_Daily"),
    (fet(wish("TeachersMaxHoursDaily", HOURS, weight="lots")), "number", "lots"),
    (fet(wish("TeachersMaxHoursDaily", HOURS, weight="101")), "number", "101"),
    (fet(wish("TeachersMaxHoursDaily", "<Maximum_Hours_Daily>-1</Maximum_Hours_Daily>")), "number", "-1"),
    (fet(wish("TeachersMaxHoursDaily", HOURS, active="perhaps")), "number", "perhaps"),
    (fet(wish("TeacherMaxHoursDaily", "<Teacher_Name>Eve</Teacher_Name>" + HOURS)), "unknown-name", "teacher “Eve”"),
    (fet(wish("StudentsSetMaxHoursDaily", "<Students>9</Students>" + HOURS)), "unknown-name", "students set “9”"),
    (fet(wish("ActivityEndsStudentsDay", "<Activity_Id>77</Activity_Id>")), "unknown-name", "activity “77”"),
    (
        fet(wish("BreakTimes", "<Break_Time><Day>Sun</Day><Hour>1</Hour></Break_Time>")),
        "unknown-name",
        "day “Sun”",
    ),
    (fet(space=wish("SubjectPreferredRoom", "<Subject>Maths</Subject><Room>X</Room>")), "unknown-name", "room “X”"),
    (fet(space=wish("SubjectPreferredRoom", "<Subject>Magic</Subject><Room>N1</Room>")), "unknown-name", "subject “Magic”"),
    (fet(activities=activity(1, "Eve", "Maths", "8")), "unknown-name", "teacher “Eve”"),
    (fet(rooms=room("N9", "Moon", 10)), "unknown-name", "building “Moon”"),
    (fet(rooms=room("N1", "North", 10)), "twice", "room “N1”"),
    (fet(activities=ACTIVITIES + activity(1, "Ann", "Maths", "8")), "twice", "activity “1”"),
    (fet(days=("Mon", "Mon")), "twice", "day “Mon”"),
    (fet(days=()), "no-times", "days"),
    (fet(activities=activity(1, "Ann", "Maths", "8", duration=5)), "too-long", "5"),
    (fet(activities=activity(1, "Ann", "Maths", "8", duration=0)), "too-long", "0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code", "named"), REFUSED, ids=[f"{code} {place}" for place, (_, code, _) in enumerate(REFUSED)]
)
def test_is_refused_by_name(data: bytes, code: str, named: str) -> None:
    with pytest.raises(UnfitFetFile) as refused:
        read_fet(data)
    assert refused.value.code == code
    assert named in refused.value.sentence("en")
    assert str(refused.value) == refused.value.sentence("zh") != refused.value.sentence("en")


def test_every_message_is_met() -> None:
    """«virtual-mixed» and «no-room» with the rooms, «cannot-say» with writing, «result» below."""
    met = {code for _, code, _ in REFUSED} | {"virtual-mixed", "no-room", "cannot-say", "result"}
    assert met == set(MESSAGES)


@pytest.mark.parametrize(
    ("inner", "named"),
    [
        ("<Id>9</Id><Day>Mon</Day><Hour>1</Hour><Room></Room>", "activity 9"),
        ("<Id>5</Id><Day>Mon</Day><Hour>1</Hour><Room></Room>", "activity 5"),
        ("<Id>1</Id><Day>Sun</Day><Hour>1</Hour><Room></Room>", "Sun 1"),
        ("<Id>1</Id><Day>Mon</Day><Hour>1</Hour><Room>N1</Room>", "N1"),
    ],
)
def test_a_result_of_another_file_is_refused(inner: str, named: str) -> None:
    data = f"<Activities_Timetable><Activity>{inner}</Activity></Activities_Timetable>".encode()
    with pytest.raises(UnfitFetFile) as refused:
        read_result(read_fet(fet()), data)
    assert refused.value.code == "result"
    assert named in refused.value.sentence("en")
