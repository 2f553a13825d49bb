"""What is taught to whom by whom, as a list: classes and subjects, teachers by staff number, fixed times."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Column, Problem, Sheet, Text, Whole, in_files
from yaodian.foundation.sheets.targets import Key
from yaodian.timetabling import operations
from yaodian.timetabling.models import Weeks
from yaodian.timetabling.queries.times import read_starts, write_starts
from yaodian.timetabling.sheets.scoping import wrong
from yaodian.timetabling.sheets.term_kinds import ForReading, Names, Starts, Unusual, Yes, split
from yaodian.timetabling.sheets.term_rows import check_doubles
from yaodian.timetabling.sheets.term_target import Shown, TermTarget, importer_of

_LINKS = ("classes", "teachers", "candidates", "rooms")


def _check_people(row: Mapping[str, Any]) -> Problem | None:
    both = set(split(row.get("teachers"))) & set(split(row.get("candidates")))
    if both:
        return Problem(
            _("“%(code)s”既是教师又是候选教师。请只写一处。") % {"code": min(both)}, code="twice", column="candidates"
        )
    return None


TASKS = Sheet(
    code="timetabling.tasks",
    label=gettext_lazy("教学任务"),
    english="Teaching tasks",
    key=("code",),
    columns=(
        Column("code", gettext_lazy("教学任务"), "Task", Text(max_length=60), is_required=True, example="高一(1)班 语文",
               note=gettext_lazy("每项一个名称；按课时计划生成的是“班级 学科”")),
        Column("classes", gettext_lazy("班级"), "Classes", Names(max_length=30), example="高一(1)班",
               note=gettext_lazy("几个班合上的用顿号分开；教学班的课空着")),
        Column("subject", gettext_lazy("学科"), "Subject", Text(max_length=20), is_required=True, example="语文"),
        Column("hours", gettext_lazy("每周节数"), "Hours a week", Whole(least=1, most=operations.MOST_HOURS), is_required=True, example="5",
               aliases=("节数",)),
        Column("doubles", gettext_lazy("连堂"), "Doubles", Whole(least=0, most=20), example="1", aliases=("连堂数",),
               note=gettext_lazy("其中几次连上两节")),
        Column("teachers", gettext_lazy("教师"), "Teachers", Names(max_length=40, most=9), example="T0001",
               note=gettext_lazy("工号；写几位就几位一起上")),
        Column("teacher_names", gettext_lazy("教师姓名"), "Names of teachers", ForReading(),
               note=gettext_lazy("只供对照，导入时不看")),
        Column("candidates", gettext_lazy("候选教师"), "Possible teachers", Names(max_length=40), example="T0002、T0003",
               note=gettext_lazy("工号；由排课从中选一位")),
        Column("weeks", gettext_lazy("单双周"), "Weeks",
               Unusual(options={one.value: in_files(one.label) for one in Weeks}, usual=Weeks.ALL), example="单周",
               note=gettext_lazy("每周都上的空着")),
        Column("no_room", gettext_lazy("不用教室"), "No room", Yes(), example="是"),
        Column("room_kind", gettext_lazy("教室种类"), "Kind of room", Text(max_length=20), example="实验室"),
        Column("rooms", gettext_lazy("指定教室"), "Rooms", Names(max_length=30), aliases=("教室",),
               note=gettext_lazy("种类和教室都空着，就在班级自己的教室上")),
        Column("fixed", gettext_lazy("固定时间"), "Fixed times", Starts(), example="周一1; 周三3"),
        Column("together", gettext_lazy("同时上课"), "Together", Text(max_length=40), note=gettext_lazy("写同一个词的几项同时上")),
    ),
    cross_checks=(check_doubles, _check_people),
    rules=(gettext_lazy("班级、教师和教室已在学期里建立；新的任务要写班级"),),
)  # fmt: skip


class TaskTarget(TermTarget):
    """The courses of a term."""

    def shown(self, keys: Collection[Key] | None) -> Iterator[Shown]:
        rows = self.term.courses.order_by("pk").prefetch_related("classes", "teachers", "candidates", "rooms")
        for one in rows if keys is None else rows.filter(code__in=[key[0] for key in keys]):
            yield {
                "code": one.code, "subject": one.subject, "hours": one.hours, "doubles": one.doubles or None,
                **{name: "、".join(each.code for each in getattr(one, name).all()) or None for name in _LINKS},
                "teacher_names": "、".join(each.name for each in one.teachers.all()) or None if keys is None else None,
                "weeks": None if one.weeks == Weeks.ALL else one.weeks, "no_room": not one.needs_room or None,
                "room_kind": one.room_kind or None, "fixed": write_starts(one.fixed) or None,
                "together": one.together or None,
            }  # fmt: skip

    def check_rows(self, rows: Sequence[Row]) -> Iterator[Problem]:
        term = self.term
        teachers = set(term.teachers.values_list("code", flat=True))
        known = {
            "classes": set(term.classes.values_list("code", flat=True)), "teachers": teachers, "candidates": teachers,
            "rooms": set(term.rooms.values_list("code", flat=True)),
        }  # fmt: skip
        there = dict(term.courses.values_list("code", "group"))
        for row in rows:
            for name in _LINKS:
                for one in split(row.values.get(name)):
                    if one not in known[name]:
                        yield wrong(row, name, operations.unknown_words(name, one))
            classes = row.values.get("classes")
            group = there.get(row.key[0])
            if (group is None and "classes" in row.values and not classes) or (row.key[0] not in there and not classes):
                yield wrong(row, "classes", _("请写上课的班级。"))
            if group is not None and classes:
                yield wrong(row, "classes", _("这是教学班的课，学生由教学班方案决定。班级请空着。"))
            yield from self._fixed(row)

    def _fixed(self, row: Row) -> Iterator[Problem]:
        starts = read_starts(row.values.get("fixed") or "")
        yield from self.outside(row, "fixed", starts)
        lessons = row.values["hours"] - (row.values.get("doubles") or 0)
        if len(starts) > lessons:
            yield wrong(
                row,
                "fixed",
                _("写了 %(count)s 个固定时间，这门课一周只上 %(most)s 次。") % {"count": len(starts), "most": lessons},
            )

    def put(self, rows: Mapping[Key, Shown]) -> None:
        self.act(operations.put_courses, rows={key[0]: _values(row) for key, row in rows.items()})

    def take_away(self, keys: Sequence[Key]) -> None:
        self.act(operations.remove_courses, codes=[key[0] for key in keys])

    def users(self, keys: Sequence[Key]) -> Mapping[Key, Iterable[str]]:
        rows = self.term.courses.filter(code__in=[key[0] for key in keys], lessons__isnull=False)
        return {(code,): [_("已公布的课表")] for code in rows.values_list("code", flat=True).distinct()}


def _values(row: Shown) -> dict[str, Any]:
    return {
        "subject": row["subject"], "hours": row["hours"], "doubles": row.get("doubles") or 0,
        "weeks": row.get("weeks") or Weeks.ALL, "needs_room": not row.get("no_room"),
        "room_kind": row.get("room_kind") or "", "together": row.get("together") or "",
        "fixed": read_starts(row.get("fixed") or ""), **{name: split(row.get(name)) for name in _LINKS},
    }  # fmt: skip


IMPORT_TASKS = importer_of(TASKS, TaskTarget)
