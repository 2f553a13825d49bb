"""Of several applications for a child two people say apart which takes part; the others hear what anybody might hear."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.admissions import operations, queries
from yaodian.admissions.models import Application, ApplicationState, Intake, IntakeState, StandingChoice, Verdict
from yaodian.admissions.operations.doubling import Chosen
from yaodian.admissions.queries.doubles import rivals, unsettled
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit.queries import entries
from yaodian.foundation.models import Message
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Made:
    return factories.made()


@pytest.fixture
def pair(world: Made) -> tuple[Application, Application]:
    """The first holds the child, the second came from another account."""
    said = families.stated(world)
    return (families.submitted(world, factories.family(), said), families.submitted(world, factories.family(), said))


def choose(world: Made, who: str, row: Application, *, reason: str = "随母居住", **given: Any) -> Chosen:
    basis = given.pop("basis", None) or queries.basis_of(list(rivals(row)))
    return operations.choose_application(
        actor=world.account(who), application=row, expected_basis=basis, reason=reason, now=NOW, **given
    )


def states(*rows: Application) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.state for row in rows]


def test_two_who_agree_settle_it_and_the_child_goes_to_the_chosen_one(
    world: Made, pair: tuple[Application, Application]
) -> None:
    first, second = pair
    index = bytes(first.child_index or b"")
    one = choose(world, "one", second)
    assert (one.is_settled, one.needs_third, states(first, second)) == (False, False, ["submitted", "submitted"])
    assert choose(world, "two", second).is_settled
    assert states(first, second) == ["refused", "submitted"]
    assert (bytes(second.child_index or b""), second.is_doubled, second.doubled_index) == (index, False, None)
    assert (bytes(first.doubled_index or b""), first.is_doubled, first.child_index) == (index, True, None)
    assert "另" not in first.reason
    assert second.number not in first.reason
    assert list(unsettled([world.intake])) == []
    told = {message.recipient_id: message for message in Message.objects.filter(key__contains="admissions.application")}
    assert set(told) == {first.account_id, second.account_id}
    assert "不符合条件" in told[first.account_id].body
    assert "已核实由谁报名" in told[second.account_id].body
    codes = [one.code for one in entries()]
    assert codes.count("admissions.application.choose") == 2
    assert codes.count("admissions.application.settle") == 1
    assert "随母居住" not in "".join(one.detail for one in entries())
    for who in ("three", "four"):
        operations.check_application(
            actor=world.account(who), application=second, revision=1, verdict=Verdict.VERIFY, facts=["household"],
            catchment=world.catchments["east"], now=NOW,
        )  # fmt: skip
    assert states(second) == ["verified"]


def test_the_first_may_be_chosen_and_keeps_the_child(world: Made, pair: tuple[Application, Application]) -> None:
    first, second = pair
    choose(world, "one", first)
    choose(world, "two", first)
    assert states(first, second) == ["submitted", "refused"]
    assert (first.is_doubled, second.is_doubled) == (False, True)


def test_where_two_differ_a_third_decides(world: Made, pair: tuple[Application, Application]) -> None:
    first, second = pair
    choose(world, "one", first)
    assert choose(world, "two", second).needs_third
    assert states(first, second) == ["submitted", "submitted"]
    done = choose(world, "three", second)
    assert (done.choice.seat, done.is_settled) == (3, True)
    assert states(first, second) == ["refused", "submitted"]


def test_one_person_has_one_word_and_sent_again_it_is_the_same(
    world: Made, pair: tuple[Application, Application]
) -> None:
    first, second = pair
    made = choose(world, "one", first)
    assert choose(world, "one", first).choice == made.choice
    with pytest.raises(operations.UnableToChooseApplication) as refused:
        choose(world, "one", second)
    assert refused.value.code == "twice"
    basis = queries.basis_of(list(rivals(first)))
    assert choose(world, "two", first).is_settled
    assert choose(world, "two", first, basis=basis).is_settled
    assert StandingChoice.objects.count() == 2


def test_what_is_refused(world: Made, pair: tuple[Application, Application]) -> None:
    first, second = pair
    basis = queries.basis_of([first, second])

    def refused(code: str, **given: Any) -> None:
        with pytest.raises(operations.UnableToChooseApplication) as problem:
            choose(world, given.pop("who", "one"), given.pop("row", first), **given)
        assert problem.value.code == code

    refused("no-reason", reason=" ")
    refused("too-long", reason="长" * 401)
    refused("stale", basis="0" * 64)
    alone = families.submitted(world, factories.family(), families.stated(world))
    refused("single", row=alone)
    with pytest.raises(PermissionMissing):
        choose(world, "judge", first) if world.account("judge", "publisher") else None
    Application.objects.filter(pk=second.pk).update(account=world.account("one"))
    refused("own")
    Application.objects.filter(pk=second.pk).update(state=ApplicationState.VERIFIED)
    refused("verified", who="two")
    Application.objects.filter(pk=second.pk).update(state=ApplicationState.SUBMITTED, revision=2)
    refused("stale", who="two", basis=basis)
    Intake.objects.update(state=IntakeState.CHECKED)
    with pytest.raises(operations.WrongState):
        choose(world, "two", first)
    assert not StandingChoice.objects.exists()


def test_a_change_asks_for_all_words_anew(world: Made, pair: tuple[Application, Application]) -> None:
    first, second = pair
    choose(world, "one", first)
    Application.objects.filter(pk=second.pk).update(revision=2)
    assert not choose(world, "two", first).is_settled
    assert choose(world, "one", first).is_settled


def test_nothing_is_verified_and_no_draw_promised_before_it_is_settled(
    world: Made, pair: tuple[Application, Application]
) -> None:
    second = pair[1]

    def look(row: Application) -> None:
        operations.check_application(
            actor=world.account("one"), application=row, revision=1, verdict=Verdict.VERIFY, now=NOW
        )

    for row in pair:
        with pytest.raises(operations.UnableToCheckApplication) as refused:
            look(row)
        assert refused.value.code == "unsettled"
    Application.objects.update(state=ApplicationState.VERIFIED)
    Intake.objects.update(state=IntakeState.CHECKED)
    with pytest.raises(operations.UnableToPromiseDraw) as problem:
        operations.promise_draw(actor=None, intake=world.intake, sources=[], promised_at=NOW, now=NOW)
    assert problem.value.code == "doubled"
    Application.objects.filter(pk=second.pk).update(state=ApplicationState.WITHDRAWN)
    with pytest.raises(operations.UnableToPromiseDraw) as problem:
        operations.promise_draw(actor=None, intake=world.intake, sources=[], promised_at=NOW, now=NOW)
    assert problem.value.code == "findings"


def test_clerks_compare_them_side_by_side_and_every_opening_is_kept(
    world: Made, pair: tuple[Application, Application]
) -> None:
    first, second = pair
    address = reverse("admissions:check_doubles", args=[first.public_id])
    one, two = Client(), Client()
    one.force_login(world.account("one"))
    two.force_login(world.account("two"))
    desk = one.get(reverse("admissions:check_desk")).content.decode()
    assert "1 名儿童各有几份申请" in desk
    assert address in one.get(reverse("admissions:check_dossier", args=[first.public_id])).content.decode()
    page = one.get(address).content.decode()
    assert str(first.number) in page
    assert str(second.number) in page
    opened = {entry.subject for entry in entries(code="admissions.application.open", actor=world.account("one").name)}
    assert opened == {f"admissions_application:{row.pk}" for row in pair}
    basis = queries.basis_of(pair)
    assert one.post(address, {"basis": basis, "chosen": second.public_id, "reason": ""}).status_code == 422
    assert one.post(address, {"basis": basis, "chosen": second.public_id, "reason": "随母居住"}).status_code == 302
    assert "随母居住" in one.get(address).content.decode()
    assert "随母居住" not in two.get(address).content.decode()
    assert two.post(address, {"basis": basis, "chosen": second.public_id, "reason": "看了户口簿"}).status_code == 302
    assert "只有一份申请参加" in two.get(reverse("admissions:check_doubles", args=[second.public_id])).content.decode()
    judge = Client()
    judge.force_login(world.account("judge", "publisher"))
    assert judge.get(address).status_code == 403


def test_the_page_costs_the_same_for_two_as_for_four(world: Made, pair: tuple[Application, Application]) -> None:
    account = world.account("one")

    def cost() -> int:
        rows = list(rivals(pair[0]).select_related("intake__season", "catchment"))
        with CaptureQueriesContext(connection) as seen:
            queries.doubles_page(account=account, applications=rows)
            queries.desk(account=account, day=NOW.date())
        return len(seen)

    cost()
    before = cost()
    said = families.Content.from_json(pair[0].content)
    for _one in range(2):
        families.submitted(world, factories.family(), said)
    assert len(rivals(pair[0])) == 4
    assert cost() == before
