"""Why there can be no timetable, and which wishes a timetable misses, in the school's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from yaodian.engines.scheduling.timetabling import verify
from yaodian.engines.scheduling.timetabling.school import School
from yaodian.organisations.queries import Visitor, may
from yaodian.timetabling.models import Term, TermCheck, TermState, Timetable, TimetableWish
from yaodian.timetabling.problem.breaches import breach_words, plain_breach, who_words
from yaodian.timetabling.problem.explanations import told_wish, wishes_digest
from yaodian.timetabling.problem.frozen import thaw
from yaodian.timetabling.problem.pieces import StalePieces, timetable_of
from yaodian.timetabling.problem.rows import laid_of, standing
from yaodian.timetabling.problem.wish_words import (
    MOST_LETTERS,
    STRENGTHS,
    Vocabulary,
    sentence,
    strength_of,
    vocabulary_of_school,
)
from yaodian.timetabling.problem.wishes import UnfitWish, wish_of
from yaodian.timetabling.queries.reach import PLAN, visible_terms

#: After so long a job that has not answered is not waited for any more.
PATIENCE = timedelta(minutes=3)
#: Places of a missed wish that stand open.
MOST_OPEN, MOST_PLACES = 3, 200

# What counting found where no wish is to blame: needed, there.
_FINDINGS: Mapping[str, Any] = {
    "resource-overfull": gettext_lazy("要上 %(needed)s 节，能上课的时间只有 %(there)s 节。"),
    "workload-overfull": gettext_lazy("要上 %(needed)s 节，最多只能上 %(there)s 节。"),
    "kind-overfull": gettext_lazy("同类教室一共要用 %(needed)s 节，只有 %(there)s 节可用。"),
    "spread-overfull": gettext_lazy("要排 %(needed)s 次，最多只能排 %(there)s 次。"),
    "not-enough-starts": gettext_lazy("要排 %(needed)s 次，能开始的时间只有 %(there)s 个。"),
    "no-start": gettext_lazy("没有一个时间可以开始。"),
    "group-too-large": gettext_lazy("有 %(needed)s 人，最大的教室只有 %(there)s 个座位。"),
    "fixed-at-once": gettext_lazy("两门课固定在同一时间，却要同一位教师、同一个班或同一间教室。"),
    "at-once-overfull": gettext_lazy("同时要上的太多：要 %(needed)s 节，只有 %(there)s 节。"),
}


@dataclass(frozen=True)
class ToldWish:
    """A wish that takes part. `now` is its row if it still asks the same, so that it can be made weaker here; `standing` one that comes with the data."""

    sentence: str
    name: str
    reason: str
    is_standing: bool
    strength: str
    now: TimetableWish | None


@dataclass(frozen=True)
class ToldConflict:
    """What cannot hold together. `about` are the teachers and classes, `courses` the first of `count`; `finding` says it where no wish is to blame."""

    wishes: tuple[ToldWish, ...]
    about: tuple[str, ...]
    courses: tuple[str, ...]
    count: int
    hours: int
    is_minimal: bool
    is_whole: bool
    finding: str

    @property
    def more(self) -> int:
        return max(0, self.count - len(self.courses))


@dataclass(frozen=True)
class ToldMiss:
    """A wish that a way gives up in part: by how much, what that costs, and the first places."""

    wish: ToldWish
    amount: int
    cost: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class ToldWay:
    """A way out, priced. `is_whole`: a timetable exists at this price; else it is the least that must be paid."""

    misses: tuple[ToldMiss, ...]
    price: int
    is_cheapest: bool
    is_whole: bool
    is_data: bool


@dataclass(frozen=True)
class Told:
    """An explanation as a page shows it. `state` is empty where nobody has asked. `is_stale`: the wishes have changed since."""

    state: str
    of: str
    public_id: str
    may_ask: bool
    asked_at: datetime | None = None
    is_infeasible: bool | None = None
    is_complete: bool = True
    conflicts: tuple[ToldConflict, ...] = ()
    ways: tuple[ToldWay, ...] = ()
    is_stale: bool = False
    problem: str = ""

    @property
    def is_running(self) -> bool:
        return self.state == "queued"


def told_of_term(*, term: Term, vocabulary: Vocabulary, rows: Sequence[TimetableWish], now: datetime) -> Told:
    """The newest answer for a term. One query."""
    row = TermCheck.objects.filter(term=term).defer("frozen").first()
    kept = row.explanation if row is not None else {}
    return _told(kept, "term", term.public_id, vocabulary, rows, term.state != TermState.ENDED, now)


def told_of_timetable(*, account: Visitor, timetable: Timetable, now: datetime) -> Told:
    """What was found for the school of a timetable; what a page includes as `told`. Two queries.

    For whoever may plan; to others it says nothing.
    """
    if not may(account=account, permission=PLAN, unit_id=timetable.term.school_id):
        return Told("", "timetable", timetable.public_id, may_ask=False)
    kept = timetable.explanation
    rows = list(timetable.term.wishes.all()) if kept else []
    vocabulary = vocabulary_of_school(_school_of(timetable)) if kept.get("taking") else _NOTHING
    is_live = timetable.term.state != TermState.ENDED
    return _told(kept, "timetable", timetable.public_id, vocabulary, rows, is_live, now)


_NOTHING = Vocabulary(0, (), (), {}, (), (), {})


def find_timetable(*, account: Visitor, public_id: str, permission: str = PLAN) -> Timetable:
    """Raises Timetable.DoesNotExist."""
    rows = Timetable.objects.filter(term__in=visible_terms(account, permission)).select_related("term__school")
    return rows.get(public_id=public_id)


def _school_of(timetable: Timetable) -> School:
    """Raises ValueError where nothing was frozen."""
    return thaw(bytes(timetable.frozen))


def _told(
    kept: Mapping[str, Any],
    of: str,
    public_id: str,
    vocabulary: Vocabulary,
    rows: Sequence[TimetableWish],
    is_live: bool,
    now: datetime,
) -> Told:
    state = str(kept.get("state", ""))
    asked_at = parse_datetime(str(kept.get("asked_at", ""))) if kept else None
    if state == "queued" and asked_at is not None and now - asked_at > PATIENCE:
        return Told("failed", of, public_id, is_live, asked_at, problem=_("后台没有回答。请再检查一次。"))
    if state != "done":
        return Told(state, of, public_id, is_live, asked_at, problem=str(kept.get("problem", "")))
    wishes = told_wishes(vocabulary, kept.get("taking", ()), rows)
    return Told(
        state=state,
        of=of,
        public_id=public_id,
        may_ask=is_live,
        asked_at=asked_at,
        is_infeasible=kept.get("is_infeasible"),
        is_complete=bool(kept.get("is_complete")),
        conflicts=tuple(_conflict(vocabulary, wishes, one) for one in kept.get("conflicts", ())),
        ways=tuple(_way(vocabulary, wishes, one) for one in kept.get("ways", ())),
        is_stale=kept.get("wishes") != digest_of(rows),
    )


def digest_of(rows: Iterable[TimetableWish]) -> str:
    """The fingerprint of the wishes that are asked for now; those that are not whole have none."""
    wishes = []
    for row in rows:
        if row.is_active:
            try:
                wishes.append(wish_of(row))
            except UnfitWish:
                continue
    return wishes_digest(wishes)


def told_wishes(
    vocabulary: Vocabulary, told: Sequence[Mapping[str, Any]], rows: Iterable[TimetableWish]
) -> list[ToldWish]:
    """Those that take part, in their order, each with its row of now where that still asks the same."""
    by_name = {row.name: row for row in rows if row.is_active}
    names = standing()
    return [
        ToldWish(str(getattr(names, one["standing"])), "", "", is_standing=True, strength="", now=None)
        if "standing" in one
        else _told_wish(vocabulary, one, by_name.get(one["name"]))
        for one in told
    ]


def _told_wish(vocabulary: Vocabulary, one: Mapping[str, Any], row: TimetableWish | None) -> ToldWish:
    words = sentence(vocabulary, one["kind"], one["values"])
    with override("zh-hans"):
        usual = sentence(vocabulary, one["kind"], one["values"])[:MOST_LETTERS]
    now = None
    if row is not None:
        try:
            is_same = {**told_wish(wish_of(row)), "reason": ""} == {**one, "reason": ""}
        except UnfitWish:
            is_same = False
        now = row if is_same else None
    return ToldWish(
        sentence=words,
        name="" if one["name"] in (words, usual) else str(one["name"]),
        reason=str(one.get("reason", "")),
        is_standing=False,
        strength=str(STRENGTHS[strength_of(is_required=one["required"], weight=one["weight"])]),
        now=now,
    )


def _conflict(vocabulary: Vocabulary, wishes: Sequence[ToldWish], one: Mapping[str, Any]) -> ToldConflict:
    found = one.get("finding") or {}
    words = str(_FINDINGS.get(found.get("code", ""), "")) % {"needed": found.get("needed"), "there": found.get("there")}
    return ToldConflict(
        wishes=tuple(wishes[place] for place in one["of"]),
        about=tuple(who_words(vocabulary, one["who"])),
        courses=tuple(one["courses"]),
        count=one["count"],
        hours=one["hours"],
        is_minimal=one["is_minimal"],
        is_whole=one["is_whole"],
        finding=words,
    )


def _way(vocabulary: Vocabulary, wishes: Sequence[ToldWish], one: Mapping[str, Any]) -> ToldWay:
    misses = tuple(
        ToldMiss(
            wishes[each["of"]],
            each["amount"],
            each["cost"],
            tuple(breach_words(vocabulary, place) for place in each["places"]),
        )
        for each in one["misses"]
    )
    is_data = any(each.wish.is_standing for each in misses)
    return ToldWay(misses, one["price"], one["is_cheapest"], one["is_whole"], is_data)


# What a timetable misses --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MissedWish:
    """A wish that the timetable misses: what it costs, at how many places, the first of them and the others."""

    wish: ToldWish
    is_required: bool
    cost: int
    count: int
    first: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def untold(self) -> int:
        return self.count - len(self.first) - len(self.others)


@dataclass(frozen=True)
class Missed:
    """All that is missed, the dearest first; `required` and `optional` are `verify`'s sums, `kept` counts the wishes that miss nothing."""

    lines: tuple[MissedWish, ...]
    required: int
    optional: int
    kept: int
    problem: str = ""


def missed_wishes(*, timetable: Timetable) -> Missed | None:
    """Which wishes of its frozen school a timetable misses; what a page includes as `missed`. None where nothing was solved yet. One query."""
    if not timetable.frozen or not timetable.pieces:
        return None
    school = _school_of(timetable)
    laid = laid_of(school)
    try:
        pieces = timetable_of(laid, timetable.pieces)
    except StalePieces as stale:
        return Missed((), 0, 0, 0, _("方案里的“%(name)s”与它的学校对不上，不能核对。") % {"name": stale.what})
    problem = laid.problem
    verdict = verify(problem, pieces)
    vocabulary = vocabulary_of_school(school)
    told: dict[int | str, list[Any]] = {}
    for breach in verdict.breaches:
        at = laid.wish_of[breach.constraint]
        key = problem.constraints[breach.constraint].name if at is None else at
        told.setdefault(key, []).append(breach)
    by_name = {row.name: row for row in timetable.term.wishes.filter(is_active=True)}
    lines = []
    for key, breaches in told.items():
        breaches.sort(key=lambda one: -one.cost)
        places = [breach_words(vocabulary, plain_breach(laid, one)) for one in breaches[:MOST_PLACES]]
        if isinstance(key, int):
            said = told_wish(school.wishes[key])
            wish = _told_wish(vocabulary, said, by_name.get(said["name"]))
        else:
            wish = ToldWish(key, "", "", is_standing=True, strength="", now=None)
        lines.append(
            MissedWish(
                wish=wish,
                is_required=problem.constraints[breaches[0].constraint].required,
                cost=sum(one.cost for one in breaches),
                count=len(breaches),
                first=tuple(places[:MOST_OPEN]),
                others=tuple(places[MOST_OPEN:]),
            )
        )
    lines.sort(key=lambda one: (not one.is_required, -one.cost))
    kept = len(school.wishes) - sum(isinstance(key, int) for key in told)
    return Missed(tuple(lines), verdict.required, verdict.optional, kept)
