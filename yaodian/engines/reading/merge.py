"""Corrections survive a second reading: find yesterday's items in today's, and say what changed in the text.

Pure functions over words and paths; rows and corrections are the caller's. :func:`match` pairs items one to one in
five steps, each step only with what the steps before it left:

1. ``exact``: same kind, path and words.
2. ``elsewhere``: same kind and words in another clause, which may have been renumbered or moved; first with first.
3. ``reworded``: same kind and path, words at least :data:`SIMILAR` alike (Dice coefficient of character bigrams).
4. ``followed``: as 3, in the clause that the old one became, where the caller knows it (:func:`follow`).
5. What is left of the old items is lost, what is left of the new ones is added.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .clauses import ITEM_KINDS, bare, item_keys, items_of, paths, quoted
from .pairing import bigrams, pair
from .plan import Plan, Span

SIMILAR = 0.5
FOLLOW = 0.4

Reason = Literal["exact", "elsewhere", "reworded", "followed"]
Operation = Literal["keep", "delete", "insert"]
ClauseMove = Literal["same", "changed", "added", "removed"]

# Work that one call of changes() may spend on comparing characters, in products of lengths (a few seconds at most).
_BUDGET = 5_000_000
_LONGEST_PRODUCT = 250_000
# Items of one kind in one clause that are compared all with all; a longer list compares neighbours only.
_ALL_WITH_ALL = 60
_SENTENCES = re.compile(r"[^。；;\n]*[。；;\n]|[^。；;\n]+")


@dataclass(frozen=True, slots=True)
class Item:
    """An item of either reading. ``key`` is the caller's name for it; ``path`` is the clause's, such as ``三/8``."""

    key: str
    kind: str
    path: str
    words: str
    span: Span


@dataclass(frozen=True, slots=True)
class Match:
    """``new`` is ``old`` again, because of ``reason``; ``likeness`` of the words, 0 to 1."""

    old: Item
    new: Item
    reason: Reason
    likeness: float


@dataclass(frozen=True, slots=True)
class Matching:
    """Every old item is in ``matches`` or ``lost``, every new one in ``matches`` or ``added``, each exactly once."""

    matches: tuple[Match, ...]
    added: tuple[Item, ...]
    lost: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ClauseDifference:
    """What became of a clause's text; ``pieces`` joined give both texts (keep + delete, keep + insert)."""

    move: ClauseMove
    path_before: str | None
    path_after: str | None
    likeness: float
    pieces: tuple[tuple[Operation, str], ...]


def items(plan: Plan) -> tuple[Item, ...]:
    """Clauses and items of a plan as a matching takes them, in the order of the text."""
    keys, path_by_id = item_keys(plan), paths(plan)
    found = [
        Item(
            keys["clause", index],
            "clause",
            path_by_id[node.id],
            node.heading or quoted(plan, node.span)[:60],
            node.span,
        )
        for index, node in enumerate(plan.nodes)
    ]
    found += [
        Item(keys[kind, index], kind, path_by_id.get(item.node, ""), quoted(plan, item.span), item.span)
        for kind in ITEM_KINDS
        for index, item in enumerate(items_of(plan, kind))
    ]
    return tuple(sorted(found, key=_in_order))


def match(old: Sequence[Item], new: Sequence[Item], *, became: Mapping[str, str] | None = None) -> Matching:
    """Pair ``old`` with ``new`` items one to one. ``became``: the new path of an old clause, see :func:`follow`."""
    became = became or {}
    rest_old, rest_new = sorted(old, key=_in_order), sorted(new, key=_in_order)
    matches: list[Match] = []

    def settle(found: list[Match]) -> None:
        nonlocal rest_old, rest_new
        matches.extend(found)
        old_taken, new_taken = {id(m.old) for m in found}, {id(m.new) for m in found}
        rest_old = [item for item in rest_old if id(item) not in old_taken]
        rest_new = [item for item in rest_new if id(item) not in new_taken]

    settle(_equal(rest_old, rest_new, "exact", lambda item: (item.kind, item.path, bare(item.words))))
    settle(_equal(rest_old, rest_new, "elsewhere", lambda item: (item.kind, bare(item.words) or None)))
    settle(_similar(rest_old, rest_new, "reworded", lambda item: item.path))
    settle(_similar(rest_old, rest_new, "followed", lambda item: became.get(item.path)))
    return Matching(
        matches=tuple(sorted(matches, key=lambda m: _in_order(m.old))), added=tuple(rest_new), lost=tuple(rest_old)
    )


def follow(old_text_by_clause: Mapping[str, str], new_text_by_clause: Mapping[str, str]) -> dict[str, str]:
    """Which clause each old clause became, by path: most alike first (:mod:`.pairing`), at least :data:`FOLLOW`."""
    old, new = list(old_text_by_clause), list(new_text_by_clause)
    pairs = pair(
        [bare(old_text_by_clause[path]) or path for path in old],
        [bare(new_text_by_clause[path]) or path for path in new],
        threshold=FOLLOW,
        # A clause that kept its number needs less likeness to win against one that did not.
        score=lambda one, other, alike: alike + (0.05 if alike >= FOLLOW and old[one] == new[other] else 0.0),
    )
    return {old[p.left]: new[p.right] for p in pairs}


def changes(
    old_text_by_clause: Mapping[str, str], new_text_by_clause: Mapping[str, str]
) -> tuple[ClauseDifference, ...]:
    """What changed from one text to the other, clause by clause in the new order, removed clauses behind.

    The cost is bounded: very long or very many changed clauses are shown as one deletion and one insertion.
    """
    became = follow(old_text_by_clause, new_text_by_clause)
    came_from = {after: before for before, after in became.items()}
    budget = _Budget(_BUDGET)
    result = []
    for path, text in new_text_by_clause.items():
        before = came_from.get(path)
        if before is None:
            result.append(ClauseDifference("added", None, path, 0.0, (("insert", text),) if text else ()))
            continue
        pieces = _difference(old_text_by_clause[before], text, budget)
        move: ClauseMove = "same" if all(operation == "keep" for operation, _ in pieces) else "changed"
        result.append(ClauseDifference(move, before, path, _kept(pieces), pieces))
    result += [
        ClauseDifference("removed", path, None, 0.0, (("delete", text),) if text else ())
        for path, text in old_text_by_clause.items()
        if path not in became
    ]
    return tuple(result)


def difference(old: str, new: str) -> tuple[tuple[Operation, str], ...]:
    """What changed within one text, as pieces to keep, delete and insert; whole sentences first, then characters."""
    return _difference(old, new, _Budget(_BUDGET))


def _in_order(item: Item) -> tuple[int, int, str, str]:
    return (*item.span, item.kind, item.key)


def _equal(
    old: Sequence[Item], new: Sequence[Item], reason: Reason, same: Callable[[Item], tuple[Hashable, ...]]
) -> list[Match]:
    """Items that agree in ``same``, first with first; a ``None`` among its parts agrees with nothing."""
    waiting: dict[tuple[Hashable, ...], deque[Item]] = defaultdict(deque)
    for item in new:
        waiting[same(item)].append(item)
    found = []
    for item in old:
        key = same(item)
        if None not in key and waiting.get(key):
            found.append(Match(item, waiting[key].popleft(), reason, 1.0))
    return found


def _similar(
    old: Sequence[Item], new: Sequence[Item], reason: Reason, path_of: Callable[[Item], str | None]
) -> list[Match]:
    """Items of one kind in one clause whose words are alike: the most alike first, at least :data:`SIMILAR`."""
    by_clause: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in new:
        by_clause[item.kind, item.path].append(item)
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in old:
        path = path_of(item)
        if path is not None and (item.kind, path) in by_clause:
            groups[item.kind, path].append(item)
    found = []
    for place, olds in groups.items():
        news = by_clause[place]
        reach = max(len(olds), len(news)) if max(len(olds), len(news)) <= _ALL_WITH_ALL else 5
        scored = [
            (_dice(one.words, other.words), i, j)
            for i, one in enumerate(olds)
            for j, other in enumerate(news[max(0, i - reach) : i + reach + 1], start=max(0, i - reach))
        ]
        scored = [(alike, i, j) for alike, i, j in scored if alike >= SIMILAR]
        scored.sort(key=lambda row: (-row[0], abs(row[1] - row[2]), row[1], row[2]))
        taken_old: set[int] = set()
        taken_new: set[int] = set()
        for alike, i, j in scored:
            if i not in taken_old and j not in taken_new:
                taken_old.add(i)
                taken_new.add(j)
                found.append(Match(olds[i], news[j], reason, alike))
    return found


def _dice(one: str, other: str) -> float:
    """Dice coefficient of the character bigrams of two quotations, punctuation and white space aside."""
    bag, other_bag = bigrams(bare(one)), bigrams(bare(other))
    total = bag.total() + other_bag.total()
    return round(2 * (bag & other_bag).total() / total, 4) if total else 0.0


class _Budget:
    """What is left of the work that one comparison may cost."""

    def __init__(self, product: int) -> None:
        self.left = product

    def allows(self, one: int, other: int) -> bool:
        product = one * other
        if product > min(self.left, _LONGEST_PRODUCT):
            return False
        self.left -= product
        return True


def _difference(old: str, new: str, budget: _Budget) -> tuple[tuple[Operation, str], ...]:
    pieces: list[tuple[Operation, str]] = []
    head = _common_head(old, new)
    tail = _common_head(old[head:][::-1], new[head:][::-1])
    _add(pieces, "keep", old[:head])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    _middle(pieces, middle_old, middle_new, budget)
    _add(pieces, "keep", old[len(old) - tail :] if tail else "")
    return tuple(pieces)


def _middle(pieces: list[tuple[Operation, str]], old: str, new: str, budget: _Budget) -> None:
    """Whole sentences first, then the characters of the sentences that differ, as far as the budget goes."""
    sentences_old, sentences_new = _SENTENCES.findall(old), _SENTENCES.findall(new)
    if not budget.allows(len(sentences_old), len(sentences_new)):
        _add(pieces, "delete", old)
        _add(pieces, "insert", new)
        return
    matcher = difflib.SequenceMatcher(None, sentences_old, sentences_new, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        one, other = "".join(sentences_old[i:i_end]), "".join(sentences_new[j:j_end])
        if tag == "equal":
            _add(pieces, "keep", one)
        elif tag == "replace" and budget.allows(len(one), len(other)):
            _characters(pieces, one, other)
        else:
            _add(pieces, "delete", one)
            _add(pieces, "insert", other)


def _characters(pieces: list[tuple[Operation, str]], old: str, new: str) -> None:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    opcodes = matcher.get_opcodes()
    kept = sum(i_end - i for tag, i, i_end, _, _ in opcodes if tag == "equal")
    if 2 * kept < min(len(old), len(new)):
        # Two sentences with little in common are easier read one after the other than letter by letter.
        _add(pieces, "delete", old)
        _add(pieces, "insert", new)
        return
    for tag, i, i_end, j, j_end in opcodes:
        if tag == "equal":
            _add(pieces, "keep", old[i:i_end])
        else:
            _add(pieces, "delete", old[i:i_end])
            _add(pieces, "insert", new[j:j_end])


def _add(pieces: list[tuple[Operation, str]], operation: Operation, text: str) -> None:
    if not text:
        return
    if pieces and pieces[-1][0] == operation:
        pieces[-1] = (operation, pieces[-1][1] + text)
    else:
        pieces.append((operation, text))


def _common_head(one: str, other: str) -> int:
    """Length of the common beginning, by halving: the comparison itself runs in C."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _kept(pieces: Sequence[tuple[Operation, str]]) -> float:
    """Share of the characters of both texts that were kept, 0 to 1; two empty texts are alike."""
    kept = sum(len(text) for operation, text in pieces if operation == "keep")
    total = sum(len(text) * (2 if operation == "keep" else 1) for operation, text in pieces)
    return round(2 * kept / total, 4) if total else 1.0
