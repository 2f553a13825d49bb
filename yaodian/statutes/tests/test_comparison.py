"""Two verdicts side by side: in which order their items stand. What turned is in test_scenarios."""

from __future__ import annotations

from dataclasses import replace

from yaodian.statutes.basic_balance import county as basic
from yaodian.statutes.comparison import Turn, compare
from yaodian.statutes.tests.test_counties import DAY
from yaodian.statutes.tests.test_scenarios import ROWS, assess


def test_items_stand_in_the_order_of_their_statute_whatever_they_are_numbered_by() -> None:
    before = basic.assess(ROWS, {"government_score": "84"}, day=DAY)
    after = basic.assess(ROWS, {"government_score": "90"}, day=DAY)
    assert [each.item.number for each in compare(before, after).items] == ["一", "二", "三"]


def test_an_item_that_only_one_side_has_stands_where_its_statute_has_it() -> None:
    whole = assess(ROWS)
    numbers = [each.item.number for each in whole.items]
    for gone in (0, 1, len(numbers) - 1):
        part = replace(whole, items=(*whole.items[:gone], *whole.items[gone + 1 :]))
        assert [each.item.number for each in compare(whole, part).items] == numbers
        assert [each.item.number for each in compare(part, whole).items] == numbers
        assert compare(whole, part).items[gone].turned is Turn.GONE
        assert compare(part, whole).items[gone].turned is Turn.NEW
