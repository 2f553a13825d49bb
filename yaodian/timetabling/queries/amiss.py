"""What is amiss with a term before its timetable is made: sentences, each with the page where it is mended.

Counting finds what is here; that nothing is found does not prove that a timetable exists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.findings import Code, Finding
from yaodian.engines.scheduling.timetabling.refusals import unfit
from yaodian.engines.scheduling.timetabling.school import School, UnknownName
from yaodian.engines.scheduling.timetabling.school_problem import PUPILS, ROOM, TEACHER, Laid
from yaodian.registry.queries import class_sizes, cohort, cohort_classes, cohort_years
from yaodian.timetabling.models import Course, Grade, GroupingState, HomeMember, Term, TimetableWish
from yaodian.timetabling.problem import UnfitWish, laid_of, school_of, wish_of
from yaodian.timetabling.problem.rows import curriculum_of
from yaodian.timetabling.queries.findings import listed, say_finding, say_unknown
from yaodian.timetabling.queries.rounds import STAGE
from yaodian.timetabling.queries.times import beyond

LARGEST_CLASS = 75
MOST_OF_A_KIND = 10
Place = tuple[str, tuple[Any, ...]]
"""The name of an address and what it takes."""


@dataclass(frozen=True)
class Amiss:
    """`is_certain`: no valid timetable is possible because of it; else it is very likely a slip, or something to know."""

    code: str
    sentence: str
    place: Place
    is_certain: bool = False


def amiss_of(term: Term) -> tuple[Amiss, ...]:
    """Everything that is found, what is certain first; of one kind no more than `MOST_OF_A_KIND` and how many more there are.

    A constant number of queries.
    """
    found = [*_rows(term)]
    wishes, wrong = _wishes(term)
    found += wrong
    if not any(one.code in _UNLAYABLE for one in found):
        found += _engine(term, wishes)
    found = list(dict.fromkeys(found))
    found.sort(key=lambda one: not one.is_certain)
    return tuple(_bounded(found))


# With one of these the engine has nothing to judge, or would only repeat it.
_UNLAYABLE = {"no-bells", "no-classes", "no-courses", "fixed-beyond", "no-pupils"}


def _bounded(found: Iterable[Amiss]) -> Iterator[Amiss]:
    kinds: dict[str, list[Amiss]] = defaultdict(list)
    for one in found:
        kinds[one.code].append(one)
    for some in kinds.values():
        yield from some[:MOST_OF_A_KIND]
        if len(some) > MOST_OF_A_KIND:
            yield Amiss(
                f"{some[0].code}.more",
                _("还有 %(count)s 处同样的问题，改好上面这些以后再看。") % {"count": len(some) - MOST_OF_A_KIND},
                some[-1].place,
                some[0].is_certain,
            )


def _rows(term: Term) -> Iterator[Amiss]:
    """What the rows themselves say."""
    here = (term.public_id,)
    bells = list(term.bells.prefetch_related("periods"))
    rooms, teachers = term.rooms.exists(), term.teachers.exists()
    classes = list(term.classes.select_related("room"))
    if not any(one.periods.all() for one in bells):
        yield Amiss("no-bells", _("还没有作息时间。请先建立作息，写明每天几节课。"), ("bells", here), True)
    if not rooms:
        yield Amiss("no-rooms", _("还没有教室。请导入教室表，或在页面上添加。"), ("term_rooms", here), True)
    if not teachers:
        yield Amiss("no-teachers", _("还没有教师。请从基础数据取来，或导入教师表。"), ("term_teachers", here), True)
    if not classes:
        yield Amiss("no-classes", _("还没有班级。请从学籍取来。"), ("term_classes", here), True)
    for one in classes:
        if one.size == 0 or one.size > LARGEST_CLASS:
            yield Amiss(
                "class-size",
                _("班级“%(name)s”有 %(size)s 人。请核对人数。") % {"name": one.code, "size": one.size},
                ("term_classes", here),
            )
        if one.room is not None and one.size > one.room.seats:
            yield Amiss(
                "own-room-small",
                _("班级“%(name)s”有 %(size)s 人，自己的教室“%(room)s”只有 %(seats)s 座。请换一间教室，或核对座位数。")
                % {"name": one.code, "size": one.size, "room": one.room.code, "seats": one.room.seats},
                ("term_classes", here),
            )
    roomless = [one.code for one in classes if one.room_id is None]
    if roomless and rooms:
        yield Amiss(
            "no-own-room",
            _("这些班没有自己的教室：%(names)s。每节课会另找教室。") % {"names": listed(roomless)},
            ("term_classes", here),
        )
    yield from _courses(term, days=term.days, periods={one.pk: len(one.periods.all()) for one in bells})
    yield from _pupils(term, {one.school_class_id for one in classes}, {one.school_class_id: one for one in classes})


def _courses(term: Term, *, days: int, periods: dict[int, int]) -> Iterator[Amiss]:
    rows = list(term.courses.prefetch_related("classes", "teachers", "candidates"))
    if not rows:
        yield Amiss(
            "no-courses", _("还没有教学任务。请按课时计划生成，或导入。"), ("term_courses", (term.public_id,)), True
        )
    longest = max(periods.values(), default=0)
    for one in rows:
        place: Place = ("course", (term.public_id, one.pk))
        homes = list(one.classes.all())
        if not homes and one.group_id is None:
            yield Amiss("no-pupils", _("“%(name)s”没有班级上。请写上课的班级。") % {"name": one.code}, place, True)
        if not one.teachers.all() and not one.candidates.all():
            yield Amiss(
                "nobody-teaches",
                _("“%(name)s”没有教师。请安排教师或候选教师。") % {"name": one.code},
                place,
            )
        there = min((periods[home.bells_id] for home in homes), default=longest)
        if longest and (wrong := beyond(one.fixed, days=days, periods=there)):
            yield Amiss(
                "fixed-beyond",
                _("“%(name)s”固定在%(when)s，作息里没有这一节。请改固定时间。")
                % {"name": one.code, "when": listed(wrong)},
                place,
                True,
            )


def _pupils(term: Term, known: set[int | None], by_class: dict[int | None, Any]) -> Iterator[Amiss]:
    """The registry's pupils of the grades that the term has classes of: is everybody in one?"""
    grades = {one.grade for one in by_class.values()}
    adopted = {row.grade: row.pk for row in term.groupings.filter(state=GroupingState.ADOPTED)}
    for year in cohort_years(units=[term.school_id], stage=STAGE).get(term.school_id, ()):
        grade = term.year - year + 1
        if grade not in grades:
            continue
        sizes = class_sizes(unit=term.school_id, stage=STAGE, entered_year=year)
        names = {one.pk: one.name for one in cohort_classes(unit=term.school_id, stage=STAGE, entered_year=year)}
        place: Place = ("term_classes", (term.public_id,))
        if grade in adopted:
            placed = HomeMember.objects.filter(grouping=adopted[grade]).values("pupil")
            count = cohort(unit=term.school_id, stage=STAGE, entered_year=year).exclude(pk__in=placed).count()
            if count:
                yield Amiss(
                    "pupils-in-no-group",
                    _("%(grade)s有 %(count)s 名学生不在采用的教学班方案里，可能是后来转入的。请重新编教学班。")
                    % {"grade": Grade(grade).label, "count": count},
                    ("groupings", (term.public_id,)),
                )
            continue
        lost = {key: size for key, size in sizes.items() if key not in known}
        if lost:
            yield Amiss(
                "pupils-in-no-class",
                _("%(grade)s有 %(count)s 名学生的班级不在这个学期里：%(names)s。请从学籍再取一次班级。")
                % {
                    "grade": Grade(grade).label,
                    "count": sum(lost.values()),
                    "names": listed(names.get(key, "") for key in lost),
                },
                place,
            )
        moved = [by_class[key].code for key in sizes if key in by_class and by_class[key].size != sizes[key]]
        if moved:
            yield Amiss(
                "sizes-moved",
                _("这些班的人数与学籍不同：%(names)s。请从学籍再取一次班级。") % {"names": listed(moved)},
                place,
            )


def _wishes(term: Term) -> tuple[list[TimetableWish], list[Amiss]]:
    """The active wishes that are whole, and what is wrong with the others."""
    whole, wrong = [], []
    for row in term.wishes.filter(is_active=True).order_by("pk"):
        try:
            wish_of(row)
        except UnfitWish:
            wrong.append(
                Amiss(
                    "unfit-wish",
                    _("排课要求“%(name)s”没有写全。请打开补全，或停用它。") % {"name": row.name},
                    ("wishes", (term.public_id,)),
                    True,
                )
            )
        else:
            whole.append(row)
    return whole, wrong


def _engine(term: Term, wishes: list[TimetableWish]) -> Iterator[Amiss]:
    """What laying the school out brings to light, what the engine finds, and what is missing of the curriculum."""
    here = (term.public_id,)
    try:
        bare = school_of(term, wishes=())
        if any(one.fixed and not one.pupils for one in bare.courses):
            return  # Said already: whose fixed time it would be is unknown.
        laid = laid_of(bare)
    except UnknownName as problem:
        yield Amiss("unknown-name", say_unknown(problem), ("term_courses", here), True)
        return
    good = []
    for row in wishes:
        try:
            list(wish_of(row).constraints(laid))
        except UnknownName as problem:
            words = _("排课要求“%(name)s”：%(words)s") % {"name": row.name, "words": say_unknown(problem)}
            yield Amiss("unknown-name", words, ("wishes", here), True)
        else:
            good.append(wish_of(row))
    laid = laid_of(replace(bare, wishes=tuple(good)))
    courses = dict(Course.objects.filter(term=term).values_list("code", "pk"))
    for finding in unfit(laid.problem, teaching=()):
        yield Amiss(
            finding.code.value, say_finding(finding, laid), _place(term, finding, laid, courses), finding.is_certain
        )
    yield from _large_groups(term, laid.school, courses)
    yield from _shortfalls(term, laid.school)


_OF_KIND = {TEACHER: "term_teachers", ROOM: "term_rooms", PUPILS: "term_classes"}


def _place(term: Term, finding: Finding, laid: Laid, courses: dict[str, int]) -> Place:
    here = (term.public_id,)
    if finding.code in (Code.SPREAD_OVERFULL, Code.AT_ONCE_OVERFULL, Code.LINKED_AND_APART, Code.ORDER_CYCLE):
        return ("wishes", here)
    if finding.code is Code.KIND_OVERFULL and finding.resources:
        return (_OF_KIND[laid.resources[finding.resources[0]].kind], here)
    if finding.code is Code.NO_TIMES:
        return ("bells", here)
    for event in finding.events[:1] if len(finding.events) <= 2 else ():
        key = courses.get(laid.events[event].id)
        return ("course", (term.public_id, key)) if key is not None else ("term_meetings", here)
    if finding.resources:
        return (_OF_KIND[laid.resources[finding.resources[0]].kind], here)
    return ("term_courses", here)


def _large_groups(term: Term, school: School, courses: dict[str, int]) -> Iterator[Amiss]:
    for one in school.courses:
        heads = school.heads(one)
        homes = {school.pupils_of[some].home for some in one.pupils}
        if not one.pupils or heads == 0 or (heads > LARGEST_CLASS and len(homes) > 1 and one.needs_room):
            yield Amiss(
                "group-size",
                _("“%(name)s”有 %(heads)s 名学生一起上。请核对班级或教学班。") % {"name": one.id, "heads": heads},
                ("course", (term.public_id, courses[one.id])),
            )


def _shortfalls(term: Term, school: School) -> Iterator[Amiss]:
    """Hours that pupils get and the curriculum does not ask, or the other way round; classes with the same miss in one sentence."""
    alike: dict[tuple[str, int, float], list[str]] = defaultdict(list)
    for one in school.shortfalls(curriculum_of(term)):
        alike[one.subject, one.asked, one.given].append(school.pupils_of[one.pupils].home)
    for (subject, asked, given), homes in alike.items():
        yield Amiss(
            "shortfall",
            _("%(names)s的%(subject)s一周排了 %(given)s 节，课时计划是 %(asked)s 节。请补上教学任务，或改课时计划。")
            % {"names": listed(homes), "subject": subject, "given": f"{given:g}", "asked": asked},
            ("term_courses", (term.public_id,)),
        )
