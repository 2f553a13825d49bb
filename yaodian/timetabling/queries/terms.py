"""Terms: which there are, what one consists of, how far it is prepared and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, may, names_of_units, scope_of, units_as_of
from yaodian.registry.queries import school_year, schools_teaching
from yaodian.timetabling.models import (
    BellSchedule,
    Course,
    Grouping,
    GroupingState,
    Half,
    Term,
    TermClass,
    TermState,
    TimetableState,
    Weeks,
)
from yaodian.timetabling.queries.amiss import Amiss, amiss_of
from yaodian.timetabling.queries.reach import PLAN, find_term, visible_terms
from yaodian.timetabling.queries.rounds import STAGE
from yaodian.timetabling.queries.term_days import name_of_term

MOST_TERMS = 200
_SPRING_BEGINS = 2


def term_before(*, school: int, year: int, half: int) -> Term | None:
    """The school's newest term before another. One query."""
    rows = Term.objects.filter(Q(year__lt=year) | Q(year=year, half__lt=half), school=school)
    return rows.order_by("-year", "-half").first()


# The list ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TermLine:
    """A term with how much is in it."""

    term: Term
    school: str
    classes: int
    courses: int


@dataclass(frozen=True)
class TermList:
    """The terms that the account sees, newest first of each school, and the schools in which it may make one.

    `year` and `half` are those that a term made today is likely to be of.
    """

    lines: tuple[TermLine, ...]
    schools: tuple[tuple[Unit, str], ...]
    year: int
    half: int


def term_list(*, account: Visitor, day: date) -> TermList:
    """A constant number of queries."""
    rows = list(visible_terms(account).select_related("school").order_by("school__code", "-year", "-half")[:MOST_TERMS])
    names = names_of_units(ids={one.school_id for one in rows}, day=day)
    keys = [one.pk for one in rows]
    classes = dict(TermClass.objects.filter(term__in=keys).order_by().values_list("term").annotate(Count("pk")))
    courses = dict(Course.objects.filter(term__in=keys).order_by().values_list("term").annotate(Count("pk")))
    return TermList(
        lines=tuple(
            TermLine(one, names.get(one.school_id, ""), classes.get(one.pk, 0), courses.get(one.pk, 0)) for one in rows
        ),
        schools=schools_to_plan(account=account, day=day),
        year=school_year(day),
        half=Half.SECOND if _SPRING_BEGINS <= day.month < 8 else Half.FIRST,
    )


def schools_to_plan(*, account: Visitor, day: date) -> tuple[tuple[Unit, str], ...]:
    """The upper secondary schools in which the account may make a term. A constant number of queries."""
    scope = scope_of(account=account, permission=PLAN, as_of=day)
    if scope.is_empty:
        return ()
    keys = [unit for unit, _public_id in schools_teaching(scope, stage=STAGE)]
    names = names_of_units(ids=keys, day=day)
    units = {one.pk: one for one in units_as_of(day=day).filter(pk__in=keys)}
    return tuple((units[key], names.get(key, "")) for key in keys if key in units)


# One term ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """How much there is, and what is asked of it in a week: lessons, periods of all rooms, periods of all teachers.

    A course of every other week counts half. A teacher gives as many periods as his limit allows, or as he is not away.
    """

    classes: int
    pupils: int
    teachers: int
    rooms: int
    courses: int
    periods: int
    lessons: float
    room_periods: int
    teacher_periods: int

    @property
    def rooms_used(self) -> int | None:
        """Percent of the rooms' periods that are asked for; None where there are none."""
        return round(100 * self.lessons / self.room_periods) if self.room_periods else None

    @property
    def teachers_used(self) -> int | None:
        return round(100 * self.lessons / self.teacher_periods) if self.teacher_periods else None


@dataclass(frozen=True)
class Step:
    """One thing that is done for a term. `page` is the name of the address where; the first that is not done comes next."""

    words: str
    note: str
    page: str
    is_done: bool
    is_next: bool = False


@dataclass(frozen=True)
class TermPage:
    """A term as its hub shows it."""

    term: Term
    school: str
    name: str
    figures: Figures
    steps: tuple[Step, ...]
    amiss: tuple[Amiss, ...]
    may_plan: bool
    is_over: bool

    @property
    def next_step(self) -> Step | None:
        return next((one for one in self.steps if one.is_next), None)


def term_page(*, account: Visitor, public_id: str, day: date) -> TermPage:
    """A constant number of queries. Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    figures = figures_of(term)
    return TermPage(
        term=term,
        school=names_of_units(ids=[term.school_id], day=day).get(term.school_id, ""),
        name=name_of_term(term),
        figures=figures,
        steps=_marked(_steps(term, figures)),
        amiss=amiss_of(term),
        may_plan=term.state != TermState.ENDED and may(account=account, permission=PLAN, unit_id=term.school_id),
        is_over=day > term.ends_on,
    )


def periods_of(bells: BellSchedule, days: int) -> int:
    """Periods in a week; its periods fetched before."""
    count = len(bells.periods.all())
    return days * count - sum(day < days and period < count for day, period in bells.without)


def figures_of(term: Term) -> Figures:
    """Six queries."""
    bells = list(term.bells.prefetch_related("periods"))
    periods = max((periods_of(one, term.days) for one in bells), default=0)
    a_day = max((len(one.periods.all()) for one in bells), default=0)
    rooms = list(term.rooms.values_list("closed", flat=True))
    teachers = list(term.teachers.values_list("most_hours", "away"))
    classes = term.classes.aggregate(count=Count("pk"), pupils=Sum("size"))
    courses = dict(term.courses.order_by().values_list("weeks").annotate(Sum("hours")))
    return Figures(
        classes=classes["count"],
        pupils=classes["pupils"] or 0,
        teachers=len(teachers),
        rooms=len(rooms),
        courses=term.courses.count(),
        periods=periods,
        lessons=sum(hours if weeks == Weeks.ALL else hours / 2 for weeks, hours in courses.items()),
        room_periods=sum(max(0, periods - _lost(closed, a_day)) for closed in rooms),
        teacher_periods=sum(
            min(periods - _lost(away, a_day), periods if most is None else most) for most, away in teachers
        ),
    )


def _lost(slots: Iterable[Any], a_day: int) -> int:
    return sum(len(periods) or a_day for _day, periods in slots)


def _steps(term: Term, figures: Figures) -> Iterable[Step]:
    chosen = set(term.curriculum.filter(is_chosen=True).values_list("grade", flat=True))
    curriculum = term.curriculum.exists()
    adopted = set(Grouping.objects.filter(term=term, state=GroupingState.ADOPTED).values_list("grade", flat=True))
    untaught = Course.objects.filter(term=term).exclude(
        Exists(Course.teachers.through.objects.filter(course=OuterRef("pk")))
    ).exclude(Exists(Course.candidates.through.objects.filter(course=OuterRef("pk")))).count()  # fmt: skip
    timetables = set(term.timetables.values_list("state", flat=True))
    yield Step(_("作息和校历"), _("每天几节课、几点上课，哪些天放假或调课"), "bells", figures.periods > 0)
    yield Step(_("教室"), _("导入教室表：普通教室、实验室、机房等"), "term_rooms", figures.rooms > 0)
    yield Step(
        _("教师"), _("从基础数据取来，或导入教师表：学科、节数上限、不排课时间"), "term_teachers", figures.teachers > 0
    )
    yield Step(_("班级"), _("从学籍取来，每班有自己的教室"), "term_classes", figures.classes > 0)
    yield Step(_("课时计划"), _("每个年级每门学科每周几节，哪些是选考"), "term_curriculum", curriculum)
    yield Step(
        _("教学任务"),
        _("按课时计划一键生成，再安排教师；还有 %(count)s 门没有教师") % {"count": untaught}
        if untaught
        else _("按课时计划一键生成，再安排教师"),
        "term_courses",
        figures.courses > 0 and not untaught,
    )
    if chosen:
        yield Step(_("教学班"), _("有选考学科的年级编教学班，采用以后成为教学任务"), "groupings", chosen <= adopted)
    yield Step(
        _("排课要求"),
        _("主科排上午、教师不跨校区这样的要求，可以没有"),
        "wishes",
        bool(timetables) or term.wishes.exists(),
    )
    yield Step(
        _("排课"), _("让系统排出课表，比较几份，再微调"), "timetables",
        bool(timetables & {TimetableState.DONE, TimetableState.PUBLISHED}),
    )  # fmt: skip
    yield Step(
        _("公布课表"), _("另一位同事核对后公布，师生随即看到"), "timetables", TimetableState.PUBLISHED in timetables
    )


def _marked(steps: Iterable[Step]) -> tuple[Step, ...]:
    listed: Sequence[Step] = tuple(steps)
    first = next((at for at, one in enumerate(listed) if not one.is_done), None)
    return tuple(Step(one.words, one.note, one.page, one.is_done, at == first) for at, one in enumerate(listed))
