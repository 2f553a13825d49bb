"""What is found in the returns of a county: each rule on both sides of its threshold, without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.indicators.problem import fact_stages, facts_of
from yaodian.indicators.queries.findings import Finding, Kind, is_readable
from yaodian.indicators.queries.looking import completeness, look
from yaodian.indicators.queries.missing import lacking, unstated
from yaodian.indicators.queries.needs import needs_of
from yaodian.indicators.queries.outliers import far_off, short_of
from yaodian.indicators.tests.returns import COUNTY, DAY, Row, full, place, reported, row
from yaodian.registry.queries import Enrolled, SchoolIn
from yaodian.statutes.monitored import MONITORED

pytestmark = pytest.mark.once


def found(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    return [(finding.kind.value, finding.rule, finding.stage, finding.figure) for finding in findings]


def of_one(given: Row | None, *, school: SchoolIn | None = None, **more: Any) -> list[Finding]:
    return look(reported((school or place(), given), **more), with_office=False)


def enrolled(pupils: int, girls: int, classes: int, stage: str = "primary") -> dict[tuple[int, str], Enrolled]:
    return {(1, stage): Enrolled(pupils, girls, classes)}


@pytest.mark.parametrize("stage", ["primary", "junior", "preschool", "senior"])
def test_nothing_is_found_in_a_return_that_is_right(stage: str) -> None:
    kind = {"primary": "211", "junior": "311", "preschool": "111", "senior": "342"}[stage]
    assert of_one(full(stage), school=place(kind=kind)) == []


def test_every_finding_says_what_why_and_what_to_do() -> None:
    everything = [
        *of_one(None),
        *of_one(row(pupils_by_grade=[1], girls=3, full_time=1, by_title={"first": 3})),
        *of_one(full("junior"), school=place(closed_on=DAY)),
        *of_one(full(), enrolled=enrolled(9, 3, 2)),
        *of_one(full(), last={(1, "primary"): full(books=2000)}),
    ]
    assert {finding.kind for finding in everything} == {Kind.MISSING, Kind.CONTRADICTION, Kind.JUMP}
    for finding in everything:
        assert finding.kind_label
        assert finding.stage_label
        for sentence in (finding.what, finding.why, finding.todo):
            assert sentence.endswith("。")
            assert "%(" not in sentence


# --- missing ---------------------------------------------------------------------------------------------------------


def test_a_school_that_stands_and_sent_nothing_is_missing_once_a_stage() -> None:
    nine_year = place(kind="312")
    assert found(of_one(None, school=nine_year)) == [
        ("missing", "no-return", "primary", ""),
        ("missing", "no-return", "junior", ""),
    ]
    assert found(of_one(full("junior"), school=nine_year)) == [("missing", "no-return", "primary", "")]


@pytest.mark.parametrize(
    ("columns", "is_missing"),
    [
        ({"opened_on": date(2026, 9, 1)}, True),
        ({"opened_on": date(2026, 9, 2)}, False),
        ({"closed_on": date(2026, 9, 1)}, False),
        ({"closed_on": date(2026, 9, 2)}, True),
        ({"school_type": "999"}, False),
    ],
)
def test_only_a_school_that_stands_on_the_day_owes_a_return(columns: dict[str, Any], is_missing: bool) -> None:
    assert bool(of_one(None, school=place(**columns))) is is_missing


@pytest.mark.parametrize("stage", ["primary", "junior", "preschool", "senior", "special", "vocational"])
def test_each_figure_that_the_law_needs_is_missed_by_name(stage: str) -> None:
    grades = {"primary": 6, "junior": 3, "preschool": 3, "senior": 3, "special": 9, "vocational": 3}[stage]
    assert set(lacking(row(stage), stage, grades, DAY)) == set(needs_of(stage, DAY))
    assert needs_of(stage, DAY)
    for labels in needs_of(stage, DAY).values():
        assert labels


def test_nought_is_a_figure_and_no_gap() -> None:
    assert of_one(full(computers=0, books=0, music_rooms=0, music_rooms_area=Decimal(0))) == []
    gap = of_one(full(computers=None))
    assert found(gap) == [("missing", "no-figure", "primary", "computers")]
    assert "每百名学生拥有计算机台数" in gap[0].why


def test_a_list_of_fewer_grades_than_are_taught_is_a_gap() -> None:
    given = full(pupils_by_grade=[48] * 5)
    assert ("missing", "no-figure", "primary", "pupils_by_grade") in found(of_one(given))
    assert ("missing", "no-figure", "primary", "pupils_by_grade") not in found(of_one(full()))


def test_titles_and_bands_of_nobody_are_no_gap() -> None:
    empty = full(
        pupils_by_grade=[0] * 6, classes_by_grade=[0] * 6, class_size_bands={}, by_title={}, by_qualification={}, full_time=0
    )  # fmt: skip
    assert set(lacking(empty, "primary", 6, DAY)) == set()
    assert set(lacking(full(by_title={}, class_size_bands={}), "primary", 6, DAY)) == {"by_title", "class_size_bands"}


def test_what_was_given_last_year_and_is_needed_by_no_indicator_is_missed_too() -> None:
    kindergarten = place(kind="111")
    last = {(1, "preschool"): full("preschool")}
    told = of_one(full("preschool", teaching_rooms=None), school=kindergarten, last=last)
    assert found(told) == [("missing", "no-longer", "preschool", "teaching_rooms")]
    assert told[0].against == "1200"
    assert of_one(full("preschool", teaching_rooms=None), school=kindergarten) == []
    assert found(of_one(full(teaching_rooms=None), last={(1, "primary"): full()})) == [
        ("missing", "no-figure", "primary", "teaching_rooms")
    ]


def test_complete_are_returns_that_lack_nothing_of_all_that_are_owed() -> None:
    known = reported((place(1), full()), (place(2), full(books=None)), (place(3), None), (place(4, kind="312"), full()))
    assert completeness(known) == (2, 5)
    assert completeness(known, only={101}) == (1, 1)
    assert completeness(known, only=set()) == (0, 0)


def asked_of_a_county() -> set[tuple[str, str]]:
    return {
        (fact.quantity.name, stage)
        for statute in MONITORED.values()
        for fact in facts_of(statute, DAY)
        for stage in fact_stages(statute, fact.item)
    }


def test_what_a_county_has_not_stated_is_missed_each_once() -> None:
    known = reported((place(area="rural"), full()), stated={})
    missed = list(unstated(known))
    assert len({(finding.figure, finding.stage) for finding in missed}) == len(missed) > 40
    assert {finding.figure for finding in missed} >= {"recognition", "satisfaction", "children_3_to_5", "has_charter"}
    # What is asked only where a county counts otherwise is not missed.
    assert not {"is_small_rural", "shared_sports_and_arts"} & {finding.figure for finding in missed}
    assert (
        list(unstated(reported((place(area="rural"), full()), stated={COUNTY: frozenset(asked_of_a_county())}))) == []
    )


def test_an_office_that_states_nothing_misses_nothing() -> None:
    assert list(unstated(reported((place(), full()), stated=None))) == []


def test_a_quantity_of_schools_is_stated_by_the_county_or_by_each_of_them() -> None:
    schools = ((place(1), full()), (place(2), full()))
    key = ("has_charter", "")

    def missed(stated: dict[int, frozenset[tuple[str, str]]]) -> bool:
        return "has_charter" in {finding.figure for finding in unstated(reported(*schools, stated=stated))}

    assert missed({101: frozenset({key})})
    assert not missed({101: frozenset({key}), 102: frozenset({key})})
    assert not missed({COUNTY: frozenset({key})})


def test_funds_of_small_schools_are_asked_only_where_there_are_village_schools() -> None:
    def missed(school: SchoolIn) -> bool:
        return "public_funds_standard" in {
            finding.figure for finding in unstated(reported((school, full()), stated={}))
        }

    assert missed(place(area="rural"))
    assert missed(place(kind="218"))
    assert not missed(place(area="town"))
    assert not missed(place(kind="111", area="rural"))


# --- outliers --------------------------------------------------------------------------------------------------------


def spread(last: Fraction, count: int = 9) -> dict[int, Fraction]:
    """Values near 10, and one more."""
    near = (Fraction(9), Fraction(10), Fraction(11))
    return {**{number: near[number % 3] for number in range(count - 1)}, count - 1: last}


@pytest.mark.parametrize(
    ("value", "is_far"),
    [(Fraction(299, 10), False), (Fraction(30), True), (Fraction(34, 10), False), (Fraction(10, 3), True)],
)
def test_far_off_is_three_times_the_median_or_a_third(value: Fraction, is_far: bool) -> None:
    assert (8 in far_off(spread(value))) is is_far


@pytest.mark.parametrize(("count", "is_told"), [(7, False), (8, True)])
def test_so_many_schools_are_compared_at_least(count: int, is_told: bool) -> None:
    assert bool(far_off(spread(Fraction(100), count))) is is_told


def test_where_all_are_far_apart_nobody_is_far_off() -> None:
    values = {number: Fraction(3) ** number for number in range(9)}
    assert far_off(values) == {}


def test_where_all_are_the_same_three_times_is_far() -> None:
    assert set(far_off({**dict.fromkeys(range(9), Fraction(10)), 9: Fraction(30)})) == {9}


@given(
    st.lists(st.fractions(Fraction(1, 100), 100), min_size=8, max_size=30),
    st.fractions(Fraction(1, 1000), 1000),
)
def test_far_off_does_not_hang_on_the_unit(values: list[Fraction], factor: Fraction) -> None:
    plain = dict(enumerate(values))
    assert set(far_off({key: value * factor for key, value in plain.items()})) == set(far_off(plain))


def test_a_school_far_from_the_others_of_its_stage_is_told_with_the_median() -> None:
    schools = [(place(number), full(books=7000 + 100 * number)) for number in range(1, 10)]
    schools.append((place(10), full(books=70_000)))
    told = look(reported(*schools), with_office=False)
    assert [(finding.rule, finding.figure, finding.place and finding.place.school_id) for finding in told] == [
        ("outlier", "books", 10)
    ]
    assert told[0].value == "292"
    assert "10所学校" in told[0].what
    assert "生均图书册数" in told[0].why


def test_very_small_schools_are_no_outliers_and_no_peers() -> None:
    schools = [(place(number), full()) for number in range(1, 10)]
    tiny = full(pupils_by_grade=[3, 3, 3, 3, 3, 4], class_size_bands={"25-": 6}, largest_class=4, girls=9, entrants=3)
    assert tiny.pupils == 19
    assert found(look(reported(*schools, (place(10), tiny)), with_office=False)) == []
    twenty = full(pupils_by_grade=[3, 3, 3, 3, 4, 4], class_size_bands={"25-": 6}, largest_class=4, girls=9, entrants=3)
    told = look(reported(*schools, (place(10), twenty)), with_office=False)
    assert {"teaching_rooms", "books", "classes"} <= {finding.figure for finding in told}


def test_yuan_for_ten_thousand_yuan_is_told_as_a_wrong_unit_and_only_so() -> None:
    schools = [(place(number), full()) for number in range(1, 10)]
    told = look(reported(*schools, (place(10), full(equipment_value_10k_yuan=Decimal(500_000)))), with_office=False)
    assert [(finding.rule, finding.figure) for finding in told] == [("odd-unit", "equipment_value_10k_yuan")]
    assert "10,000倍" in told[0].what


@pytest.mark.parametrize(("value", "is_odd"), [(Decimal("49999.99"), False), (Decimal(50_000), True)])
def test_a_wrong_unit_is_a_thousand_times_the_median(value: Decimal, is_odd: bool) -> None:
    schools = [(place(number), full()) for number in range(1, 4)]
    told = look(reported(*schools, (place(4), full(equipment_value_10k_yuan=value))), with_office=False)
    assert ("odd-unit" in {finding.rule for finding in told}) is is_odd


@pytest.mark.parametrize(
    ("value", "is_odd"),
    [(Decimal("49999.99"), False), (Decimal(50_000), True), (Decimal("0.06"), False), (Decimal("0.05"), True), (Decimal(0), False)],
)  # fmt: skip
def test_a_unit_has_changed_where_an_amount_is_a_thousand_times_that_of_last_year(value: Decimal, is_odd: bool) -> None:
    told = of_one(full(equipment_value_10k_yuan=value), last={(1, "primary"): full()})
    assert ("odd-unit" in {finding.rule for finding in told}) is is_odd


def test_a_wrong_unit_against_the_others_and_against_last_year_is_told_once() -> None:
    schools = [(place(number), full()) for number in range(1, 10)]
    known = reported(
        *schools, (place(10), full(equipment_value_10k_yuan=Decimal(500_000))), last={(10, "primary"): full()}
    )
    told = [finding for finding in look(known, with_office=False) if finding.kind == Kind.OUTLIER]
    assert [(finding.rule, finding.against) for finding in told] == [("odd-unit", "50")]


def test_findings_of_one_school_are_held_against_all_and_tell_nothing_of_them() -> None:
    schools = [(place(number), full(girls=999)) for number in range(1, 10)]
    known = reported(*schools, (place(10), full(books=70_000)))
    told = look(known, only={110}, with_office=False)
    assert {finding.place.school_id for finding in told if finding.place} == {10}
    assert [finding.rule for finding in told] == ["outlier"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(Fraction(0), "0"), (Fraction(1, 3), "0.333"), (Fraction(4567, 100), "45.7"), (Fraction(12345), "12,345"),
     (Fraction(1, 10**9), "0"), (Fraction(10), "10")],
)  # fmt: skip
def test_numbers_are_short_and_without_an_exponent(value: Fraction, said: str) -> None:
    assert short_of(value) == said


# --- contradictions and jumps ----------------------------------------------------------------------------------------


def test_the_doubts_of_the_registry_are_the_desks() -> None:
    told = of_one(full(girls=241), last={(1, "primary"): full()})
    assert found(told) == [
        ("contradiction", "return", "primary", "girls"),
        ("jump", "jump", "primary", "girls"),
    ]
    assert (told[0].value, told[0].against) == ("241", "240")
    assert (told[1].value, told[1].against) == ("241", "108")


@pytest.mark.parametrize(
    ("school", "rules"),
    [
        (place(kind="311"), {"wrong-stage", "no-return"}),
        (place(closed_on=date(2026, 9, 1)), {"closed"}),
        (place(closed_on=date(2026, 9, 2)), set()),
        (place(opened_on=date(2026, 9, 2)), {"not-open"}),
        (place(opened_on=date(2026, 9, 1)), set()),
        (place(kind="999"), {"wrong-stage"}),
    ],
)
def test_a_return_that_cannot_be_of_this_school(school: SchoolIn, rules: set[str]) -> None:
    assert {finding.rule for finding in of_one(full(), school=school)} == rules


@pytest.mark.parametrize(
    "figures",
    [
        {"pupils_by_grade": [40, None]},
        {"pupils_by_grade": [40, "四十"]},
        {"classes_by_grade": [1.5]},
        {"classes_by_grade": {"1": 2}},
        {"by_title": {"first": -1}},
        {"by_title": [3]},
        {"class_size_bands": {"25-": True}},
    ],
)
def test_a_return_that_holds_no_numbers_is_said_to_be_unreadable(figures: dict[str, Any]) -> None:
    given = full(**figures)
    assert not is_readable(given)
    assert found(of_one(given)) == [("contradiction", "unreadable", "primary", "")]
    assert completeness(reported((place(), given))) == (0, 1)
    # Nor is it a peer, or the year before of another.
    assert of_one(full(), last={(1, "primary"): given}) == []


@pytest.mark.parametrize(
    ("register", "figures"),
    [
        ((242, 108, 6), []),
        ((243, 108, 6), ["pupils"]),
        ((238, 106, 6), []),
        ((237, 105, 6), ["pupils", "girls"]),
        ((240, 108, 7), ["classes"]),
    ],
)
def test_the_return_and_the_register_differ_by_two_pupils_at_most(
    register: tuple[int, int, int], figures: list[str]
) -> None:
    told = of_one(full(), enrolled=enrolled(*register))
    assert [(finding.rule, finding.figure) for finding in told] == [("register", figure) for figure in figures]


def test_the_register_is_not_asked_where_it_is_of_another_year_or_empty() -> None:
    assert of_one(full(), enrolled=None) == []
    assert of_one(full(), enrolled={}) == []


def test_pupils_in_no_class_belong_to_the_only_stage_or_to_none_that_is_known() -> None:
    register = {(1, "primary"): Enrolled(230, 100, 6), (1, ""): Enrolled(10, 8, 0)}
    assert of_one(full(), enrolled=register) == []
    known = reported((place(kind="312"), full()), (place(kind="312"), full("junior")), enrolled=register)
    assert "register" not in {finding.rule for finding in look(known, with_office=False)}


@pytest.mark.parametrize(
    ("entrants", "is_told"), [(150, False), (151, True)],
)  # fmt: skip
def test_more_begin_junior_school_than_have_left_primary_schools(entrants: int, is_told: bool) -> None:
    junior = full(
        "junior", pupils_by_grade=[300, 300, 300], largest_class=300, class_size_bands={"66+": 3}, entrants=entrants
    )
    known = reported((place(1), full(graduates=100)), (place(2, kind="311"), junior))
    told = {finding.rule for finding in look(known) if finding.place is None}
    assert ("entrants" in told) is is_told


def test_entrants_are_not_compared_where_a_school_has_not_said() -> None:
    junior = full("junior", entrants=999)
    silent = reported((place(1), full(graduates=None)), (place(2, kind="311"), junior))
    assert "entrants" not in {finding.rule for finding in look(silent)}
    absent = reported((place(1), full(graduates=1)), (place(3), None), (place(2, kind="311"), junior))
    assert "entrants" not in {finding.rule for finding in look(absent)}


def test_a_county_without_schools_has_no_findings() -> None:
    assert look(reported(stated={})) == []
    assert completeness(reported()) == (0, 0)
