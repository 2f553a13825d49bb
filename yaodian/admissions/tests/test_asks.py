"""Where two differ the others hear of it; what waits for a person stands in his day, with its limit, and nothing that is not his."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.admissions import operations, queries
from yaodian.admissions.models import Appeal, Application, ApplicationState, Check, Intake, IntakeState, Verdict
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.foundation.models import Message

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture
def world() -> Made:
    made = factories.made()
    for name in ("one", "two", "three", "four"):
        made.account(name)
    return made


def differ(world: Made, row: Application) -> None:
    for who, verdict in (("one", Verdict.VERIFY), ("two", Verdict.REFUSE)):
        operations.check_application(
            actor=world.account(who), application=row, revision=row.revision, verdict=verdict, reason="看不清", now=NOW
        )


def kinds(world: Made, who: str, role: str = "admissions_officer", today: date = TODAY) -> dict[str, queries.Ask]:
    return {one.kind: one for one in queries.list_asks(account=world.account(who, role), today=today)}


def test_those_who_may_decide_as_third_hear_of_it_and_nobody_else(world: Made) -> None:
    row = factories.application(world, account=world.account("four"))
    differ(world, row)
    told = Message.objects.filter(key__contains=":third:")
    assert [one.recipient_id for one in told] == [world.account("three").pk]
    assert row.number in told.get().body
    for who, verdict in (("one", Verdict.VERIFY), ("two", Verdict.REFUSE)):
        operations.check_application(
            actor=world.account(who), application=row, revision=1, verdict=verdict, reason="看不清", now=NOW
        )
    assert told.count() == 1
    agreed = factories.application(world)
    for who in ("one", "two"):
        operations.check_application(
            actor=world.account(who), application=agreed, revision=1, verdict=Verdict.VERIFY, now=NOW
        )
    assert told.count() == 1


def test_those_who_may_choose_as_third_hear_of_it(world: Made) -> None:
    said = families.stated(world)
    pair = [families.submitted(world, factories.family(), said) for _one in range(2)]
    for who, row in zip(("one", "two"), pair, strict=True):
        operations.choose_application(
            actor=world.account(who), application=row, expected_basis=queries.basis_of(pair), reason="户口簿", now=NOW
        )
    told = Message.objects.filter(key__contains=":third-choice:")
    assert {one.recipient_id for one in told} == {world.account("three").pk, world.account("four").pk}


def test_the_desk_and_the_next_one_begin_with_what_is_to_be_decided(world: Made) -> None:
    factories.application(world)
    row = factories.application(world)
    differ(world, row)
    three, one = Client(), Client()
    three.force_login(world.account("three"))
    one.force_login(world.account("one"))
    notice = "1 份两人结论不一致，等您决定"
    assert notice in three.get(reverse("admissions:check_desk")).content.decode()
    assert notice not in one.get(reverse("admissions:check_desk")).content.decode()
    for minutes in range(0, 300, 20):
        later = NOW + timedelta(minutes=minutes)
        assert queries.next_to_check(account=world.account("three"), now=later) == row.public_id
        assert queries.next_to_check(account=world.account("one"), now=later) != row.public_id
    later = queries.desk(account=world.account("three"), day=TODAY)[0]
    assert (later.third, later.to_decide) == (1, 1)


def test_a_day_holds_what_waits_for_this_person(world: Made) -> None:
    assert kinds(world, "three") == {}
    row = factories.application(world)
    differ(world, row)
    guardian = row.guardians.first()
    assert guardian is not None
    guardian.objected_at, guardian.objection = NOW, "不同意"
    guardian.store()
    said = families.stated(world)
    for _one in range(2):
        families.submitted(world, factories.family(), said)
    found = kinds(world, "three")
    assert set(found) == {"third", "double"}
    assert (found["third"].due_on, found["third"].days_late) == (date(2026, 7, 5), 0)
    assert found["double"].title.startswith("1 名儿童")
    assert set(kinds(world, "one")) == {"double"}
    near = kinds(world, "three", today=date(2026, 6, 28))
    assert set(near) == {"third", "double", "objection"}
    assert set(kinds(world, "three", today=date(2026, 6, 27))) == {"third", "double"}
    late = kinds(world, "three", today=date(2026, 7, 7))["objection"]
    assert late.days_late == 2
    assert late.harm > near["objection"].harm
    assert kinds(world, "judge", "publisher") == {}
    county = world.account("county", "admissions_officer", "c0")
    assert queries.list_asks(account=county, today=TODAY) == ()


def test_appeals_are_due_in_as_many_days_as_families_had(world: Made) -> None:
    row, checked = factories.application(world), factories.application(world)
    Application.objects.update(state=ApplicationState.REFUSED, reason="缺材料")
    Intake.objects.update(state=IntakeState.PUBLISHED, published_on=TODAY)
    judge = world.account("judge", "publisher")
    first = Appeal.objects.create(application=row, text="请复核", filed_at=NOW)
    Appeal.objects.create(application=checked, text="请复核", filed_at=NOW - timedelta(days=3))
    Check.objects.create(
        application=checked, revision=1, seat=1, checker=judge, verdict="refuse", reason="缺材料", checked_at=NOW
    )
    found = kinds(world, "judge", "publisher")["appeal"]
    assert (found.title, found.due_on) == ("1 件招生申诉待裁定", date(2026, 6, 17))
    other = kinds(world, "other", "publisher", today=date(2026, 6, 16))["appeal"]
    assert (other.title, other.due_on, other.days_late) == ("2 件招生申诉待裁定", date(2026, 6, 14), 2)
    assert kinds(world, "one") == {}
    first.state, first.decided_at = "dismissed", NOW
    first.store()
    assert kinds(world, "judge", "publisher") == {}
    home = Client()
    home.force_login(world.account("other"))
    page = home.get("/").content.decode()
    assert "1 件招生申诉待裁定" in page
    assert reverse("admissions:intake", args=[world.intake.public_id]) + "#appeals" in page


def test_a_day_costs_the_same_whatever_waits(world: Made) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            queries.list_asks(account=world.account("three"), today=date(2026, 7, 4))
        return len(seen)

    differ(world, factories.application(world))
    before = cost()
    for _one in range(3):
        row = factories.application(world)
        differ(world, row)
        row.guardians.update(objected_at=NOW)
    assert cost() == before <= 7
