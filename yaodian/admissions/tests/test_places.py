"""What a family does with its place; freed places, and appeals. However many come at once, a place is given once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from yaodian.admissions.models import (
    AppealState,
    Application,
    ApplicationState,
    Check,
    How,
    IntakeState,
    Offer,
    Place,
    PlaceState,
    Verdict,
    Waiting,
    WaitingState,
)
from yaodian.admissions.operations import places
from yaodian.admissions.operations.appealing import decide_appeal, file_appeal
from yaodian.admissions.operations.errors import (
    UnableToAcceptPlace,
    UnableToDecideAppeal,
    UnableToFileAppeal,
    WrongState,
)
from yaodian.admissions.operations.places import accept_place, call_waiting, decline_place, lapse_places
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import Made
from yaodian.foundation.models import Message
from yaodian.foundation.refusing import Absent
from yaodian.foundation.tests.together import at_once

LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
UNTIL = LATER.date() + timedelta(days=7)


def _world(**given: Any) -> tuple[Made, list[Application]]:
    """Three children at 东小 (2), 实验小学 (1); all three wish for 实验小学 more, the other two wait there in order."""
    world = factories.made(state=IntakeState.PUBLISHED, seats=(2, 2, 1), **given)
    rows = [
        factories.application(world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household"])
        for _each in range(3)
    ]
    for row, code in zip(rows, ("s3", "s0", "s0"), strict=True):
        _held(row, world.offers[code])
    for position, row in enumerate(rows[1:], start=1):
        Waiting.objects.create(application=row, offer=world.offers["s3"], position=position)
    return world, rows


def _held(row: Application, offer: Offer) -> Place:
    Offer.objects.filter(pk=offer.pk).update(taken=F("taken") + 1)
    return Place.objects.create(application=row, offer=offer, how=How.WISHES, offered_at=LATER, accept_until=UNTIL)


def _place(row: Application) -> Place:
    return row.places.order_by("-pk")[0]


def _now(row: Application) -> list[tuple[str, str]]:
    return [(place.offer.school.code, place.state) for place in row.places.order_by("pk")]


@pytest.mark.django_db
def test_a_family_accepts_once_and_waits_no_longer_unless_it_says_so() -> None:
    _city, (_one, two, three) = _world()
    accept_place(actor=two.account, place=_place(two), now=LATER)
    accept_place(actor=two.account, place=_place(two), now=LATER)
    accept_place(actor=three.account, place=_place(three), keeps_waiting=True, now=LATER)
    assert two.waiting.get().state == WaitingState.ENDED
    assert three.waiting.get().state == WaitingState.WAITING


@pytest.mark.django_db
def test_a_place_given_up_goes_up_the_list_and_frees_another() -> None:
    world, (one, two, three) = _world()
    decline_place(actor=one.account, place=_place(one), now=LATER)
    assert _now(one) == [("s3", PlaceState.DECLINED)]
    assert _now(two) == [("s0", PlaceState.REPLACED), ("s3", PlaceState.OFFERED)]
    assert _now(three) == [("s0", PlaceState.OFFERED)]
    assert {offer.school.code: offer.taken for offer in Offer.objects.all()} == {"s0": 1, "s1": 0, "s3": 1}
    assert two.places.get(state=PlaceState.OFFERED).how == How.WAITING
    assert Message.objects.filter(recipient=two.account, subject__contains="递补").count() == 1
    decline_place(actor=one.account, place=one.places.get(), now=LATER)
    assert Place.objects.count() == 4
    assert call_waiting(offer=world.offers["s3"], now=LATER) == []


@pytest.mark.django_db
def test_places_that_nobody_accepted_are_freed_after_the_last_day_and_not_on_it() -> None:
    _city, (one, two, three) = _world()
    for row in (two, three):
        accept_place(actor=row.account, place=_place(row), keeps_waiting=True, now=LATER)
    assert lapse_places(now=LATER + timedelta(days=7)) == 0
    assert lapse_places(now=LATER + timedelta(days=8)) == 1
    assert lapse_places(now=LATER + timedelta(days=8)) == 0
    assert _now(one) == [("s3", PlaceState.LAPSED)]
    assert _now(two)[-1] == ("s3", PlaceState.OFFERED)


@pytest.mark.django_db
def test_another_family_s_place_is_not_there_and_late_or_lost_ones_cannot_be_taken() -> None:
    world, (one, two, _three) = _world()
    for act in (accept_place, decline_place):
        with pytest.raises(Absent):
            act(actor=two.account, place=_place(one), now=LATER)
    with pytest.raises(UnableToAcceptPlace):
        accept_place(actor=one.account, place=_place(one), now=LATER + timedelta(days=8))
    decline_place(actor=one.account, place=_place(one), now=LATER)
    with pytest.raises(WrongState):
        accept_place(actor=one.account, place=one.places.get(), now=LATER)
    world.intake.state = IntakeState.ENDED
    world.intake.store()
    with pytest.raises(WrongState):
        decline_place(actor=two.account, place=_place(two), now=LATER)


@pytest.mark.django_db
def test_an_appeal_that_is_upheld_adds_a_place_and_takes_none_from_others() -> None:
    world, (one, two, three) = _world()
    appeal = file_appeal(actor=three.account, application=three, text="学区认定有误", now=LATER)
    with pytest.raises(UnableToFileAppeal, match="正在处理"):
        file_appeal(actor=three.account, application=three, text="再次", now=LATER)
    decider = world.account("decider", "publisher")
    decide_appeal(actor=decider, appeal=appeal, upheld=True, offer=world.offers["s3"], reason="门牌登记有误", now=LATER)
    appeal.refresh_from_db()
    assert appeal.state == AppealState.UPHELD
    assert _now(three) == [("s0", PlaceState.REPLACED), ("s3", PlaceState.OFFERED)]
    assert (_now(one), _now(two)) == ([("s3", PlaceState.OFFERED)], [("s0", PlaceState.OFFERED)])
    offer = Offer.objects.get(pk=world.offers["s3"].pk)
    assert (offer.seats, offer.added_seats, offer.taken) == (1, 1, 2)
    with pytest.raises(UnableToDecideAppeal, match="已经裁定"):
        decide_appeal(actor=decider, appeal=appeal, reason="重", now=LATER)


@pytest.mark.django_db
def test_an_appeal_has_its_time_its_reason_and_another_person() -> None:
    world, (one, two, _three) = _world()
    with pytest.raises(Absent):
        file_appeal(actor=two.account, application=one, text="x", now=LATER)
    with pytest.raises(UnableToFileAppeal, match="截止"):
        file_appeal(actor=one.account, application=one, text="x", now=LATER + timedelta(days=8))
    with pytest.raises(UnableToFileAppeal, match="理由"):
        file_appeal(actor=one.account, application=one, text=" ", now=LATER)
    appeal = file_appeal(actor=one.account, application=one, text="理由", now=LATER)
    decider = world.account("decider", "publisher")
    Check(application=one, revision=1, seat=1, checker=decider, verdict=Verdict.VERIFY, checked_at=LATER).store()
    with pytest.raises(UnableToDecideAppeal, match="核验过"):
        decide_appeal(actor=decider, appeal=appeal, reason="x", now=LATER)
    with pytest.raises(UnableToDecideAppeal, match="裁定理由"):
        decide_appeal(actor=world.account("other", "publisher"), appeal=appeal, reason="", now=LATER)


@pytest.mark.django_db
def test_whoever_was_given_a_place_on_appeal_waits_for_it_no_longer() -> None:
    """A seat that is freed later goes to the next child, not once more to the one who has a place there."""
    world, (one, two, three) = _world()
    appeal = file_appeal(actor=two.account, application=two, text="学区认定有误", now=LATER)
    decider = world.account("decider", "publisher")
    decide_appeal(actor=decider, appeal=appeal, upheld=True, offer=world.offers["s3"], reason="门牌登记有误", now=LATER)
    accept_place(actor=two.account, place=_place(two), keeps_waiting=True, now=LATER)
    assert two.waiting.get().state == WaitingState.ENDED
    decline_place(actor=one.account, place=_place(one), now=LATER)
    assert _now(two) == [("s0", PlaceState.REPLACED), ("s3", PlaceState.ACCEPTED)]
    assert _now(three)[-1] == ("s3", PlaceState.OFFERED)
    assert Offer.objects.get(pk=world.offers["s3"].pk).taken == 2


@pytest.mark.django_db
def test_an_appeal_adds_no_seat_at_the_school_where_the_child_has_one() -> None:
    world, (one, _two, _three) = _world()
    appeal = file_appeal(actor=one.account, application=one, text="理由", now=LATER)
    decider = world.account("decider", "publisher")
    with pytest.raises(UnableToDecideAppeal, match="已经在这所学校有学位"):
        decide_appeal(actor=decider, appeal=appeal, upheld=True, offer=world.offers["s3"], reason="有误", now=LATER)
    assert Offer.objects.get(pk=world.offers["s3"].pk).added_seats == 0
    appeal.refresh_from_db()
    assert appeal.state == AppealState.FILED


@pytest.mark.django_db
def test_a_second_place_for_a_child_and_a_seat_too_many_are_refused_by_the_database() -> None:
    world, (one, _two, _three) = _world()
    with pytest.raises(IntegrityError, match=r"one_a_child|application"), transaction.atomic():
        Place.objects.create(
            application=one, offer=world.offers["s1"], how=How.WISHES, offered_at=LATER, accept_until=UNTIL
        )
    with pytest.raises(IntegrityError, match="never_oversold"), transaction.atomic():
        Offer.objects.filter(pk=world.offers["s3"].pk).update(taken=F("taken") + 1)


@pytest.mark.django_db(transaction=True)
def test_one_freed_seat_called_by_many_at_once_is_given_once() -> None:
    world, (one, two, three) = _world()
    with transaction.atomic():
        Place.objects.filter(application=one).update(state=PlaceState.DECLINED, decided_at=LATER)
        Offer.objects.filter(pk=world.offers["s3"].pk).update(taken=0)
    answers = at_once(*[lambda: call_waiting(offer=world.offers["s3"], now=LATER)] * 8)
    assert sorted(len(answer) for answer in answers) == [0] * 7 + [1]
    assert _now(two)[-1] == ("s3", PlaceState.OFFERED)
    assert _now(three) == [("s0", PlaceState.OFFERED)]
    assert Offer.objects.get(pk=world.offers["s3"].pk).taken == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_two_would_call_one_seat_and_the_database_refuses_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that the locks are what keeps callers apart: without them both see the seat free, and one fails at the last fence."""
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # One writer at a time, with or without row locks.
        return
    world, (one, _two, _three) = _world()
    with transaction.atomic():
        Place.objects.filter(application=one).update(state=PlaceState.DECLINED, decided_at=LATER)
        Offer.objects.filter(pk=world.offers["s3"].pk).update(taken=0)
    both_have_read = threading.Barrier(2, timeout=30)
    met = threading.local()

    def unlocked_offers(keys: Any) -> dict[int, Offer]:
        rows = {row.pk: row for row in Offer.objects.filter(pk__in=set(keys))}
        if not getattr(met, "once", False):
            met.once = True
            both_have_read.wait()
        return rows

    monkeypatch.setattr(places, "lock_intake", lambda intake: type(intake).objects.get(pk=intake.pk))
    monkeypatch.setattr(places, "lock_offers", unlocked_offers)

    def call() -> Any:
        try:
            return call_waiting(offer=world.offers["s3"], now=LATER)
        except IntegrityError as problem:
            return problem

    answers = at_once(*[call] * 2)
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1
    assert Offer.objects.get(pk=world.offers["s3"].pk).taken == 1
