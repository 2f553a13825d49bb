"""Numbers in which no slip stays unseen, addresses and the schools they lead to, and lists that ask no more for more rows."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from yaodian.admissions import queries
from yaodian.admissions.content import Home
from yaodian.admissions.models import Catchment, CatchmentSchool, Contested, Intake, Offer, SeasonState
from yaodian.admissions.problem.numbering import ALPHABET, LETTERS, is_number, new_number
from yaodian.admissions.problem.rules import rules_of, sha256_of
from yaodian.admissions.queries.addresses import locate
from yaodian.admissions.queries.at_hand import rules_at_hand
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW

_seeds = st.integers(0, 10_000)


def made(seed: int, stage: str = "primary") -> str:
    return new_number(year=2026, stage=stage, pick=random.Random(seed).choice)


@pytest.mark.once
@given(seed=_seeds, stage=st.sampled_from(sorted(LETTERS)), place=st.integers(0, 11), other=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(seed: int, stage: str, place: int, other: str) -> None:
    number = made(seed, stage)
    assert is_number(number)
    assert is_number(f" {number[:5].lower()}-{number[5:]} ")
    wrong = number[:place] + other + number[place + 1 :]
    assert is_number(wrong) == (wrong == number)


@pytest.mark.once
@given(seed=_seeds, place=st.integers(0, 10))
def test_two_neighbours_that_changed_places_are_always_found(seed: int, place: int) -> None:
    number = made(seed)
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_number(wrong) == (wrong == number)


@pytest.mark.once
@pytest.mark.parametrize("text", ["", "2026P", "２０２６P234567A", "2026X2345672", "2026P23456789", "2026P0O1ILU"])
def test_what_is_no_number_at_all(text: str) -> None:
    assert not is_number(text)


@pytest.mark.django_db
def test_an_address_leads_to_its_catchments_by_street_or_by_its_point() -> None:
    world = factories.made()
    square = Catchment(
        intake=world.intake, code="area", label="新区", polygon=[[[113, 30], [113.2, 30], [113.2, 30.2], [113, 30.2]]]
    ).store()
    CatchmentSchool.objects.create(catchment=square, offer=world.offers["s1"])
    Contested.objects.create(intake=world.intake, street="中山路", number=7, words="两校协商中")
    factories.announce(world.season)

    def found(home: Home) -> set[str]:
        return {one.code for one in locate(world.intake, home).possible}

    assert found(Home("中山路", "1")) == {"east"}
    assert found(Home("中山路", "98 号")) == {"west"}
    # As the public look-up does: blanks and full-width signs are no other street.
    assert found(Home(" 中山　路", "９８ 号")) == {"west"}
    assert found(Home("中山路", "101", longitude=113.1, latitude=30.1)) == {"area"}
    assert found(Home("中山路", "101", longitude=113.3, latitude=30.1)) == set()
    # Without a point nobody can say that the home lies outside of the area; a clerk will.
    assert found(Home("人民路", "5")) == {"area"}
    assert locate(world.intake, Home("人民路", "5")).covering == ()
    assert locate(world.intake, Home("中山路", "7 号")).contested == "两校协商中"
    assert locate(world.intake, Home("中山路", "7号之一")).contested == "两校协商中"
    assert locate(world.intake, Home("中山路", "9")).contested == ""
    # What a door says and what its point says are both named, and neither is taken.
    torn = locate(world.intake, Home("中山路", "9", longitude=113.1, latitude=30.1))
    assert {one.code for one in torn.covering} == {"area", "east"}
    assert "按地图上的点却在“新区”" in torn.contested
    unread = locate(world.intake, Home("中山路", "九百二号"))
    assert (unread.covering, bool(unread.unread)) == ((), True)
    assert not locate(world.intake, Home("中山路", "0")).unread


@pytest.mark.django_db
def test_lists_ask_as_often_for_many_rows_as_for_one() -> None:
    world = factories.made()
    account = factories.family()

    def asked() -> list[int]:
        counts = []
        row = families.draft(world, account, proofs=False)
        for ask in (
            lambda: queries.own_applications(account=account),
            lambda: queries.step_page(account=account, public_id=row.public_id, now=NOW),
            lambda: queries.progress_page(account=account, public_id=row.public_id, now=NOW),
        ):
            with CaptureQueriesContext(connection) as captured:
                ask()
            counts.append(len(captured))
        return counts

    # The very first brings the announced rules to hand.
    cold, first = asked(), asked()
    assert cold[1] > first[1]
    said = families.stated(world)
    for _turn in range(3):
        families.submitted(world, account, replace(said, child=families.stated(world).child))
    assert asked() == first


@pytest.mark.django_db
def test_rules_are_kept_at_hand_once_they_are_announced_and_never_before() -> None:
    prepared = factories.made(announced=False)
    assert {one.school.code for one in rules_at_hand(prepared.intake).offers} == {"s0", "s1", "s3"}
    Offer.objects.filter(pk=prepared.offers["s3"].pk).update(is_open=False)
    assert not any(one.is_open for one in rules_at_hand(prepared.intake).offers)
    season = prepared.season
    season.rules = rules_of(season)
    season.rules_sha256 = sha256_of(season.rules)
    season.state, season.announced_at = SeasonState.ANNOUNCED, NOW
    season.store()
    intake = Intake.objects.select_related("season").get(pk=prepared.intake.pk)
    kept = rules_at_hand(intake)
    assert [one.code for one in kept.criteria] == ["household", "property", "residence"]
    assert [one.code for one in kept.catchments] == ["east", "west"]
    with CaptureQueriesContext(connection) as captured:
        assert rules_at_hand(intake) is kept
        assert [one.offer_id for one in kept.catchments[0].schools.all()] == [prepared.offers["s0"].pk]
    assert len(captured) == 0
