"""Search over the clauses of all plans, and the plans by unit.

A clause is found where its own words, normalised (``problem.searchable``), hold every word of the question. The column
is scanned: 40,000 clauses (1,000 plans, 10 million characters) take about 90 ms on SQLite and 50 ms on PostgreSQL, and
there is no index that could be out of date.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import StrIndex

from yaodian.foundation.paging import Page
from yaodian.organisations.queries import Visitor
from yaodian.plans.models import (
    FINDING_MODELS,
    LIVE_STATES,
    Clause,
    Deadline,
    Plan,
    Responsibility,
    ResponsibleUnit,
    Target,
    UnitPart,
)
from yaodian.plans.problem import searchable, searchable_with_offsets
from yaodian.plans.queries.pages import UnitCount, units_of
from yaodian.plans.queries.visibility import visible_plans

MAX_WORDS = 5
MAX_WORD_LENGTH = 60
_SNIPPET_LENGTH = 90


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What a search is narrowed to; empty values narrow nothing. ``kind``: only clauses that hold a live item of it."""

    year: int | None = None
    issuer: str = ""
    public_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SnippetPart:
    """A piece of a snippet; ``is_hit`` where it is what was searched for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A clause that holds the words, with the words around the first place, and how often they occur in it."""

    plan: Plan
    clause: Clause
    snippet: tuple[SnippetPart, ...]
    number: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``text`` as asked, ``words`` as searched (none: nothing was asked), a page of clauses, how many plans."""

    text: str
    words: tuple[str, ...]
    page: Page[SearchHit]
    plans: int


@dataclass(frozen=True, slots=True)
class Duty:
    """What one clause asks of a unit; ``next_due`` is the earliest day its targets and deadlines name."""

    plan: Plan
    clause: Clause | None
    part: str
    part_label: str
    text: str
    targets: tuple[Target, ...]
    deadlines: tuple[Deadline, ...]
    next_due: date | None


@dataclass(frozen=True, slots=True)
class UnitDuties:
    """Everything the visible plans ask of a unit; ``years`` are those in which it has duties."""

    name: str
    norm: str
    duties: tuple[Duty, ...]
    years: tuple[int, ...]


def search(*, account: Visitor, text: str, filters: SearchFilters, page: int = 1, size: int = 20) -> SearchResult:
    """The clauses of visible plans that hold all words of ``text``, newest plans first, in the plans' own order.

    Two queries and a scan of the clauses' searchable text.
    """
    words = tuple(dict.fromkeys(filter(None, (searchable(word) for word in text.split()))))[:MAX_WORDS]
    words = tuple(word[:MAX_WORD_LENGTH] for word in words)
    size = min(max(1, size), 100)
    if not words:
        return SearchResult(text, (), Page((), 1, size, 0), 0)
    plans = visible_plans(account)
    if filters.year is not None:
        plans = plans.filter(year=filters.year)
    if filters.issuer:
        plans = plans.filter(issuer=filters.issuer)
    if filters.public_id:
        plans = plans.filter(public_id=filters.public_id)
    counted = _holding(words, filters.kind).filter(plan__in=plans.order_by().values("pk"))
    by_plan = list(
        counted.order_by()
        .values("plan_id", "plan__year", "plan__issuer")
        .annotate(number=Count("pk"))
        .values_list("plan_id", "number", "plan__year", "plan__issuer")
    )
    by_plan.sort(key=lambda row: (-(row[2] or 0), row[3], -row[0]))
    total = sum(row[1] for row in by_plan)
    number = min(max(1, page), max(1, -(-total // size)))
    hits = _hits(words, filters.kind, [(row[0], row[1]) for row in by_plan], start=(number - 1) * size, size=size)
    return SearchResult(text, words, Page(hits, number, size, total), len(by_plan))


def _holding(words: tuple[str, ...], kind: str) -> QuerySet[Clause]:
    clauses = Clause.objects.filter(state__in=LIVE_STATES)
    if kind in FINDING_MODELS:
        found = FINDING_MODELS[kind]._default_manager.filter(clause=OuterRef("pk"), state__in=LIVE_STATES)
        clauses = clauses.filter(Exists(found))
    for place, word in enumerate(words):
        name = f"at_{place}"
        clauses = clauses.alias(**{name: StrIndex("search_text", Value(word))}).filter(**{f"{name}__gt": 0})
    return clauses


def _hits(
    words: tuple[str, ...], kind: str, by_plan: list[tuple[int, int]], *, start: int, size: int
) -> tuple[SearchHit, ...]:
    """The clauses ``start`` to ``start + size`` of all hits, looked up only in the plans where those stand."""
    wanted: list[int] = []
    at = skip = 0
    for plan_id, number in by_plan:
        if at + number > start and at < start + size:
            if not wanted:
                skip = start - at
            wanted.append(plan_id)
        at += number
    if not wanted:
        return ()
    place = {plan_id: index for index, plan_id in enumerate(wanted)}
    rows = list(_holding(words, kind).filter(plan__in=wanted).select_related("plan").order_by("position", "pk"))
    rows.sort(key=lambda clause: place[clause.plan_id])
    return tuple(_hit(clause, words) for clause in rows[skip : skip + size])


def _hit(clause: Clause, words: tuple[str, ...]) -> SearchHit:
    own = clause.plan.text[clause.span_start : clause.own_end]
    found, offsets = searchable_with_offsets(own)
    places: list[tuple[int, int]] = []
    for word in words:
        at = found.find(word)
        while at >= 0:
            places.append((offsets[at], offsets[at + len(word) - 1] + 1))
            at = found.find(word, at + len(word))
    places.sort()
    return SearchHit(clause.plan, clause, snippet_of(own, places), len(places))


def snippet_of(text: str, places: list[tuple[int, int]]) -> tuple[SnippetPart, ...]:
    """Words around the first of the sorted ``places``, every place inside marked; … where words are left out."""
    first, end = places[0] if places else (0, 0)
    begin = max(0, first - _SNIPPET_LENGTH // 3)
    stop = min(len(text), max(begin + _SNIPPET_LENGTH, end))
    parts: list[SnippetPart] = [SnippetPart("…", is_hit=False)] if begin else []
    at = begin
    for start, finish in places:
        if start < at or start >= stop:
            continue
        finish = min(finish, stop)
        if start > at:
            parts.append(SnippetPart(_one_line(text[at:start]), is_hit=False))
        parts.append(SnippetPart(_one_line(text[start:finish]), is_hit=True))
        at = finish
    if at < stop:
        parts.append(SnippetPart(_one_line(text[at:stop]), is_hit=False))
    if stop < len(text):
        parts.append(SnippetPart("…", is_hit=False))
    return tuple(parts)


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ")


# --- by unit ---------------------------------------------------------------------------------------------------------


def list_units(*, account: Visitor, year: int | None = None, text: str = "") -> tuple[UnitCount, ...]:
    """The units that visible plans name, with the number of clauses, those with most first. One query."""
    rows = _live_responsibilities(account, year).only("units", "lead", "support", "clause_id", "plan_id")
    wanted = searchable(text)
    units = units_of((row, row.clause_id, row.plan_id) for row in rows)
    return tuple(unit for unit in units if wanted in unit.norm)


def by_unit(*, account: Visitor, unit: str, year: int | None = None) -> UnitDuties:
    """What the visible plans ask of a unit, by day: what is due first stands first, what has no day last.

    ``unit`` is a name in any print (normalised here). A unit nobody names has no duties. Five queries.
    """
    norm = searchable(unit)[:120]
    named = ResponsibleUnit.objects.filter(norm=norm)
    rows = list(
        _live_responsibilities(account, None)
        .filter(pk__in=named.values("responsibility"))
        .select_related("plan", "clause")
        .order_by("plan_id", "span_start")
    )
    parts = {row.responsibility_id: row for row in named.filter(responsibility__in=rows)}
    years = tuple(sorted({row.plan.year for row in rows if row.plan.year is not None}, reverse=True))
    if year is not None:
        rows = [row for row in rows if row.plan.year == year]
    clause_ids = {row.clause_id for row in rows if row.clause_id is not None}
    targets: dict[int | None, list[Target]] = defaultdict(list)
    deadlines: dict[int | None, list[Deadline]] = defaultdict(list)
    for target in Target.objects.filter(clause__in=clause_ids, state__in=LIVE_STATES):
        targets[target.clause_id].append(target)
    for deadline in Deadline.objects.filter(clause__in=clause_ids, state__in=LIVE_STATES):
        deadlines[deadline.clause_id].append(deadline)
    duties: dict[tuple[int, int | None], Duty] = {}
    for row in rows:
        key = (row.plan_id, row.clause_id)
        part = parts[row.pk].part
        if key in duties and (duties[key].part == UnitPart.LEAD or part != UnitPart.LEAD):
            continue
        days = [item.due_on for item in (*targets[row.clause_id], *deadlines[row.clause_id]) if item.due_on is not None]
        clause = row.clause
        duties[key] = Duty(
            plan=row.plan,
            clause=clause,
            part=part,
            part_label=str(UnitPart(part).label),
            text=row.plan.text[clause.span_start : clause.own_end] if clause else row.quote,
            targets=tuple(targets[row.clause_id]),
            deadlines=tuple(deadlines[row.clause_id]),
            next_due=min(days, default=None),
        )
    ordered = sorted(
        duties.values(),
        key=lambda duty: (
            -(duty.plan.year or 0),
            duty.next_due is None,
            duty.next_due or date.max,
            duty.plan.pk,
            duty.clause.position if duty.clause else -1,
        ),
    )
    name = next((row.name for row in parts.values()), unit.strip())
    return UnitDuties(name, norm, tuple(ordered), years)


def _live_responsibilities(account: Visitor, year: int | None) -> QuerySet[Responsibility]:
    plans = visible_plans(account)
    if year is not None:
        plans = plans.filter(year=year)
    return Responsibility.objects.filter(state__in=LIVE_STATES, plan__in=plans.order_by().values("pk"))
