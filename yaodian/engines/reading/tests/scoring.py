"""How well a plan was read: the plan schema's F1 for each field, against an annotation made by hand.

Both sides are the schema's JSON objects. Words are compared without white space, punctuation and the difference of full
and half width. Items are compared inside their clause, and a clause is known by the numbers that lead to it, so that the
two sides need not count their nodes alike. Pure functions; nothing here is shared with the reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]

HEADER = ("title", "issuer", "year", "doc_number", "index_number", "written_on", "published_on")

#: The fields of a score. The three after ``targets`` are shares of the matched targets, not F1.
FIELDS = (
    "header",
    "nodes",
    "targets",
    "due",
    "per",
    "strength",
    "implicit",
    "deadlines",
    "responsible",
    "policies",
    "systems",
)

#: The least overlap of two subjects that name the same thing.
SUBJECT_OVERLAP = 0.6

_HALF_WIDTH = str.maketrans("，：；（）％０１２３４５６７８９", ",:;()%0123456789")
_UNIT_NAMES = {"百分点": "个百分点"}


def score(gold: Item, given: Item) -> dict[str, float]:
    """Each of :data:`FIELDS` with its figure from 0 to 1: how well ``given`` says what ``gold`` says."""
    gold_places, given_places = places(gold["nodes"]), places(given["nodes"])
    pairs = {
        implicit: matched(
            [target for target in gold["targets"] if bool(target.get("implicit")) is implicit],
            [target for target in given["targets"] if bool(target.get("implicit")) is implicit],
            gold_places,
            given_places,
        )
        for implicit in (False, True)
    }
    counts = {
        implicit: [
            sum(bool(target.get("implicit")) is implicit for target in side["targets"]) for side in (gold, given)
        ]
        for implicit in (False, True)
    }
    explicit = pairs[False]
    return {
        "header": agreement(
            ((key, words(gold.get(key))) for key in HEADER), ((key, words(given.get(key))) for key in HEADER)
        ),
        "nodes": agreement(_nodes(gold["nodes"]), _nodes(given["nodes"])),
        "targets": f1(len(explicit), *counts[False]),
        **{field: share_equal(explicit, field) for field in ("due", "per", "strength")},
        "implicit": f1(len(pairs[True]), *counts[True]),
        "deadlines": agreement(_deadlines(gold, gold_places), _deadlines(given, given_places)),
        "responsible": agreement(_units(gold, gold_places), _units(given, given_places)),
        **{
            field: agreement(_names(gold[field], gold_places), _names(given[field], given_places))
            for field in ("policies", "systems")
        },
    }


def mean(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each field over documents; ``scores`` holds at least one."""
    return {field: sum(each[field] for each in scores) / len(scores) for field in FIELDS}


def f1(hits: int, wanted: int, given: int) -> float:
    """The harmonic mean of precision and recall; 1 where nothing was wanted and nothing given."""
    if not wanted and not given:
        return 1.0
    return 2 * hits / (wanted + given)


def agreement(wanted: Iterable[Hashable], given: Iterable[Hashable]) -> float:
    """F1 of two bags of keys; what comes twice must be found twice."""
    first, second = Counter(wanted), Counter(given)
    return f1((first & second).total(), first.total(), second.total())


def share_equal(pairs: Sequence[tuple[Item, Item]], field: str) -> float:
    """The share of matched targets that have the same ``field``; an empty one counts as none. 1 without any pair."""
    if not pairs:
        return 1.0
    return sum((one.get(field) or None) == (other.get(field) or None) for one, other in pairs) / len(pairs)


def squashed(value: object) -> str:
    """``value`` as text without white space, in half width."""
    return re.sub(r"\s+", "", "" if not value else str(value)).translate(_HALF_WIDTH)


def words(value: object) -> str:
    """``value`` as its letters, digits and percent signs alone."""
    return re.sub(r"[^\w%]", "", squashed(value))


def places(nodes: Sequence[Item]) -> dict[int | None, str]:
    """The name of each node by which two plans are compared: the numbers that lead to it, and its turn among equals."""
    chains = _chains(nodes)
    seen: Counter[str] = Counter()
    named: dict[int | None, str] = {None: "0"}
    for node in nodes:
        chain = chains[node["id"]]
        seen[chain] += 1
        named[node["id"]] = f"{chain}#{seen[chain]}"
    return named


def overlap(one: str, other: str) -> float:
    """The F1 of the characters of two subjects."""
    first, second = Counter(words(one)), Counter(words(other))
    hits = (first & second).total()
    return 2 * hits / (first.total() + second.total()) if hits else 0.0


def matched(
    wanted: Sequence[Item],
    given: Sequence[Item],
    wanted_places: Mapping[int | None, str],
    given_places: Mapping[int | None, str],
) -> list[tuple[Item, Item]]:
    """The targets of both sides that are one and the same, each used once; every wanted one takes the best left."""
    left = list(given)
    pairs = []
    for target in wanted:
        key = _figure(target, wanted_places)
        best, nearness = None, 0.0
        for index, candidate in enumerate(left):
            if not _same_figure(key, _figure(candidate, given_places)):
                continue
            near = overlap(candidate["subject"], target["subject"])
            if near > nearness:
                best, nearness = index, near
        if best is not None and nearness >= SUBJECT_OVERLAP:
            pairs.append((target, left.pop(best)))
    return pairs


def _figure(target: Item, named: Mapping[int | None, str]) -> tuple[str | None, str, str, float, float | None]:
    unit = squashed(target.get("unit"))
    return (
        named.get(target.get("node")),
        target["comparator"],
        _UNIT_NAMES.get(unit, unit),
        float(target["value"]),
        target.get("value_max") or None,
    )


def _same_figure(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return one[:3] == other[:3] and abs(one[3] - other[3]) < 1e-9 and one[4] == other[4]


def _chains(nodes: Sequence[Item]) -> dict[int, str]:
    by_id = {node["id"]: node for node in nodes}
    chains = {}
    for node in nodes:
        numbers = []
        at: Item | None = node
        while at is not None:
            numbers.append(words(at["number"]))
            at = by_id.get(at.get("parent"))
        chains[node["id"]] = "/".join(reversed(numbers))
    return chains


def _nodes(nodes: Sequence[Item]) -> list[tuple[str, str]]:
    chains = _chains(nodes)
    return [(chains[node["id"]], words(node.get("heading"))) for node in nodes]


def _deadlines(plan: Item, named: Mapping[int | None, str]) -> list[tuple[str | None, str]]:
    return [(named.get(row["node"]), row.get("date") or squashed(row["text"])) for row in plan["deadlines"]]


def _units(plan: Item, named: Mapping[int | None, str]) -> list[tuple[str | None, str]]:
    return [(named.get(row["node"]), words(unit)) for row in plan["responsible"] for unit in row["units"]]


def _names(rows: Sequence[Item], named: Mapping[int | None, str]) -> list[tuple[str | None, str]]:
    return [(named.get(row["node"]), words(row["name"])) for row in rows]
