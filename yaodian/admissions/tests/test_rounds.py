"""A further round: those left over, the places left, the same number and facts, its own draw, run and gate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from yaodian.admissions.models import (
    Application,
    ApplicationState,
    Draw,
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
from yaodian.admissions.operations.applying import start_draft
from yaodian.admissions.operations.applying_changes import change_application, withdraw_application
from yaodian.admissions.operations.checking import close_checking
from yaodian.admissions.operations.drawing import draw_intake, promise_draw
from yaodian.admissions.operations.ending import end_intake
from yaodian.admissions.operations.errors import (
    UnableToEndIntake,
    UnableToOpenRound,
    UnableToOpenRun,
    UnableToRestateWishes,
    WrongState,
)
from yaodian.admissions.operations.places import accept_place
from yaodian.admissions.operations.rounds import open_round, restate_wishes
from yaodian.admissions.operations.running import ask_run, compute_run, open_run
from yaodian.admissions.operations.seasons import close_intakes, make_season, open_intakes
from yaodian.admissions.problem.numbering import new_number
from yaodian.admissions.problem.rules import rules_of
from yaodian.admissions.queries.applying import check_receipt, progress_page
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.drawing import REVEALS, drawn, sources
from yaodian.admissions.tests.factories import Made
from yaodian.foundation.models import Message
from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db

PUBLISHED = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
OVER = PUBLISHED + timedelta(days=8)
DAYS = {
    "opens_on": date(2026, 7, 24), "closes_on": date(2026, 7, 26), "check_until": date(2026, 7, 28),
    "publishes_on": date(2026, 7, 30),
}  # fmt: skip
INSIDE = datetime(2026, 7, 25, 2, 0, tzinfo=UTC)


def _world(count: int = 4) -> tuple[Made, list[Application], list[Application]]:
    """Nobody may be sent (no metres), so with places 1, 2, 1 at 东小, 西小 and the open school two of four are left over, and
    two places of 西小 are free. Who has one has accepted it."""
    world = factories.made(seats=(1, 2, 1))
    world.intake.overflow_m = 0
    world.intake.store()
    for _each in range(count):
        factories.application(
            world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household", "property"]
        )
    drawn(world)
    run = compute_run(run_id=ask_run(actor=None, intake=world.intake, now=PUBLISHED).pk, now=PUBLISHED)
    open_run(actor=None, run=run, now=PUBLISHED)
    world.intake.refresh_from_db()
    for place in Place.objects.all():
        accept_place(actor=place.application.account, place=place, keeps_waiting=True, now=PUBLISHED)
    held = set(Place.objects.values_list("application", flat=True))
    rows = list(Application.objects.order_by("pk"))
    return world, [row for row in rows if row.pk in held], [row for row in rows if row.pk not in held]


def _opened(world: Made, **given: Any) -> Intake:
    said = {"actor": world.account("officer"), "intake": world.intake, "days": DAYS, "now": OVER, **given}
    return open_round(**said)


def _free(world: Made, second: Intake, code: str) -> str:
    return str(Offer.objects.get(intake=second, school=world.units[code]).public_id)


def test_who_was_left_over_goes_on_with_number_and_facts_and_only_free_places() -> None:
    world, placed, left = _world()
    assert (len(placed), len(left)) == (2, 2)
    assert Waiting.objects.filter(state=WaitingState.WAITING).exists()
    # A school of the other catchment is free, and one of the open school is added to be wished for.
    Offer.objects.filter(pk=world.offers["s3"].pk).update(added_seats=1)
    rules = rules_of(world.season)
    second = _opened(world)
    world.intake.refresh_from_db()
    assert (second.round, second.follows, second.stage, second.state) == (2, world.intake, "primary", "planned")
    assert world.intake.state == IntakeState.ENDED
    assert Season.objects.get().state == SeasonState.ANNOUNCED
    assert not Waiting.objects.filter(state=WaitingState.WAITING).exists()
    assert {one.school.code: (one.seats, one.taken) for one in second.offers.all()} == {"s1": (2, 0), "s3": (1, 0)}
    carried = {row.number: row for row in second.applications.all()}
    assert set(carried) == {row.number for row in left}
    for old in left:
        row = carried[old.number]
        assert (row.state, row.facts, row.account, row.carried_from) == ("verified", old.facts, old.account, old)
        assert row.catchment is not None
        assert old.catchment is not None
        assert (row.catchment.code, row.catchment.intake) == (old.catchment.code, second)
        assert row.content["child"] == old.content["child"]
        assert row.content["wishes"] == []
        assert row.guardians.count() == old.guardians.count() == 2
        assert Message.objects.filter(recipient=old.account, subject__contains="补录开始").count() == 1
    for row in placed:
        assert not Message.objects.filter(recipient=row.account, subject__contains="补录开始").exists()
    assert rules_of(world.season) == rules, "the announced rules stay to the byte"
    with pytest.raises(UnableToOpenRound, match="已经开了下一轮"):
        _opened(world)


def test_the_whole_of_a_second_round_to_its_answers() -> None:
    world, placed, left = _world()
    Offer.objects.filter(pk=world.offers["s3"].pk).update(added_seats=1)
    second = _opened(world)
    assert (open_intakes(now=INSIDE), close_intakes(now=INSIDE)) == (1, 0)
    one, two = second.applications.order_by("pk")
    for row in (one, two):
        restate_wishes(account=row.account, public_id=row.public_id, wishes=[_free(world, second, "s3")], now=INSIDE)
    later = INSIDE + timedelta(days=2)
    assert close_intakes(now=later) == 1
    second.refresh_from_db()
    assert close_checking(actor=world.account("officer"), intake=second, now=later) == 0
    known = later + timedelta(hours=6)
    draw = promise_draw(
        actor=None, intake=second, sources=sources(known_at=known), promised_at=later + timedelta(hours=1), now=later
    )
    assert draw.round_id != Draw.objects.get(intake=world.intake).round_id
    draw_intake(actor=None, draw=draw, reveals=REVEALS, now=known + timedelta(hours=1))
    second.refresh_from_db()
    run = compute_run(run_id=ask_run(actor=None, intake=second, now=known).pk, now=known)
    day = datetime(2026, 7, 30, 2, 0, tzinfo=UTC)
    open_run(actor=None, run=run, now=day)
    second.refresh_from_db()
    assert second.state == IntakeState.PUBLISHED
    held = Place.objects.filter(state__in=["offered", "accepted"])
    assert held.filter(offer__intake=second).count() == 1
    assert held.filter(offer__intake=world.intake).count() == len(placed)
    # Each child once, over both rounds, by its number.
    numbers = list(held.values_list("application__number", flat=True))
    assert len(numbers) == len(set(numbers)) == 3
    winner = held.get(offer__intake=second)
    accept_place(actor=winner.application.account, place=winner, now=day)
    number = new_number(year=2026, stage="primary")
    Application.objects.filter(number=winner.application.number).update(number=number)
    assert check_receipt(account=winner.application.account, number=number).own == winner.application
    end_intake(actor=None, intake=second, now=day + timedelta(days=8))
    assert Season.objects.get().state == SeasonState.CLOSED
    with pytest.raises(WrongState, match="已经结束"):
        open_round(actor=None, intake=second, days=DAYS, now=day + timedelta(days=8))
    assert {row.number for row in left} >= {winner.application.number}


def test_wishes_are_stated_anew_among_free_schools_and_nothing_else_is() -> None:
    world, _placed, _left = _world()
    Offer.objects.filter(pk=world.offers["s3"].pk).update(added_seats=1)
    second = _opened(world)
    row = second.applications.order_by("pk")[0]
    family, s1, s3 = row.account, _free(world, second, "s1"), _free(world, second, "s3")
    with pytest.raises(WrongState, match="还没有开始"):
        restate_wishes(account=family, public_id=row.public_id, wishes=[s3], now=OVER)
    open_intakes(now=INSIDE)
    for wishes, words in (
        ([s1], "不在它的学区"),
        ([s3, s3], "选了两次"),
        (["nothing"], "不在本次招生"),
        ([], "至少选一所"),
    ):
        with pytest.raises(UnableToRestateWishes, match=words):
            restate_wishes(account=family, public_id=row.public_id, wishes=wishes, now=INSIDE)
    for _time in range(2):
        restate_wishes(account=family, public_id=row.public_id, wishes=[s3], now=INSIDE)
    row.refresh_from_db()
    assert (row.state, row.version) == (ApplicationState.VERIFIED, 2)
    assert [wish.offer.public_id for wish in row.wishes.all()] == [s3]
    with pytest.raises(Absent):
        restate_wishes(account=factories.family(), public_id=row.public_id, wishes=[s3], now=INSIDE)
    with pytest.raises(WrongState, match="只重新选择志愿"):
        withdraw_application(account=family, public_id=row.public_id, now=INSIDE)
    with pytest.raises(WrongState, match="只重新选择志愿"):
        change_application(
            account=family, public_id=row.public_id, content=factories.content(world), client_key="k", now=INSIDE
        )
    with pytest.raises(WrongState, match="不能新报名"):
        start_draft(account=factories.family(), intake=second, now=INSIDE)
    page = progress_page(account=family, public_id=row.public_id, now=INSIDE)
    assert (page.can_restate, page.can_change, page.can_withdraw) == (True, False, False)
    assert "重新选择志愿" in page.said


def test_what_is_open_in_the_first_round_or_not_there_refuses() -> None:
    world, placed, left = _world()
    with pytest.raises(PermissionMissing):
        _opened(world, actor=world.account("viewer", "viewer"))
    with pytest.raises(UnableToEndIntake):
        _opened(world, now=PUBLISHED)
    with pytest.raises(UnableToOpenRound, match="已经过去"):
        _opened(world, days={**DAYS, "opens_on": date(2026, 7, 20)})
    with pytest.raises(UnableToOpenRound, match="日期前后矛盾"):
        _opened(world, days={**DAYS, "closes_on": date(2026, 7, 24), "check_until": date(2026, 7, 23)})
    Offer.objects.filter(pk=world.offers["s1"].pk).update(seats=0)
    with pytest.raises(UnableToOpenRound, match="没有学校还有空余学位"):
        _opened(world)
    Application.objects.filter(pk__in=[row.pk for row in left]).update(state=ApplicationState.WITHDRAWN)
    with pytest.raises(UnableToOpenRound, match="没有人需要补录"):
        _opened(world)
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.PUBLISHED, "nothing was ended by what was refused"
    assert placed


def test_after_a_place_was_given_up_a_child_may_take_part_and_the_gate_knows_who_may_not() -> None:
    world, placed, _left = _world()
    Offer.objects.filter(pk=world.offers["s3"].pk).update(added_seats=1)
    second = _opened(world)
    second.state = IntakeState.CHECKED
    second.store()
    world.intake = second
    drawn(world)
    run = compute_run(run_id=ask_run(actor=None, intake=second, now=OVER).pk, now=OVER)
    carried = second.applications.order_by("pk")[0]
    assert carried.carried_from is not None
    Place.objects.filter(application=placed[0]).update(application=carried.carried_from)
    day = datetime(2026, 7, 30, 2, 0, tzinfo=UTC)
    with pytest.raises(UnableToOpenRun, match="上一轮已有学位"):
        open_run(actor=None, run=run, now=day)
    Place.objects.filter(application=carried.carried_from).update(state=PlaceState.DECLINED)
    second.refresh_from_db()
    open_run(actor=None, run=run, now=day)


def test_a_number_is_given_once_and_a_child_stands_once_in_a_round() -> None:
    world, _placed, left = _world()
    second = _opened(world)
    row = second.applications.order_by("pk")[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=left[0].pk).update(number=left[1].number)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=row.pk).update(carried_from=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.filter(pk=second.pk).update(round=1)


def test_next_year_s_season_is_a_copy_without_the_further_rounds() -> None:
    world, _placed, _left = _world()
    _opened(world)
    made = make_season(
        actor=None, office=world.units["bureau"], values={"title": "2027 年招生入学", "year": 2027}, now=OVER,
        copy_of=world.season,
    )  # fmt: skip
    assert [intake.round for intake in made.intakes.all()] == [1]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_office_public_and_family_see_the_round_on_their_pages(language: str) -> None:
    world, _placed, left = _world()
    Offer.objects.filter(pk=world.offers["s3"].pk).update(added_seats=1)
    office, family = (Client(headers={"accept-language": language}) for _each in range(2))
    office.force_login(world.account("officer"))
    family.force_login(left[0].account)
    desk, opening = (reverse(f"admissions:{name}", args=[world.intake.public_id]) for name in ("intake", "open_round"))
    with time_machine.travel(OVER, tick=False):
        assert opening in office.get(desk).content.decode()
        assert office.post(opening, {}).status_code == 422
        answer = office.post(opening, {name: str(day) for name, day in DAYS.items()})
        assert answer.status_code == 302
        second = Intake.objects.get(round=2)
        assert answer.url == reverse("admissions:intake", args=[second.public_id])
        assert office.get(answer.url).status_code == 200
        assert answer.url in office.get(desk).content.decode()
        assert office.get(reverse("admissions:intakes")).status_code == 200
        public = Client(headers={"accept-language": language})
        season = public.get(reverse("admissions:season", args=[world.season.public_id])).content.decode()
        assert f"round-{second.public_id}" in season
        for name in ("seasons", "find"):
            assert public.get(reverse(f"admissions:{name}")).status_code == 200
    open_intakes(now=INSIDE)
    row = second.applications.get(number=left[0].number)
    restate = reverse("admissions:restate", args=[row.public_id])
    with time_machine.travel(INSIDE, tick=False):
        family.force_login(left[0].account)
        page = family.get(reverse("admissions:application", args=[row.public_id])).content.decode()
        assert restate in page
        assert family.get(reverse("admissions:apply")).status_code == 200
        shown = family.get(restate)
        assert shown.status_code in (200, 302)
        assert family.get(reverse("admissions:restate", args=[left[0].public_id])).status_code in (302, 404)
