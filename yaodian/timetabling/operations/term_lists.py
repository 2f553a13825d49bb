"""Rooms, teachers, classes and curriculum of a term, many at once: what a list brings or a page changes.

Each `put_…` adds rows or replaces them whole, by what the school calls them; each `remove_…` refuses with the names of those that still need a row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.registry.queries import teachers_of_school
from yaodian.timetabling.models import (
    BellSchedule,
    Course,
    CurriculumHours,
    Grade,
    Meeting,
    Term,
    TermClass,
    TermRoom,
    TermTeacher,
)
from yaodian.timetabling.operations.errors import UnableToKeepTermData
from yaodian.timetabling.operations.preparing import BATCH, in_use, opened, tidied
from yaodian.timetabling.operations.term_rows import note_term

Values = Mapping[str, Any]
CurriculumKey = tuple[int, str, bool]
"""Grade, subject, whether it is for those who chose it."""

ROOM_VALUES = ("kind", "seats", "place", "closed")
TEACHER_VALUES = (
    "name", "subjects", "away", "most_hours", "most_a_day", "most_on_end", "most_days", "is_exempt",
)  # fmt: skip
CLASS_VALUES = ("grade", "size", "bells", "room")
CURRICULUM_VALUES = ("hours", "doubles", "room_kind")
MOST_PUPILS = 75
"""A class of more is a slip of the pen: from 56 on a class counts as too large, from 66 on as far too large."""
MOST_SEATS = 1000


def put_rooms(
    *, actor: Account | None, term: Term, rows: Mapping[str, Values], now: datetime, are_new: bool = False
) -> None:
    """By the room's name the values of `ROOM_VALUES`. `are_new`: none of them may be there.

    Raises PermissionMissing, WrongState, UnableToKeepTermData.
    """
    with transaction.atomic():
        row = opened(actor, term)
        if are_new:
            require_unknown(TermRoom.objects.filter(term=row, code__in=rows))
        made = []
        for code, values in rows.items():
            given = tidied(dict(values))
            if not 1 <= given["seats"] <= MOST_SEATS:
                raise UnableToKeepTermData(
                    _("教室“%(name)s”的座位数要在 1 至 %(most)s 之间。") % {"name": code, "most": MOST_SEATS},
                    code="seats",
                    field="seats",
                )
            made.append(
                TermRoom(term=row, code=code, **{name: given.get(name) or _EMPTY[name] for name in ROOM_VALUES})
            )
        _upsert(TermRoom, made, ["term", "code"], ROOM_VALUES)
        note_term(actor, "rooms.put", row, {"count": len(made)}, now)


def require_unknown(rows: Any) -> None:
    """Raises UnableToKeepTermData where one of the names is there already: what is added does not replace."""
    found = rows.values_list("code", flat=True).first()
    if found is not None:
        raise UnableToKeepTermData(
            _("已有“%(name)s”。请在列表里打开它修改，或换一个名称。") % {"name": found}, code="there", field="code"
        )


_EMPTY: Mapping[str, Any] = {"kind": "", "place": "", "closed": [], "seats": 0}


def _upsert(model: Any, rows: list[Any], unique: list[str], values: Collection[str]) -> None:
    model.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=unique, update_fields=list(values)
    )


def remove_rooms(*, actor: Account | None, term: Term, codes: Collection[str], now: datetime) -> None:
    """Raises PermissionMissing, WrongState, UnableToKeepTermData for a room that a class or a course has."""
    with transaction.atomic():
        row = opened(actor, term)
        for code, users in room_users(row, codes).items():
            raise in_use(code, users)
        delete_rows(TermRoom.objects.filter(term=row, code__in=codes))
        note_term(actor, "rooms.remove", row, {"count": len(codes)}, now)


def room_users(term: Term, codes: Collection[str]) -> dict[str, list[str]]:
    """By room the classes and courses that name it. Two queries."""
    found: dict[str, list[str]] = {}
    for rows, name in (
        (TermClass.objects.filter(term=term, room__code__in=codes), "room__code"),
        (Course.objects.filter(term=term, rooms__code__in=codes), "rooms__code"),
    ):
        for code, user in rows.order_by("pk").values_list(name, "code"):
            found.setdefault(code, []).append(user)
    return found


def delete_rows(rows: Any) -> None:
    """Raises UnableToKeepTermData where something that is kept for good needs one of them."""
    try:
        with transaction.atomic():
            rows.delete()
    except ProtectedError as problem:
        raise UnableToKeepTermData(
            _("已公布的课表或请假记录里还有它，不能删除。请保留，不再使用即可。"), code="published", status=409
        ) from problem


def put_teachers(
    *, actor: Account | None, term: Term, rows: Mapping[str, Values], now: datetime, are_new: bool = False
) -> None:
    """By staff number the values of `TEACHER_VALUES`; one whom the registry has in the school is tied to his row.

    Raises PermissionMissing, WrongState, UnableToKeepTermData.
    """
    with transaction.atomic():
        row = opened(actor, term)
        if are_new:
            require_unknown(TermTeacher.objects.filter(term=row, code__in=rows))
        known = {one.staff_number: one.pk for one in teachers_of_school(unit=row.school_id)}
        made = []
        for code, values in rows.items():
            given = tidied(dict(values))
            if not given["name"]:
                raise UnableToKeepTermData(
                    _("请写工号“%(code)s”的教师姓名。") % {"code": code}, code="name", field="name"
                )
            made.append(TermTeacher(
                term=row, code=code, teacher_id=known.get(code), name=given["name"],
                subjects=list(given.get("subjects") or ()), away=given.get("away") or [],
                is_exempt=bool(given.get("is_exempt")),
                **{name: given.get(name) for name in TEACHER_VALUES if name.startswith("most_")},
            ))  # fmt: skip
        _upsert(TermTeacher, made, ["term", "code"], (*TEACHER_VALUES, "teacher"))
        note_term(actor, "teachers.put", row, {"count": len(made)}, now)


def remove_teachers(*, actor: Account | None, term: Term, codes: Collection[str], now: datetime) -> None:
    """Raises PermissionMissing, WrongState, UnableToKeepTermData for somebody who teaches a course or meets."""
    with transaction.atomic():
        row = opened(actor, term)
        for code, users in teacher_users(row, codes).items():
            raise in_use(code, users)
        delete_rows(TermTeacher.objects.filter(term=row, code__in=codes))
        note_term(actor, "teachers.remove", row, {"count": len(codes)}, now)


def teacher_users(term: Term, codes: Collection[str]) -> dict[str, list[str]]:
    """By staff number the courses that somebody is given to, and his meetings. Two queries."""
    found: dict[str, list[str]] = {}
    for rows in (
        Course.objects.filter(term=term, teachers__code__in=codes),
        Meeting.objects.filter(term=term, teachers__code__in=codes),
    ):
        for code, user in rows.order_by("pk").values_list("teachers__code", "code"):
            found.setdefault(code, []).append(user)
    return found


# What the registry and teachers' certificates call subjects, and what this slice calls them.
KNOWN_AS: Mapping[str, str] = {"生物学": "生物", "政治": "思想政治"}


def take_teachers(*, actor: Account | None, term: Term, stage: str, now: datetime) -> int:
    """Everybody whom the registry has working at the school in a stage and the term has not: how many were added.

    Raises PermissionMissing, WrongState.
    """
    with transaction.atomic():
        row = opened(actor, term)
        had = set(row.teachers.values_list("code", flat=True))
        new = [one for one in teachers_of_school(unit=row.school_id, stage=stage) if one.staff_number not in had]
        TermTeacher.objects.bulk_create(
            [
                TermTeacher(
                    term=row, code=one.staff_number, name=one.name, teacher_id=one.pk,
                    subjects=[KNOWN_AS.get(one.subject, one.subject)] if one.subject else [],
                )
                for one in new
            ],
            batch_size=BATCH,
        )  # fmt: skip
        note_term(actor, "teachers.take", row, {"count": len(new)}, now)
    return len(new)


def put_curriculum(
    *,
    actor: Account | None,
    term: Term,
    rows: Mapping[CurriculumKey, Values],
    now: datetime,
    are_new: bool = False,
) -> None:
    """By grade, subject and whether it was chosen the values of `CURRICULUM_VALUES`. Raises PermissionMissing, WrongState, UnableToKeepTermData."""
    with transaction.atomic():
        row = opened(actor, term)
        if are_new:
            known = set(CurriculumHours.objects.filter(term=row).values_list("grade", "subject", "is_chosen"))
            if known & set(rows):
                raise UnableToKeepTermData(
                    _("这个年级已有这门学科。请在列表里打开它修改。"), code="there", field="subject"
                )
        made = []
        for (grade, subject, is_chosen), values in rows.items():
            hours, doubles = values["hours"], values.get("doubles") or 0
            check_hours(hours, doubles)
            made.append(CurriculumHours(
                term=row, grade=grade, subject=" ".join(subject.split()), is_chosen=is_chosen, hours=hours, doubles=doubles,
                room_kind=" ".join((values.get("room_kind") or "").split()),
            ))  # fmt: skip
        _upsert(CurriculumHours, made, ["term", "grade", "subject", "is_chosen"], CURRICULUM_VALUES)
        note_term(actor, "curriculum.put", row, {"count": len(made)}, now)


MOST_HOURS = 40


def check_hours(hours: int, doubles: int) -> None:
    """Raises UnableToKeepTermData."""
    if not 1 <= hours <= MOST_HOURS:
        raise UnableToKeepTermData(
            _("每周节数要在 1 至 %(most)s 之间。") % {"most": MOST_HOURS}, code="hours", field="hours"
        )
    if not 0 <= 2 * doubles <= hours:
        raise UnableToKeepTermData(
            _("连堂一次占两节，%(hours)s 节里最多连堂 %(most)s 次。") % {"hours": hours, "most": hours // 2},
            code="doubles",
            field="doubles",
        )


def remove_curriculum(*, actor: Account | None, term: Term, keys: Collection[CurriculumKey], now: datetime) -> None:
    """Courses made from a line stay. Raises PermissionMissing, WrongState."""
    with transaction.atomic():
        row = opened(actor, term)
        wanted = set(keys)
        rows = CurriculumHours.objects.filter(term=row, subject__in={key[1] for key in keys})
        doomed = [one.pk for one in rows if (one.grade, one.subject, one.is_chosen) in wanted]
        CurriculumHours.objects.filter(pk__in=doomed).delete()
        note_term(actor, "curriculum.remove", row, {"count": len(doomed)}, now)


def put_classes(
    *, actor: Account | None, term: Term, rows: Mapping[str, Values], now: datetime, are_new: bool = False
) -> None:
    """By the class's name the values of `CLASS_VALUES`, bells and room by their names (no bells: the first schedule).

    Raises PermissionMissing, WrongState, UnableToKeepTermData.
    """
    with transaction.atomic():
        row = opened(actor, term)
        if are_new:
            require_unknown(TermClass.objects.filter(term=row, code__in=rows))
        bells = {one.code: one for one in row.bells.all()}
        rooms = {one.code: one for one in row.rooms.all()}
        owners = {room: code for code, room in row.classes.filter(room__isnull=False).values_list("code", "room__code")}
        made = []
        for code, values in rows.items():
            size, room = values["size"], values.get("room") or ""
            if values["grade"] not in Grade.values:
                raise UnableToKeepTermData(_("请从列表里选年级。"), code="grade", field="grade")
            if not 0 <= size <= MOST_PUPILS:
                raise UnableToKeepTermData(
                    _("班级“%(name)s”写了 %(size)s 人，最多 %(most)s 人。请核对人数。")
                    % {"name": code, "size": size, "most": MOST_PUPILS},
                    code="size",
                    field="size",
                )
            if room and room not in rooms:
                raise UnableToKeepTermData(
                    _("没有教室“%(name)s”。请先建立教室，或核对名称。") % {"name": room}, code="room", field="room"
                )
            if room and owners.get(room, code) != code and owners[room] not in rows:
                raise UnableToKeepTermData(
                    _("教室“%(room)s”已是“%(owner)s”的。一间教室只能是一个班的，请换一间。")
                    % {"room": room, "owner": owners[room]},
                    code="room-taken",
                    field="room",
                )
            rung = bells.get(values.get("bells") or "") or next(iter(bells.values()), None)
            if rung is None or (values.get("bells") and values["bells"] not in bells):
                raise UnableToKeepTermData(
                    _("没有这份作息时间。请先在“作息”里建立，再回来。"), code="bells", field="bells"
                )
            made.append(
                TermClass(
                    term=row,
                    code=code,
                    grade=values["grade"],
                    size=size,
                    bells=rung,
                    room=rooms[room] if room else None,
                )
            )
        _upsert(TermClass, made, ["term", "code"], CLASS_VALUES)
        note_term(actor, "classes.put", row, {"count": len(made)}, now)


def remove_classes(*, actor: Account | None, term: Term, codes: Collection[str], now: datetime) -> None:
    """Raises PermissionMissing, WrongState, UnableToKeepTermData for a class that has courses."""
    with transaction.atomic():
        row = opened(actor, term)
        for code, users in class_users(row, codes).items():
            raise in_use(code, users)
        delete_rows(TermClass.objects.filter(term=row, code__in=codes))
        note_term(actor, "classes.remove", row, {"count": len(codes)}, now)


def class_users(term: Term, codes: Collection[str]) -> dict[str, list[str]]:
    """By class its courses. One query."""
    found: dict[str, list[str]] = {}
    rows = Course.objects.filter(term=term, classes__code__in=codes).order_by("pk")
    for code, user in rows.values_list("classes__code", "code"):
        found.setdefault(code, []).append(user)
    return found


def first_bells(term: Term) -> BellSchedule | None:
    return BellSchedule.objects.filter(term=term).order_by("pk").first()
