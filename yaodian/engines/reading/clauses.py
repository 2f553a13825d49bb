"""A plan seen clause by clause: each clause with its path, its own words and the items found in it.

The schema lists nodes and items side by side; exports, comparison and pages need them together. The *path* of a clause
is the chain of its printed numbers from the top, such as ``三/8``; a number printed twice under one heading gets
``#2``. The *own words* of a clause are its text without the text of the clauses below it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from .folding import fold
from .plan import Deadline, Node, Plan, Policy, Responsible, Span, System, Target

ItemKind = Literal["clause", "target", "deadline", "responsible", "policy", "system"]
Item = Target | Deadline | Responsible | Policy | System
ITEM_KINDS: tuple[ItemKind, ...] = ("target", "deadline", "responsible", "policy", "system")

# A path longer than this keeps its last numbers: a document of ten thousand nested numbers must stay linear.
_LONGEST_CHAIN = 12

_NUMBERING = re.compile(
    r"\s*(?:第[一二三四五六七八九十百\d]+[章节条部分编项]+|【[^】\n]{1,12}】|[①-⑳]|"
    r"\(?[一二三四五六七八九十百\d]+(?:\.\d+)*\)?(?:[是要](?!求))?)[\s、.,:)]*"
)
_ItemT = TypeVar("_ItemT", Target, Deadline, Responsible, Policy, System)


@dataclass(frozen=True, slots=True)
class Clause:
    """One node with what belongs to it alone.

    ``words`` are its own words as printed, number included; ``body`` the same without the number and without the
    printed list of units, for comparing.
    """

    node: Node
    path: str
    words: str
    body: str
    targets: tuple[Target, ...]
    deadlines: tuple[Deadline, ...]
    responsible: tuple[Responsible, ...]
    policies: tuple[Policy, ...]
    systems: tuple[System, ...]

    @property
    def lead(self) -> tuple[str, ...]:
        """Units printed as taking the lead, each once."""
        return _once(unit for item in self.responsible for unit in item.lead)

    @property
    def support(self) -> tuple[str, ...]:
        """Units printed as supporting, each once."""
        return _once(unit for item in self.responsible for unit in item.support)

    @property
    def others(self) -> tuple[str, ...]:
        """Units printed as responsible without a part told apart, each once."""
        told_apart = {*self.lead, *self.support}
        return _once(unit for item in self.responsible for unit in item.units if unit not in told_apart)


@dataclass(frozen=True, slots=True)
class ByClause:
    """``clauses`` in order of appearance; ``preamble`` holds the items that stand before the first clause."""

    clauses: tuple[Clause, ...]
    preamble: tuple[Item, ...]


def paths(plan: Plan) -> dict[int | None, str]:
    """Path of each node by its id; the preamble (``None``) has the empty path."""
    chains: dict[int | None, tuple[str, ...]] = {None: ()}
    seen: Counter[tuple[str, ...]] = Counter()
    result: dict[int | None, str] = {None: ""}
    for node in plan.nodes:
        chain = (*chains.get(node.parent, ()), node.number.replace("/", "-"))[-_LONGEST_CHAIN:]
        seen[chain] += 1
        if seen[chain] > 1:
            # The ordinal is part of the chain, so that the children of a doubled clause are told apart as well.
            chain = (*chain[:-1], f"{chain[-1]}#{seen[chain]}")
        chains[node.id] = chain
        result[node.id] = "/".join(chain)
    return result


def by_clause(plan: Plan) -> ByClause:
    """Group a plan by clause. Linear in the length of the text and the number of items."""
    path_by_id = paths(plan)
    children: dict[int | None, list[Node]] = defaultdict(list)
    for node in plan.nodes:
        children[node.parent].append(node)
    targets, deadlines = _by_node(plan.targets), _by_node(plan.deadlines)
    responsible = _by_node(plan.responsible)
    policies, systems = _by_node(plan.policies), _by_node(plan.systems)
    clauses = []
    for node in plan.nodes:
        own = _without([node.span], [child.span for child in children[node.id]])
        words = "\n".join(filter(None, (plan.text[start:end].strip() for start, end in own)))
        without_units = _without(own, [item.span for item in responsible.get(node.id, ())])
        clauses.append(
            Clause(
                node=node,
                path=path_by_id[node.id],
                words=words,
                body=_without_number("".join(plan.text[start:end] for start, end in without_units).strip(), node),
                targets=targets.get(node.id, ()),
                deadlines=deadlines.get(node.id, ()),
                responsible=responsible.get(node.id, ()),
                policies=policies.get(node.id, ()),
                systems=systems.get(node.id, ()),
            )
        )
    preamble = tuple(
        item for kind in ITEM_KINDS for item in items_of(plan, kind) if item.node is None or item.node not in path_by_id
    )
    return ByClause(clauses=tuple(clauses), preamble=preamble)


def items_of(plan: Plan, kind: ItemKind) -> Sequence[Item]:
    """The plan's items of one kind, in the plan's order (``kind`` is not ``clause``)."""
    found: Mapping[str, Sequence[Item]] = {
        "target": plan.targets,
        "deadline": plan.deadlines,
        "responsible": plan.responsible,
        "policy": plan.policies,
        "system": plan.systems,
    }
    return found[kind]


def quoted(plan: Plan, span: Span) -> str:
    """The words at a span, as printed."""
    return plan.text[span[0] : span[1]]


def bare(text: str) -> str:
    """``text`` for comparing: half-width, lower case, without white space and punctuation, ``%`` kept."""
    return "".join(char for char in fold(text).lower() if char.isalnum() or char in "%‰")


def item_keys(plan: Plan) -> dict[tuple[ItemKind, int], str]:
    """A key for each clause and item, by kind and index in the plan's own list.

    A key is made of kind, clause path and words, never of a position in the document, so the same item has the same
    key in a second reading: ``target:三/8:1f3a5c7e``. Items that agree in all three are told apart by ``.2``, ``.3`` …
    """
    path_by_id = paths(plan)
    result: dict[tuple[ItemKind, int], str] = {
        ("clause", index): f"clause:{path_by_id[node.id]}" for index, node in enumerate(plan.nodes)
    }
    seen: Counter[str] = Counter()
    for kind in ITEM_KINDS:
        for index, item in enumerate(items_of(plan, kind)):
            words = bare(quoted(plan, item.span))
            digest = hashlib.blake2s(words.encode(errors="surrogatepass"), digest_size=4).hexdigest()
            key = f"{kind}:{path_by_id.get(item.node, '')}:{digest}"
            seen[key] += 1
            result[kind, index] = key if seen[key] == 1 else f"{key}.{seen[key]}"
    return result


def _by_node(items: Sequence[_ItemT]) -> dict[int | None, tuple[_ItemT, ...]]:
    grouped: dict[int | None, list[_ItemT]] = defaultdict(list)
    for item in items:
        grouped[item.node].append(item)
    return {node: tuple(group) for node, group in grouped.items()}


def _without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """``spans`` (in order) less ``holes`` (any order)."""
    ordered = sorted(holes)
    result: list[Span] = []
    for start, end in spans:
        at = start
        for hole_start, hole_end in ordered:
            if hole_end <= at or hole_start >= end:
                continue
            if hole_start > at:
                result.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            result.append((at, end))
    return result


def _without_number(words: str, node: Node) -> str:
    if node.heading:
        # The heading is printed close behind its number; farther on the same words are something else.
        at = words.find(node.heading, 0, len(node.heading) + 40)
        if at >= 0:
            return words[at:]
    match = _NUMBERING.match(fold(words[:40]))
    return words[match.end() :] if match else words


def _once(units: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(units))
