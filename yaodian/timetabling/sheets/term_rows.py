"""Rooms, teachers, classes and curriculum of a term as lists: errors by cell, preview, undo, the same columns out as in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Choice, Column, Flag, Problem, Sheet, Text, Whole, in_files
from yaodian.foundation.sheets.targets import Key
from yaodian.timetabling import operations
from yaodian.timetabling.models import Grade
from yaodian.timetabling.queries.times import MOST_PERIODS, read_slots, write_slots
from yaodian.timetabling.sheets.scoping import wrong
from yaodian.timetabling.sheets.term_kinds import Names, Slots, Yes, split
from yaodian.timetabling.sheets.term_target import Shown, TermTarget, importer_of

GRADES = Choice(options={str(one.value): in_files(one.label) for one in Grade})
_HOURS = Whole(least=1, most=operations.MOST_HOURS)


def check_doubles(row: Mapping[str, Any]) -> Problem | None:
    """A double takes two of the hours."""
    hours, doubles = row.get("hours"), row.get("doubles")
    if hours is not None and doubles and 2 * doubles > hours:
        return Problem(
            _("连堂一次占两节，%(hours)s 节里最多连堂 %(most)s 次。") % {"hours": hours, "most": hours // 2},
            code="doubles",
            column="doubles",
        )
    return None


ROOMS = Sheet(
    code="timetabling.rooms",
    label=gettext_lazy("教室"),
    english="Rooms",
    key=("code",),
    columns=(
        Column("code", gettext_lazy("教室"), "Room", Text(max_length=30), is_required=True, example="求真楼301"),
        Column("kind", gettext_lazy("种类"), "Kind", Text(max_length=20), example="实验室",
               note=gettext_lazy("普通教室空着；课时计划和教学任务里的“教室种类”用同一个词")),
        Column("seats", gettext_lazy("座位"), "Seats", Whole(least=1, most=operations.MOST_SEATS), is_required=True, example="50",
               aliases=("座位数",)),
        Column("place", gettext_lazy("校区或楼"), "Place", Text(max_length=30), example="求真楼"),
        Column("closed", gettext_lazy("停用时间"), "Closed", Slots(), example="周三5-8; 周五"),
    ),
)  # fmt: skip


class RoomTarget(TermTarget):
    def shown(self, keys: Collection[Key] | None) -> Iterator[Shown]:
        rows = self.term.rooms.all()
        for one in rows if keys is None else rows.filter(code__in=[key[0] for key in keys]):
            yield {
                "code": one.code, "kind": one.kind or None, "seats": one.seats, "place": one.place or None,
                "closed": write_slots(one.closed) or None,
            }  # fmt: skip

    def check_rows(self, rows: Sequence[Row]) -> Iterator[Problem]:
        for row in rows:
            yield from self.outside(row, "closed", read_slots(row.values.get("closed") or ""))

    def put(self, rows: Mapping[Key, Shown]) -> None:
        said = {key[0]: {**row, "closed": read_slots(row.get("closed") or "")} for key, row in rows.items()}
        self.act(operations.put_rooms, rows={key: _filled(row) for key, row in said.items()})

    def take_away(self, keys: Sequence[Key]) -> None:
        self.act(operations.remove_rooms, codes=[key[0] for key in keys])

    def users(self, keys: Sequence[Key]) -> Mapping[Key, Iterable[str]]:
        return {(code,): some for code, some in operations.room_users(self.term, [key[0] for key in keys]).items()}


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


TEACHERS = Sheet(
    code="timetabling.teachers",
    label=gettext_lazy("任课教师"),
    english="Teachers of a term",
    key=("code",),
    columns=(
        Column("code", gettext_lazy("工号"), "Staff number", Text(max_length=40, is_code=True), is_required=True, example="T0001"),
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), is_required=True, is_sensitive=True),
        Column("subjects", gettext_lazy("学科"), "Subjects", Names(max_length=20, most=9), example="物理",
               aliases=("任教学科",), note=gettext_lazy("几门用顿号分开；与课时计划里的学科用同一个词")),
        Column("most_hours", gettext_lazy("每周最多节数"), "Most a week", _HOURS, example="14"),
        Column("most_a_day", gettext_lazy("每天最多节数"), "Most a day", Whole(least=1, most=MOST_PERIODS), example="4"),
        Column("most_on_end", gettext_lazy("最多连上节数"), "Most on end", Whole(least=1, most=MOST_PERIODS), example="3"),
        Column("most_days", gettext_lazy("最多上课天数"), "Most days", Whole(least=1, most=7), example="5"),
        Column("away", gettext_lazy("不排课时间"), "Away", Slots(), example="周三5-8; 周五"),
        Column("is_exempt", gettext_lazy("不安排代课"), "No substitutions", Yes(), example="是"),
    ),
)  # fmt: skip
_LIMITS = ("most_hours", "most_a_day", "most_on_end", "most_days")


class TeacherTarget(TermTarget):
    def shown(self, keys: Collection[Key] | None) -> Iterator[Shown]:
        rows = self.term.teachers.all()
        for one in rows if keys is None else rows.filter(code__in=[key[0] for key in keys]):
            yield {
                "code": one.code, "name": one.name, "subjects": "、".join(one.subjects) or None,
                **{name: getattr(one, name) for name in _LIMITS}, "away": write_slots(one.away) or None,
                "is_exempt": one.is_exempt or None,
            }  # fmt: skip

    def check_rows(self, rows: Sequence[Row]) -> Iterator[Problem]:
        for row in rows:
            yield from self.outside(row, "away", read_slots(row.values.get("away") or ""))

    def put(self, rows: Mapping[Key, Shown]) -> None:
        self.act(
            operations.put_teachers,
            rows={
                key[0]: {
                    **row, "subjects": split(row.get("subjects")), "away": read_slots(row.get("away") or ""),
                }
                for key, row in rows.items()
            },
        )  # fmt: skip

    def take_away(self, keys: Sequence[Key]) -> None:
        self.act(operations.remove_teachers, codes=[key[0] for key in keys])

    def users(self, keys: Sequence[Key]) -> Mapping[Key, Iterable[str]]:
        return {(code,): some for code, some in operations.teacher_users(self.term, [key[0] for key in keys]).items()}


CLASSES = Sheet(
    code="timetabling.classes",
    label=gettext_lazy("行政班"),
    english="Classes of a term",
    key=("code",),
    columns=(
        Column("code", gettext_lazy("班级"), "Class", Text(max_length=30), is_required=True, example="高一(1)班"),
        Column("grade", gettext_lazy("年级"), "Grade", GRADES, is_required=True),
        Column("size", gettext_lazy("人数"), "Pupils", Whole(least=0, most=operations.MOST_PUPILS), is_required=True, example="48"),
        Column("room", gettext_lazy("教室"), "Room", Text(max_length=30), note=gettext_lazy("这个班自己的教室，须已建立")),
        Column("bells", gettext_lazy("作息时间"), "Bells", Text(max_length=30), note=gettext_lazy("空着就用第一份")),
    ),
    rules=(gettext_lazy("教室和作息已在学期里建立；一间教室只是一个班的"),),
)  # fmt: skip


class ClassTarget(TermTarget):
    def shown(self, keys: Collection[Key] | None) -> Iterator[Shown]:
        rows = self.term.classes.select_related("room", "bells")
        usual = self.term.bells.values_list("pk", flat=True).first()
        for one in rows if keys is None else rows.filter(code__in=[key[0] for key in keys]):
            yield {
                "code": one.code, "grade": str(one.grade), "size": one.size, "room": one.room.code if one.room else None,
                "bells": None if one.bells_id == usual else one.bells.code,
            }  # fmt: skip

    def check_rows(self, rows: Sequence[Row]) -> Iterator[Problem]:
        bells, rooms = (
            set(self.term.bells.values_list("code", flat=True)),
            set(self.term.rooms.values_list("code", flat=True)),
        )
        owners = dict(self.term.classes.filter(room__isnull=False).values_list("room__code", "code"))
        mine = {row.key[0] for row in rows}
        taken = {room: owner for room, owner in owners.items() if owner not in mine}
        for row in rows:
            room, rung = row.values.get("room"), row.values.get("bells")
            if room and room not in rooms:
                yield wrong(row, "room", operations.unknown_words("rooms", room))
            elif room and taken.setdefault(room, row.key[0]) != row.key[0]:
                yield wrong(
                    row,
                    "room",
                    _("教室“%(room)s”已是“%(owner)s”的。一间教室只能是一个班的，请换一间。")
                    % {"room": room, "owner": taken[room]},
                )
            if (rung and rung not in bells) or not bells:
                yield wrong(row, "bells", _("没有这份作息时间。请先在“作息”里建立，再回来。"))

    def put(self, rows: Mapping[Key, Shown]) -> None:
        self.act(
            operations.put_classes, rows={key[0]: {**row, "grade": int(row["grade"])} for key, row in rows.items()}
        )

    def take_away(self, keys: Sequence[Key]) -> None:
        self.act(operations.remove_classes, codes=[key[0] for key in keys])

    def users(self, keys: Sequence[Key]) -> Mapping[Key, Iterable[str]]:
        return {(code,): some for code, some in operations.class_users(self.term, [key[0] for key in keys]).items()}


CURRICULUM = Sheet(
    code="timetabling.curriculum",
    label=gettext_lazy("课时计划"),
    english="Curriculum hours",
    key=("grade", "subject", "is_chosen"),
    columns=(
        Column("grade", gettext_lazy("年级"), "Grade", GRADES, is_required=True),
        Column("subject", gettext_lazy("学科"), "Subject", Text(max_length=20), is_required=True, example="物理"),
        Column("hours", gettext_lazy("每周节数"), "Hours a week", _HOURS, is_required=True, example="4"),
        Column("doubles", gettext_lazy("连堂"), "Doubles", Whole(least=0, most=20), example="1",
               note=gettext_lazy("其中几次连上两节"), aliases=("连堂数",)),
        Column("room_kind", gettext_lazy("教室种类"), "Kind of room", Text(max_length=20), example="实验室",
               note=gettext_lazy("不用专用教室的空着；体育这样的写“不用教室”")),
        Column("is_chosen", gettext_lazy("选考"), "Chosen", Flag(), is_required=True, example="否",
               note=gettext_lazy("只有选了这门的学生上的写“是”")),
    ),
    cross_checks=(check_doubles,),
)  # fmt: skip


class CurriculumTarget(TermTarget):
    def shown(self, keys: Collection[Key] | None) -> Iterator[Shown]:
        for one in self.term.curriculum.all():
            yield {
                "grade": str(one.grade), "subject": one.subject, "hours": one.hours, "doubles": one.doubles or None,
                "room_kind": one.room_kind or None, "is_chosen": one.is_chosen,
            }  # fmt: skip

    def put(self, rows: Mapping[Key, Shown]) -> None:
        self.act(operations.put_curriculum, rows={_curriculum_key(key): row for key, row in rows.items()})

    def take_away(self, keys: Sequence[Key]) -> None:
        self.act(operations.remove_curriculum, keys=[_curriculum_key(key) for key in keys])


def _curriculum_key(key: Key) -> tuple[int, str, bool]:
    return int(key[0]), key[1], key[2]


IMPORT_ROOMS = importer_of(ROOMS, RoomTarget)
IMPORT_TEACHERS = importer_of(TEACHERS, TeacherTarget)
IMPORT_CLASSES = importer_of(CLASSES, ClassTarget)
IMPORT_CURRICULUM = importer_of(CURRICULUM, CurriculumTarget)
