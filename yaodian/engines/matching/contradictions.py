"""Rules that cannot both be kept, found before the season opens, each with the two rules named.

One function a kind; each opens with the sentence that it upholds. What they find is the same whatever the order of the data, and nothing
is mended silently: which of two rules yields is for people to say.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .overlaps import shared_addresses, shared_points
from .polygons import said_point
from .rulebook import Address, AddressRange, Catchment, Exclusion, FulfilmentClass, Rulebook

_SHOWN = 5  # addresses named in one sentence


@dataclass(frozen=True)
class Contradiction:
    """``name``: the stable name of the kind. ``first`` and ``second``: the two rules, as kind and name, such as ``catchment:east``.
    ``sentence``: what, where, why, and what to do."""

    name: str
    first: str
    second: str
    sentence: str


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
                    f"名称“{name}”有{count}条同类规则（{kind}）：引用它时不知指哪一条；请改名或删去重复的。",
                )


def names_nothing(rulebook: Rulebook) -> Iterator[Contradiction]:
    """Whatever a rule refers to exists."""
    for rule, kind, name in rulebook.references():
        if name not in rulebook.names()[kind]:
            yield Contradiction(
                "names_nothing",
                rule,
                f"{kind}:{name}",
                f"规则“{rule}”引用的“{name}”不存在（{kind}）：无法执行；请补上或改正名称。",
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
                    f"“{getattr(one, 'label', one.name)}”写的是{one.seats}人：名额不能少于0，否则会盖住别处多出的名额；请改成0或更多。",
                )


def opens_after_closing(rulebook: Rulebook) -> Iterator[Contradiction]:
    """A window opens no later than it closes."""
    for one in rulebook.windows:
        if one.opens_on > one.closes_on:
            yield Contradiction(
                "opens_after_closing",
                f"window:{one.name}.opens_on",
                f"window:{one.name}.closes_on",
                f"“{one.label}”{one.opens_on}开始，{one.closes_on}截止：开始晚于截止，没有一天可以办理；请改正其中一个日期。",
            )


def births_backwards(rulebook: Rulebook) -> Iterator[Contradiction]:
    """A range of birthdays begins no later than it ends."""
    for one in rulebook.births:
        if one.first_on > one.last_on:
            yield Contradiction(
                "births_backwards",
                f"birth:{one.name}.first_on",
                f"birth:{one.name}.last_on",
                f"“{one.label}”从{one.first_on}到{one.last_on}：起日晚于止日，没有儿童符合；请改正其中一个日期。",
            )


def _neighbouring_births(rulebook: Rulebook) -> Iterator[tuple[bool, Contradiction]]:
    for stage in rulebook.stages:
        ranges = [one for one in rulebook.births if one.stage == stage.name and one.first_on <= one.last_on]
        ranges.sort(key=lambda one: (one.first_on, one.last_on, one.name))
        reaching = ranges[:1]  # the range that reaches farthest so far
        for after in ranges[1:]:
            before = reaching[-1]
            names = f"birth:{before.name}", f"birth:{after.name}"
            if after.first_on <= before.last_on:
                last = min(before.last_on, after.last_on)
                yield (
                    True,
                    Contradiction(
                        "births_overlap",
                        *names,
                        f"{stage.label}：“{before.label}”与“{after.label}”都包括{after.first_on}至{last}出生的儿童："
                        "同一儿童有两个入学年份；请把分界定在同一天（通常为8月31日与9月1日之间）。",
                    ),
                )
            elif after.first_on > before.last_on + timedelta(days=1):
                first, last = before.last_on + timedelta(days=1), after.first_on - timedelta(days=1)
                yield (
                    False,
                    Contradiction(
                        "births_gap",
                        *names,
                        f"{stage.label}：“{before.label}”与“{after.label}”之间，{first}至{last}出生的儿童两边都不包括："
                        "这些儿童无学可上；请把分界定在同一天（通常为8月31日与9月1日之间）。",
                    ),
                )
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
                    f"{stage.label}：“{before.label}”与“{after.label}”都是第{before.rank}顺序：分不出先后；请改正其中一个的顺序。",
                )


def class_never_reached(rulebook: Rulebook) -> Iterator[Contradiction]:
    """For every class there can be a child whose first class it is."""
    for stage in rulebook.stages:
        classes = _classes(rulebook, stage.name)
        for number, one in enumerate(classes):
            rule, pairs = f"class:{one.name}", rulebook.exclusions
            if both := sorted(one.needs & one.lacks):
                why = f"既要求“{both[0]}”又要求不是“{both[0]}”，没有儿童符合；请删去其中一个条件。"
                yield Contradiction("class_never_reached", f"{rule}.needs", f"{rule}.lacks", f"“{one.label}”{why}")
            elif barred := next((pair for pair in pairs if pair.facts <= one.needs), None):
                why = f"同时要求{'、'.join(sorted(barred.facts))}，而这两项不能同时成立，没有儿童符合；请删去其中一个条件。"
                yield Contradiction("class_never_reached", rule, f"exclusion:{barred.name}", f"“{one.label}”{why}")
            elif shadow := _shadow(one, classes[:number], pairs):
                why = f"的儿童都已属于“{shadow.label}”等在前的顺序，轮不到这一类；请调整先后，或写明与前者的区别。"
                yield Contradiction(
                    "class_never_reached", f"class:{shadow.name}", rule, f"{stage.label}：符合“{one.label}”{why}"
                )


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
                        f"{stage.label}：“{one.label}”要求提交“{labels.get(proof, proof)}”，但报名表没有这一项："
                        "家长无法提交，无法认定这一顺序；请在表中加上，或从顺序中删去。",
                    )


def catchment_of_many(rulebook: Rulebook) -> Iterator[Contradiction]:
    """单校划片 names one school, 多校划片 at least two."""
    for one in rulebook.catchments:
        if (len(set(one.schools)) == 1) != one.is_single or not one.schools:
            kind, asked = ("单校划片", "一所") if one.is_single else ("多校划片", "两所以上")
            yield Contradiction(
                "catchment_of_many",
                f"catchment:{one.name}.is_single",
                f"catchment:{one.name}.schools",
                f"“{one.label}”是{kind}，应对应{asked}学校，却写了{len(set(one.schools))}所；请改正划片方式或学校。",
            )


def range_backwards(rulebook: Rulebook) -> Iterator[Contradiction]:
    """A range of house numbers begins no later than it ends."""
    for one, part in _parts(rulebook):
        if part.low >= part.high:
            yield Contradiction(
                "range_backwards",
                f"catchment:{one.name}.first",
                f"catchment:{one.name}.last",
                f"“{one.label}”的{part}：起号大于止号，没有门牌在内；请改正。",
            )


def catchments_overlap(rulebook: Rulebook) -> Iterator[Contradiction]:
    """An address in a 单校划片 catchment lies in no other catchment of its stage."""
    for first, second, address in shared_addresses(rulebook):
        yield Contradiction(
            "catchments_overlap",
            f"catchment:{first.name}",
            f"catchment:{second.name}",
            f"{address}等门牌同时在“{first.label}”和“{second.label}”内，而其中有单校划片："
            "同一住址有两个对口；请把这些门牌划归其中一个。",
        )


def areas_overlap(rulebook: Rulebook) -> Iterator[Contradiction]:
    """The area of a 单校划片 catchment has no point inside another one of its stage; edges may be shared."""
    for first, second, point in shared_points(rulebook):
        yield Contradiction(
            "areas_overlap",
            f"catchment:{first.name}",
            f"catchment:{second.name}",
            f"地图上的点{said_point(point)}等处同时在“{first.label}”和“{second.label}”的范围内，而其中有单校划片："
            "同一住址有两个对口；请把重叠的部分划归其中一个，相邻的边用同样的点。",
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
            shown = "、".join(str(one).removeprefix(street) for one in ordered[:_SHOWN])
            yield Contradiction(
                "address_without_catchment",
                f"address:{street}",
                f"stage:{stage.name}",
                f"{stage.label}：{street}{shown}（共{len(addresses)}个门牌）不在任何学区："
                "住在那里的儿童没有对口学校；请划入一个学区。",
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
            yield _quota(
                school.label, f"school:{school.name}", school.seats, total, labels, rulebook, school.name, None
            )
    labels_of = {one.name: one.label for one in rulebook.schools}
    for seats in rulebook.batch_seats:
        total = sums[seats.school, seats.batch]
        if total > seats.seats:
            where = f"{labels_of.get(seats.school, seats.school)}在批次{seats.batch}"
            labels = kept[seats.school, seats.batch]
            rule = f"batch_seats:{seats.name}"
            yield _quota(where, rule, seats.seats, total, labels, rulebook, seats.school, seats.batch)


def _quota(
    where: str,
    rule: str,
    seats: int,
    total: int,
    labels: list[str],
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
        f"{where}计划{seats}人，而{'、'.join(labels)}合计{total}人，多{total - seats}人：指标不能全部兑现；请减少指标或增加计划。",
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
                why = (
                    f"要求{keeper.line}分，却从{kept}分起只许报本批：两者之间的考生哪一批都不能报；请把两条线改为一致。"
                )
                yield Contradiction("line_above_exclusive", *names, f"“{keeper.label}”{why}")
            elif keeper is not other and other.line >= kept:
                yield Contradiction(
                    "line_above_exclusive",
                    *names,
                    f"“{other.label}”要求不低于{other.line}分，而达到{kept}分的考生只许报“{keeper.label}”："
                    f"没有人能报“{other.label}”；请降低前者的线，或提高、取消后者的独占线。",
                )
            elif keeper.name < other.name and other.exclusive_from is not None:
                yield Contradiction(
                    "line_above_exclusive",
                    names[0],
                    f"batch:{other.name}.exclusive_from",
                    f"达到{max(kept, other.exclusive_from)}分的考生既只许报“{keeper.label}”，又只许报“{other.label}”："
                    "两批都不能报；请只保留一条独占线。",
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
        told = "、".join(f"“{exclusive[one.batch]}”{one.seats}人" for one in own)
        yield Contradiction(
            "batches_above_total",
            f"batch_seats:{first.name}",
            f"batch_seats:{second.name}" if len(own) > 1 else f"school:{school.name}",
            f"{school.label}计划{school.seats}人，而互不共用名额的批次{told}，合计{total}人，多{total - school.seats}人："
            "招满后超出计划；请减少批次名额或增加计划。",
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
