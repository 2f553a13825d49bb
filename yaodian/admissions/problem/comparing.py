"""Several rules side by side, over the same children and one order: what would have come of each, in counts, never by child.

1. Each is placed whole, as the sealed run would be: wishes, reserved seats, twins, and whom the office sends.
2. The engine holds the placements by wishes against the first (`docs/algorithms/matching.md`): who fares better or worse.
3. Whoever is left by the wishes of both fares better with a place by whatever way than without.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from yaodian.admissions.problem.inputs import Inputs, canonical, sha256
from yaodian.admissions.problem.placing import OVERFLOW, QUOTA, Result, Solved, result_of, solve_inputs
from yaodian.admissions.problem.tallying import drawn_numbers
from yaodian.engines.matching import Change, Rules, Tally, side_by_side

FORM = "yaodian-admissions-comparison/1"
# Whence or whither without a school.
NOWHERE = ""


@dataclass(frozen=True)
class Column:
    """What came of one set of rules; without a label those that were announced.

    `by_wish[w]` children have wish w + 1. `schools`: places and placed, by an offer's public id. `classes`: children of a class,
    how many of them are placed, how many at their first wish, by its label («» for those whom no class fits), as the office
    sees them at home. Metres are those of placed children whose way is known. `gain`, `lose` and `moves` (whence, whither, how
    many; offers, or `NOWHERE`) are against the first column.
    """

    label: str
    placed: int
    unplaced: int
    by_wish: Sequence[int]
    quota: int
    overflow: int
    nearby: int
    public: int
    by_draw: int
    empty: int
    metres: int
    metres_known: int
    metres_most: int
    schools: Mapping[str, Sequence[int]]
    classes: Mapping[str, Sequence[int]]
    gain: int = 0
    lose: int = 0
    moves: Sequence[tuple[str, str, int]] = ()


def compare_inputs(
    tried: Sequence[tuple[str, Inputs]], *, public_offers: frozenset[str]
) -> tuple[tuple[Column, ...], tuple[Result, ...]]:
    """A column for each label with its inputs, the first those that the others are held against; and each result.

    Raises UnfitMarket or UnableToPlace where one of them contradicts itself.
    """
    labels = [label for label, _inputs in tried]
    solved = [solve_inputs(inputs) for _label, inputs in tried]
    results = tuple(result_of(one, sha256(one.inputs.to_bytes())) for one in solved)
    found = side_by_side(
        [Rules(label, one.market, one.pools) for label, one in zip(labels, solved, strict=True)],
        [one.placement for one in solved],
    )
    changes: Sequence[Change | None] = [None, *found.changes]
    columns = tuple(
        _column(label, one, result, tally, results[0], change, public_offers)
        for label, one, result, tally, change in zip(labels, solved, results, found.tallies, changes, strict=True)
    )
    return columns, results


def to_bytes(columns: Sequence[Column]) -> bytes:
    return canonical({"form": FORM, "columns": [asdict(column) for column in columns]})


def from_bytes(content: bytes) -> tuple[Column, ...]:
    """Columns from the bytes that `to_bytes` writes."""
    return tuple(Column(**one) for one in json.loads(content)["columns"])


def _column(
    label: str,
    solved: Solved,
    result: Result,
    tally: Tally,
    first: Result,
    change: Change | None,
    public_offers: frozenset[str],
) -> Column:
    is_open = {offer.public_id: offer.is_open for offer in solved.inputs.offers}
    given = result.places.values()
    metres = list(_metres(solved.inputs, result))
    gain, lose = _fares(solved.inputs, result, first, change)
    taken = Counter(one.offer for one in given)
    return Column(
        label=label,
        placed=len(result.places),
        unplaced=len(result.unplaced),
        by_wish=tally.by_wish,
        quota=sum(one.how == QUOTA for one in given),
        overflow=sum(one.how == OVERFLOW for one in given),
        nearby=sum(not is_open[one.offer] and one.how != OVERFLOW for one in given),
        public=sum(one.offer in public_offers for one in given),
        by_draw=len(drawn_numbers(solved)),
        empty=sum(offer.seats for offer in solved.inputs.offers) - len(result.places),
        metres=sum(metres),
        metres_known=len(metres),
        metres_most=max(metres, default=0),
        schools={one.public_id: (one.seats, taken[one.public_id]) for one in solved.inputs.offers},
        classes=_classes(solved.inputs, result),
        gain=gain,
        lose=lose,
        moves=_moves(result, first),
    )


def _metres(inputs: Inputs, result: Result) -> Iterator[int]:
    at_of = {offer.public_id: at for at, offer in enumerate(inputs.offers)}
    for each in inputs.applicants:
        place = result.places.get(each.number)
        if place is not None and each.metres[at_of[place.offer]] >= 0:
            yield each.metres[at_of[place.offer]]


def _classes(inputs: Inputs, result: Result) -> dict[str, tuple[int, int, int]]:
    labels = (*inputs.class_labels, "")
    sums = {label: [0, 0, 0] for label in labels}
    for each in inputs.applicants:
        place = result.places.get(each.number)
        entry = sums[labels[each.home_class]]
        entry[0] += 1
        entry[1] += place is not None
        entry[2] += place is not None and place.wish == 1
    return {label: (entry[0], entry[1], entry[2]) for label, entry in sums.items() if label or entry[0]}


def _fares(inputs: Inputs, result: Result, first: Result, change: Change | None) -> tuple[int, int]:
    """How many fare better and worse than by the first rules."""
    if change is None:
        return 0, 0
    had = np.array([each.number in first.places for each in inputs.applicants], np.int8)
    has = np.array([each.number in result.places for each in inputs.applicants], np.int8)
    signs = np.where(change.steps != 0, np.sign(change.steps), has - had)
    return int((signs > 0).sum()), int((signs < 0).sum())


def _moves(result: Result, first: Result) -> list[tuple[str, str, int]]:
    """Whence and whither, the most first."""

    def at(found: Result, number: str) -> str:
        return found.places[number].offer if number in found.places else NOWHERE

    numbers = [*first.places, *first.unplaced]
    counts = Counter((at(first, number), at(result, number)) for number in numbers)
    return [
        (whence, whither, count)
        for (whence, whither), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        if whence != whither
    ]
