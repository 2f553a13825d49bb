"""Plans of a term's timetable: how far each is, what it comes to, and whether the data have changed since it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.school import School, UnknownName
from yaodian.engines.scheduling.timetabling.school_problem import TEACHER, Laid
from yaodian.foundation.models import Job
from yaodian.organisations.queries import Visitor, may, names_of_units
from yaodian.timetabling.models import NEXT_OF_TIMETABLE, Term, TermState, Timetable, TimetableState
from yaodian.timetabling.problem import PieceLine, UnfitWish, freeze, laid_of, school_of, sha256, thaw
from yaodian.timetabling.queries.findings import say_unknown
from yaodian.timetabling.queries.obstacles import say_unfit_wish
from yaodian.timetabling.queries.previews import WeekPreview, called, week_preview
from yaodian.timetabling.queries.reach import PLAN, PUBLISH, VIEW, find_term, visible_terms

JOB = "timetabling.solve"
MOST_LINES = 100
# What a list does not show.
_LARGE = ("frozen", "steps", "explanation")


def find_timetable(*, account: Visitor, public_id: str, permission: str = VIEW) -> Timetable:
    """Raises Timetable.DoesNotExist."""
    return _seen(account, permission).get(public_id=public_id)


def _seen(account: Visitor, permission: str) -> QuerySet[Timetable]:
    rows = Timetable.objects.filter(term__in=visible_terms(account, permission))
    return rows.select_related("term__school", "asked_by", "parent")


def job_of(row: Timetable) -> Job | None:
    """The newest job that works, or worked, on a plan. One query."""
    return Job.objects.filter(code=JOB, key__startswith=f"{JOB}:{row.pk}:").order_by("-pk").first()


def unplaced_in(pieces: Iterable[PieceLine]) -> int:
    """How many periods have no time."""
    return sum(length for _name, length, _bells, day, _period, _people in pieces if day is None)


def progress_note(required: int | None, optional: int | None, unplaced: int) -> str:
    """How far a search is, in a line."""
    if required is None or optional is None:
        return _("正在寻找第一张课表")
    if required == 0:
        return _("课都排上了，正在减少未满足的要求（代价 %(cost)s）") % {"cost": optional}
    if unplaced:
        return _("还有 %(count)s 节没有排上") % {"count": unplaced}
    return _("课都排上了，必须满足的要求还没有全部满足")


# What every page says of a plan ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How a plan stands. `job` is that of a plan that is being solved. `today` is the digest of the term as it is now, empty where it cannot be read."""

    row: Timetable
    job: Job | None = None
    today: str = ""

    @property
    def unplaced(self) -> int:
        return unplaced_in(self.row.pieces)

    @property
    def is_valid(self) -> bool:
        return bool(self.row.pieces) and self.row.required == 0

    @property
    def is_stale(self) -> bool:
        """Whether the data have changed since the plan was asked for."""
        return bool(self.today) and self.today != self.row.frozen_sha256

    @property
    def is_left(self) -> bool:
        """Whether it says that it is being solved although its job has ended for good."""
        return self.row.state == TimetableState.QUEUED and (self.job is None or self.job.is_finished)

    @property
    def is_running(self) -> bool:
        return self.row.state == TimetableState.QUEUED and not self.is_left

    @property
    def is_waiting(self) -> bool:
        """Whether no worker has begun yet."""
        return self.is_running and self.job is not None and self.job.state == Job.State.QUEUED

    @property
    def is_stopping(self) -> bool:
        return self.is_running and self.job is not None and self.job.is_cancel_requested

    @property
    def kind(self) -> str:
        """The look of its badge."""
        if self.is_left:
            return "attention"
        if self.is_waiting:
            return "neutral"
        return _KINDS.get(self.row.state, "off")

    @property
    def label(self) -> str:
        if self.is_left:
            return _("计算中断")
        if self.is_waiting:
            return _("等待计算")
        if self.is_stopping:
            return _("正在停下")
        return str(self.row.get_state_display())

    @property
    def percent(self) -> int:
        """The share of the time that is spent."""
        spent = self.spent_seconds
        return min(99, round(100 * spent / self.row.seconds)) if self.row.seconds else 0

    @property
    def spent_seconds(self) -> int:
        """What the job said last, or what stands in the row."""
        told = self.job.done if self.is_running and self.job is not None else 0
        return max(round(self.row.spent_seconds), int(told))

    @property
    def note(self) -> str:
        """How far the search is, by what was written last."""
        return progress_note(self.row.required, self.row.optional, self.unplaced)

    @property
    def gap_words(self) -> str:
        """What is known of how much better it could be; never «optimal» unless that was proved."""
        row = self.row
        if not self.is_valid or row.optional is None:
            return ""
        if row.is_optimal:
            return _("已证明没有更好的课表。")
        if not row.optional:
            return ""
        if not row.bound:
            return _("还不知道最少要付多少代价，也许还能更好。")
        return _("已证明代价不会低于 %(bound)s，所以最多还能少 %(gap)s。") % {
            "bound": row.bound, "gap": max(0, row.optional - row.bound),
        }  # fmt: skip

    @property
    def outcome(self) -> str:
        """What became of the search, in a sentence of the language of the page."""
        row = self.row
        if self.is_left:
            return _("后台任务中断，没有算完；已保留到此为止最好的课表。可以继续计算，或到此为止。")
        if row.state == TimetableState.DROPPED:
            return _("这个方案已弃用：%(reason)s") % {"reason": row.problem}
        if row.is_impossible:
            return _(
                "已证明：按这份数据和必须满足的要求，没有一张课表能排成。下面是最接近的方案。请看原因，改数据或放宽要求，再新排一个方案。"
            )
        if row.state not in (TimetableState.PAUSED, TimetableState.FAILED) or self.is_valid:
            return ""
        if not row.pieces:
            return _("还没有找到任何课表。可以继续计算。")
        if self.unplaced:
            return _("还有 %(count)s 节没有排上。可以继续计算，或在课表板上手工安排。") % {"count": self.unplaced}
        return _("课都排上了，但必须满足的要求还没有全部满足（差 %(required)s）。可以继续计算。") % {
            "required": row.required
        }


_KINDS: dict[str, str] = {
    TimetableState.QUEUED: "running",
    TimetableState.PAUSED: "attention",
    TimetableState.DONE: "good",
    TimetableState.FAILED: "wrong",
    TimetableState.DROPPED: "off",
    TimetableState.PUBLISHED: "good",
    TimetableState.REPLACED: "off",
}


@dataclass(frozen=True)
class Today:
    """The term as it is now: its school and digest, or the sentence why it is none."""

    school: School | None
    sha256: str
    problem: str


def today_of(term: Term) -> Today:
    """A constant number of queries."""
    try:
        school = school_of(term)
    except UnknownName as problem:
        return Today(None, "", say_unknown(problem))
    except UnfitWish as problem:
        return Today(None, "", say_unfit_wish(problem))
    return Today(school, sha256(freeze(school)), "")


# The plans of a term -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimetableList:
    """The plans of a term, newest first; `problem` says why its data cannot be read as they stand."""

    term: Term
    school: str
    lines: tuple[Standing, ...]
    problem: str
    courses: int
    may_plan: bool

    @property
    def is_running(self) -> bool:
        return any(one.is_running for one in self.lines)

    @property
    def starts(self) -> list[Timetable]:
        """The plans from which another may begin."""
        return [
            one.row
            for one in self.lines
            if one.row.pieces and not one.is_running and one.row.state != TimetableState.DROPPED
        ]

    @property
    def comparable(self) -> bool:
        return sum(bool(one.row.pieces) for one in self.lines) > 1


def timetable_list(*, account: Visitor, public_id: str, day: date) -> TimetableList:
    """A constant number of queries. Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id)
    today = today_of(term)
    rows = list(
        Timetable.objects.filter(term=term)
        .select_related("parent")
        .defer(*_LARGE, *(f"parent__{name}" for name in (*_LARGE, "pieces")))[:MOST_LINES]
    )
    lines = []
    for row in rows:
        # At most one of a term is being solved.
        job = job_of(row) if row.state == TimetableState.QUEUED else None
        lines.append(Standing(row, job, today.sha256))
    return TimetableList(
        term=term,
        school=names_of_units(ids=[term.school_id], day=day).get(term.school_id, ""),
        lines=tuple(lines),
        problem=today.problem,
        courses=len(today.school.courses) if today.school is not None else 0,
        may_plan=_may_plan(account, term),
    )


def _may_plan(account: Visitor, term: Term) -> bool:
    return term.state != TermState.ENDED and may(account=account, permission=PLAN, unit_id=term.school_id)


# One plan ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unplaced:
    """A course or meeting of which so many periods have no time."""

    name: str
    periods: int
    teachers: str


@dataclass(frozen=True)
class Changed:
    """How many of one kind of data are new, gone or other than in the plan's school."""

    label: str
    new: int
    gone: int
    other: int


@dataclass(frozen=True)
class TimetablePage:
    """A plan with what it comes to. `week` is the week of one class, `other` the newest plan to compare with; `until`: when the search ends at the latest."""

    standing: Standing
    school: str
    may_plan: bool
    may_publish: bool
    unplaced: tuple[Unplaced, ...] = ()
    changed: tuple[Changed, ...] = ()
    problem: str = ""
    week: WeekPreview | None = None
    homes: tuple[str, ...] = ()
    other: Timetable | None = None
    until: datetime | None = None

    @property
    def row(self) -> Timetable:
        return self.standing.row

    @property
    def term(self) -> Term:
        return self.row.term

    @property
    def may_resume(self) -> bool:
        row = self.row
        resting = row.state in (TimetableState.PAUSED, TimetableState.DONE, TimetableState.FAILED)
        return self.may_plan and (resting or self.standing.is_left) and not row.is_optimal and not row.is_impossible

    @property
    def may_pause(self) -> bool:
        return self.may_plan and self.row.state == TimetableState.QUEUED and not self.standing.is_stopping

    @property
    def may_drop(self) -> bool:
        is_at_rest = TimetableState.DROPPED in NEXT_OF_TIMETABLE.get(self.row.state, ())
        return self.may_plan and (is_at_rest or self.standing.is_left)


def timetable_page(*, account: Visitor, public_id: str, now: datetime, day: date, home: str = "") -> TimetablePage:
    """A constant number of queries, whatever the size of the school. Raises Timetable.DoesNotExist.

    A plan that is being solved comes without what does not move.
    """
    # What is large is fetched where it is shown: a page that is asked for every two seconds needs none of it.
    row = (
        _seen(account, VIEW).defer("frozen", "explanation", "parent__frozen", "parent__pieces").get(public_id=public_id)
    )
    job = job_of(row) if row.state == TimetableState.QUEUED else None
    term = row.term
    common: dict[str, Any] = {
        "school": names_of_units(ids=[term.school_id], day=day).get(term.school_id, ""),
        "may_plan": _may_plan(account, term),
        "may_publish": may(account=account, permission=PUBLISH, unit_id=term.school_id),
    }
    standing = Standing(row, job)
    if standing.is_running:
        left = max(0, row.seconds - standing.spent_seconds)
        begun = job is not None and job.started_at is not None and not standing.is_waiting
        return TimetablePage(
            standing, unplaced=_unplaced(row), until=now + timedelta(seconds=left) if begun else None, **common
        )
    today = today_of(term)
    laid = laid_of(thaw(bytes(row.frozen))) if row.frozen else None
    homes = tuple(one.id for one in laid.school.homes) if laid is not None else ()
    week = None
    if laid is not None and row.pieces and homes:
        week = week_preview(laid, row.pieces, home if home in homes else homes[0])
    others = Timetable.objects.filter(term=term).exclude(pk=row.pk).exclude(pieces=[])
    others = others.exclude(state__in=[TimetableState.QUEUED, TimetableState.DROPPED])
    return TimetablePage(
        Standing(row, job, today.sha256),
        unplaced=_unplaced(row, laid),
        changed=_changed(laid.school, today.school) if laid is not None and today.sha256 != row.frozen_sha256 else (),
        problem=today.problem,
        week=week,
        homes=homes,
        other=others.defer(*_LARGE, "pieces").first(),
        **common,
    )


def _unplaced(row: Timetable, laid: Laid | None = None) -> tuple[Unplaced, ...]:
    found: dict[str, tuple[int, str]] = {}
    for name, length, _bells, day, _period, people in row.pieces:
        if day is None:
            who = _("、").join(called(laid, name, people, TEACHER)) if laid is not None else ""
            found[name] = (found.get(name, (0, ""))[0] + length, who)
    return tuple(Unplaced(name, periods, who) for name, (periods, who) in sorted(found.items()))


def _changed(before: School, after: School | None) -> tuple[Changed, ...]:
    """What is different between two schools, kind by kind."""
    if after is None:
        return ()
    found = []
    for label, old, new in (
        (_("作息时间表"), _by_id(before.bells), _by_id(after.bells)),
        (_("行政班"), _by_id(before.homes), _by_id(after.homes)),
        (_("学生组合"), _by_id(before.pupils), _by_id(after.pupils)),
        (_("教师"), _by_id(before.teachers), _by_id(after.teachers)),
        (_("教室"), _by_id(before.rooms), _by_id(after.rooms)),
        (_("教学任务"), _by_id(before.courses), _by_id(after.courses)),
        (_("教研活动"), _by_id(before.meetings), _by_id(after.meetings)),
        (_("排课要求"), {one.name: one for one in before.wishes}, {one.name: one for one in after.wishes}),
    ):
        gone, added = len(old.keys() - new.keys()), len(new.keys() - old.keys())
        other = sum(old[name] != new[name] for name in old.keys() & new.keys())
        if gone or added or other:
            found.append(Changed(label, added, gone, other))
    if before.days != after.days:
        found.append(Changed(_("每周上课天数"), 0, 0, 1))
    return tuple(found)


def _by_id(rows: Sequence[Any]) -> dict[str, Any]:
    return {one.id: one for one in rows}
