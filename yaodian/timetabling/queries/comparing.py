"""Two to four plans of a term side by side: what each costs and is like, by the same measures, and which lessons are elsewhere.

All figures are counted anew from the lessons and the school that each plan was made from; nothing is taken from the solver.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling import Verdict, verify
from yaodian.engines.scheduling.timetabling.constraints.busyness import LimitIdleTimes
from yaodian.engines.scheduling.timetabling.occupancy import Occupancy
from yaodian.engines.scheduling.timetabling.school_problem import ROOM, TEACHER, Laid
from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.timetabling.models import Term, Timetable, TimetableState
from yaodian.timetabling.problem import laid_of, thaw, timetable_of
from yaodian.timetabling.queries.reach import find_term
from yaodian.timetabling.queries.timetables import unplaced_in

LEAST, MOST = 2, 4


class _Plan:
    """A plan opened for counting."""

    def __init__(self, row: Timetable) -> None:
        self.row = row
        self.laid: Laid = laid_of(thaw(bytes(row.frozen)))
        solution = timetable_of(self.laid, row.pieces)
        self.seen = Occupancy(self.laid.problem, solution)
        self.verdict: Verdict = verify(self.laid.problem, solution)
        self.cycle = self.laid.problem.cycle

    def of_kind(self, kind: str) -> tuple[int, ...]:
        return self.laid.problem.of_kind(kind)

    def idle(self, resources: Iterable[int], groups: Sequence[Sequence[int]]) -> Counter[int]:
        """Free periods between two lessons of a day, of each resource, in the weeks of the cycle together."""
        rule = LimitIdleTimes(name="", resources=tuple(resources), time_groups=tuple(map(tuple, groups)), maximum=0)
        return Counter({one.resources[0]: one.amount for one in rule.deviations(self.seen)})

    def days(self, resource: int) -> Fraction:
        """Days a week with something, on average over the cycle."""
        times = self.laid.problem.times
        return Fraction(sum(len({times[one].day for one in week}) for week in self.seen.busy[resource]), self.cycle)

    def teaching(self) -> list[int]:
        return [one for one in self.of_kind(TEACHER) if any(self.seen.busy[one])]


# Measures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A figure of one plan; None where it does not apply. `is_best`: none of the others is better, and one is worse."""

    value: Fraction | None
    words: str
    is_best: bool = False


@dataclass(frozen=True)
class Row:
    """One measure for all plans. `hint` says how it is counted."""

    label: str
    entries: tuple[Entry, ...]
    hint: str = ""


def _row(label: str, values: Sequence[Fraction | int | None], *, hint: str = "", neutral: bool = False) -> Row:
    """Less is better, unless neither is."""
    known = [Fraction(one) for one in values if one is not None]
    best = min(known) if len(known) > 1 and min(known) != max(known) and not neutral else None
    return Row(
        label,
        tuple(
            Entry(None, "—")
            if one is None
            else Entry(Fraction(one), _figure(Fraction(one)), best is not None and Fraction(one) == best)
            for one in values
        ),
        hint,
    )


def _figure(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.1f}"


def _mean(values: Sequence[Fraction | int]) -> Fraction | None:
    return Fraction(sum(values)) / len(values) if values else None


def _measures(plans: Sequence[_Plan]) -> tuple[Row, ...]:
    def each(count: Callable[[_Plan], Fraction | int | None]) -> list[Fraction | int | None]:
        return [count(one) for one in plans]

    return (
        _row(_("没有排上的节数"), each(lambda one: unplaced_in(one.row.pieces))),
        _row(
            _("必须满足而没有满足"), each(lambda one: max(one.verdict.required, len(one.verdict.faults))),
            hint=_("0 才是能用的课表"),
        ),
        _row(_("未满足要求的代价"), each(lambda one: one.verdict.optional), hint=_("各项差额乘分量，合计")),
        _row(_("教师空堂"), each(_gaps_of_teachers), hint=_("一天两节课之间的空节，全体教师一周合计")),
        _row(_("空堂最多的教师"), each(_most_gaps), hint=_("一周的空节")),
        _row(_("教师上课天数"), each(_days_of_teachers), hint=_("每周平均")),
        _row(_("首节课相差"), each(lambda one: _unfair(one, last=False)), hint=_("同学科教师一周上第一节的次数，最多与最少之差，取最大的学科")),
        _row(_("末节课相差"), each(lambda one: _unfair(one, last=True)), hint=_("同学科教师一周上最后一节的次数，最多与最少之差，取最大的学科")),
        _row(_("学生空节"), each(_gaps_of_pupils), hint=_("一天两节课之间没有课的人次，一周合计")),
        _row(_("用到的教室"), each(_rooms_used), neutral=True),
        _row(_("最满的教室"), each(_fullest_room), hint=_("一周的节数"), neutral=True),
        _row(_("换教室的课"), each(_split_courses), hint=_("一周里不在同一间教室上的教学任务")),
    )  # fmt: skip


def _gaps_of_teachers(plan: _Plan) -> Fraction:
    return Fraction(sum(plan.idle(plan.of_kind(TEACHER), plan.laid.every_day).values()), plan.cycle)


def _most_gaps(plan: _Plan) -> Fraction:
    found = plan.idle(plan.of_kind(TEACHER), plan.laid.every_day)
    return Fraction(max(found.values(), default=0), plan.cycle)


def _days_of_teachers(plan: _Plan) -> Fraction | None:
    return _mean([plan.days(one) for one in plan.teaching()])


def _unfair(plan: _Plan, *, last: bool) -> Fraction | None:
    """The largest difference between teachers of one subject in their first, or last, periods of a day."""
    laid = plan.laid
    ends: dict[tuple[str, int], int] = {}
    for bells, day, period in laid.at:
        ends[bells, day] = max(period, ends.get((bells, day), 0))
    times = {time for (bells, day, period), time in laid.at.items() if period == (ends[bells, day] if last else 0)}
    teaching = set(plan.teaching())
    spreads = []
    for group in laid.teachers_by_subject(()):
        counts = [sum(len(times & week.keys()) for week in plan.seen.busy[one]) for one in group if one in teaching]
        if len(counts) > 1:
            spreads.append(Fraction(max(counts) - min(counts), plan.cycle))
    return max(spreads, default=None)


def _gaps_of_pupils(plan: _Plan) -> Fraction:
    total = 0
    for bells, resources in plan.laid.pupils_by_bells(()).items():
        for one, amount in plan.idle(resources, plan.laid.days_of(bells)).items():
            total += amount * (plan.laid.problem.resources[one].size or 0)
    return Fraction(total, plan.cycle)


def _rooms_used(plan: _Plan) -> int:
    return sum(any(plan.seen.busy[one]) for one in plan.of_kind(ROOM))


def _fullest_room(plan: _Plan) -> int:
    return max((len(week) for one in plan.of_kind(ROOM) for week in plan.seen.busy[one]), default=0)


def _split_courses(plan: _Plan) -> int:
    count = 0
    for event, pieces in zip(plan.laid.events, plan.seen.pieces_of, strict=True):
        for place, need in enumerate(event.needs):
            if need.kind == ROOM and need.resource is None:
                used = {piece.resources[place] for piece in pieces} - {None}
                count += len(used) > 1
    return count


def _wishes(plans: Sequence[_Plan]) -> tuple[Row, ...]:
    """What each wish costs, by its name; a dash where a plan's school does not have it."""
    costs: list[dict[str, int]] = []
    for plan in plans:
        mine = {one.name: 0 for one in plan.laid.school.wishes}
        for breach in plan.verdict.breaches:
            at = plan.laid.wish_of[breach.constraint]
            if at is not None:
                mine[plan.laid.school.wishes[at].name] += breach.cost
        costs.append(mine)
    names = dict.fromkeys(name for mine in costs for name in mine)
    return tuple(_row(name, [mine.get(name) for mine in costs]) for name in names)


# Lessons that are elsewhere ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClassRow:
    """A home class, and how many of its lessons each further plan has elsewhere than the first, by time or by room or teacher."""

    home: str
    counts: tuple[int, ...]


def _lessons(plan: _Plan) -> dict[str, Counter[tuple[object, ...]]]:
    found: dict[str, Counter[tuple[object, ...]]] = defaultdict(Counter)
    for name, length, bells, day, period, people in plan.row.pieces:
        found[name][length, bells, day, period, tuple(people)] += 1
    return found


def _differences(first: _Plan, other: _Plan) -> dict[str, int]:
    """How many lessons of each course of the two are in one plan and not at the same place in the other."""
    mine, yours = _lessons(first), _lessons(other)
    found = {}
    for name in mine.keys() | yours.keys():
        one, two = mine.get(name, Counter()), yours.get(name, Counter())
        count = max((one - two).total(), (two - one).total())
        if count:
            found[name] = count
    return found


def _by_class(plans: Sequence[_Plan], differing: Sequence[Mapping[str, int]]) -> tuple[ClassRow, ...]:
    classes: dict[str, set[str]] = defaultdict(set)
    for plan in plans:
        for course in plan.laid.school.courses:
            for some in course.pupils:
                classes[plan.laid.school.pupils_of[some].home].add(course.id)
    order = dict.fromkeys(one.id for plan in plans for one in plan.laid.school.homes)
    return tuple(
        ClassRow(home, tuple(sum(one.get(name, 0) for name in classes[home]) for one in differing)) for home in order
    )


# The page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """Plans side by side, in the order asked for. `choices` are all plans of the term with lessons. `plans` is empty where too few were chosen."""

    term: Term
    school: str
    choices: tuple[Timetable, ...]
    plans: tuple[Timetable, ...]
    measures: tuple[Row, ...] = ()
    wishes: tuple[Row, ...] = ()
    differing: tuple[int, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    are_of_other_data: bool = False

    @property
    def chosen(self) -> set[str]:
        return {one.public_id for one in self.plans}

    @property
    def further(self) -> tuple[Timetable, ...]:
        """All but the first, with which they are compared."""
        return self.plans[1:]


def comparison(*, account: Visitor, public_id: str, chosen: Sequence[str], day: date) -> Comparison:
    """A constant number of queries. Fewer than two of the chosen that are there: the choice alone. Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    rows = list(
        Timetable.objects.filter(term=term)
        .exclude(pieces=[])
        .exclude(state=TimetableState.QUEUED)
        .defer("frozen", "steps", "pieces", "explanation")
    )
    by_key = {one.public_id: one for one in rows}
    keys = [key for key in dict.fromkeys(chosen) if key in by_key][:MOST]
    school = names_of_units(ids=[term.school_id], day=day).get(term.school_id, "")
    if len(keys) < LEAST:
        return Comparison(term, school, tuple(rows), tuple(by_key[key] for key in keys))
    whole = {one.public_id: one for one in Timetable.objects.filter(term=term, public_id__in=keys)}
    plans = [_Plan(whole[key]) for key in keys]
    differing = [_differences(plans[0], one) for one in plans[1:]]
    return Comparison(
        term=term,
        school=school,
        choices=tuple(rows),
        plans=tuple(one.row for one in plans),
        measures=_measures(plans),
        wishes=_wishes(plans),
        differing=tuple(sum(one.values()) for one in differing),
        classes=_by_class(plans, differing),
        are_of_other_data=len({one.row.frozen_sha256 for one in plans}) > 1,
    )
