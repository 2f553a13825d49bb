"""Scoring: each rule by its figures, and properties held against a second implementation written apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.appraisal.scoring import (
    STEPS_KNOWN,
    BadSheet,
    BadValue,
    Given,
    Item,
    Marks,
    Rule,
    Sheet,
    TieRule,
    WhenAbsent,
    judged,
    published,
    rank,
    score,
)

pytestmark = pytest.mark.once

F = Fraction


def verify(sheet: Sheet, given_: Mapping[str, Given], marks: Marks) -> list[str]:
    """A second reckoning: over each leaf's path of weights instead of down the tree. Empty: nothing is wrong."""
    wrong = []
    paths: list[tuple[Item, list[tuple[Item, tuple[Item, ...]]]]] = []

    def walk(items: tuple[Item, ...], above: list[tuple[Item, tuple[Item, ...]]]) -> None:
        for item in items:
            here = [*above, (item, items)]
            if item.children:
                walk(item.children, here)
            else:
                paths.append((item, here))

    walk(sheet.items, [])

    def known(leaf: Item) -> F | None:
        one = given_.get(leaf.code, Given(problem="?"))
        if one.decided is not None:
            return one.decided
        if one.is_pending:
            return None
        if one.value is None:
            return F(0) if leaf.when_absent is WhenAbsent.ZERO else None
        value = one.value
        if leaf.rule is Rule.LINEAR:
            low, high = min(leaf.floor, leaf.target), max(leaf.floor, leaf.target)
            inside = sorted((low, value, high))[1]
            return leaf.full * abs(inside - leaf.floor) / (high - low)
        if leaf.rule is Rule.PROPORTIONAL:
            return sorted((F(0), leaf.full * value / leaf.target, leaf.full))[1]
        if leaf.rule is Rule.STEPS:
            reached = [m for limit, m in leaf.steps if (limit >= value) == leaf.is_falling or limit == value]
            return max(reached, default=F(0))
        if leaf.rule is Rule.JUDGED:
            return value
        if leaf.rule is Rule.VETO:
            return F(value > leaf.floor)
        return min(leaf.cap, value * leaf.each)

    def out(leaf: Item) -> bool:
        one = given_.get(leaf.code, Given(problem="?"))
        return (
            one.decided is None
            and not one.is_pending
            and one.value is None
            and leaf.when_absent is WhenAbsent.LEAVE_OUT
        )

    marked = {Rule.LINEAR, Rule.STEPS, Rule.PROPORTIONAL, Rule.JUDGED}

    def counts(item: Item) -> bool:
        return any(leaf.rule in marked and not out(leaf) for leaf, path in paths if item in [one for one, _ in path])

    total, pending, struck, some = F(0), False, False, False
    for leaf, path in paths:
        if out(leaf):
            continue
        value = known(leaf)
        if value is None:
            pending = True
            continue
        if leaf.rule is Rule.BONUS:
            total += value
        elif leaf.rule is Rule.DEDUCTION:
            total -= value
        elif leaf.rule is Rule.VETO:
            struck = struck or value == 1
        else:
            some = True
            part = sheet.full
            for item, siblings in path:
                part *= item.weight / sum((one.weight for one in siblings if counts(one)), F(0))
            total += part * value / leaf.full
    expected = F(0) if struck else None if pending or not some else max(F(0), total)
    if marks.total != expected:
        wrong.append(f"total {marks.total} is not {expected}")
    if any(step.code not in STEPS_KNOWN for item in marks.items for step in item.steps):
        wrong.append("an unknown step")
    if any(not item.steps for item in marks.items):
        wrong.append("a leaf without a reckoning")
    return wrong


def linear(code: str = "1", **said: object) -> Item:
    return replace(Item(code, F(1), F(10), Rule.LINEAR, floor=F(60), target=F(100)), **said)


def alone(item: Item) -> Sheet:
    """The item, beside another without which a bonus would have nothing to be added to."""
    return Sheet((item,)) if not item.is_outside else Sheet((linear("base"), item))


@pytest.mark.parametrize(
    ("value", "marks"),
    [(F(60), F(0)), (F(50), F(0)), (F(80), F(5)), (F(100), F(10)), (F(120), F(10)), (F(200, 3), F(5, 3))],
)
def test_linear_gives_nothing_at_the_floor_all_at_the_target_and_the_exact_part_between(value: F, marks: F) -> None:
    assert score(alone(linear()), {"1": Given(value)}).items[0].marks == marks


def test_linear_falls_where_the_target_lies_below_the_floor() -> None:
    sheet = alone(linear(floor=F(20), target=F(10)))
    assert [score(sheet, {"1": Given(F(v))}).items[0].marks for v in (25, 20, 15, 10, 5)] == [0, 0, 5, 10, 10]


def test_steps_give_the_marks_of_the_last_step_that_is_reached() -> None:
    rising = alone(linear(rule=Rule.STEPS, steps=((F(60), F(4)), (F(80), F(7)), (F(90), F(10)))))
    assert [score(rising, {"1": Given(F(v))}).items[0].marks for v in (59, 60, 89, 90)] == [0, 4, 7, 10]
    falling = alone(linear(rule=Rule.STEPS, is_falling=True, steps=((F(0), F(10)), (F(3), F(6)))))
    assert [score(falling, {"1": Given(F(v))}).items[0].marks for v in (0, 1, 3, 4)] == [10, 6, 6, 0]


def test_proportional_gives_the_part_of_the_target_and_never_more_than_all() -> None:
    sheet = alone(linear(rule=Rule.PROPORTIONAL, target=F(80)))
    assert [score(sheet, {"1": Given(F(v))}).items[0].marks for v in (-5, 0, 40, 80, 99)] == [0, 0, 5, 10, 10]


def test_events_are_counted_up_to_the_cap_and_move_the_total() -> None:
    sheet = Sheet(
        (
            linear("base"),
            Item("minus", rule=Rule.DEDUCTION, each=F(2), cap=F(5)),
            Item("plus", rule=Rule.BONUS, each=F(1, 2), cap=F(3)),
        )
    )
    marks = score(sheet, {"base": Given(F(80)), "minus": Given(F(3)), "plus": Given(F(3))})
    assert (marks.base, marks.deduction, marks.bonus, marks.total) == (50, 5, F(3, 2), F(93, 2))
    assert [step.code for step in marks.of("minus").steps] == ["value", "events", "capped"]


def test_a_total_is_never_below_nothing() -> None:
    sheet = Sheet((linear("base"), Item("minus", rule=Rule.DEDUCTION, each=F(9), cap=F(9))))
    assert score(sheet, {"base": Given(F(60)), "minus": Given(F(1))}).total == 0


def test_a_value_that_cannot_be_had_is_treated_as_the_sheet_says() -> None:
    def total(when: WhenAbsent) -> F | None:
        sheet = Sheet((linear("a", weight=F(3)), linear("b", weight=F(1), when_absent=when)))
        return score(sheet, {"a": Given(F(80)), "b": Given(problem="no-return")}).total

    assert total(WhenAbsent.LEAVE_OUT) == 50
    assert total(WhenAbsent.ZERO) == F(75, 2)
    assert total(WhenAbsent.BY_HAND) is None


def test_where_nothing_could_be_marked_there_is_no_total() -> None:
    sheet = Sheet((linear(when_absent=WhenAbsent.LEAVE_OUT),))
    assert score(sheet, {}).total is None


def test_two_near_marks_are_averaged_and_far_ones_wait_for_a_third() -> None:
    near = judged([F(8), F(7)], full=F(10), limit=F(1, 5))
    assert (near.value, near.is_pending) == (F(15, 2), False)
    assert judged([F(8), F(5)], full=F(10), limit=F(1, 5)).is_pending
    assert judged([F(8), F(5), F(6)], full=F(10), limit=F(1, 5)).value == 6


def test_one_of_two_marks_says_nothing_of_its_height() -> None:
    one = judged([F(8), None], full=F(10), limit=F(1, 5))
    assert one.is_pending
    assert all(not step.figures for step in one.steps)


def test_marks_that_a_person_decided_stand_in_the_place_of_the_rules() -> None:
    marks = score(alone(linear()), {"1": Given(F(60), decided=F(9))})
    assert marks.total == 90
    with pytest.raises(BadValue):
        score(alone(linear()), {"1": Given(decided=F(11))})


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (linear(floor=F(1), target=F(1)), "floor-is-target"),
        (linear(weight=F(0)), "weight"),
        (linear(full=F(0)), "full"),
        (linear(rule=None), "no-rule"),
        (linear(rule=Rule.PROPORTIONAL, target=F(0)), "target"),
        (linear(rule=Rule.STEPS), "step-marks"),
        (linear(rule=Rule.STEPS, steps=((F(1), F(11)),)), "step-marks"),
        (linear(rule=Rule.STEPS, steps=((F(1), F(5)), (F(2), F(3)))), "step-order"),
        (linear(rule=Rule.BONUS), "each-and-cap"),
        (linear(rule=Rule.VETO, floor=F(-1)), "floor"),
        (linear(children=(linear("2"),)), "branch-with-rule"),
    ],
)
def test_a_sheet_that_cannot_be_scored_with_says_where(item: Item, code: str) -> None:
    with pytest.raises(BadSheet) as problem:
        Sheet((linear("base"), item))
    assert problem.value.code == code


def test_no_code_stands_twice_and_something_must_be_marked() -> None:
    with pytest.raises(BadSheet):
        Sheet((linear(), linear()))
    with pytest.raises(BadSheet):
        Sheet((Item("1", rule=Rule.VETO),))


def test_equal_published_totals_share_a_rank_and_the_rule_says_how_it_goes_on() -> None:
    totals = {1: F(90), 2: F(80), 3: F("80.001"), 4: F(70), 5: None, 6: F(0)}
    assert rank(totals, digits=2, tie_rule=TieRule.SKIPPING, vetoed=[6]) == {1: 1, 2: 2, 3: 2, 4: 4, 5: None, 6: None}
    assert rank(totals, digits=2, tie_rule=TieRule.DENSE)[4] == 3
    assert rank(totals, digits=3, tie_rule=TieRule.SKIPPING)[2] == 3


def test_halves_go_up() -> None:
    assert (published(F("0.125"), 2), published(F("0.1249"), 2)) == (F("0.13"), F("0.12"))


# --- Properties -------------------------------------------------------------------------------------------------------

figures = st.fractions(min_value=-50, max_value=150, max_denominator=7)
weights = st.fractions(min_value=F(1, 4), max_value=20, max_denominator=4)
absences = st.sampled_from(WhenAbsent)


@st.composite
def leaf(draw: st.DrawFn, code: str) -> Item:
    rule = draw(st.sampled_from(Rule))
    item = Item(code, draw(weights), draw(weights), rule, when_absent=draw(absences))
    if rule is Rule.LINEAR:
        floor, target = draw(figures), draw(figures)
        return replace(item, floor=floor, target=target if target != floor else floor + 1)
    if rule is Rule.PROPORTIONAL:
        return replace(item, target=draw(weights))
    if rule is Rule.STEPS:
        limits = sorted(draw(st.sets(figures, min_size=1, max_size=4)))
        is_falling = draw(st.booleans())
        marks = [item.full * place / len(limits) for place in range(1, len(limits) + 1)]
        steps = tuple(zip(limits, reversed(marks) if is_falling else marks, strict=True))
        return replace(item, steps=steps, is_falling=is_falling)
    if rule is Rule.VETO:
        return replace(item, floor=draw(weights))
    return replace(item, each=draw(weights), cap=draw(weights))


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    branches: list[Item] = [linear("base")]
    for place in range(draw(st.integers(1, 3))):
        leaves = tuple(draw(leaf(f"{place}.{number}")) for number in range(draw(st.integers(1, 3))))
        branches.append(Item(f"{place}", draw(weights), children=leaves))
    return Sheet(tuple(branches))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Sheet, dict[str, Given]]:
    sheet = draw(sheets())
    values = {}
    for item in sheet.leaves():
        if item.rule is Rule.JUDGED:
            value: F | None = item.full * draw(st.fractions(min_value=0, max_value=1, max_denominator=5))
        else:
            value = abs(draw(figures)) if item.is_outside else draw(figures)
        if draw(st.integers(0, 5)) == 0 and item.code != "base":
            values[item.code] = Given(problem="no-return")
        elif draw(st.integers(0, 9)) == 0 and item.code != "base":
            values[item.code] = Given(is_pending=True)
        else:
            values[item.code] = Given(value)
    return sheet, values


@given(cases())
@settings(max_examples=120)
def test_a_second_reckoning_comes_to_the_same(case: tuple[Sheet, dict[str, Given]]) -> None:
    sheet, values = case
    assert verify(sheet, values, score(sheet, values)) == []


@given(cases(), st.fractions(min_value=F(1, 9), max_value=9, max_denominator=9))
@settings(max_examples=60)
def test_weights_scale(case: tuple[Sheet, dict[str, Given]], by: F) -> None:
    sheet, values = case

    def scaled(item: Item) -> Item:
        return replace(item, weight=item.weight * by, children=tuple(map(scaled, item.children)))

    other = replace(sheet, items=tuple(map(scaled, sheet.items)))
    assert score(other, values).total == score(sheet, values).total


@given(cases(), st.data())
@settings(max_examples=80)
def test_a_better_value_never_lowers_the_total(case: tuple[Sheet, dict[str, Given]], data: st.DataObject) -> None:
    sheet, values = case
    known = [one for one in sheet.leaves() if values[one.code].value is not None]
    item = data.draw(st.sampled_from(known))
    by = data.draw(st.fractions(min_value=0, max_value=60, max_denominator=5))
    value = values[item.code].value
    assert value is not None
    is_down = item.rule in (Rule.DEDUCTION, Rule.VETO) or item.is_falling
    is_down = is_down or (item.rule is Rule.LINEAR and item.target < item.floor)
    better = value - by if is_down else value + by
    if item.is_outside:
        better = max(F(0), better)
    if item.rule is Rule.JUDGED:
        better = min(item.full, better)
    before, after = score(sheet, values).total, score(sheet, {**values, item.code: Given(better)}).total
    if before is not None and after is not None:
        assert after >= before


@given(cases())
@settings(max_examples=60)
def test_caps_hold_and_a_veto_wins(case: tuple[Sheet, dict[str, Given]]) -> None:
    sheet, values = case
    marks = score(sheet, values)
    leaves = {one.code: one for one in sheet.leaves()}
    for item in marks.items:
        if item.marks is not None:
            held = leaves[item.code]
            most = F(1) if held.rule is Rule.VETO else held.cap if held.is_outside else held.full
            assert 0 <= item.marks <= most
    if marks.vetoes:
        assert marks.total == 0
    if marks.base is not None:
        assert 0 <= marks.base <= sheet.full


@given(
    st.dictionaries(st.integers(0, 20), st.one_of(st.none(), st.fractions(0, 5, max_denominator=3)), max_size=12),
    st.sampled_from(TieRule),
)
@settings(max_examples=80)
def test_ranks_follow_the_published_totals(totals: dict[int, F | None], tie_rule: TieRule) -> None:
    ranks = rank(totals, digits=1, tie_rule=tie_rule)
    for key, one in totals.items():
        higher = [published(x, 1) for x in totals.values() if x is not None and one is not None]
        if one is None:
            assert ranks[key] is None
            continue
        mine = published(one, 1)
        above = [x for x in higher if x > mine]
        assert ranks[key] == 1 + (len(above) if tie_rule is TieRule.SKIPPING else len(set(above)))
