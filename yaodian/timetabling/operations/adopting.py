"""A grouping becomes what the timetable is made of: home classes as classes of the term, groups as courses of a block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.sectioning import Choices, UnfitSchool, verify_sections
from yaodian.organisations.models import Account
from yaodian.timetabling.models import (
    ChoiceRound,
    Course,
    Grouping,
    GroupingState,
    RoundKind,
    RoundState,
    TeachingGroup,
    Term,
    TermClass,
)
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.grouping_rows import (
    UnableToAdoptGrouping,
    clear_result,
    lock_grouping,
    move_grouping,
    note_grouping,
    require_grouping_state,
)
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, require_live
from yaodian.timetabling.problem import group_words
from yaodian.timetabling.problem.group_rows import sections_of
from yaodian.timetabling.problem.group_settings import GRADES
from yaodian.timetabling.problem.groupings import Ground, choices_of, parts_of, settings_of
from yaodian.timetabling.queries.grounds import ground_of


def adopt_grouping(*, actor: Account | None, grouping: Grouping, now: datetime) -> Grouping:
    """The groups are those of the grade from now on, each with a course; a grouping that was adopted before is dropped.

    Checked before: the choices are settled and the newest, what it was made from is still the same, and every rule is kept by a check apart.
    A group with the subject, block and teacher of one before takes its course over, with the lessons that a published timetable has of it.
    Raises PermissionMissing, WrongState, UnableToAdoptGrouping.
    """
    require_right(actor, grouping.term.school_id, PLAN)
    with transaction.atomic():
        term = lock_term(grouping.term)
        require_live(term)
        row = lock_grouping(grouping)
        require_grouping_state(row, (GroupingState.DONE,))
        _check_round(row.round)
        ground = ground_of(term=term, grade=row.grade, round=row.round)
        _check_inputs(row, ground)
        _check_curriculum(row, ground)
        former = term.groupings.select_for_update().filter(grade=row.grade, state=GroupingState.ADOPTED).first()
        held = _courses_of(former)
        row.term = term
        homes = _put_classes(row, ground) if not settings_of(row).keeps_classes else None
        groups = list(row.groups.select_related("teacher", "room", "home").order_by("pk"))
        if homes is not None:
            hosts = row.tallies["hosts"]
            for group in groups:
                group.home = homes.get(hosts.get(group.code, ""))
            TeachingGroup.objects.bulk_update(groups, ["home"], batch_size=500)
        _put_courses(term, ground, groups, held)
        if former is not None:
            move_grouping(former, GroupingState.DROPPED)
            clear_result(former)
        move_grouping(row, GroupingState.ADOPTED)
        detail = {"groups": len(groups), "former": former.pk if former else None, "result": row.result_sha256}
        note_grouping(actor, "adopt", row, detail, now)
    return row


def _check_round(row: ChoiceRound) -> None:
    if row.kind == RoundKind.TRIAL or row.state != RoundState.SETTLED:
        raise UnableToAdoptGrouping(
            _("“%(title)s”是%(kind)s、%(state)s，按它编的班只能比较，不能采用。请用已确定的正式选科或改选编班。")
            % {"title": row.title, "kind": row.get_kind_display(), "state": row.get_state_display()},
            code="round",
        )
    later = ChoiceRound.objects.filter(
        school=row.school_id, entered_year=row.entered_year, state=RoundState.SETTLED, pk__gt=row.pk,
        kind__in=[RoundKind.BINDING, RoundKind.CHANGE],
    ).order_by("-pk")  # fmt: skip
    if newer := later.first():
        raise UnableToAdoptGrouping(
            _("在它之后已经确定了“%(title)s”。请按那一轮编班，或在方案页上按改选调整。") % {"title": newer.title},
            code="later-round",
        )


def _check_inputs(row: Grouping, ground: Ground) -> Choices:
    try:
        choices = choices_of(ground, settings_of(row))
    except UnfitSchool as problem:
        raise UnableToAdoptGrouping(
            _("编班以后数据变动过：%(what)s请重新编班。") % {"what": group_words.told(group_words.unfit(problem))},
            code="changed",
        ) from problem
    if choices.digest != row.inputs_sha256:
        words = {
            "choices": _("选科结果"),
            "classes": _("学生所在的行政班"),
            "traits": _("学生的性别或寄宿"),
            "teachers": _("任课教师"),
            "rooms": _("教室"),
            "subjects": _("学科名称"),
        }
        had = row.tallies.get("inputs", {})
        other = [words[name] for name, digest in parts_of(choices).items() if had.get(name) != digest]
        raise UnableToAdoptGrouping(
            _("编班以后这些数据变动过：%(what)s。方案已不相符，没有采用。请重新编班。")
            % {"what": _("、").join(other) or _("学生名单")},
            code="changed",
        )
    if faults := verify_sections(choices, sections_of(row)):
        raise UnableToAdoptGrouping(
            _("独立核对发现 %(count)s 处不符，没有采用：%(first)s请重新编班。")
            % {"count": len(faults), "first": group_words.fault_words(faults)[0]},
            code="faulty",
        )
    return choices


def _check_curriculum(row: Grouping, ground: Ground) -> None:
    subjects = row.groups.order_by().values_list("subject", flat=True).distinct()
    missing = sorted(
        name for name in subjects if name not in {ground.names[code] for code in ground.curriculum}
    )  # fmt: skip
    if missing:
        raise UnableToAdoptGrouping(
            _("课时计划里还没有这些选考科目每周几节：%(subjects)s。请先在学期里录入课时计划。")
            % {"subjects": _("、").join(group_words.subject_word(name) for name in missing)},
            code="no-curriculum",
        )


def _courses_of(former: Grouping | None) -> list[Course]:
    """The courses of the grouping before."""
    if former is None:
        return []
    return list(Course.objects.filter(group__grouping=former).select_related("group").order_by("-pk"))


def _put_classes(row: Grouping, ground: Ground) -> dict[str, TermClass]:
    """The home classes as classes of the term, by code. A class that is not needed any more goes with the courses of it alone."""
    there = {one.code: one for one in ground.classes}
    rooms = {one.code: one for one in ground.rooms}
    bells = ground.classes[0].bells if ground.classes else row.term.bells.order_by("pk").first()
    if bells is None:
        raise UnableToAdoptGrouping(
            _("这个学期还没有作息时间表，不能建立行政班。请先录入作息时间表。"), code="no-bells"
        )  # fmt: skip
    found = {}
    for home in row.tallies["homes"]:
        kept = there.get(home["code"]) or TermClass(term=row.term, code=home["code"], grade=row.grade, bells=bells)
        kept.size = home["pupils"]
        kept.room = rooms.get(home["room"], kept.room)
        found[home["code"]] = kept.store()
    for code, kept in there.items():
        if code not in found:
            _remove_class(kept)
    return found


def _remove_class(row: TermClass) -> None:
    alone = [one for one in row.courses.all() if one.classes.count() == 1]
    if any(one.lessons.exists() for one in alone):
        raise UnableToAdoptGrouping(
            _("重新编的行政班不再有“%(code)s”，但它在已公布的课表里有课，没有采用。请保留原行政班，或规定同样多的班。")
            % {"code": row.code},
            code="class-has-lessons",
        )
    for one in alone:
        one.delete()
    row.delete()


def _put_courses(term: Term, ground: Ground, groups: list[TeachingGroup], held: list[Course]) -> None:
    """A course for each group. One that a group takes over keeps its lessons; the others of before must have none."""
    hours = {group.block: set[int]() for group in groups}
    for group in groups:
        hours[group.block].add(ground.curriculum[ground.code_of[group.subject]].hours)
    had = dict(_taught(held))
    by_place = {(one.group.code, one.group.block, one.group.subject): one for one in held if one.group is not None}
    taken: dict[int, Course] = {}
    for group in groups:
        course = by_place.get((group.code, group.block, group.subject))
        if course is not None and (group.teacher_id is None or had.get(course.pk, set()) <= {group.teacher_id}):
            taken[group.pk] = course
    gone = [one for one in held if one.pk not in {course.pk for course in taken.values()}]
    _remove_courses(gone)
    others = {
        code: [one.pk for one in term.teachers.all() if name in one.subjects] for code, name in ground.names.items()
    }
    for group in groups:
        code = ground.code_of[group.subject]
        asked = ground.curriculum[code]
        course = taken.get(group.pk) or Course(term=term, code=_code(term, f"{GRADES[ground.grade]} {group.code}"))
        course.subject, course.hours, course.group = group.subject, asked.hours, group
        course.doubles, course.room_kind = min(asked.doubles, asked.hours), asked.room_kind
        # Courses of one `together` run at the very same times, so only those with as many hours can.
        many = f"·{asked.hours}" if len(hours[group.block]) > 1 else ""
        course.together = f"{GRADES[ground.grade]}·{group.block}{many}"
        course.store()
        course.teachers.set([group.teacher_id] if group.teacher_id else [])
        course.candidates.set([] if group.teacher_id else others[code])
        course.rooms.set([group.room_id] if group.room_id and not asked.room_kind else [])


def _taught(courses: Iterable[Course]) -> Iterable[tuple[int, set[int]]]:
    """The teachers of each course."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Course.teachers.through.objects.filter(course__in=[one.pk for one in courses])
    for course, teacher in rows.values_list("course_id", "termteacher_id"):
        found[course].add(teacher)
    return found.items()


def _remove_courses(gone: list[Course]) -> None:
    keys = [one.pk for one in gone]
    busy = Course.objects.filter(pk__in=keys, lessons__isnull=False).order_by("code").first()
    if busy is not None:
        raise UnableToAdoptGrouping(
            _(
                "已公布的课表里有“%(course)s”的课，而新方案没有同一学科、时段和教师的这个教学班，没有采用。"
                "学期中请用“按改选调整”；要整个重编，请在新的学期里做。"
            )
            % {"course": busy.code},
            code="has-lessons",
        )
    Course.objects.filter(pk__in=keys).delete()


def _code(term: Term, wanted: str) -> str:
    """A code that the term does not have yet."""
    code, number = wanted, 1
    while term.courses.filter(code=code).exists():
        number += 1
        code = f"{wanted} ({number})"
    return code
