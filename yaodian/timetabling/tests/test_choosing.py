"""Pupils choose, change and change again; what is entered for them waits for somebody else; nothing is written over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from yaodian.audit.queries import entries, verify_journal
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry import operations as registry_operations
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import ChoiceState, Means, PupilChoice, RoundKind
from yaodian.timetabling.queries.rounds import counts_of, missing_of
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, Made

pytestmark = pytest.mark.django_db
REASON = "想报的专业要求化学"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.world()


def refused(code: str, act: Any) -> str:
    with pytest.raises(operations.UnableToChoose) as caught:
        act()
    assert caught.value.code == code
    return caught.value.message


def test_a_choice_stands_at_once_and_may_be_changed_until_the_window_closes(world: Made) -> None:
    row, pupil = factories.round_(world), world.pupils[0]
    first = factories.chosen(row, pupil, "PCB")
    again = factories.chosen(row, pupil, "PCB", now=NOW + timedelta(minutes=1))
    assert again.pk == first.pk, "sent twice it is one"
    second = factories.chosen(row, pupil, "PCG", now=NOW + timedelta(hours=1))
    first.refresh_from_db()
    assert (first.state, first.ended_at) == (ChoiceState.REPLACED, NOW + timedelta(hours=1))
    assert (second.state, second.means, second.entered_by) == (ChoiceState.STANDING, Means.CODE, None)
    assert counts_of(row) == {"PCG": 1}
    # The last day still counts, in the city's own time; the next one does not.
    last = NOW.replace(day=15, hour=15, minute=59)
    factories.chosen(row, pupil, "HOG", now=last)
    message = refused("window", lambda: factories.chosen(row, pupil, "PCB", now=last + timedelta(minutes=1)))
    assert "2026-11-15" in message
    assert [one.code for one in entries()].count("timetabling.choice.make") == 3
    assert verify_journal().ok


def test_no_entry_of_the_journal_names_a_pupil(world: Made) -> None:
    row = factories.round_(world)
    factories.chosen(row, world.pupils[0], "PCB")
    assert not [one for one in entries() if "timetabling" in one.code and world.pupils[0].name in str(one.detail)]


@pytest.mark.parametrize(
    ("subjects", "code"),
    [
        (["physics"] * 3, "twice"),
        ([], "count"),
        (["physics", "chemistry"], "count"),
        (["physics", "history", "biology"], "first"),
        (["chemistry", "biology", "geography"], "first"),
        (["physics", "chemistry", "'; DROP TABLE"], "unknown"),
    ],
)
def test_what_is_no_combination_changes_nothing(world: Made, subjects: list[str], code: str) -> None:
    row = factories.round_(world)
    held, _code = factories.letter(row, world.pupils[0])
    refused(code, lambda: operations.choose(letter=held, subjects=subjects, now=NOW))
    assert not PupilChoice.objects.exists()


def test_a_combination_that_is_not_offered_is_refused_and_the_way_is_said(world: Made) -> None:
    row = factories.round_(world, offered={"PCB": None})
    message = refused("not-offered", lambda: factories.chosen(row, world.pupils[0], "HOG"))
    assert "史政地" in message


def test_without_the_school_saying_so_the_time_has_no_value_and_a_limit_refuses_nobody(world: Made) -> None:
    row = factories.round_(world, offered={"PCB": 1, "HOG": None})
    for pupil in world.pupils[:2]:
        assert factories.chosen(row, pupil, "PCB").state == ChoiceState.STANDING
    assert counts_of(row) == {"PCB": 2}


def test_where_places_are_given_in_order_the_one_too_many_is_refused_and_keeps_what_he_had(world: Made) -> None:
    row = factories.round_(world, offered={"PCB": 1, "HOG": None}, is_first_come=True)
    first, second = world.pupils[:2]
    factories.chosen(row, first, "PCB")
    factories.chosen(row, second, "HOG")
    refused("full", lambda: factories.chosen(row, second, "PCB"))
    assert counts_of(row) == {"PCB": 1, "HOG": 1}
    factories.chosen(row, first, "HOG")
    factories.chosen(row, second, "PCB")
    assert counts_of(row) == {"PCB": 1, "HOG": 1}


@pytest.mark.parametrize("state", ["draft", "closed", "settled"])
def test_a_round_that_is_not_open_takes_no_choice(world: Made, state: str) -> None:
    row = factories.round_(world, RoundKind.TRIAL, state="draft")
    held, _code = factories.letter(row, world.pupils[0])
    if state != "draft":
        row = operations.open_round(actor=None, round=row, now=NOW)
        row = operations.close_round(actor=None, round=row, now=NOW)
    if state == "settled":
        operations.settle_round(actor=None, round=row, now=NOW)
    with pytest.raises(operations.WrongState):
        operations.choose(letter=held, subjects=COMBINATIONS["PCB"].subjects, now=NOW)
    assert not PupilChoice.objects.exists()


def test_a_pupil_who_has_left_does_not_choose_and_is_counted_no_more(world: Made) -> None:
    row, pupil = factories.round_(world), world.pupils[0]
    held, _code = factories.letter(row, pupil)
    factories.chosen(row, pupil, "PCB")
    registry_operations.leave_pupil(
        actor=None, public_id=pupil.public_id, status="transferred", on=date(2026, 11, 2), now=NOW
    )
    refused("left", lambda: operations.choose(letter=held, subjects=COMBINATIONS["PCG"].subjects, now=NOW))
    assert counts_of(row) == {}
    assert missing_of(row).count() == 3
    refused(
        "left",
        lambda: operations.enter_choice(
            actor=world.account("office"),
            round=row,
            pupil=pupil.public_id,
            subjects=COMBINATIONS["PCB"].subjects,
            now=NOW,
        ),
    )


def test_what_is_entered_from_paper_stands_when_somebody_else_has_agreed(world: Made) -> None:
    row, pupil, office = factories.round_(world), world.pupils[0], world.account("office")
    made = operations.enter_choice(
        actor=office, round=row, pupil=pupil.public_id, subjects=COMBINATIONS["PCB"].subjects, now=NOW
    )
    assert (made.state, made.means, made.entered_by) == (ChoiceState.PROPOSED, Means.PAPER, office)
    assert counts_of(row) == {}
    with pytest.raises(operations.UnableToDecideChoice) as caught:
        operations.decide_choice(actor=office, choice=made, agrees=True, now=NOW)
    assert caught.value.code == "second-person"
    done = operations.decide_choice(actor=world.account("teacher", "handler"), choice=made, agrees=True, now=NOW)
    assert done.state == ChoiceState.STANDING
    assert counts_of(row) == {"PCB": 1}
    with pytest.raises(operations.UnableToDecideChoice) as caught:
        operations.decide_choice(actor=world.account("head", "head"), choice=made, agrees=False, reason="错", now=NOW)
    assert caught.value.code == "decided"


def test_what_a_pupil_chooses_himself_goes_before_what_waits_on_paper(world: Made) -> None:
    row, pupil = factories.round_(world), world.pupils[0]
    waits = operations.enter_choice(
        actor=world.account("office"), round=row, pupil=pupil.public_id, subjects=COMBINATIONS["PCB"].subjects, now=NOW
    )
    factories.chosen(row, pupil, "HOG")
    waits.refresh_from_db()
    assert waits.state == ChoiceState.REPLACED
    assert counts_of(row) == {"HOG": 1}


def test_a_refusal_has_a_reason(world: Made) -> None:
    row = factories.round_(world)
    made = operations.enter_choice(
        actor=world.account("office"), round=row, pupil=world.pupils[0].public_id,
        subjects=COMBINATIONS["PCB"].subjects, now=NOW,
    )  # fmt: skip
    head = world.account("head", "head")
    with pytest.raises(operations.UnableToDecideChoice) as caught:
        operations.decide_choice(actor=head, choice=made, agrees=False, reason=" ", now=NOW)
    assert caught.value.code == "no-reason"
    assert (
        operations.decide_choice(actor=head, choice=made, agrees=False, reason="签名不是家长", now=NOW).state
        == "refused"
    )
    assert missing_of(row).count() == 4, "whose choice was refused is missing again"


def test_only_those_who_may_enter_and_decide_do(world: Made) -> None:
    row, pupil = factories.round_(world), world.pupils[0]
    given: dict[str, Any] = {
        "round": row,
        "pupil": pupil.public_id,
        "subjects": COMBINATIONS["PCB"].subjects,
        "now": NOW,
    }
    for who, role in (("teacher", "handler"), ("looks", "viewer")):
        with pytest.raises(PermissionMissing):
            operations.enter_choice(actor=world.account(who, role), **given)
    made = operations.enter_choice(actor=world.account("office"), **given)
    other = registry.school(world.county, school_type="342")
    for who, role, unit in (("looks", "viewer", None), ("stranger", "registrar", other.unit)):
        with pytest.raises(PermissionMissing):
            operations.decide_choice(actor=world.account(who, role, unit), choice=made, agrees=True, now=NOW)
    made.refresh_from_db()
    assert made.state == ChoiceState.PROPOSED


# The change period ----------------------------------------------------------------------------------------------------


@pytest.fixture
def changing(world: Made) -> Any:
    factories.settled(world, RoundKind.BINDING, "PCG", "PCB", "HOG", "HOG")
    return factories.round_(world, RoundKind.CHANGE)


def test_a_change_waits_for_the_form_teacher_and_the_grade_office(world: Made, changing: Any) -> None:
    pupil, teacher, office = world.pupils[0], world.account("teacher", "handler"), world.account("office")
    refused("reason", lambda: factories.chosen(changing, pupil, "PCB", reason="想"))
    refused("same", lambda: factories.chosen(changing, pupil, "PCG", reason=REASON))
    made = factories.chosen(changing, pupil, "PCB", reason=REASON)
    assert (made.state, made.eyes) == (ChoiceState.PROPOSED, 2)
    assert counts_of(changing) == {"PCG": 1, "PCB": 1, "HOG": 2}, "the former one stands meanwhile"
    half = operations.decide_choice(actor=teacher, choice=made, agrees=True, now=NOW)
    assert (half.state, half.eyes) == (ChoiceState.PROPOSED, 1)
    with pytest.raises(operations.UnableToDecideChoice) as caught:
        operations.decide_choice(actor=teacher, choice=made, agrees=True, now=NOW)
    assert caught.value.code == "looked"
    with pytest.raises(operations.UnableToDecideChoice) as caught:
        operations.decide_choice(actor=world.account("second", "handler"), choice=made, agrees=True, now=NOW)
    assert caught.value.code == "grade-office"
    operations.decide_choice(actor=office, choice=made, agrees=True, now=NOW)
    assert counts_of(changing) == {"PCB": 2, "HOG": 2}
    operations.close_round(actor=None, round=changing, now=NOW)
    operations.settle_round(actor=None, round=changing, now=NOW)
    # A second period changes what the first came to.
    second = factories.round_(world, RoundKind.CHANGE, title="第二次改选")
    assert second.before == changing
    assert counts_of(second) == {"PCB": 2, "HOG": 2}
    refused("same", lambda: factories.chosen(second, pupil, "PCB", reason=REASON))


def test_a_change_that_was_refused_leaves_what_was(world: Made, changing: Any) -> None:
    made = factories.chosen(changing, world.pupils[0], "PCB", reason=REASON)
    operations.decide_choice(actor=world.account("office"), choice=made, agrees=False, reason="化学班已满", now=NOW)
    assert counts_of(changing) == {"PCG": 1, "PCB": 1, "HOG": 2}
    assert missing_of(changing).count() == 0


def test_whoever_never_chose_has_nothing_to_change(world: Made) -> None:
    factories.settled(world, RoundKind.BINDING, "PCG", "PCB", "HOG", "HOG")
    late = registry.pupil(world.school, world.classes[0], name="后来")
    row = factories.round_(world, RoundKind.CHANGE)
    refused("nothing-to-change", lambda: factories.chosen(row, late, "PCB", reason=REASON))


def test_the_database_holds_that_one_choice_stands_and_one_waits(world: Made) -> None:
    row = factories.round_(world)
    factories.chosen(row, world.pupils[0], "PCB")
    for state in (ChoiceState.STANDING,):
        with pytest.raises(IntegrityError), transaction.atomic():
            PupilChoice.objects.create(
                round=row, pupil_id=world.pupils[0].pk, combination="HOG", state=state, means="code", chosen_at=NOW
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        PupilChoice.objects.create(
            round=row, pupil_id=world.pupils[1].pk, combination="PPP", state="standing", means="code", chosen_at=NOW
        )
