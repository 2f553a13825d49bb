"""An intake ends once nothing in it is open, and with the last one its season; then nobody is called and nothing is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.admissions import tasks
from yaodian.admissions.models import (
    Appeal,
    Application,
    ApplicationState,
    How,
    Intake,
    IntakeState,
    Offer,
    Place,
    PlaceState,
    Season,
    SeasonState,
    Waiting,
    WaitingState,
)
from yaodian.admissions.operations.appealing import file_appeal
from yaodian.admissions.operations.ending import end_due, end_intake
from yaodian.admissions.operations.errors import UnableToEndIntake, WrongState
from yaodian.admissions.operations.places import accept_place, decline_place, lapse_places
from yaodian.admissions.queries.placing import outcome_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import Made
from yaodian.foundation.models import Message
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db

PUBLISHED = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
OVER = PUBLISHED + timedelta(days=8)
SEPTEMBER = datetime(2026, 8, 31, 17, 0, tzinfo=UTC)


def _world() -> tuple[Made, Application, Application]:
    """One child has 东小 and waits for the open school, another has the open school's only place."""
    world = factories.made(state=IntakeState.PUBLISHED)
    rows = [
        factories.application(world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household"])
        for _each in range(2)
    ]
    for row, code in zip(rows, ("s3", "s0"), strict=True):
        offer = world.offers[code]
        Offer.objects.filter(pk=offer.pk).update(taken=1)
        Place.objects.create(
            application=row, offer=offer, how=How.WISHES, offered_at=PUBLISHED,
            accept_until=PUBLISHED.date() + timedelta(days=7),
        )  # fmt: skip
    Waiting.objects.create(application=rows[1], offer=world.offers["s3"], position=1)
    return world, rows[0], rows[1]


def _accepted(*rows: Application) -> None:
    for row in rows:
        accept_place(actor=row.account, place=row.places.get(), keeps_waiting=True, now=PUBLISHED)


def test_it_ends_after_the_days_and_nobody_waits_or_moves_any_more() -> None:
    world, one, two = _world()
    _accepted(one, two)
    officer = world.account("officer")
    with pytest.raises(UnableToEndIntake, match="2026-07-22"):
        end_intake(actor=officer, intake=world.intake, now=PUBLISHED + timedelta(days=7))
    row = end_intake(actor=officer, intake=world.intake, now=OVER)
    assert row.state == IntakeState.ENDED
    assert Season.objects.get().state == SeasonState.CLOSED
    assert two.waiting.get().state == WaitingState.ENDED
    assert {place.state for place in Place.objects.all()} == {PlaceState.ACCEPTED}
    assert Message.objects.filter(recipient=two.account, subject__contains="候补已经结束").count() == 1
    assert not Message.objects.filter(recipient=one.account, subject__contains="候补已经结束").exists()
    with pytest.raises(WrongState):
        decline_place(actor=one.account, place=one.places.get(), now=OVER)
    with pytest.raises(WrongState):
        file_appeal(actor=one.account, application=one, text="请复核", now=OVER)
    two.refresh_from_db()
    outcome = outcome_of(application=two, day=OVER.date())
    assert outcome is not None
    assert (outcome.waiting, outcome.may_appeal, outcome.is_open) == ((), False, False)
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(one.account)
    with time_machine.travel(OVER, tick=False):
        page = client.get(reverse("admissions:result", args=[one.public_id])).content.decode()
    assert "不再递补" in page
    assert "放弃学位" not in page
    assert end_intake(actor=officer, intake=world.intake, now=OVER).version == row.version, "ended once"


def test_what_is_open_is_counted_in_the_refusal() -> None:
    world, one, two = _world()
    _accepted(one)
    Appeal.objects.create(application=two, text="请复核", filed_by=two.account, filed_at=PUBLISHED)
    with pytest.raises(UnableToEndIntake, match="1 个学位等家长确认、1 件申诉"):
        end_intake(actor=world.account("officer"), intake=world.intake, now=OVER)
    with pytest.raises(PermissionMissing):
        end_intake(actor=world.account("publisher", "publisher"), intake=world.intake, now=OVER)
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.PUBLISHED


def test_what_is_not_published_does_not_end() -> None:
    world = factories.made(state=IntakeState.DRAWN)
    with pytest.raises(WrongState):
        end_intake(actor=None, intake=world.intake, now=OVER)


def test_the_season_closes_with_its_last_intake() -> None:
    world, one, two = _world()
    _accepted(one, two)
    intake = world.intake
    Intake(
        season=world.season, stage="junior", opens_on=intake.opens_on, closes_on=intake.closes_on,
        check_until=intake.check_until, publishes_on=intake.publishes_on, born_from=intake.born_from,
        born_until=intake.born_until,
    ).store()  # fmt: skip
    end_intake(actor=None, intake=intake, now=OVER)
    assert Season.objects.get().state == SeasonState.ANNOUNCED


def test_the_night_ends_what_is_done_with_once_the_school_year_has_begun() -> None:
    world, one, _two = _world()
    _accepted(one)
    lapse_places(now=OVER)
    assert end_due(now=SEPTEMBER - timedelta(hours=2)) == 0, "a freed place is still of use"
    Appeal.objects.create(application=one, text="请复核", filed_by=one.account, filed_at=PUBLISHED)
    assert end_due(now=SEPTEMBER) == 0, "an appeal is open"
    Appeal.objects.all().delete()
    with time_machine.travel(SEPTEMBER, tick=False):
        tasks.end(None)  # type: ignore[arg-type]  # The job has no use for its context.
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.ENDED
    assert end_due(now=SEPTEMBER) == 0


def test_the_desk_says_what_is_open_and_ends_it() -> None:
    world, one, two = _world()
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(world.account("officer"))
    desk, end = (reverse(f"admissions:{name}", args=[world.intake.public_id]) for name in ("intake", "end_intake"))
    with time_machine.travel(OVER, tick=False):
        page = client.get(desk).content.decode()
        assert "现在还有 2 个学位等家长确认" in page
        assert end not in page
        assert client.post(end, follow=True).status_code == 200
        with time_machine.travel(PUBLISHED, tick=False):
            _accepted(one, two)
        assert end in client.get(desk).content.decode()
        assert "候补也已结束" in client.post(end, follow=True).content.decode()
