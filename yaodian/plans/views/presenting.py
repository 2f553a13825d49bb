"""The review page and the public page as their templates walk through them: flat lists instead of trees."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yaodian.plans.models import Clause, ItemKind, PlanWarning
from yaodian.plans.queries import ClauseView, ItemView, ReviewPage, TextLine

KINDS: tuple[ItemKind, ...] = (
    ItemKind.TARGET,
    ItemKind.DEADLINE,
    ItemKind.RESPONSIBILITY,
    ItemKind.POLICY,
    ItemKind.SYSTEM,
)


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one clause's own words; ``key`` is its row number, 0 for what stands before the first clause."""

    key: int
    clause: Clause | None
    lines: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A clause of the structured plan with the rows that stand in it, warnings first."""

    key: int
    depth: int
    clause: Clause | None
    head: ItemView | None
    rows: tuple[ItemView, ...]
    warnings: tuple[PlanWarning, ...]


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many items of a kind there are, and how many of them nobody has settled and the reader doubts."""

    kind: str
    label: str
    total: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Review:
    """Everything the templates of the review page show. ``quotes``: the words that a warning points at."""

    page: ReviewPage
    blocks: tuple[Block, ...]
    cards: tuple[Card, ...]
    states: Mapping[str, str]
    counts: tuple[KindCount, ...]
    open_warnings: tuple[PlanWarning, ...]
    paths: Mapping[int | None, str]
    quotes: Mapping[int, str]
    certain: int
    doubts: int
    can_correct: bool

    def find(self, ref: str) -> ItemView | None:
        """The item of a ref, whatever its state."""
        every = (*self.page.items, *self.page.rejected, *self.page.lost)
        return next((view for view in every if view.ref == ref), None)

    def block(self, key: int) -> Block | None:
        """The words of a clause."""
        return next((block for block in self.blocks if block.key == key), None)


def flat(views: Iterable[ClauseView]) -> tuple[ClauseView, ...]:
    """A tree of clauses in the order of the document."""
    found: list[ClauseView] = []
    waiting = list(reversed(tuple(views)))
    while waiting:
        view = waiting.pop()
        found.append(view)
        waiting.extend(reversed(view.children))
    return tuple(found)


def review_of(page: ReviewPage) -> Review:
    """Turns what the query gives into what the templates walk through."""
    clauses = flat(page.clauses)
    can_correct = "correct" in page.actions
    open_warnings = tuple(warning for warning in page.warnings if not warning.is_dismissed)
    unsettled = [view for view in page.items if not view.is_settled]
    return Review(
        page=page,
        blocks=_blocks(page.lines),
        cards=_cards(page, clauses),
        states=_states(page),
        counts=_counts(page, open_warnings),
        open_warnings=open_warnings,
        paths={None: "", **{view.clause.pk: view.clause.path for view in clauses if view.clause}},
        quotes={row.pk: page.plan.text[row.span_start : row.span_end][:80] for row in page.warnings},
        certain=sum(not view.is_doubtful for view in unsettled),
        doubts=sum(view.is_doubtful for view in unsettled) + len(open_warnings),
        can_correct=can_correct,
    )


def _blocks(lines: Iterable[TextLine]) -> tuple[Block, ...]:
    grouped: list[tuple[Clause | None, list[TextLine]]] = []
    for line in lines:
        if line.clause is not None or not grouped:
            grouped.append((line.clause, []))
        grouped[-1][1].append(line)
    return tuple(Block(clause.pk if clause else 0, clause, tuple(own)) for clause, own in grouped)


def _cards(page: ReviewPage, clauses: tuple[ClauseView, ...]) -> tuple[Card, ...]:
    views = {view.ref: view for view in page.items}
    known = {view.clause.pk for view in clauses if view.clause}
    rows: dict[int, list[ItemView]] = defaultdict(list)
    for view in page.items:
        if view.kind != ItemKind.CLAUSE:
            rows[view.clause_id if view.clause_id in known else 0].append(view)  # type: ignore[index]  # Known ones are numbers.
    starts = [view.clause.span_start for view in clauses if view.clause]
    keys = [0, *(view.clause.pk for view in clauses if view.clause)]
    warnings: dict[int, list[PlanWarning]] = defaultdict(list)
    for warning in page.warnings:
        warnings[keys[bisect_right(starts, warning.span_start)]].append(warning)
    first = Card(0, 0, None, None, tuple(rows[0]), tuple(warnings[0]))
    rest = (
        Card(
            view.clause.pk,
            view.depth,
            view.clause,
            views.get(view.clause.ref),
            tuple(rows[view.clause.pk]),
            tuple(warnings[view.clause.pk]),
        )
        for view in clauses
        if view.clause
    )
    return (first, *rest)


def _states(page: ReviewPage) -> Mapping[str, str]:
    """Refs to the class of their marks, and ``start:ref`` to the place where an item's words begin."""
    states: dict[str, str] = {}
    for view in page.items:
        states[view.ref] = "is-doubtful" if view.is_doubtful else ("is-settled" if view.is_settled else "")
        states[f"start:{view.ref}"] = str(view.span[0])
    for warning in page.warnings:
        states[f"start:{warning.ref}"] = str(warning.span_start)
    return states


def _counts(page: ReviewPage, open_warnings: tuple[PlanWarning, ...]) -> tuple[KindCount, ...]:
    totals = Counter(view.kind for view in page.items)
    doubtful = Counter(view.kind for view in page.items if view.is_doubtful)
    kinds = [
        KindCount(str(kind), str(kind.label), totals[str(kind)], doubtful[str(kind)])
        for kind in (ItemKind.CLAUSE, *KINDS)
    ]
    return (
        *kinds,
        KindCount(str(ItemKind.WARNING), str(ItemKind.WARNING.label), len(page.warnings), len(open_warnings)),
    )
