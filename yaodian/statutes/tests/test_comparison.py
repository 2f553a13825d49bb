"""Two verdicts side by side: in which order their items stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yaodian.statutes.basic_balance import county as basic
from yaodian.statutes.changes import AddRooms, ChangeFigure, SplitSchool
from yaodian.statutes.comparison import Turn, compare
from yaodian.statutes.quality_balance import county as quality
from yaodian.statutes.scenarios import apply
from yaodian.statutes.tests.test_counties import BY_STAGE, COUNTY, DAY
from yaodian.statutes.tests.test_scenarios import JUNIOR, NINE, PRIMARY, ROWS, assess


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


def test_two_verdicts_are_compared_by_item_and_by_school() -> None:
    rows = [{**ROWS[0], "sports_ground": "100", "largest_class": 46}, *ROWS[1:]]
    applied = apply(
        rows,
        [
            AddRooms(PRIMARY, "primary", "sports_ground", 1, 9000),
            ChangeFigure(JUNIOR, "junior", "music_rooms", 0),
            SplitSchool(NINE, "9", "丁中学", 1, (), "junior"),
        ],
    )
    compared = compare(assess(rows), assess(applied.rows))
    assert [each.item.number for each in compared.that(Turn.BETTER)] == ["1.1", "1.2"]
    assert [each.item.number for each in compared.that(Turn.WORSE)] == ["2.3"]
    by_school = {each.of: each for each in compared.schools}
    assert (by_school["甲小学小学"].better, by_school["甲小学小学"].turned) == (("1.1",), Turn.SAME)  # 2.5 still fails
    assert (by_school["乙中学初中"].worse, by_school["乙中学初中"].turned) == (("2.3",), Turn.WORSE)
    assert (by_school["丁中学初中"].turned, by_school["丙学校初中"].turned) == (Turn.NEW, Turn.GONE)
    assert by_school["丙学校小学"].turned is Turn.SAME
    assert compared.turned is Turn.SAME
    resources = compared.that(Turn.BETTER)[0]
    assert str(resources) == "1.1 七项资源配置：不达标→达标，变好（不达标1处→0处）"


def test_a_verdict_against_itself_is_the_same_everywhere() -> None:
    compared = compare(assess(ROWS), assess(ROWS))
    assert {each.turned for each in compared.items} == {Turn.SAME}
    assert {each.turned for each in compared.schools} == {Turn.SAME}
    assert [each.item.number for each in compared.items][:4] == ["1.1", "1.2", "2.1", "2.2"]


def test_an_item_that_is_not_asked_any_more_is_gone() -> None:
    small = {
        **ROWS[0],
        "is_small_school": True,
        "pupils": 80,
        "allocated_public_funds": 72000,
        "public_funds_standard": 720,
    }
    compared = compare(assess([small, *ROWS[1:]]), assess(ROWS))
    assert [each.item.number for each in compared.that(Turn.GONE)] == ["2.6"]
    assert [each.item.number for each in compare(assess(ROWS), assess([small, *ROWS])).that(Turn.NEW)] == ["2.6"]


def test_verdicts_under_the_rules_of_two_places_are_not_compared() -> None:
    other = quality.assess(ROWS, COUNTY, by_stage=BY_STAGE, day=DAY, region="970101")
    with pytest.raises(ValueError, match="不能比较"):
        compare(assess(ROWS), other)
