"""Responsibility lists: a duty opens itself once in each period, on whatever day somebody looks, and as often as he looks."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from yaodian.cases import operations as cases
from yaodian.cases.queries import cases_about
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account, Person, Post, Unit
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import tasks
from yaodian.plans.models import DutyOpening, RecurringDuty, Rhythm
from yaodian.plans.operations import StaleVersion
from yaodian.plans.operations.responsibilities import (
    DutyValues,
    UnableToKeepDuty,
    add_recurring_duty,
    change_recurring_duty,
    end_recurring_duty,
    open_recurring_duties,
)
from yaodian.plans.queries.responsibilities import list_duties, opens_on, turn_of
from yaodian.plans.tests import commitments, factories

NOW = factories.NOW
TODAY = NOW.date()


def at(day: date) -> datetime:
    return datetime.combine(day, time(1, 0), tzinfo=UTC)


@pytest.fixture
def place(db: None) -> dict[str, Any]:
    root = commitments.ensure_root(now=NOW)
    county = commitments.unit("C1", "county", "云川市青禾县", "青禾县", root)
    school = commitments.unit("2199000001", "school", "云川市东岭小学", "东岭小学", county)
    return {"root": root, "county": county, "school": school, "editor": factories.editor()}


def values(place: dict[str, Any], **given: Any) -> DutyValues:
    said: dict[str, Any] = {
        "unit": place["school"],
        "supervising_unit": place["county"],
        "post": "安全副校长",
        "words": "组织消防设施检查",
        "basis": "校园安全责任清单第三条",
        "rhythm": "month",
        "days_before": 10,
        "from_on": TODAY,
        **given,
    }
    return DutyValues(**said)


def keep(place: dict[str, Any], **given: Any) -> RecurringDuty:
    return add_recurring_duty(actor=place["editor"], now=NOW, values=values(place, **given))


def client_of(account: Account) -> Client:
    account.is_demonstration = True
    account.save()
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.django_db
@given(
    day=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    rhythm=st.sampled_from(Rhythm.values),
    before=st.integers(1, 366),
)
def test_every_day_lies_in_one_period_that_is_due_at_its_end(day: date, rhythm: str, before: int) -> None:
    calendar = calendar_as_of(date(2026, 1, 1))
    turn = turn_of(rhythm, day, calendar)
    assert turn.first <= day
    assert turn.first <= opens_on(turn, before) <= turn.due_on
    assert turn_of(rhythm, turn.first, calendar) == turn == turn_of(rhythm, turn.due_on, calendar)
    assert turn_of(rhythm, turn.first - timedelta(days=1), calendar).period != turn.period
    assert len(turn.period) <= 10


@pytest.mark.parametrize(
    ("rhythm", "period", "due_on"),
    [
        # 31 May 2026 is a Sunday; 20 June is the second day of the Dragon Boat Festival.
        ("week", "2026-W22", date(2026, 5, 29)),
        ("month", "2026-05", date(2026, 5, 29)),
        ("term", "2026-T1", date(2026, 6, 30)),
        ("year", "2026", date(2026, 12, 31)),
    ],
)
@pytest.mark.django_db
def test_a_duty_is_due_on_the_last_working_day_of_its_period(rhythm: str, period: str, due_on: date) -> None:
    turn = turn_of(rhythm, date(2026, 5, 27), calendar_as_of(date(2026, 5, 1)))
    assert (turn.period, turn.due_on) == (period, due_on)


def test_a_duty_opens_once_in_each_month_of_a_year_however_often_somebody_looks(place: dict[str, Any]) -> None:
    duty = keep(place, from_on=date(2026, 1, 1))
    day = date(2026, 1, 1)
    while day < date(2027, 1, 1):
        open_recurring_duties(now=at(day))
        # A worker that was away for some days makes up for it; another looks twice.
        open_recurring_duties(now=at(day))
        day += timedelta(days=3)
    periods = sorted(DutyOpening.objects.values_list("period", flat=True))
    assert periods == [f"2026-{month:02d}" for month in range(1, 13)]
    lines = cases_about(account=place["editor"], subjects=[f"plans.duty:{duty.pk}:2026-05"], today=TODAY)
    assert lines == {} or next(iter(lines.values()))[0].case.due_on == date(2026, 5, 29)


def test_what_is_opened_lies_with_the_unit_is_due_on_the_day_and_is_not_opened_again_when_done(
    place: dict[str, Any],
) -> None:
    keep(place)
    when = at(date(2026, 3, 25))
    assert open_recurring_duties(now=when) == (1, 0)
    opening = DutyOpening.objects.get()
    supervisor = commitments.signer(place["county"], "supervisor", "督查")
    (line,) = cases_about(
        account=supervisor, subjects=[f"plans.duty:{opening.duty_id}:2026-03"], today=date(2026, 3, 25)
    ).values()
    case = line[0].case
    assert (case.number, case.title, case.state) == (opening.case_number, "组织消防设施检查", "assigned")
    assert (case.doing_unit, case.supervising_unit, case.due_on) == (
        place["school"], place["county"], date(2026, 3, 31),
    )  # fmt: skip
    assert case.fields["post"] == "安全副校长"
    cases.withdraw_case(actor=supervisor, public_id=case.public_id, reason="本月停课", now=when)
    assert open_recurring_duties(now=when + timedelta(days=1)) == (0, 0)


def test_the_only_holder_of_the_post_is_named_and_else_the_unit_signs(place: dict[str, Any]) -> None:
    head = commitments.signer(place["school"], "head", "何静")
    person = Person.objects.create(name="何静")
    Account.objects.filter(pk=head.pk).update(person=person)
    Post.objects.create(person=person, unit=place["school"], title="安全副校长", from_on=date(2020, 1, 1))
    duty = keep(place)
    keep(place, post="总务主任", words="核对食堂台账")
    assert open_recurring_duties(now=at(date(2026, 3, 25))) == (2, 0)
    supervisor = commitments.signer(place["county"], "supervisor", "督查")
    found = cases_about(
        account=supervisor,
        subjects=[f"plans.duty:{pk}:2026-03" for pk in RecurringDuty.objects.values_list("pk", flat=True)],
        today=date(2026, 3, 25),
    )
    named = {subject: lines[0].case.assignee for subject, lines in found.items()}
    assert named[f"plans.duty:{duty.pk}:2026-03"] == head
    assert None in named.values()


def test_a_duty_ends_changes_and_refuses_what_cannot_be(place: dict[str, Any]) -> None:
    duty = keep(place)
    changed = change_recurring_duty(
        actor=place["editor"], now=NOW, duty_id=duty.pk, values=values(place, rhythm="week"), expected_version=1
    )
    assert (changed.rhythm, changed.version) == ("week", 2)
    with pytest.raises(StaleVersion):
        change_recurring_duty(actor=place["editor"], now=NOW, duty_id=duty.pk, values=values(place), expected_version=1)
    end_recurring_duty(actor=place["editor"], now=NOW, duty_id=duty.pk)
    assert open_recurring_duties(now=at(TODAY + timedelta(days=40))) == (0, 0)
    for wrong, field in (
        ({"words": " "}, "words"),
        ({"basis": ""}, "basis"),
        ({"rhythm": "daily"}, "rhythm"),
        ({"days_before": 0}, "days_before"),
        ({"until_on": TODAY - timedelta(days=1)}, "until_on"),
    ):
        with pytest.raises(UnableToKeepDuty) as told:
            keep(place, **wrong)
        assert told.value.field == field
        assert told.value.message.endswith("。")
    Unit.objects.filter(pk=place["school"].pk).update(closed_on=TODAY)
    place["school"].refresh_from_db()
    with pytest.raises(UnableToKeepDuty, match="不存在"):
        keep(place)
    with pytest.raises(PermissionMissing):
        add_recurring_duty(actor=commitments.signer(place["county"], "head"), now=NOW, values=values(place))


def test_a_duty_of_a_unit_that_has_closed_opens_no_more(place: dict[str, Any]) -> None:
    keep(place)
    Unit.objects.filter(pk=place["school"].pk).update(closed_on=date(2026, 3, 20))
    assert open_recurring_duties(now=at(date(2026, 3, 25))) == (0, 0)


def test_the_pages_maintain_the_list_and_give_it_as_excel(place: dict[str, Any]) -> None:
    client = client_of(place["editor"])
    assert "责任清单还是空的" in client.get("/plans/responsibilities/").content.decode()
    sent = {
        "unit": "2199000001", "supervising_unit": "C1", "post": "安全副校长", "words": "组织消防设施检查",
        "basis": "校园安全责任清单第三条", "rhythm": "month", "days_before": "10", "from_on": "2026-01-01",
    }  # fmt: skip
    refused = client.post("/plans/responsibilities/add/", {**sent, "unit": "nowhere", "days_before": "0"})
    assert refused.status_code == 422
    made = client.post("/plans/responsibilities/add/", sent)
    duty = RecurringDuty.objects.get()
    assert made["Location"] == f"/plans/responsibilities/{duty.pk}/"
    page = client.get("/plans/responsibilities/").content.decode()
    assert "组织消防设施检查" in page
    assert "岗位空缺" in page
    changed = {**sent, "version": "1", "words": "组织消防和电气检查"}
    assert client.post(f"/plans/responsibilities/{duty.pk}/change/", changed).status_code == 302
    assert "已被他人更改" in client.post(f"/plans/responsibilities/{duty.pk}/change/", changed).content.decode()
    tasks.open_recurring_duties(now=at(date(2026, 3, 25)))
    assert "2026-03" in client.get(f"/plans/responsibilities/{duty.pk}/").content.decode()
    content = b"".join(client.get("/plans/responsibilities/sheet.xlsx").streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert any("组织消防和电气检查" in row for row in rows)
    assert client.post(f"/plans/responsibilities/{duty.pk}/end/").status_code == 302
    assert "已结束" in client.get("/plans/responsibilities/").content.decode()


def test_a_unit_sees_its_own_list_and_nobody_elses(place: dict[str, Any]) -> None:
    duty = keep(place)
    own, other = commitments.signer(place["school"]), commitments.unit("2199000002", "school", "云川市西坪小学")
    stranger = commitments.signer(other)
    assert client_of(own).get(f"/plans/responsibilities/{duty.pk}/").status_code == 200
    assert client_of(stranger).get(f"/plans/responsibilities/{duty.pk}/").status_code == 404
    assert "组织消防" not in client_of(stranger).get("/plans/responsibilities/").content.decode()
    assert client_of(own).get(f"/plans/responsibilities/{duty.pk}/change/").status_code == 403


def test_the_list_costs_the_same_queries_however_long_it_is(place: dict[str, Any]) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            list_duties(account=place["editor"], today=TODAY, calendar=calendar_as_of(TODAY))
        return len(asked)

    keep(place)
    cost()
    one = cost()
    for turn in range(5):
        keep(place, words=f"第{turn}项", post=f"岗位{turn}")
    assert cost() == one <= 8


def test_the_job_of_the_morning_opens_them_and_says_what_it_could_not(place: dict[str, Any]) -> None:
    keep(place, from_on=date(2026, 1, 1))
    other = commitments.unit("C2", "county", "云川市临溪区", "临溪区", place["root"])
    keep(place, words="核对台账", supervising_unit=other, from_on=date(2026, 1, 1))
    Unit.objects.filter(pk=other.pk).update(closed_on=date(2026, 1, 2))
    when = at(date(2026, 3, 25))
    # Of January nobody speaks any more; February is made up for.
    assert open_recurring_duties(now=when) == (2, 2)
    assert sorted(DutyOpening.objects.values_list("period", flat=True)) == ["2026-02", "2026-03"]
    assert DutyOpening.objects.get(period="2026-02").due_on == date(2026, 3, 26)

    class Context:
        def progress(self, done: int, total: int, note: str = "") -> None:
            assert done <= total

    RecurringDuty.objects.filter(supervising_unit=other).delete()
    tasks.open_duties(Context())  # type: ignore[arg-type]  # It asks for no more.
