"""Converted scores: the published vector, boundaries and ties by hand, and properties against a second implementation."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.rules import Computed, evaluate
from yaodian.statutes.score_conversion.conversion import (
    Band,
    ConversionRule,
    Converted,
    DefectiveRule,
    Unconvertible,
    check,
    convert,
    half_up,
    table,
    within,
)
from yaodian.statutes.score_conversion.converted_score import ConvertedScore, rule_on

NATIONAL = rule_on(datetime.date(2026, 6, 20))
assert NATIONAL is not None
DOWN = dataclasses.replace(NATIONAL, ties="down")
MEAN = dataclasses.replace(NATIONAL, single="mean")
A, B, C, D, E = NATIONAL.bands


def grades(counts: dict[int, int], rule: ConversionRule = NATIONAL) -> dict[int, str]:
    scores = table({Decimal(raw): count for raw, count in counts.items()}, rule).scores
    return {int(raw): score.grade for raw, score in scores.items()}


def test_the_published_vector_81_in_82_to_61_of_grade_b_is_84() -> None:
    """(71 × (82 − 81) + 85 × (81 − 61)) ÷ (82 − 61) = 1771 ÷ 21 = 84.33."""
    exact = within(Decimal(81), Decimal(61), Decimal(82), B, "top")
    assert exact == Fraction(71 * 1 + 85 * 20, 21)
    assert half_up(exact) == 84


@pytest.mark.parametrize("band", NATIONAL.bands, ids=lambda band: band.grade)
def test_the_best_of_a_grade_gets_its_top_and_the_last_its_floor(band: Any) -> None:
    assert within(Decimal(80), Decimal(60), Decimal(80), band, "top") == band.top
    assert within(Decimal(60), Decimal(60), Decimal(80), band, "top") == band.floor


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (Fraction(169, 2), 85),
        (Fraction(8449, 100), 84),
        (Fraction(84), 84),
        (Fraction(10**30 * 169 - 1, 2 * 10**30), 84),
    ],
)
def test_half_a_point_is_rounded_up_and_less_is_not(exact: Fraction, rounded: int) -> None:
    assert half_up(exact) == rounded


def test_a_hundred_different_scores_fall_into_15_35_35_13_and_2() -> None:
    by_grade = Counter(grades(dict.fromkeys(range(1, 101), 1)).values())
    assert by_grade == {"A": 15, "B": 35, "C": 35, "D": 13, "E": 2}


def test_both_sides_of_each_boundary() -> None:
    """100 candidates: places 1–15 are A, 16–50 B, 51–85 C, 86–98 D, 99–100 E; place n holds the raw score 101 − n."""
    found = grades(dict.fromkeys(range(1, 101), 1))
    at = {place: found[101 - place] for place in (1, 15, 16, 50, 51, 85, 86, 98, 99, 100)}
    assert at == {1: "A", 15: "A", 16: "B", 50: "B", 51: "C", 85: "C", 86: "D", 98: "D", 99: "E", 100: "E"}


def test_equal_scores_at_a_boundary_go_up_or_down_together() -> None:
    """14 above, then 4 with one score: the boundary at 15 runs through them."""
    counts = {90: 14, 80: 4, 70: 82}
    assert grades(counts)[80] == "A"
    assert grades(counts, DOWN)[80] == "B"


def test_a_boundary_between_two_groups_moves_nobody() -> None:
    counts = {90: 15, 80: 35, 70: 35, 60: 13, 50: 2}
    expected = {90: "A", 80: "B", 70: "C", 60: "D", 50: "E"}
    assert grades(counts) == grades(counts, DOWN) == expected


def test_a_boundary_inside_one_person_is_treated_like_a_tie() -> None:
    """10 candidates: 15 % ends after 1.5 of them."""
    counts = dict.fromkeys(range(1, 11), 1)
    assert [grades(counts)[raw] for raw in (10, 9, 8)] == ["A", "A", "B"]
    assert [grades(counts, DOWN)[raw] for raw in (10, 9, 8)] == ["A", "B", "B"]


def test_a_group_that_spans_two_boundaries_goes_to_the_best_or_to_the_last_of_its_grades() -> None:
    counts = {90: 10, 80: 60, 70: 30}
    assert (grades(counts)[80], grades(counts, DOWN)[80]) == ("A", "C")
    outcome = {
        one.band.grade: one.candidates for one in table({Decimal(r): n for r, n in counts.items()}, NATIONAL).grades
    }
    assert outcome == {"A": 70, "B": 0, "C": 30, "D": 0, "E": 0}


def test_a_single_raw_score_in_a_grade_takes_the_top_or_the_middle_as_the_rule_says() -> None:
    """15 candidates with 90 are grade A: 100, or (100 + 86) ÷ 2 = 93."""
    counts = {Decimal(90): 15, Decimal(80): 85}
    assert table(counts, NATIONAL).scores[Decimal(90)].converted == 100
    found = table(counts, MEAN)
    assert found.scores[Decimal(90)].converted == 93
    assert "A、B等只有一个卷面分，公式无解，按规则取区间中值" in found.remarks


def test_small_cohorts_say_which_grades_are_empty() -> None:
    one = convert({"甲": 55}, NATIONAL)
    assert isinstance(one, Converted)
    assert one.by_candidate["甲"].grade == "A"
    assert one.table.remarks[0] == "B、C、D、E等没有考生：人数太少或同分太多，各等比例只能近似"
    down = convert({"甲": 55}, DOWN)
    assert isinstance(down, Converted)
    assert (down.by_candidate["甲"].grade, down.by_candidate["甲"].converted) == ("E", 40)


def test_a_cohort_that_is_not_the_province_is_a_trial() -> None:
    found = convert({"甲": 55, "乙": 60}, NATIONAL, is_province=False)
    assert isinstance(found, Converted)
    assert "仅为模拟" in found.table.remarks[0]


def test_who_has_no_valid_score_takes_part_in_no_ranking() -> None:
    present = {str(number): number for number in range(1, 101)}
    found = convert(present | {"缺考": None, "空白": " "}, NATIONAL)
    assert isinstance(found, Converted)
    assert (found.table.candidates, found.table.without_score) == (100, 2)
    assert "缺考" not in found.by_candidate
    assert found.table.scores == table({Decimal(raw): 1 for raw in range(1, 101)}, NATIONAL).scores


def test_0_is_a_score() -> None:
    found = convert({"甲": 0, "乙": "60.5"}, NATIONAL)
    assert isinstance(found, Converted)
    assert set(found.by_candidate) == {"甲", "乙"}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ("缺", "不是数"), ("NaN", "不是数"), ("inf", "不是数"), ("8_1", "不是数"), (True, "不是数"),
        (-1, "不在0—100分之间"), (101, "不在0—100分之间"), (Decimal("1e99999999"), "不在0—100分之间"), ("81.125", "小数过多"),
    ],
)  # fmt: skip
def test_one_bad_score_stops_the_conversion_and_is_named(found: object, sentence: str) -> None:
    result = convert({"甲": 81, "乙": found}, NATIONAL)
    assert isinstance(result, Unconvertible)
    assert [fault.candidate for fault in result.faults] == ["乙"]
    assert sentence in result.faults[0].sentence


@pytest.mark.parametrize("scores", [{}, {"甲": None}])
def test_a_subject_without_candidates_is_not_converted(scores: dict[str, object]) -> None:
    result = convert(scores, NATIONAL)
    assert isinstance(result, Unconvertible)
    assert "没有有效成绩" in result.sentence


def band(grade: str, **changes: str) -> tuple[Band, ...]:
    """The national bands with one changed."""
    changed = {name: Decimal(value) for name, value in changes.items()}
    return tuple(dataclasses.replace(one, **changed) if one.grade == grade else one for one in NATIONAL.bands)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"bands": band("E", share="3")}, "do not add up"),
        ({"bands": band("A", floor="85")}, "touch"),
        ({"bands": band("E", floor="41")}, "floor is above"),
        ({"ties": "sideways"}, "does not exist"),
        ({"single": "none"}, "does not exist"),
    ],
)
def test_a_defective_rule_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DefectiveRule, match=complaint):
        check(dataclasses.replace(NATIONAL, **changes))


def test_the_rule_is_that_of_its_figures_and_holds_from_its_day() -> None:
    assert rule_on(datetime.date(2020, 12, 31)) is None
    assert [(one.grade, one.share, one.top, one.floor) for one in NATIONAL.bands] == [
        ("A", 15, 100, 86), ("B", 35, 85, 71), ("C", 35, 70, 56), ("D", 13, 55, 41), ("E", 2, 40, 30)
    ]  # fmt: skip
    assert (NATIONAL.ties, NATIONAL.single, NATIONAL.most_raw) == ("up", "top", 100)
    assert NATIONAL.citation.source.id == "score-conversion-3-1-2"


def test_one_candidate_gets_what_the_subject_gives() -> None:
    counts = {Decimal(raw): 1 + raw % 3 for raw in range(101)}
    found = table(counts, NATIONAL)
    for outcome in found.grades:
        for raw, line in found.scores.items():
            if line.grade == outcome.band.grade:
                given = {
                    "score_grade": line.grade,
                    "raw_score": raw,
                    "lowest_raw_score": outcome.lowest_raw,
                    "highest_raw_score": outcome.highest_raw,
                }
                result = evaluate(ConvertedScore, given, day=datetime.date(2026, 6, 20))
                assert isinstance(result, Computed)
                assert result.value == line.converted


def by_brute_force(raws: list[int], rule: ConversionRule) -> list[tuple[str, int]]:
    """Candidate by candidate: the place of the first (or last) with the same score against each cumulated share."""
    graded = []
    for raw in raws:
        better = sum(other > raw for other in raws)
        not_worse = sum(other >= raw for other in raws)
        cumulated = 0
        for band in rule.bands:
            cumulated += int(band.share)
            if better * 100 < cumulated * len(raws) if rule.ties == "up" else not_worse * 100 <= cumulated * len(raws):
                graded.append(band)
                break
    converted = []
    for raw, band in zip(raws, graded, strict=True):
        mates = [other for other, grade in zip(raws, graded, strict=True) if grade is band]
        low, high, floor, top = min(mates), max(mates), int(band.floor), int(band.top)
        if low == high:
            converted.append((band.grade, top if rule.single == "top" else (top + floor + 1) // 2))
        else:
            numerator, denominator = floor * (high - raw) + top * (raw - low), high - low
            converted.append((band.grade, (2 * numerator + denominator) // (2 * denominator)))
    return converted


cohorts = st.lists(st.integers(0, 100), min_size=1, max_size=60)
rules = st.sampled_from([NATIONAL, DOWN, MEAN, dataclasses.replace(MEAN, ties="down")])


@given(cohorts, rules)
def test_it_agrees_with_a_second_implementation(raws: list[int], rule: ConversionRule) -> None:
    found = convert(dict(enumerate(raws)), rule)
    assert isinstance(found, Converted)
    assert [(found.by_candidate[n].grade, found.by_candidate[n].converted) for n in range(len(raws))] == by_brute_force(
        raws, rule
    )


@given(cohorts, rules)
def test_order_is_kept_equals_stay_equal_and_nobody_leaves_the_interval(raws: list[int], rule: ConversionRule) -> None:
    found = convert(dict(enumerate(raws)), rule)
    assert isinstance(found, Converted)
    bands = {band.grade: band for band in rule.bands}
    lines = [found.table.scores[raw] for raw in sorted(found.table.scores)]
    for line in lines:
        assert bands[line.grade].floor <= line.exact <= bands[line.grade].top
        assert bands[line.grade].floor <= line.converted <= bands[line.grade].top
    for worse, better in itertools.pairwise(lines):
        assert worse.converted <= better.converted
        assert worse.exact < better.exact


@given(cohorts, rules)
def test_a_cumulated_share_misses_its_aim_by_less_than_one_group(raws: list[int], rule: ConversionRule) -> None:
    found = convert(dict(enumerate(raws)), rule)
    assert isinstance(found, Converted)
    largest = max(Counter(raws).values())
    reached = aimed = Fraction(0)
    for outcome in found.table.grades:
        reached += outcome.candidates
        aimed += Fraction(outcome.band.share) * len(raws) / 100
        assert 0 <= (reached - aimed) * (1 if rule.ties == "up" else -1) < largest
    assert reached == len(raws)


@given(cohorts, rules, st.integers(2, 4))
def test_every_candidate_counted_several_times_changes_no_grade(
    raws: list[int], rule: ConversionRule, times: int
) -> None:
    counts = Counter(map(Decimal, raws))
    multiplied = {raw: count * times for raw, count in counts.items()}
    assert {raw: line.converted for raw, line in table(counts, rule).scores.items()} == {
        raw: line.converted for raw, line in table(multiplied, rule).scores.items()
    }


def test_half_a_million_candidates_are_converted_from_their_counts() -> None:
    counts = {Decimal(raw): 5000 + raw for raw in range(101)}
    found = table(counts, NATIONAL)
    assert found.candidates == sum(counts.values())
    assert [line.converted for line in (found.scores[Decimal(100)], found.scores[Decimal(0)])] == [100, 30]
