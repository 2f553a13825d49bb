"""What is doubtful in a return: each rule on both sides of its threshold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from yaodian.registry.models import YearlyReturn
from yaodian.registry.queries import contradictions_in, doubts_about, jumps_since
from yaodian.registry.queries.doubts import band_of_classes

pytestmark = pytest.mark.once


def row(**figures: Any) -> YearlyReturn:
    return YearlyReturn(year=2026, stage="primary", **figures)


def doubted(given: YearlyReturn, last: YearlyReturn | None = None) -> list[tuple[str, str, str]]:
    return [(doubt.field, doubt.value, doubt.against) for doubt in contradictions_in(given, last)]


@pytest.mark.parametrize(
    ("name", "least", "most"), [("25-", 1, 25), ("26-30", 26, 30), ("36_40", 36, 40), ("66+", 66, None)]
)
def test_a_band_says_which_classes_it_holds(name: str, least: int, most: int | None) -> None:
    assert band_of_classes(name) == (least, most)


@pytest.mark.parametrize("name", ["", "large", "30", "x-30", "-5", "30-40-50"])
def test_what_is_no_band_is_none(name: str) -> None:
    assert band_of_classes(name) is None


@pytest.mark.parametrize(("classes", "found"), [(3, []), (4, [("class_size_bands", "3", "4")])])
def test_bands_add_up_to_the_classes(classes: int, found: list[Any]) -> None:
    assert doubted(row(classes_by_grade=[classes], class_size_bands={"36-40": 2, "41-45": 1})) == found


@pytest.mark.parametrize(("pupils", "is_doubted"), [(112, True), (113, False), (125, False), (126, True)])
def test_the_pupils_are_those_that_fill_the_bands(pupils: int, is_doubted: bool) -> None:
    given = row(pupils_by_grade=[pupils], classes_by_grade=[3], class_size_bands={"36-40": 2, "41-45": 1})
    assert bool(doubted(given)) is is_doubted


def test_an_open_band_holds_any_number_of_pupils_and_no_fewer_than_it_says() -> None:
    assert doubted(row(pupils_by_grade=[900], classes_by_grade=[2], class_size_bands={"66+": 2})) == []
    found = doubted(row(pupils_by_grade=[131], classes_by_grade=[2], class_size_bands={"66+": 2}))
    assert found == [("class_size_bands", "132人以上", "131")]


def test_an_empty_open_band_opens_nothing() -> None:
    given = row(pupils_by_grade=[99], classes_by_grade=[2], class_size_bands={"36-40": 2, "66+": 0})
    assert [field for field, _value, _against in doubted(given)] == ["class_size_bands"]


@pytest.mark.parametrize(("largest", "is_doubted"), [(40, True), (41, False), (45, False), (46, True)])
def test_the_largest_class_lies_in_the_largest_band(largest: int, is_doubted: bool) -> None:
    given = row(largest_class=largest, class_size_bands={"36-40": 2, "41-45": 1, "66+": 0})
    assert bool(doubted(given)) is is_doubted


@pytest.mark.parametrize(("largest", "is_doubted"), [(39, True), (40, False), (160, False), (161, True)])
def test_the_largest_class_holds_its_part_of_the_pupils_and_no_more_than_all(largest: int, is_doubted: bool) -> None:
    given = row(largest_class=largest, pupils_by_grade=[160], classes_by_grade=[4])
    assert bool(doubted(given)) is is_doubted


@pytest.mark.parametrize("name", ["girls", "minority", "migrant", "left_behind", "boarding", "disabled", "entrants"])
def test_no_part_of_the_pupils_is_above_all(name: str) -> None:
    assert doubted(row(pupils_by_grade=[60, 40], **{name: 100})) == []
    assert doubted(row(pupils_by_grade=[60, 40], **{name: 101})) == [(name, "101", "100")]


@pytest.mark.parametrize(
    "name",
    [
        *("above_required_qualification", "backbone_county_or_above", "sports", "music", "art", "certified"),
        *("trained_360", "in_establishment"),
    ],
)
def test_no_part_of_the_teachers_is_above_all(name: str) -> None:
    assert doubted(row(full_time=10, **{name: 10})) == []
    assert doubted(row(full_time=10, **{name: 11})) == [(name, "11", "10")]


def test_teachers_of_sports_music_and_art_together_are_no_more_than_all() -> None:
    assert doubted(row(full_time=10, sports=4, music=3, art=3)) == []
    assert doubted(row(full_time=10, sports=4, music=3, art=4)) == [("sports", "11", "10")]


def test_no_more_teachers_are_exchanged_than_may_be() -> None:
    assert doubted(row(exchanged=3, exchange_eligible=3)) == []
    assert doubted(row(exchanged=4, exchange_eligible=3)) == [("exchanged", "4", "3")]


@pytest.mark.parametrize("name", ["by_title", "by_qualification"])
def test_titles_and_qualifications_add_up_to_the_teachers(name: str) -> None:
    assert doubted(row(full_time=3, **{name: {"first": 2, "second": 1}})) == []
    assert doubted(row(full_time=4, **{name: {"first": 2, "second": 1}})) == [(name, "3", "4")]


@pytest.mark.parametrize(("part", "whole"), [("indoor_sports", "teaching_rooms"), ("sports_ground", "site")])
def test_no_area_is_larger_than_what_it_lies_in(part: str, whole: str) -> None:
    assert doubted(row(**{part: Decimal("50.00"), whole: Decimal("50.00")})) == []
    assert doubted(row(**{part: Decimal("50.01"), whole: Decimal("50.00")})) == [(part, "50.01", "50.00")]


def test_training_costs_no_more_than_all_public_funds() -> None:
    given = {"pupils_by_grade": [100], "public_funds_per_pupil": Decimal("7.20")}
    assert doubted(row(training_funds=Decimal("720.00"), **given)) == []
    assert doubted(row(training_funds=Decimal("720.01"), **given)) == [("training_funds", "720.01", "720.00")]


def test_pupils_have_classes_and_teachers_and_the_other_way_round() -> None:
    assert doubted(row(pupils_by_grade=[0], classes_by_grade=[0], full_time=0)) == []
    assert doubted(row(pupils_by_grade=[0], classes_by_grade=[2], full_time=0)) == [("pupils", "0", "2")]
    assert doubted(row(pupils_by_grade=[9], classes_by_grade=[0])) == [("classes", "0", "9")]
    assert doubted(row(pupils_by_grade=[9], full_time=0)) == [("full_time", "0", "9")]


MOVES = {"entrants": 20, "moved_in": 3, "graduates": 18, "moved_out": 2, "dropped_out": 1, "deaths": 0}


@pytest.mark.parametrize(("pupils", "is_doubted"), [(96, True), (97, False), (102, False), (107, False), (108, True)])
def test_last_years_pupils_and_the_moves_make_this_years(pupils: int, is_doubted: bool) -> None:
    found = doubted(row(pupils_by_grade=[pupils], **MOVES), row(pupils_by_grade=[60, 40]))
    assert found == ([("pupils", str(pupils), "102")] if is_doubted else [])


@pytest.mark.parametrize(("difference", "is_doubted"), [(20, False), (21, True)])
def test_a_large_school_may_be_out_by_a_hundredth(difference: int, is_doubted: bool) -> None:
    found = doubted(row(pupils_by_grade=[2002 + difference], **MOVES), row(pupils_by_grade=[2000]))
    assert bool(found) is is_doubted


@pytest.mark.parametrize("name", sorted(MOVES))
def test_moves_that_were_not_reported_are_not_taken_for_none(name: str) -> None:
    assert doubted(row(pupils_by_grade=[500], **{**MOVES, name: None}), row(pupils_by_grade=[60])) == []


@pytest.mark.parametrize(
    ("now", "before", "is_jump"),
    [(130, 100, False), (131, 100, True), (80, 60, False), (81, 60, True), (70, 100, False)],
)
def test_a_figure_jumps_by_more_than_so_much_and_so_many(now: int, before: int, is_jump: bool) -> None:
    found = [(doubt.field, doubt.value, doubt.against) for doubt in jumps_since(row(books=now), row(books=before))]
    assert found == ([("books", str(now), str(before))] if is_jump else [])


def test_what_was_not_reported_is_doubted_nowhere() -> None:
    assert doubts_about(row(), row()) == []
