"""Letters: one good code for a pupil and a round, counted attempts, one answer to everything that does not fit."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.identity.codes import ALPHABET
from yaodian.identity.operations import TooManyFailures
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry import operations as registry_operations
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.models import ChoiceLetter, PupilChoice, RoundKind
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, Made

pytestmark = pytest.mark.django_db
ADDRESS = "198.51.100.7"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.world()


def opened(code: str, *, address: str = ADDRESS, now: object = NOW) -> ChoiceLetter:
    return operations.open_letter(code=code, address=address, now=now)  # type: ignore[arg-type]


def refusal(code: str, **given: object) -> str:
    with pytest.raises(operations.UnableToOpenLetter) as caught:
        opened(code, **given)  # type: ignore[arg-type]
    return caught.value.message


def test_a_class_gets_its_letters_once_and_the_codes_stand_nowhere(world: Made) -> None:
    row, office = factories.round_(world, state="draft"), world.account("office")
    made = operations.issue_letters(actor=office, round=row, now=NOW, school_class=world.classes[0].public_id)
    assert {one.member.pk for one in made} == {world.pupils[0].pk, world.pupils[2].pk}
    assert all(re.fullmatch(f"([{ALPHABET}]{{4}}-){{2}}[{ALPHABET}]{{4}}", one.code) for one in made)
    stored = str(list(ChoiceLetter.objects.values())) + str([one.detail for one in entries()])
    assert not [one for one in made if one.code in stored or one.code.replace("-", "") in stored]
    with pytest.raises(operations.UnableToIssueLetters):
        operations.issue_letters(actor=office, round=row, now=NOW, school_class=world.classes[0].public_id)
    assert len(operations.issue_letters(actor=office, round=row, now=NOW)) == 2, "the other class"


def test_of_two_codes_for_one_pupil_the_later_one_is_good(world: Made) -> None:
    row, pupil = factories.round_(world), world.pupils[0]
    _held, old = factories.letter(row, pupil)
    held, new = factories.letter(row, pupil, renew=True)
    assert refusal(old)
    assert opened(new).pk == held.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        ChoiceLetter.objects.create(
            round=row, pupil=pupil, digest="0" * 64, issued_at=NOW, expires_at=NOW + timedelta(days=1)
        )


def test_a_session_with_an_old_letter_ends_when_another_is_issued(world: Made) -> None:
    row, pupil = factories.round_(world), world.pupils[0]
    _held, code = factories.letter(row, pupil)
    client = Client()
    assert client.post(reverse("timetabling:choose"), {"code": code}).status_code == 302
    assert client.get(reverse("timetabling:choose_subjects")).status_code == 200
    factories.letter(row, pupil, renew=True)
    assert client.get(reverse("timetabling:choose_subjects"))["Location"] == reverse("timetabling:choose")
    client.post(reverse("timetabling:choose_confirm"), {"combination": "PCB"})
    assert not PupilChoice.objects.exists()


def test_a_code_is_good_however_it_is_typed_and_as_often_as_needed(world: Made) -> None:
    row = factories.round_(world)
    held, code = factories.letter(row, world.pupils[0])
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isascii() and one.isalnum() else one for one in code)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("-", ""), wide, f"\u200b{code}  "):
        assert opened(typed).pk == held.pk
    assert ChoiceLetter.objects.get(pk=held.pk).used_at == NOW
    assert [one.code for one in entries()].count("timetabling.letter.use") == 1


def test_every_code_that_does_not_fit_gets_the_same_answer(world: Made) -> None:
    row = factories.round_(world)
    _held, ended = factories.letter(row, world.pupils[0])
    factories.letter(row, world.pupils[0], renew=True)
    _held, gone = factories.letter(row, world.pupils[1])
    registry_operations.leave_pupil(
        actor=None, public_id=world.pupils[1].public_id, status="transferred", on=date(2026, 11, 2), now=NOW
    )
    held, late = factories.letter(row, world.pupils[2])
    ChoiceLetter.objects.filter(pk=held.pk).update(issued_at=NOW - timedelta(9), expires_at=NOW - timedelta(1))
    unknown = [
        "0000-0000-0000",
        "",
        "-",
        "7K4M",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "码" * 50,
        "\x00" * 12,
        "A" * 5_000,
    ]
    answers = {refusal(code, address=f"203.0.113.{place}") for place, code in enumerate([ended, gone, late, *unknown])}
    assert len(answers) == 1
    client = Client()
    bodies = set()
    for code in (ended, "0000-0000-0000"):
        answer = client.post(reverse("timetabling:choose"), {"code": code})
        assert answer.status_code == 422
        bodies.add(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode()).replace(code, ""))
    assert len(bodies) == 1


def test_a_letter_of_a_round_in_preparation_opens_nothing_yet_and_of_a_settled_one_shows(world: Made) -> None:
    row = factories.round_(world, RoundKind.TRIAL, state="draft")
    _held, code = factories.letter(row, world.pupils[0])
    assert refusal(code)
    row = operations.open_round(actor=None, round=row, now=NOW)
    assert opened(code)
    row = operations.close_round(actor=None, round=row, now=NOW)
    operations.settle_round(actor=None, round=row, now=NOW)
    assert opened(code), "to print the receipt"
    assert refusal(code, now=NOW + timedelta(days=60))


def test_trying_codes_one_after_the_other_finds_nothing_and_is_slowed(world: Made) -> None:
    row = factories.round_(world)
    for pupil in world.pupils:
        factories.letter(row, pupil)
    draw, found, slowed = random.Random(7), 0, 0
    for _turn in range(200):
        code = "".join(draw.choice(ALPHABET) for _place in range(12))
        try:
            opened(code)
            found += 1
        except operations.UnableToOpenLetter:
            pass
        except TooManyFailures:
            slowed += 1
    assert found == 0
    assert slowed > 100, "most of them were not even looked at"


def test_one_code_is_not_tried_for_ever(world: Made) -> None:
    tries = 0
    for _turn in range(30):
        try:
            refusal("0000-0000-0000")
            tries += 1
        except TooManyFailures:
            break
    assert tries < 15


def test_a_whole_school_behind_one_address_comes_in(world: Made) -> None:
    row = factories.round_(world)
    codes = [factories.letter(row, pupil)[1] for pupil in world.pupils]
    for turn in range(40):
        assert opened(codes[turn % 4])


def test_letters_are_made_by_the_grade_office_and_in_time(world: Made) -> None:
    row = factories.round_(world, RoundKind.TRIAL)
    for who, role in (("looks", "viewer"), ("teacher", "handler")):
        with pytest.raises(PermissionMissing):
            operations.issue_letters(actor=world.account(who, role), round=row, now=NOW)
    other = registry.school(world.county, school_type="342")
    with pytest.raises(PermissionMissing):
        operations.issue_letters(actor=world.account("stranger", unit=other.unit), round=row, now=NOW)
    operations.close_round(actor=None, round=row, now=NOW)
    with pytest.raises(operations.WrongState):
        operations.issue_letters(actor=world.account("office"), round=row, now=NOW)
    assert not ChoiceLetter.objects.exists()
