"""The cockpit: ten numbers as far as the rights go, each beside the month before, each leading to its list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from yaodian.cases import operations as cases
from yaodian.cases.queries import Figure, case_figures, month_before
from yaodian.organisations.models import Account, Unit
from yaodian.plans.tests import commitments
from yaodian.web.cockpit import Tile

pytestmark = pytest.mark.django_db


def client_of(account: Account) -> Client:
    account.is_demonstration = True
    account.save()
    client = Client()
    client.force_login(account)
    return client


def late(made: commitments.Bureau, *, days: int = 60, **given: Any) -> Any:
    return cases.open_case(
        actor=None, kind="inspection.finding", grade="grave", title="台账不全", supervising_unit=made.root,
        doing_unit=made.school, now=timezone.now() - timedelta(days=days), **given,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2026, 1, 15), date(2025, 12, 15)),
        (date(2024, 3, 30), date(2024, 2, 29)),
    ],
)
def test_a_month_before_is_the_same_day_or_the_last(day: date, before: date) -> None:
    assert month_before(day) == before


def test_the_numbers_of_cases_are_those_of_now_and_of_a_month_before(db: None) -> None:
    made = commitments.bureau(proposed=False)
    head = commitments.signer(made.root, "supervisor", "督查")
    now, today = timezone.now(), timezone.localdate()
    late(made, days=100)
    fresh = late(made, days=20)
    cases.escalate_case(actor=head, public_id=fresh.public_id, reason="拖延", now=now)
    gone = late(made, days=200)
    cases.withdraw_case(actor=head, public_id=gone.public_id, reason="重复", now=now - timedelta(days=5))
    # The first night makes up for the month before it.
    cases.count_days(now=now)
    found = case_figures(account=head, today=today)
    assert found is not None
    # A month ago the one that was withdrawn since was open, and late.
    assert (found.open, found.overdue) == (Figure(2, 2), Figure(1, 2))
    assert found.escalated == Figure(1, 0)
    assert (found.open.change, found.closed.now, found.in_time.now) == (0, 0, 0)
    assert case_figures(account=commitments.signer(made.school, "system_administrator"), today=today) is None


def test_whoever_leads_sees_ten_numbers_and_each_leads_to_its_list(db: None) -> None:
    made = commitments.bureau(accepted=True)
    late(made)
    client = client_of(made.editor)
    answer = client.get("/cockpit/")
    tiles: list[Tile] = answer.context["tiles"]
    codes = [tile.code for tile in tiles]
    assert codes[:9] == [
        "target-reached", "target-at_risk", "target-missed", "light-red", "light-amber",
        "case-overdue", "case-escalated", "case-in-time", "case-defects",
    ]  # fmt: skip
    for tile in tiles:
        page = client.get(tile.url)
        assert page.status_code == 200, tile
    # From the list on to the words of the plan.
    listed = client.get("/cockpit/commitments/").content.decode()
    assert f"/plans/{made.plan.public_id}/#" in listed
    assert client.get("/cockpit/targets/?status=nonsense").status_code == 200


def test_a_number_that_the_rights_do_not_reach_is_not_there(db: None) -> None:
    made = commitments.bureau(accepted=True)
    late(made)
    registrar = client_of(commitments.signer(made.school, "viewer"))
    codes = [tile.code for tile in registrar.get("/cockpit/").context["tiles"]]
    assert not any(code.startswith("light-") for code in codes)
    assert "没有要您过问的任务" in registrar.get("/cockpit/commitments/").content.decode()
    assert client_of(commitments.signer(made.school, "handler")).get("/cockpit/").status_code == 403


def test_the_direction_says_better_or_worse_and_not_more_or_less() -> None:
    def tile(change: int | None, *, is_good: bool) -> str:
        return Tile("x", "x", 1, None, "", change, is_good, "good", "/").direction

    assert tile(3, is_good=True) == tile(-3, is_good=False) == "better"
    assert tile(3, is_good=False) == tile(-3, is_good=True) == "worse"
    assert (tile(0, is_good=True), tile(None, is_good=True)) == ("same", "")


def test_the_cockpit_costs_the_same_however_much_there_is(db: None) -> None:
    made = commitments.bureau(accepted=True)
    client = client_of(made.editor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/cockpit/")
        return len(asked)

    late(made)
    cost()
    one = cost()
    for turn in range(6):
        late(made, days=40 + turn, subject=f"x:{turn}")
    assert cost() == one <= 80


def test_the_page_of_a_unit_shows_its_commitments_and_its_cases_to_whoever_may_know(db: None) -> None:
    made = commitments.bureau(accepted=True)
    case = late(made)

    def panels(account: Account, unit: Unit) -> dict[str, Any]:
        answer = client_of(account).get(f"/units/{unit.public_id}/")
        assert answer.status_code == 200
        return {one.code: one for one in answer.context["panels"]}

    head = panels(commitments.signer(made.school, "head", "何静"), made.school)
    assert [line.case for line in head["cases"].context["lines"]] == [case]
    assert head["cases"].context["numbers"]["overdue"] == 1
    # Whoever may look at units and not at plans' commitments sees none of them, nor cases where there are none.
    assert panels(commitments.signer(made.basic, "viewer"), made.basic) == {}
    signs = commitments.signer(made.basic, "handler", "经办")
    commitments.Grant.objects.create(
        account=signs, role="viewer", unit=made.basic, from_on=commitments.OPENED_ON, granted_at=commitments.NOW
    )
    own = panels(Account.objects.get(pk=signs.pk), made.basic)
    assert set(own) == {"commitments"}
    assert own["commitments"].context["rows"]
