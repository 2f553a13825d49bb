"""Marks from a sheet and values: an exact pure function. It knows no clock, no database and no Django.

    marks = score(sheet, {"1.1": Given(Fraction(93)), "2.1": judged((8, 9), limit=Fraction(2)), …})

Leaves that are marked (linear, steps, proportional, judged) give a share of their full marks. A branch's share is the mean of
its children's, by weight; what is left out takes its weight with it, so that the rest counts for more. Bonuses and
deductions stand outside the mean and move the total by points. A veto makes the total 0. docs/algorithms/appraisal.md
says each rule with its figures.

Every step is kept as a code with exact figures, so that it can be said in any language, years later.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

NOTHING = Fraction(0)


class Rule(Enum):
    """How a leaf's value becomes marks."""

    LINEAR = "linear"
    STEPS = "steps"
    PROPORTIONAL = "proportional"
    JUDGED = "judged"
    DEDUCTION = "deduction"
    BONUS = "bonus"
    VETO = "veto"


MARKED = frozenset({Rule.LINEAR, Rule.STEPS, Rule.PROPORTIONAL, Rule.JUDGED})
COUNTED = frozenset({Rule.DEDUCTION, Rule.BONUS, Rule.VETO})


class WhenAbsent(Enum):
    """What becomes of a leaf whose value cannot be had."""

    LEAVE_OUT = "leave_out"
    ZERO = "zero"
    BY_HAND = "by_hand"


class TieRule(Enum):
    """How ranks go on after a tie: 1, 2, 2, 4 or 1, 2, 2, 3."""

    SKIPPING = "skipping"
    DENSE = "dense"


class BadSheet(ValueError):
    """A sheet that cannot be scored with. `code` says what is wrong, `item` where."""

    def __init__(self, code: str, item: str = "") -> None:
        super().__init__(f"{code} at {item or 'the sheet'}")
        self.code = code
        self.item = item


class BadValue(ValueError):
    """A value that its item cannot have: marks beyond the full ones, a negative number of events."""

    def __init__(self, code: str, item: str) -> None:
        super().__init__(f"{code} at {item}")
        self.code = code
        self.item = item


@dataclass(frozen=True)
class Item:
    """A leaf or a branch of a sheet. Only a branch has children, only a leaf a rule.

    `weight` is its share beside its siblings; `full` are a leaf's full marks. LINEAR gives nothing at `floor` and all at
    `target`, whichever is the greater. STEPS gives the marks of the last of `steps` (limit, marks) that is reached, from
    below, or with `is_falling` from above. PROPORTIONAL gives the part of `target` that is reached. DEDUCTION and BONUS
    count `each` points for an event, up to `cap`. VETO strikes where the value is above `floor`.
    """

    code: str
    weight: Fraction = NOTHING
    full: Fraction = NOTHING
    rule: Rule | None = None
    floor: Fraction = NOTHING
    target: Fraction = NOTHING
    steps: tuple[tuple[Fraction, Fraction], ...] = ()
    is_falling: bool = False
    each: Fraction = NOTHING
    cap: Fraction = NOTHING
    when_absent: WhenAbsent = WhenAbsent.BY_HAND
    children: tuple[Item, ...] = ()

    @property
    def is_outside(self) -> bool:
        """Whether it moves the total instead of a share."""
        return self.rule in COUNTED

    def leaves(self) -> Iterable[Item]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True)
class Sheet:
    """Items in their order, worth `full` points together. Raises BadSheet where they cannot be scored with.

    Totals are published, and ranked, with `digits` decimals; `limit` is the greatest difference of two assessors' marks that
    is still averaged, as a share of an item's full marks.
    """

    items: tuple[Item, ...]
    full: Fraction = Fraction(100)
    digits: int = 2
    tie_rule: TieRule = TieRule.SKIPPING
    limit: Fraction = Fraction(1, 5)

    def __post_init__(self) -> None:
        if self.full <= 0 or not 0 <= self.digits <= 6 or not 0 <= self.limit <= 1:
            raise BadSheet("figures")
        seen: set[str] = set()
        for item in self.items:
            _check(item, seen)
        if not any(leaf.rule in MARKED for leaf in self.leaves()):
            raise BadSheet("nothing-marked")

    def leaves(self) -> Iterable[Item]:
        for item in self.items:
            yield from item.leaves()


def _check(item: Item, seen: set[str]) -> None:
    if not item.code or item.code in seen:
        raise BadSheet("code", item.code)
    seen.add(item.code)
    if item.children:
        if item.rule is not None:
            raise BadSheet("branch-with-rule", item.code)
        is_moving = all(leaf.is_outside for leaf in item.leaves())
        if item.weight <= 0 and not is_moving:
            raise BadSheet("weight", item.code)
        for child in item.children:
            _check(child, seen)
        return
    match item.rule:
        case None:
            raise BadSheet("no-rule", item.code)
        case Rule.DEDUCTION | Rule.BONUS:
            if item.each <= 0 or item.cap <= 0:
                raise BadSheet("each-and-cap", item.code)
            return
        case Rule.VETO:
            if item.floor < 0:
                raise BadSheet("floor", item.code)
            return
        case Rule.LINEAR if item.floor == item.target:
            raise BadSheet("floor-is-target", item.code)
        case Rule.PROPORTIONAL if item.target <= 0:
            raise BadSheet("target", item.code)
        case Rule.STEPS:
            _check_steps(item)
    if item.weight <= 0:
        raise BadSheet("weight", item.code)
    if item.full <= 0:
        raise BadSheet("full", item.code)


def _check_steps(item: Item) -> None:
    """Limits rise; marks rise with them, or fall where less is better: a better value never gives fewer marks."""
    limits = [limit for limit, _marks in item.steps]
    marks = [marks for _limit, marks in item.steps]
    if not marks or any(not 0 <= one <= item.full for one in marks):
        raise BadSheet("step-marks", item.code)
    better = [one < other for one, other in itertools.pairwise(marks)]
    worse = [one > other for one, other in itertools.pairwise(marks)]
    if sorted(set(limits)) != limits or not all(worse if item.is_falling else better):
        raise BadSheet("step-order", item.code)


@dataclass(frozen=True)
class Step:
    """One step of a reckoning: a code of `STEPS_KNOWN`, and exact figures as text («7/3»)."""

    code: str
    figures: Mapping[str, str] = field(default_factory=dict)


# What each step says; docs/algorithms/appraisal.md and the pages put it into words.
STEPS_KNOWN = (
    *("value", "absent", "left-out", "zero", "waits", "decided", "by-hand"),
    *("at-floor", "at-target", "between", "step", "no-step", "part", "averaged", "third", "differ", "one-of-two"),
    *("events", "capped", "veto", "no-veto", "points"),
)


@dataclass(frozen=True)
class Given:
    """What is known of a leaf: `value`, or `problem` why there is none.

    `decided` are marks (points for a bonus or deduction, 0 or 1 for a veto) that a person set in the place of the rule's.
    `steps` say how the value came about. `is_pending`: somebody has still to say it, so there is no total yet.
    """

    value: Fraction | None = None
    problem: str = ""
    decided: Fraction | None = None
    steps: tuple[Step, ...] = ()
    is_pending: bool = False


@dataclass(frozen=True)
class ItemMarks:
    """What a leaf came to. `marks` of `full` are its own; `points` are what it moves the total by.

    `worth` is what its full marks would have moved the total by, after what was left out. None: not known yet, or left out.
    """

    code: str
    marks: Fraction | None
    points: Fraction | None
    worth: Fraction
    is_left_out: bool
    is_pending: bool
    is_veto: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Marks:
    """A unit's marks: `total` is exact, None while something is pending or where nothing could be marked at all."""

    total: Fraction | None
    base: Fraction | None
    bonus: Fraction
    deduction: Fraction
    vetoes: tuple[str, ...]
    items: tuple[ItemMarks, ...]

    @property
    def pending(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.items if item.is_pending)

    def of(self, code: str) -> ItemMarks:
        """The marks of a leaf. Raises LookupError."""
        for item in self.items:
            if item.code == code:
                return item
        raise LookupError(code)


def exact(number: Fraction) -> str:
    """A fraction as text that reads back as itself."""
    return str(number)


def judged(marks: Sequence[Fraction | None], *, full: Fraction, limit: Fraction) -> Given:
    """What two assessors, and where they differ a third, come to: the mean of two near each other, else the third's.

    `marks` are those of the first, the second and the third seat; None where one is not in. Nothing is said of one mark while
    the other is missing.
    """
    first, second, third = (*marks, None, None, None)[:3]
    if first is None or second is None:
        is_one = first is not None or second is not None
        return Given(is_pending=True, steps=(Step("one-of-two" if is_one else "waits"),))
    said = {"first": exact(first), "second": exact(second), "limit": exact(limit * full)}
    if abs(first - second) <= limit * full:
        value = (first + second) / 2
        return Given(value, steps=(Step("averaged", {**said, "marks": exact(value)}),))
    if third is None:
        return Given(is_pending=True, steps=(Step("differ", said),))
    return Given(third, steps=(Step("third", {**said, "marks": exact(third)}),))


@dataclass(frozen=True)
class _Leaf:
    """A leaf before weights: marks, or whether it is left out or waits."""

    marks: Fraction | None
    is_left_out: bool
    is_pending: bool
    steps: tuple[Step, ...]


def score(sheet: Sheet, given: Mapping[str, Given]) -> Marks:
    """The marks of one unit. A leaf without a value counts as one whose value is not there. Raises BadValue."""
    leaves = {leaf.code: _leaf(leaf, given.get(leaf.code, Given(problem="not-taken"))) for leaf in sheet.leaves()}
    worth: dict[str, Fraction] = {}
    _spread(sheet.items, sheet.full, leaves, worth)
    items: list[ItemMarks] = []
    base, bonus, deduction = NOTHING, NOTHING, NOTHING
    vetoes: list[str] = []
    for leaf in sheet.leaves():
        found, points, value = leaves[leaf.code], None, worth.get(leaf.code, NOTHING)
        is_veto = leaf.rule is Rule.VETO and bool(found.marks)
        if found.marks is not None and not found.is_left_out:
            if leaf.rule is Rule.BONUS:
                points, value = found.marks, leaf.cap
                bonus += points
            elif leaf.rule is Rule.DEDUCTION:
                points, value = -found.marks, leaf.cap
                deduction -= points
            elif leaf.rule is Rule.VETO:
                points = NOTHING
                if is_veto:
                    vetoes.append(leaf.code)
            else:
                points = value * found.marks / leaf.full
                base += points
        steps = found.steps
        if points is not None and leaf.rule in MARKED:
            figures = {
                "marks": exact(found.marks or NOTHING),
                "full": exact(leaf.full),
                "worth": exact(value),
                "points": exact(points),
            }
            steps = (*steps, Step("points", figures))
        items.append(
            ItemMarks(leaf.code, found.marks, points, value, found.is_left_out, found.is_pending, is_veto, steps)
        )
    is_known = not any(item.is_pending for item in items) and bool(worth)
    if vetoes:
        # A veto stands whatever else is still to be said.
        total: Fraction | None = NOTHING
    else:
        total = max(NOTHING, base + bonus - deduction) if is_known else None
    return Marks(total, base if is_known else None, bonus, deduction, tuple(vetoes), tuple(items))


def _counts(item: Item, leaves: Mapping[str, _Leaf]) -> bool:
    """Whether any marked leaf of it is counted."""
    return any(leaf.rule in MARKED and not leaves[leaf.code].is_left_out for leaf in item.leaves())


def _spread(items: Sequence[Item], points: Fraction, leaves: Mapping[str, _Leaf], worth: dict[str, Fraction]) -> None:
    """Shares points out among siblings by weight; those left out get none."""
    counted = [item for item in items if _counts(item, leaves)]
    whole = sum((item.weight for item in counted), NOTHING)
    for item in counted:
        part = points * item.weight / whole
        if item.children:
            _spread(item.children, part, leaves, worth)
        else:
            worth[item.code] = part


def _leaf(item: Item, given: Given) -> _Leaf:
    if given.decided is not None:
        _check_decided(item, given.decided)
        step = Step("decided", {"marks": exact(given.decided), "full": exact(_most(item))})
        return _Leaf(given.decided, False, False, (*given.steps, step))
    if given.is_pending:
        return _Leaf(None, False, True, given.steps or (Step("waits"),))
    if given.value is None:
        return _absent(item, given)
    steps = given.steps if item.rule is Rule.JUDGED else (*given.steps, Step("value", {"value": exact(given.value)}))
    marks, how = _marks(item, given.value)
    return _Leaf(marks, False, False, (*steps, *how))


def _absent(item: Item, given: Given) -> _Leaf:
    steps = (*given.steps, Step("absent", {"problem": given.problem}))
    match item.when_absent:
        case WhenAbsent.LEAVE_OUT:
            return _Leaf(None, True, False, (*steps, Step("left-out")))
        case WhenAbsent.ZERO:
            return _Leaf(NOTHING, False, False, (*steps, Step("zero")))
        case _:
            return _Leaf(None, False, True, (*steps, Step("by-hand")))


def _most(item: Item) -> Fraction:
    if item.rule is Rule.VETO:
        return Fraction(1)
    return item.cap if item.rule in COUNTED else item.full


def _check_decided(item: Item, marks: Fraction) -> None:
    if not 0 <= marks <= _most(item):
        raise BadValue("marks", item.code)
    if item.rule is Rule.VETO and marks not in (0, 1):
        raise BadValue("veto", item.code)


def _marks(item: Item, value: Fraction) -> tuple[Fraction, tuple[Step, ...]]:
    """The marks that a rule gives for a value, and the steps to them."""
    figures = {"full": exact(item.full), "floor": exact(item.floor), "target": exact(item.target)}
    match item.rule:
        case Rule.LINEAR:
            part = (value - item.floor) / (item.target - item.floor)
            if part <= 0:
                return NOTHING, (Step("at-floor", figures),)
            if part >= 1:
                return item.full, (Step("at-target", figures),)
            return item.full * part, (Step("between", {**figures, "marks": exact(item.full * part)}),)
        case Rule.PROPORTIONAL:
            marks = item.full * min(Fraction(1), max(NOTHING, value / item.target))
            return marks, (Step("part", {**figures, "marks": exact(marks)}),)
        case Rule.STEPS:
            return _stepped(item, value)
        case Rule.JUDGED:
            if not 0 <= value <= item.full:
                raise BadValue("marks", item.code)
            return value, ()
        case Rule.VETO:
            if value > item.floor:
                return Fraction(1), (Step("veto", figures),)
            return NOTHING, (Step("no-veto", figures),)
        case _:
            return _events(item, value)


def _stepped(item: Item, value: Fraction) -> tuple[Fraction, tuple[Step, ...]]:
    reached = [(limit, marks) for limit, marks in item.steps if (value <= limit if item.is_falling else value >= limit)]
    if not reached:
        return NOTHING, (Step("no-step"),)
    limit, marks = reached[0] if item.is_falling else reached[-1]
    figures = {"limit": exact(limit), "marks": exact(marks), "is_falling": str(int(item.is_falling))}
    return marks, (Step("step", figures),)


def _events(item: Item, value: Fraction) -> tuple[Fraction, tuple[Step, ...]]:
    if value < 0:
        raise BadValue("events", item.code)
    points = item.each * value
    said = {"events": exact(value), "each": exact(item.each), "points": exact(points), "cap": exact(item.cap)}
    if points > item.cap:
        return item.cap, (Step("events", said), Step("capped", {"cap": exact(item.cap)}))
    return points, (Step("events", said),)


def published(total: Fraction, digits: int) -> Fraction:
    """A total as it is published and ranked: halves go up."""
    scale = 10**digits
    return Fraction((total * scale * 2 + 1).__floor__() // 2, scale)


def rank(
    totals: Mapping[int, Fraction | None], *, digits: int, tie_rule: TieRule, vetoed: Iterable[int] = ()
) -> dict[int, int | None]:
    """Ranks by the published total, the highest first. Equal published totals share a rank, and `tie_rule` says how it goes on.

    Without a rank (None): whoever has no total, and whoever was vetoed.
    """
    out = set(vetoed)
    known = {key: published(total, digits) for key, total in totals.items() if total is not None and key not in out}
    ranks: dict[int, int | None] = dict.fromkeys(totals)
    distinct = sorted(set(known.values()), reverse=True)
    before = 0
    for place, value in enumerate(distinct, start=1):
        same = [key for key, one in known.items() if one == value]
        for key in same:
            ranks[key] = place if tie_rule is TieRule.DENSE else before + 1
        before += len(same)
    return ranks
