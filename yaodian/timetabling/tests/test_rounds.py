"""A round from its preparation to its end: who may, in which state, by which rule, and what the journal holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from yaodian.audit.queries import entries, verify_journal
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations, queries
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import NEXT_OF_ROUND, ChoiceLetter, ChoiceRound, PupilChoice, RoundKind, RoundState
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, TODAY, Made

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {
    "title": "高一正式选科",
    "kind": RoundKind.BINDING,
    "opens_on": date(2026, 11, 1),
    "closes_on": date(2026, 11, 15),
}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.world()


def make(world: Made, who: str = "office", **values: Any) -> ChoiceRound:
    return operations.make_round(
        actor=world.account(who), school=world.unit, entered_year=2026, values={**VALUES, **values}, now=NOW
    )


def test_a_round_offers_all_twelve_until_the_office_says_otherwise(world: Made) -> None:
    row = make(world)
    assert (row.grade, row.state, row.offered.count()) == (1, RoundState.DRAFT, 12)
    operations.offer_combinations(
        actor=world.account("office"),
        round=row,
        offered={"PCB": None, "HOG": 20},
        now=NOW,
        expected_version=row.version,
    )
    assert dict(row.offered.values_list("combination", "most")) == {"PCB": None, "HOG": 20}
    assert [one.code for one in entries()[:2]] == ["timetabling.round.offer", "timetabling.round.make"]
    assert verify_journal().ok


def test_a_colleague_of_another_school_and_a_viewer_make_none(world: Made) -> None:
    other = registry.school(world.county, school_type="342", name="临溪高级中学")
    world.account("stranger", unit=other.unit)
    world.account("looks", "viewer")
    for who in ("stranger", "looks"):
        with pytest.raises(PermissionMissing):
            make(world, who)
    row = make(world)
    for who in ("stranger", "looks"):
        for act in (operations.open_round, operations.close_round, operations.settle_round):
            with pytest.raises(PermissionMissing):
                act(actor=world.account(who), round=row, now=NOW)
    assert ChoiceRound.objects.get().state == RoundState.DRAFT


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"closes_on": date(2026, 10, 31)}, "value"),
        ({"closes_on": date(2027, 6, 1)}, "too-long"),
        ({"opens_on": date(2020, 1, 1), "closes_on": date(2020, 1, 2)}, "grade"),
        ({"group_size": 0}, "value"),
        ({"group_size": 90}, "value"),
        ({"kind": RoundKind.CHANGE}, "no-before"),
        ({"kind": "lottery"}, "value"),
        ({"title": ""}, "value"),
        ({"opens_on": None}, "days"),
    ],
)
def test_a_round_that_contradicts_itself_is_refused_in_words(world: Made, values: dict[str, Any], code: str) -> None:
    with pytest.raises(operations.UnableToKeepRound) as caught:
        make(world, **values)
    assert caught.value.code == code
    assert not ChoiceRound.objects.exists()


@pytest.mark.parametrize(
    ("offered", "code"), [({"XYZ": None}, "unknown"), ({"PCB": 0}, "limit"), ({"PCB": -1}, "limit")]
)
def test_combinations_that_are_none_are_not_offered(world: Made, offered: dict[str, int | None], code: str) -> None:
    row = make(world)
    with pytest.raises(operations.UnableToKeepRound) as caught:
        operations.offer_combinations(actor=None, round=row, offered=offered, now=NOW)
    assert caught.value.code == code
    assert row.offered.count() == 12


def test_a_round_opens_once_it_offers_something_and_has_pupils(world: Made) -> None:
    row = make(world)
    operations.offer_combinations(actor=None, round=row, offered={}, now=NOW)
    with pytest.raises(operations.UnableToOpenRound) as caught:
        operations.open_round(actor=None, round=row, now=NOW)
    assert caught.value.code == "nothing-offered"
    empty = operations.make_round(actor=None, school=world.unit, entered_year=2025, values=VALUES, now=NOW)
    with pytest.raises(operations.UnableToOpenRound) as caught:
        operations.open_round(actor=None, round=empty, now=NOW)
    assert caught.value.code == "no-pupils"
    over = make(world, closes_on=TODAY - timedelta(days=1))
    with pytest.raises(operations.UnableToOpenRound) as caught:
        operations.open_round(actor=None, round=over, now=NOW)
    assert caught.value.code == "too-late"


def test_one_round_of_a_grade_is_open_at_a_time_and_the_database_holds_it(world: Made) -> None:
    first = factories.round_(world)
    second = factories.round_(world, RoundKind.TRIAL, state="draft")
    with pytest.raises(operations.UnableToOpenRound) as caught:
        operations.open_round(actor=None, round=second, now=NOW)
    assert (caught.value.code, caught.value.status) == ("another-open", 409)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChoiceRound.objects.filter(pk=second.pk).update(state=RoundState.OPEN)
    operations.close_round(actor=None, round=first, now=NOW)
    assert operations.open_round(actor=None, round=second, now=NOW).state == RoundState.OPEN


def test_every_step_that_the_table_does_not_know_is_refused(world: Made) -> None:
    row = factories.round_(world, state="draft")
    steps: dict[str, Any] = {
        RoundState.CLOSED: lambda: operations.close_round(actor=None, round=row, now=NOW),
        RoundState.SETTLED: lambda: operations.settle_round(actor=None, round=row, now=NOW),
        RoundState.WITHDRAWN: lambda: operations.withdraw_round(actor=None, round=row, reason="停办", now=NOW),
    }
    for state in RoundState:
        for to, step in steps.items():
            if to in NEXT_OF_ROUND.get(state, ()):
                continue
            ChoiceRound.objects.filter(pk=row.pk).update(state=state)
            with pytest.raises(operations.WrongState):
                step()
            assert ChoiceRound.objects.get(pk=row.pk).state == state


def test_an_open_round_only_gets_a_later_last_day_and_its_letters_with_it(world: Made) -> None:
    row = factories.round_(world)
    held, _code = factories.letter(row, world.pupils[0])
    for values in ({"title": "改名"}, {"closes_on": date(2026, 11, 10)}, {"is_first_come": True}):
        with pytest.raises(operations.UnableToKeepRound) as caught:
            operations.change_round(actor=None, round=row, values=values, now=NOW)
        assert caught.value.code == "open"
    operations.change_round(actor=None, round=row, values={"closes_on": date(2026, 11, 20)}, now=NOW)
    assert ChoiceLetter.objects.get(pk=held.pk).expires_at == held.expires_at + timedelta(days=5)


def test_two_people_at_one_round_lose_nothing(world: Made) -> None:
    row = make(world)
    operations.change_round(actor=None, round=row, values={"title": "一"}, now=NOW, expected_version=1)
    with pytest.raises(operations.UnableToKeepRound) as caught:
        operations.change_round(actor=None, round=row, values={"title": "二"}, now=NOW, expected_version=1)
    assert (caught.value.code, caught.value.status) == ("stale", 409)


def test_a_binding_round_is_settled_when_nobody_is_forgotten(world: Made) -> None:
    row = factories.round_(world)
    for pupil in world.pupils[:3]:
        factories.chosen(row, pupil, "PCB")
    row = operations.close_round(actor=None, round=row, now=NOW)
    with pytest.raises(operations.UnableToSettleRound) as caught:
        operations.settle_round(actor=None, round=row, now=NOW)
    assert caught.value.code == "missing"
    assert "1" in caught.value.message
    office, head = world.account("office"), world.account("head", "head")
    waits = operations.enter_choice(
        actor=office, round=row, pupil=world.pupils[3].public_id, subjects=COMBINATIONS["HOG"].subjects, now=NOW
    )
    with pytest.raises(operations.UnableToSettleRound) as caught:
        operations.settle_round(actor=None, round=row, now=NOW)
    assert caught.value.code == "waiting"
    operations.decide_choice(actor=head, choice=waits, agrees=True, now=NOW)
    assert operations.settle_round(actor=office, round=row, now=NOW).state == RoundState.SETTLED


def test_a_trial_may_end_with_pupils_who_did_not_take_part(world: Made) -> None:
    assert factories.round_(world, RoundKind.TRIAL, state="settled").state == RoundState.SETTLED


def test_a_closed_round_opens_again_with_a_reason_and_a_later_day(world: Made) -> None:
    row = factories.round_(world, state="closed")
    with pytest.raises(operations.UnableToOpenRound) as caught:
        operations.reopen_round(actor=None, round=row, closes_on=date(2026, 11, 20), reason=" ", now=NOW)
    assert caught.value.code == "no-reason"
    with pytest.raises(operations.UnableToOpenRound) as caught:
        operations.reopen_round(actor=None, round=row, closes_on=date(2026, 10, 20), reason="缺选", now=NOW)
    assert caught.value.code == "too-late"
    row = operations.reopen_round(actor=None, round=row, closes_on=date(2026, 11, 20), reason="缺选", now=NOW)
    assert (row.state, row.closes_on) == (RoundState.OPEN, date(2026, 11, 20))


def test_a_round_that_is_withdrawn_takes_its_letters_with_it_and_keeps_its_choices(world: Made) -> None:
    row = factories.round_(world)
    held, _code = factories.letter(row, world.pupils[0])
    factories.chosen(row, world.pupils[0], "PCB")
    operations.withdraw_round(actor=world.account("office"), round=row, reason="组合有误", now=NOW)
    assert ChoiceLetter.objects.get(pk=held.pk).revoked_at == NOW
    assert PupilChoice.objects.count() == 1
    with pytest.raises(operations.UnableToOpenLetter):
        operations.choose(letter=held, subjects=COMBINATIONS["PCB"].subjects, now=NOW)


def test_a_binding_round_follows_the_trial_and_takes_the_newest_table(world: Made) -> None:
    table = factories.requirements(world.county)
    trial = factories.settled(world, RoundKind.TRIAL, "PCB", "PCB")
    row = make(world)
    assert (row.before, row.requirements) == (trial, table)
    elsewhere = factories.requirements(registry.county("望江县"))
    with pytest.raises(operations.UnableToKeepRound) as caught:
        operations.change_round(actor=None, round=row, values={"requirements": elsewhere}, now=NOW)
    assert caught.value.code == "requirements"


def test_a_change_period_follows_what_is_settled_only(world: Made) -> None:
    trial = factories.settled(world, RoundKind.TRIAL)
    with pytest.raises(operations.UnableToKeepRound) as caught:
        make(world, kind=RoundKind.CHANGE, before=trial)
    assert caught.value.code == "before"
    binding = factories.settled(world, RoundKind.BINDING, "PCB", "PCB", "HOG", "HOG")
    assert make(world, kind=RoundKind.CHANGE).before == binding


def test_a_round_is_seen_within_reach_only(world: Made) -> None:
    row = factories.round_(world)
    stranger = world.account("stranger", unit=registry.school(world.county, school_type="342").unit)
    with pytest.raises(ChoiceRound.DoesNotExist):
        queries.round_page(account=stranger, public_id=row.public_id, day=TODAY)
    seen = queries.round_page(
        account=world.account("county", "viewer", world.county), public_id=row.public_id, day=TODAY
    )
    assert (seen.pupils, seen.chosen, seen.missing, seen.may_run) == (4, 0, 4, False)
