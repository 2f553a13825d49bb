"""Rules that cannot both be kept, found before the season opens, each with the two rules named.

One function a kind; each opens with the sentence that it upholds. What they find is the same whatever the order of the data, and nothing
is mended silently: which of two rules yields is for people to say.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from .contradiction_words import said
from .overlaps import shared_addresses, shared_points
from .rulebook import Address, AddressRange, Catchment, Exclusion, FulfilmentClass, Rulebook

_SHOWN = 5  # addresses named in one sentence


@dataclass(frozen=True)
class Contradiction:
    """``name``: the stable name of the kind. ``first`` and ``second``: the two rules, as kind and name, such as ``catchment:east``.
    ``details``: the fields of its sentence, which ``variant`` chooses where the kind has several."""

    name: str
    first: str
    second: str
    details: Mapping[str, object] = field(default_factory=dict, hash=False)
    variant: str = ""

    @property
    def code(self) -> str:
        """Which sentence says it."""
        return f"{self.name}.{self.variant}" if self.variant else self.name

    def message(self, language: str = "zh") -> str:
        """What, where, why, and what to do, in ``zh`` or ``en``."""
        return said(self.code, self.details, language)

    @property
    def sentence(self) -> str:
        """The same in Chinese."""
        return self.message()


class ContradictoryRules(ValueError):
    """The season cannot open under these rules; ``found`` holds every contradiction."""

    def __init__(self, found: tuple[Contradiction, ...]) -> None:
        self.found = found
        super().__init__(f"规则有{len(found)}处互相矛盾，招生不能开始。" + "".join(one.sentence for one in found))


def contradictions(rulebook: Rulebook) -> tuple[Contradiction, ...]:
    """Every contradiction, kind by kind; empty if all rules can be kept together."""
    return tuple(
        found for finder in FINDERS for found in sorted(finder(rulebook), key=lambda one: (one.first, one.second))
    )


def require_consistent(rulebook: Rulebook) -> None:
    """Raise :class:`ContradictoryRules` if any two rules contradict each other."""
    if found := contradictions(rulebook):
        raise ContradictoryRules(found)


def named_twice(rulebook: Rulebook) -> Iterator[Contradiction]:
    """A name stands for one rule of its kind."""
    for kind, rules in rulebook.names().items():
        for name, count in Counter(rules).items():
            if count > 1:
                yield Contradiction(
                    "named_twice",
                    f"{kind}:{name}",
                    f"{kind}:{name}",
                    {"name": name, "count": count, "kind": kind},
                )


def names_nothing(rulebook: Rulebook) -> Iterator[Contradiction]:
    """Whatever a rule refers to exists."""
    for rule, kind, name in rulebook.references():
        if name not in rulebook.names()[kind]:
            yield Contradiction(
                "names_nothing",
                rule,
                f"{kind}:{name}",
                {"rule": rule, "name": name, "kind": kind},
            )


def seats_below_zero(rulebook: Rulebook) -> Iterator[Contradiction]:
    """Nobody gives fewer than no seats; a quota below zero would hide what the others are too much."""
    for kind, rules in (
        ("school", rulebook.schools),
        ("batch_seats", rulebook.batch_seats),
        ("quota", rulebook.quotas),
    ):
        for one in rules:
            if one.seats < 0:
                rule = f"{kind}:{one.name}"
                yield Contradiction(
                    "seats_below_zero",
                    rule,
                    f"{rule}.seats",
                    {"label": getattr(one, "label", one.name), "seats": one.seats},
                )


def opens_after_closing(rulebook: Rulebook) -> Iterator[Contradiction]:
    """A window opens no later than it closes."""
    for one in rulebook.windows:
        if one.opens_on > one.closes_on:
            yield Contradiction(
                "opens_after_closing",
                f"window:{one.name}.opens_on",
                f"window:{one.name}.closes_on",
                {"label": one.label, "first": one.opens_on, "last": one.closes_on},
            )


def births_backwards(rulebook: Rulebook) -> Iterator[Contradiction]:
    """A range of birthdays begins no later than it ends."""
    for one in rulebook.births:
        if one.first_on > one.last_on:
            yield Contradiction(
                "births_backwards",
                f"birth:{one.name}.first_on",
                f"birth:{one.name}.last_on",
                {"label": one.label, "first": one.first_on, "last": one.last_on},
            )


def _neighbouring_births(rulebook: Rulebook) -> Iterator[tuple[bool, Contradiction]]:
    for stage in rulebook.stages:
        ranges = [one for one in rulebook.births if one.stage == stage.name and one.first_on <= one.last_on]
        ranges.sort(key=lambda one: (one.first_on, one.last_on, one.name))
        reaching = ranges[:1]  # the range that reaches farthest so far
        for after in ranges[1:]:
            before = reaching[-1]
            names = f"birth:{before.name}", f"birth:{after.name}"
            labels = {"stage": stage.label, "before": before.label, "after": after.label}
            if after.first_on <= before.last_on:
                last = min(before.last_on, after.last_on)
                days = {"first": after.first_on, "last": last}
                yield True, Contradiction("births_overlap", *names, {**labels, **days})
            elif after.first_on > before.last_on + timedelta(days=1):
                first, last = before.last_on + timedelta(days=1), after.first_on - timedelta(days=1)
                days = {"first": first, "last": last}
                yield False, Contradiction("births_gap", *names, {**labels, **days})
            if after.last_on > before.last_on:
                reaching.append(after)


def births_overlap(rulebook: Rulebook) -> Iterator[Contradiction]:
    """No birthday belongs to two ranges of a stage."""
    return (found for is_overlap, found in _neighbouring_births(rulebook) if is_overlap)


def births_gap(rulebook: Rulebook) -> Iterator[Contradiction]:
    """No birthday falls between two neighbouring ranges of a stage."""
    return (found for is_overlap, found in _neighbouring_births(rulebook) if not is_overlap)


def one_rank_twice(rulebook: Rulebook) -> Iterator[Contradiction]:
    """Two classes of a stage have different ranks."""
    for stage in rulebook.stages:
        for before, after in itertools.pairwise(_classes(rulebook, stage.name)):
            if before.rank == after.rank:
                yield Contradiction(
                    "one_rank_twice",
                    f"class:{before.name}",
                    f"class:{after.name}",
                    {"stage": stage.label, "first": before.label, "second": after.label, "rank": before.rank},
                )


def class_never_reached(rulebook: Rulebook) -> Iterator[Contradiction]:
    """For every class there can be a child whose first class it is."""
    for stage in rulebook.stages:
        classes = _classes(rulebook, stage.name)
        for number, one in enumerate(classes):
            rule, pairs = f"class:{one.name}", rulebook.exclusions
            if both := sorted(one.needs & one.lacks):
                said_of = {"label": one.label, "fact": both[0]}
                yield Contradiction("class_never_reached", f"{rule}.needs", f"{rule}.lacks", said_of, "both")
            elif barred := next((pair for pair in pairs if pair.facts <= one.needs), None):
                facts = {"label": one.label, "facts": tuple(sorted(barred.facts))}
                yield Contradiction("class_never_reached", rule, f"exclusion:{barred.name}", facts, "barred")
            elif shadow := _shadow(one, classes[:number], pairs):
                classes_of = {"stage": stage.label, "label": one.label, "earlier": shadow.label}
                yield Contradiction("class_never_reached", f"class:{shadow.name}", rule, classes_of, "shadowed")


def _shadow(
    one: FulfilmentClass, earlier: Sequence[FulfilmentClass], exclusions: Sequence[Exclusion]
) -> FulfilmentClass | None:
    """The class with which the earlier ones take every child that ``one`` could take; None if they leave it any."""
    alone = next((other for other in earlier if other.needs <= one.needs and other.lacks <= one.lacks), None)
    if alone is not None:
        return alone
    for count in range(1, len(earlier) + 1):
        if not _exists(one.needs, one.lacks, earlier[:count], exclusions):
            return earlier[count - 1]
    return None


def _exists(
    holds: frozenset[str],
    fails: frozenset[str],
    earlier: Sequence[FulfilmentClass],
    exclusions: Sequence[Exclusion],
) -> bool:
    """Whether facts with all of ``holds`` and none of ``fails`` exist that no earlier class takes: each must miss something of each."""
    if holds & fails or any(pair.facts <= holds for pair in exclusions):
        return False
    if not earlier:
        return True
    head, rest = earlier[0], earlier[1:]
    if head.needs & fails or head.lacks & holds:
        return _exists(holds, fails, rest, exclusions)
    missing = (_exists(holds, fails | {need}, rest, exclusions) for need in sorted(head.needs - holds))
    having = (_exists(holds | {lack}, fails, rest, exclusions) for lack in sorted(head.lacks - fails))
    return any(missing) or any(having)


def proof_not_asked(rulebook: Rulebook) -> Iterator[Contradiction]:
    """The form of a stage asks for every proof that a class of it requires."""
    labels = {one.name: one.label for one in rulebook.proofs}
    for stage in rulebook.stages:
        forms = sorted((one for one in rulebook.forms if one.stage == stage.name), key=lambda one: one.name)
        asked = {proof for form in forms for proof in form.proofs}
        where = f"form:{forms[0].name}" if forms else f"stage:{stage.name}"
        for one in _classes(rulebook, stage.name):
            for proof in one.proofs:
                if proof not in asked:
                    yield Contradiction(
                        "proof_not_asked",
                        f"class:{one.name}",
                        where,
                        {"stage": stage.label, "label": one.label, "proof": labels.get(proof, proof)},
                    )


def catchment_of_many(rulebook: Rulebook) -> Iterator[Contradiction]:
    """单校划片 names one school, 多校划片 at least two."""
    for one in rulebook.catchments:
        if (len(set(one.schools)) == 1) != one.is_single or not one.schools:
            yield Contradiction(
                "catchment_of_many",
                f"catchment:{one.name}.is_single",
                f"catchment:{one.name}.schools",
                {"label": one.label, "count": len(set(one.schools))},
                "single" if one.is_single else "several",
            )


def range_backwards(rulebook: Rulebook) -> Iterator[Contradiction]:
    """A range of house numbers begins no later than it ends."""
    for one, part in _parts(rulebook):
        if part.low >= part.high:
            yield Contradiction(
                "range_backwards",
                f"catchment:{one.name}.first",
                f"catchment:{one.name}.last",
                {"label": one.label, "part": str(part)},
            )


def catchments_overlap(rulebook: Rulebook) -> Iterator[Contradiction]:
    """An address in a 单校划片 catchment lies in no other catchment of its stage."""
    for first, second, address in shared_addresses(rulebook):
        yield Contradiction(
            "catchments_overlap",
            f"catchment:{first.name}",
            f"catchment:{second.name}",
            {"address": str(address), "first": first.label, "second": second.label},
        )


def areas_overlap(rulebook: Rulebook) -> Iterator[Contradiction]:
    """The area of a 单校划片 catchment has no point inside another one of its stage; edges may be shared."""
    for first, second, point in shared_points(rulebook):
        yield Contradiction(
            "areas_overlap",
            f"catchment:{first.name}",
            f"catchment:{second.name}",
            {"point": (float(point[0]), float(point[1])), "first": first.label, "second": second.label},
        )


def address_without_catchment(rulebook: Rulebook) -> Iterator[Contradiction]:
    """Every address lies in a catchment of each stage whose catchments are all told by ranges alone; of an area an address says nothing."""
    for stage in rulebook.stages:
        streets: dict[str, list[AddressRange]] = defaultdict(list)
        own = [one for one in rulebook.catchments if one.stage == stage.name]
        for one in own:
            for part in one.ranges:
                streets[part.street].append(part)
        missing: dict[str, set[Address]] = defaultdict(set)
        is_told = streets and all(one.polygon is None for one in own)
        for address in rulebook.addresses if is_told else ():
            if not any(address in part for part in streets.get(address.street, ())):
                missing[address.street].add(address)
        for street, addresses in missing.items():
            ordered = sorted(addresses, key=lambda one: (one.lane or 0, one.house))
            shown = tuple(str(one).removeprefix(street) for one in ordered[:_SHOWN])
            yield Contradiction(
                "address_without_catchment",
                f"address:{street}",
                f"stage:{stage.name}",
                {"stage": stage.label, "street": street, "doors": shown, "count": len(addresses)},
            )


def quotas_above_capacity(rulebook: Rulebook) -> Iterator[Contradiction]:
    """The quotas of a school, or of its seats in a batch, are together no more than these."""
    kept: dict[tuple[str, str], list[str]] = defaultdict(list)
    sums: Counter[tuple[str, str]] = Counter()
    for quota in sorted(rulebook.quotas, key=lambda one: one.name):
        sums[quota.school, quota.batch] += quota.seats
        kept[quota.school, quota.batch].append(quota.label)
    for school in rulebook.schools:
        total = sum(count for (name, _), count in sums.items() if name == school.name)
        if total > school.seats:
            labels = [label for (name, _), some in sorted(kept.items()) if name == school.name for label in some]
            told = {"school": school.label, "quotas": tuple(labels)}
            yield _quota(f"school:{school.name}", school.seats, total, told, rulebook, school.name, None)
    labels_of = {one.name: one.label for one in rulebook.schools}
    for seats in rulebook.batch_seats:
        total = sums[seats.school, seats.batch]
        if total > seats.seats:
            told = {
                "school": labels_of.get(seats.school, seats.school),
                "batch": seats.batch,
                "quotas": tuple(kept[seats.school, seats.batch]),
            }
            rule = f"batch_seats:{seats.name}"
            yield _quota(rule, seats.seats, total, told, rulebook, seats.school, seats.batch)


def _quota(
    rule: str,
    seats: int,
    total: int,
    told: Mapping[str, object],
    rulebook: Rulebook,
    school: str,
    batch: str | None,
) -> Contradiction:
    largest = min(
        (one for one in rulebook.quotas if one.school == school and batch in (None, one.batch)),
        key=lambda one: (-one.seats, one.name),
    )
    return Contradiction(
        "quotas_above_capacity",
        f"quota:{largest.name}",
        rule,
        {**told, "seats": seats, "total": total, "more": total - seats},
        "" if batch is None else "batch",
    )


def line_above_exclusive(rulebook: Rulebook) -> Iterator[Contradiction]:
    """Whoever a batch keeps for itself can take part in it, and those it does not keep are enough for the others."""
    for stage in rulebook.stages:
        batches = sorted((one for one in rulebook.batches if one.stage == stage.name), key=lambda one: one.name)
        for keeper, other in itertools.product(batches, repeat=2):
            kept = keeper.exclusive_from
            if kept is None:
                continue
            names = f"batch:{keeper.name}.exclusive_from", f"batch:{other.name}.line"
            if keeper is other and keeper.line > kept:
                own = {"label": keeper.label, "line": keeper.line, "kept": kept}
                yield Contradiction("line_above_exclusive", *names, own, "own")
            elif keeper is not other and other.line >= kept:
                lines = {"label": other.label, "line": other.line, "kept": kept, "keeper": keeper.label}
                yield Contradiction("line_above_exclusive", *names, lines, "other")
            elif keeper.name < other.name and other.exclusive_from is not None:
                yield Contradiction(
                    "line_above_exclusive",
                    names[0],
                    f"batch:{other.name}.exclusive_from",
                    {"kept": max(kept, other.exclusive_from), "first": keeper.label, "second": other.label},
                    "both",
                )


def batches_above_total(rulebook: Rulebook) -> Iterator[Contradiction]:
    """The seats of a school in batches that share none with others are together no more than its plan."""
    exclusive = {one.name: one.label for one in rulebook.batches if one.is_exclusive}
    for school in rulebook.schools:
        own = [one for one in rulebook.batch_seats if one.school == school.name and one.batch in exclusive]
        own.sort(key=lambda one: (-one.seats, one.name))
        total = sum(one.seats for one in own)
        if total <= school.seats or not own:
            continue
        first, second = (own * 2)[:2]
        told = tuple((exclusive[one.batch], one.seats) for one in own)
        yield Contradiction(
            "batches_above_total",
            f"batch_seats:{first.name}",
            f"batch_seats:{second.name}" if len(own) > 1 else f"school:{school.name}",
            {
                "school": school.label,
                "seats": school.seats,
                "batches": told,
                "total": total,
                "more": total - school.seats,
            },
        )


FINDERS: tuple[Callable[[Rulebook], Iterator[Contradiction]], ...] = (
    named_twice,
    names_nothing,
    seats_below_zero,
    opens_after_closing,
    births_backwards,
    births_overlap,
    births_gap,
    one_rank_twice,
    class_never_reached,
    proof_not_asked,
    catchment_of_many,
    range_backwards,
    catchments_overlap,
    areas_overlap,
    address_without_catchment,
    quotas_above_capacity,
    line_above_exclusive,
    batches_above_total,
)


def _classes(rulebook: Rulebook, stage: str) -> list[FulfilmentClass]:
    """The order of fulfilment, with a fixed order among those of one rank."""
    return sorted((one for one in rulebook.classes if one.stage == stage), key=lambda one: (one.rank, one.name))


def _parts(rulebook: Rulebook) -> Iterator[tuple[Catchment, AddressRange]]:
    return ((one, part) for one in rulebook.catchments for part in one.ranges)
