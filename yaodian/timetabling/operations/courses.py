"""What is taught: classes of the registry become classes of the term, curriculum and classes become courses, a course is changed, teachers meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.registry.queries import class_sizes, cohort_classes, cohort_years
from yaodian.timetabling.models import Course, CurriculumHours, Grade, Meeting, Term, TermClass, Weeks
from yaodian.timetabling.operations.changing import stored
from yaodian.timetabling.operations.errors import UnableToKeepTermData
from yaodian.timetabling.operations.preparing import BATCH, opened
from yaodian.timetabling.operations.term_lists import check_hours, delete_rows, first_bells, require_unknown
from yaodian.timetabling.operations.term_rows import note_term
from yaodian.timetabling.queries.rounds import STAGE
from yaodian.timetabling.queries.times import MOST_PERIODS, beyond

NO_ROOM = "不用教室"
"""In the curriculum, in place of a kind of room: sports and the like."""
COURSE_VALUES = (
    "subject", "hours", "doubles", "weeks", "needs_room", "room_kind", "together", "fixed", "classes", "teachers",
    "candidates", "rooms",
)  # fmt: skip
_PLAIN = COURSE_VALUES[:8]
_LINKS = COURSE_VALUES[8:]


def take_classes(*, actor: Account | None, term: Term, now: datetime) -> tuple[int, int]:
    """The registry's open classes of the grades that the school year has, with their sizes, each in a room of its own: how many are new, how many counted anew.

    A class that has no room gets a free ordinary one with seats enough, in the order of names. Raises PermissionMissing, WrongState, UnableToKeepTermData.
    """
    with transaction.atomic():
        row = opened(actor, term)
        new, counted = lay_classes(row)
        note_term(actor, "classes.take", row, {"new": new, "counted": counted}, now)
    return new, counted


def lay_classes(row: Term) -> tuple[int, int]:
    """The same in a transaction of the caller's, without an entry."""
    bells = first_bells(row)
    if bells is None:
        raise UnableToKeepTermData(_("请先在“作息”里建立作息时间，再建立班级。"), code="no-bells")
    mine = {one.school_class_id: one for one in row.classes.all() if one.school_class_id is not None}
    names = {one.code: one for one in row.classes.all()}
    new: list[TermClass] = []
    counted = []
    for year in sorted(cohort_years(units=[row.school_id], stage=STAGE).get(row.school_id, ()), reverse=True):
        grade = row.year - year + 1
        if grade not in Grade.values:
            continue
        sizes = class_sizes(unit=row.school_id, stage=STAGE, entered_year=year)
        for one in cohort_classes(unit=row.school_id, stage=STAGE, entered_year=year):
            found = mine.get(one.pk) or names.get(class_name(grade, one.number))
            size = sizes.get(one.pk, 0)
            if found is None:
                code = class_name(grade, one.number)
                new.append(TermClass(term=row, code=code, grade=grade, size=size, bells=bells, school_class_id=one.pk))
            elif (found.size, found.school_class_id) != (size, one.pk):
                found.size, found.school_class_id = size, one.pk
                counted.append(found)
    _give_rooms(row, new)
    TermClass.objects.bulk_create(new, batch_size=BATCH)
    TermClass.objects.bulk_update(counted, ["size", "school_class"], batch_size=BATCH)
    return len(new), len(counted)


def class_name(grade: int, number: int) -> str:
    """As schools write it, in files and on pages of any language."""
    return f"高{'一二三'[grade - 1]}({number})班"


def _give_rooms(term: Term, classes: Iterable[TermClass]) -> int:
    taken = set(term.classes.filter(room__isnull=False).values_list("room_id", flat=True))
    free = [one for one in term.rooms.filter(kind="").order_by("code") if one.pk not in taken]
    given = 0
    for one in classes:
        room = next((room for room in free if room.seats >= one.size), None)
        if room is not None:
            one.room = room
            free.remove(room)
            given += 1
    return given


def give_rooms(*, actor: Account | None, term: Term, now: datetime) -> int:
    """Classes without a room of their own get a free ordinary one: how many did. Raises PermissionMissing, WrongState."""
    with transaction.atomic():
        row = opened(actor, term)
        classes = list(row.classes.filter(room__isnull=True))
        given = _give_rooms(row, classes)
        TermClass.objects.bulk_update([one for one in classes if one.room_id is not None], ["room"], batch_size=BATCH)
        note_term(actor, "classes.rooms", row, {"count": given}, now)
    return given


def make_courses(*, actor: Account | None, term: Term, now: datetime) -> int:
    """Of each class a course for each subject that the curriculum asks of everybody and the class has none of: how many were made.

    Teachers are left open: those who teach the subject come into question. Chosen subjects come with the teaching groups.
    Raises PermissionMissing, WrongState, UnableToKeepTermData.
    """
    with transaction.atomic():
        row = opened(actor, term)
        made = lay_courses(row)
        note_term(actor, "courses.make", row, {"count": made}, now)
    return made


def lay_courses(row: Term) -> int:
    """The same in a transaction of the caller's, without an entry. A constant number of queries."""
    asked: dict[int, list[CurriculumHours]] = defaultdict(list)
    for line in row.curriculum.filter(is_chosen=False):
        asked[line.grade].append(line)
    if not asked:
        raise UnableToKeepTermData(_("课时计划里还没有面向全体的学科。请先填写或导入课时计划。"), code="no-curriculum")
    had = set(Course.objects.filter(term=row).values_list("classes__pk", "subject"))
    taken = set(Course.objects.filter(term=row).values_list("code", flat=True))
    teach: dict[str, list[int]] = defaultdict(list)
    for key, subjects in row.teachers.values_list("pk", "subjects"):
        for subject in subjects:
            teach[subject].append(key)
    made: list[tuple[Course, TermClass]] = []
    for home in row.classes.all():
        for line in asked[home.grade]:
            code = f"{home.code} {line.subject}"
            if (home.pk, line.subject) in had or code in taken:
                continue
            is_roomless = line.room_kind == NO_ROOM
            made.append(
                (
                    Course(
                        term=row, code=code, subject=line.subject, hours=line.hours, doubles=line.doubles,
                        needs_room=not is_roomless, room_kind="" if is_roomless else line.room_kind,
                    ),
                    home,
                )
            )  # fmt: skip
    Course.objects.bulk_create([course for course, _home in made], batch_size=BATCH)
    _link("classes", ((course.pk, home.pk) for course, home in made))
    _link("candidates", ((course.pk, key) for course, _home in made for key in teach[course.subject]))
    return len(made)


_TO = {"classes": "termclass", "teachers": "termteacher", "candidates": "termteacher", "rooms": "termroom"}


def _link(name: str, pairs: Iterable[tuple[int, int]]) -> None:
    through: Any = getattr(Course, name).through
    through.objects.bulk_create(
        [through(**{"course_id": course, f"{_TO[name]}_id": other}) for course, other in pairs], batch_size=BATCH
    )


def put_courses(
    *,
    actor: Account | None,
    term: Term,
    rows: Mapping[str, Mapping[str, Any]],
    now: datetime,
    are_new: bool = False,
) -> None:
    """By the course's name the values of `COURSE_VALUES`; classes, teachers, candidates and rooms by their names. The others of a name that is there stay.

    A constant number of queries. Raises PermissionMissing, WrongState, UnableToKeepTermData with the field.
    """
    with transaction.atomic():
        row = opened(actor, term)
        if are_new:
            require_unknown(Course.objects.filter(term=row, code__in=rows))
        known = {
            "classes": dict(row.classes.values_list("code", "pk")),
            "teachers": dict(row.teachers.values_list("code", "pk")),
            "rooms": dict(row.rooms.values_list("code", "pk")),
        }
        known["candidates"] = known["teachers"]
        longest = max((len(one.periods.all()) for one in row.bells.prefetch_related("periods")), default=MOST_PERIODS)
        there = {one.code: one for one in row.courses.filter(code__in=rows)}
        for code, values in rows.items():
            course = there.get(code) or Course(term=row, code=code)
            for name in _PLAIN:
                if name in values:
                    value = values[name]
                    setattr(course, name, " ".join(value.split()) if isinstance(value, str) else value)
            _check(course, values, known, days=row.days, periods=longest)
            there[code] = course
        new = [there[code] for code in rows if there[code].pk is None]
        old = [there[code] for code in rows if there[code].pk is not None]
        Course.objects.bulk_create(new, batch_size=BATCH)
        Course.objects.bulk_update(old, list(_PLAIN), batch_size=BATCH)
        for name in _LINKS:
            linked = {code: values[name] for code, values in rows.items() if name in values}
            keys = [there[code].pk for code in linked]
            getattr(Course, name).through.objects.filter(course__in=keys).delete()
            _link(
                name,
                ((there[code].pk, known[name][one]) for code, some in linked.items() for one in dict.fromkeys(some)),
            )
        note_term(actor, "courses.put", row, {"new": len(new), "changed": len(old)}, now)


def _refuse(course: Course, words: str, *, code: str, field: str) -> UnableToKeepTermData:
    return UnableToKeepTermData(
        _("“%(course)s”：%(words)s") % {"course": course.code, "words": words}, code=code, field=field
    )


def _check(
    course: Course, values: Mapping[str, Any], known: Mapping[str, Mapping[str, int]], *, days: int, periods: int
) -> None:
    if not course.code.strip():
        raise _refuse(course, _("请写教学任务的名称。"), code="name", field="code")
    if not course.subject:
        raise _refuse(course, _("请写学科。"), code="subject", field="subject")
    check_hours(course.hours, course.doubles)
    if course.weeks not in Weeks.values:
        raise _refuse(course, _("请从列表里选周次。"), code="weeks", field="weeks")
    for name in _LINKS:
        for one in values.get(name, ()):
            if one not in known[name]:
                raise _refuse(course, unknown_words(name, one), code="unknown", field=name)
    if course.pk is None and not values.get("classes"):
        raise _refuse(course, _("请写上课的班级。"), code="classes", field="classes")
    if both := sorted(set(values.get("teachers", ())) & set(values.get("candidates", ()))):
        raise _refuse(
            course,
            _("“%(code)s”既是教师又是候选教师。请只写一处。") % {"code": both[0]},
            code="twice",
            field="candidates",
        )
    if wrong := beyond(course.fixed, days=days, periods=periods):
        raise _refuse(
            course, _("作息里没有 %(when)s。请核对固定时间。") % {"when": wrong[0]}, code="beyond", field="fixed"
        )
    lessons = course.hours - course.doubles
    if len(course.fixed) > lessons:
        raise _refuse(
            course,
            _("写了 %(count)s 个固定时间，这门课一周只上 %(most)s 次。")
            % {"count": len(course.fixed), "most": lessons},
            code="too-many",
            field="fixed",
        )


def unknown_words(name: str, one: str) -> str:
    """What is said of a name that leads nowhere."""
    words = {
        "classes": _("没有班级“%(name)s”。请核对名称，或先建立班级。"),
        "teachers": _("没有工号是“%(name)s”的教师。请核对工号，或先导入教师。"),
        "candidates": _("没有工号是“%(name)s”的教师。请核对工号，或先导入教师。"),
        "rooms": _("没有教室“%(name)s”。请先建立教室，或核对名称。"),
    }
    return words[name] % {"name": one[:30]}


def remove_courses(*, actor: Account | None, term: Term, codes: Collection[str], now: datetime) -> None:
    """Raises PermissionMissing, WrongState, UnableToKeepTermData for one of a teaching group, or one in a published timetable."""
    with transaction.atomic():
        row = opened(actor, term)
        rows = Course.objects.filter(term=row, code__in=codes)
        grouped = rows.filter(group__isnull=False).values_list("code", flat=True).first()
        if grouped is not None:
            raise UnableToKeepTermData(
                _("“%(name)s”是教学班的课，随教学班方案一起弃用。请到“教学班”里弃用方案。") % {"name": grouped},
                code="of-group",
                status=409,
            )
        delete_rows(rows)
        note_term(actor, "courses.remove", row, {"count": len(codes)}, now)


def put_meeting(
    *, actor: Account | None, term: Term, key: int | None, values: Mapping[str, Any], now: datetime
) -> Meeting:
    """{`code`, `periods`, `day`, `period`, `teachers`: staff numbers, `subjects`: all who teach one}, a new one without a key.

    Raises Meeting.DoesNotExist, PermissionMissing, WrongState, UnableToKeepTermData.
    """
    with transaction.atomic():
        row = opened(actor, term)
        made = Meeting.objects.get(pk=key, term=row) if key is not None else Meeting(term=row)
        made.code = " ".join(values["code"].split())
        made.periods, made.day, made.period = values["periods"], values.get("day"), values.get("period")
        if (made.day is None) != (made.period is None):
            raise UnableToKeepTermData(_("固定时间要同时写星期和节次；不固定就都空着。"), code="half", field="period")
        wanted, subjects = set(values.get("teachers", ())), set(values.get("subjects", ()))
        teachers = [one for one in row.teachers.all() if one.code in wanted or subjects & set(one.subjects)]
        if unknown := sorted(wanted - {one.code for one in teachers}):
            raise UnableToKeepTermData(unknown_words("teachers", unknown[0]), code="unknown", field="teachers")
        if not teachers:
            raise UnableToKeepTermData(_("请写参加的教师，或选一个学科。"), code="nobody", field="teachers")
        stored(made, UnableToKeepTermData)
        made.teachers.set(teachers)
        note_term(actor, "meetings.put", row, {"meeting": made.pk, "teachers": len(teachers)}, now)
    return made


def remove_meeting(*, actor: Account | None, term: Term, key: int, now: datetime) -> None:
    """Raises Meeting.DoesNotExist, PermissionMissing, WrongState, UnableToKeepTermData."""
    with transaction.atomic():
        row = opened(actor, term)
        Meeting.objects.get(pk=key, term=row)
        delete_rows(Meeting.objects.filter(pk=key))
        note_term(actor, "meetings.remove", row, {"meeting": key}, now)
