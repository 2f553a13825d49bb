"""The twelve combinations, what is none, and what a requirement opens: counted by hand and by trying all."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.timetabling import demonstration
from yaodian.timetabling.content import (
    ALL,
    ANY,
    COMBINATIONS,
    FIRST,
    ONE,
    SECOND,
    SUBJECTS,
    NoCombination,
    Requirement,
    combination_of,
    opened_by,
)

pytestmark = pytest.mark.once


def test_there_are_two_times_six_combinations_each_with_one_of_physics_and_history() -> None:
    assert len(COMBINATIONS) == 12
    assert COMBINATIONS["PCB"].name == "物化生"
    assert {one.first for one in COMBINATIONS.values()} == set(FIRST)
    assert all(set(one.second) <= set(SECOND) and len(set(one.second)) == 2 for one in COMBINATIONS.values())
    for one in COMBINATIONS.values():
        assert {combination_of(said) for said in itertools.permutations(one.subjects)} == {one}


@pytest.mark.parametrize(
    ("subjects", "code"),
    [
        (["physics"] * 3, "twice"),
        (["chemistry", "chemistry", "physics"], "twice"),
        ([], "count"),
        (["physics", "chemistry"], "count"),
        (["physics", "chemistry", "biology", "geography"], "count"),
        (["physics", "history", "chemistry"], "first"),
        (["chemistry", "biology", "geography"], "first"),
        (["physics", "chemistry", "<script>"], "unknown"),
    ],
)
def test_what_is_no_combination_is_told_why(subjects: list[str], code: str) -> None:
    with pytest.raises(NoCombination) as caught:
        combination_of(subjects)
    assert caught.value.code == code


@given(st.lists(st.sampled_from([*SUBJECTS, ""]), max_size=5))
def test_whatever_is_named_is_one_of_the_twelve_or_refused(subjects: list[str]) -> None:
    try:
        found = combination_of(subjects)
    except NoCombination:
        return
    assert set(found.subjects) == set(subjects)
    assert COMBINATIONS[found.code] == found


def test_a_requirement_by_hand() -> None:
    pcb, hog = COMBINATIONS["PCB"], COMBINATIONS["HOG"]
    both = frozenset({"chemistry", "biology"})
    assert Requirement("physics", ALL, both).is_met_by(pcb)
    assert not Requirement("physics", ALL, both).is_met_by(COMBINATIONS["PCG"])
    assert Requirement("physics", ONE, both).is_met_by(COMBINATIONS["PCG"])
    assert not Requirement("physics", ONE, both).is_met_by(COMBINATIONS["POG"])
    assert not Requirement("physics", ANY, frozenset()).is_met_by(hog)
    assert Requirement("", ANY, frozenset()).is_met_by(hog)


def test_shares_are_counted_by_field_and_never_rounded_up_to_all() -> None:
    counted = [
        ("08", Requirement("physics", ALL, frozenset({"chemistry"})), 1),
        ("03", Requirement("", ANY, frozenset()), 1999),
    ]
    whole, law, engineering = opened_by(COMBINATIONS["HOG"], counted, ["03", "08"])
    assert (whole.opened, whole.all, whole.percent) == (1999, 2000, "99.9")
    assert (law.field, law.percent, engineering.percent) == ("03", "100.0", "0.0")
    assert opened_by(COMBINATIONS["HOG"], [], ["03"]) == ()


def test_the_invented_mix_is_two_thirds_physics_and_the_same_each_time() -> None:
    drawn = list(demonstration.trial_and_binding(range(1_800), seed="a"))
    assert drawn == list(demonstration.trial_and_binding(range(1_800), seed="a"))
    physics = sum(wish.startswith("P") for _pupil, wish, _chosen in drawn) / len(drawn)
    assert 0.60 <= physics <= 0.70
    assert {wish for _pupil, wish, _chosen in drawn} == set(COMBINATIONS)
    assert 0.1 < sum(not chosen for *_rest, chosen in drawn) / len(drawn) < 0.25
