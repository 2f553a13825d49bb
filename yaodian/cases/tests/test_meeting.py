"""A meeting walks through what is overdue and escalated; its decisions are actions of the loop, its protocol their list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from yaodian.cases import operations, queries
from yaodian.cases.models import Case, CaseEvent, Meeting
from yaodian.cases.tests import factories
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> dict[str, Any]:
    city = factories.city()
    return {
        "city": city,
        "supervisor": factories.account("supervisor", city["bureau"]),
        "handler": factories.account("handler", city["s0"]),
    }


def client_of(account: Account) -> Client:
    account.is_demonstration = True
    account.save()
    client = Client()
    client.force_login(account)
    return client


def late(cast: dict[str, Any], *, days: int = 60, **given: Any) -> Case:
    """A case that a school has been late with for some weeks, signed for."""
    at = timezone.now() - timedelta(days=days)
    case = factories.opened(cast["city"], **{"doing_unit": cast["city"]["s0"], "now": at, **given})
    if case.doing_unit_id == cast["city"]["s0"].pk:
        operations.accept_case(actor=cast["handler"], public_id=case.public_id, now=at)
    return case


def test_the_agenda_is_what_is_late_or_escalated_in_the_scope_and_what_harms_most_comes_first(
    cast: dict[str, Any],
) -> None:
    city, now = cast["city"], timezone.now()
    late(cast, title="逾期")
    graver = late(cast, title="更久", days=120)
    escalated = factories.opened(city, title="提级", doing_unit=city["s0"], now=now)
    operations.escalate_case(actor=cast["supervisor"], public_id=escalated.public_id, reason="家长反映", now=now)
    factories.opened(city, title="不急", doing_unit=city["s0"], now=now)
    elsewhere = late(cast, title="别处", doing_unit=city["s1"])
    late(cast, title="别类", kind="inspection.finding", days=150)
    meeting = operations.open_meeting(
        actor=cast["supervisor"], unit=city["s0"], kind="plans.commitment_overdue", now=now
    )
    titles = [item.case.title for item in meeting.items.order_by("place")]
    assert titles == ["更久", "逾期", "提级"]
    assert titles[0] == graver.title
    assert elsewhere.title not in titles
    # The list shows what is escalated by itself as well.
    listed = queries.list_page(
        account=cast["supervisor"], today=timezone.localdate(), filters=queries.Filters(is_escalated=True)
    )
    assert [line.case.title for line in listed.lines] == ["提级"]


def test_a_meeting_about_nothing_does_not_begin_and_a_new_one_ends_the_last(cast: dict[str, Any]) -> None:
    now = timezone.now()
    with pytest.raises(operations.UnableToOpenMeeting, match="没有逾期或提级"):
        operations.open_meeting(actor=cast["supervisor"], unit=cast["city"]["s0"], now=now)
    late(cast)
    with pytest.raises(PermissionMissing):
        operations.open_meeting(actor=cast["handler"], unit=cast["city"]["s0"], now=now)
    with pytest.raises(operations.UnableToOpenMeeting, match="没有“x"):
        operations.open_meeting(actor=cast["supervisor"], unit=cast["city"]["s0"], kind="x.y", now=now)
    first = operations.open_meeting(actor=cast["supervisor"], unit=cast["city"]["s0"], now=now)
    operations.open_meeting(actor=cast["supervisor"], unit=cast["city"]["bureau"], now=now + timedelta(minutes=5))
    first.refresh_from_db()
    assert first.ended_at is not None
    assert Meeting.objects.filter(ended_at__isnull=True).count() == 1


def test_a_meeting_is_ended_by_whoever_leads_it(cast: dict[str, Any]) -> None:
    late(cast)
    meeting = operations.open_meeting(actor=cast["supervisor"], unit=cast["city"]["s0"], now=timezone.now())
    other = factories.account("supervisor", cast["city"]["bureau"], name="other")
    with pytest.raises(operations.UnableToEndMeeting, match="请由本人结束"):
        operations.end_meeting(actor=other, public_id=meeting.public_id, now=timezone.now())


def test_everything_is_decided_by_plain_forms_and_stands_in_the_protocol(cast: dict[str, Any]) -> None:
    case = late(cast)
    second = late(cast, title="第二件", days=50)
    wanted = timezone.localdate() + timedelta(days=30)
    operations.ask_extension(
        actor=cast["handler"], public_id=case.public_id, new_due_on=wanted, reason="货未到", now=timezone.now()
    )
    client = client_of(cast["supervisor"])
    started = client.post("/cases/meeting/", {"unit": "s0 第一小学", "kind": ""})
    meeting = Meeting.objects.get()
    address = f"/cases/meeting/{meeting.public_id}"
    assert started["Location"] == f"{address}/1/"
    page = client.get(f"{address}/1/").content.decode()
    assert case.title in page
    assert "货未到" in page
    for key in ("A", "Y", "N", "T", "D"):
        assert f"<kbd>{key}</kbd>" in page

    def send(place: int, action: str, **given: Any) -> Any:
        one = case if place == 1 else second
        one.refresh_from_db()
        return client.post(
            f"{address}/{place}/{action}/",
            {"expected_version": one.version, "client_key": f"{place}{action}", **given},
        )

    assert send(1, "approve_extension").status_code == 302
    assert send(1, "decide", reason="").status_code == 422
    assert send(1, "decide", reason="由基建科每周报告进度").status_code == 302
    assert send(2, "assign", unit="s1", reason="原承办单位已无此职责").status_code == 302
    assert send(2, "escalate", reason="下月再议").status_code == 302
    assert client.post(f"{address}/end/")["Location"] == f"{address}/"
    protocol = client.get(f"{address}/").content.decode()
    for words in ("同意延期", wanted.isoformat(), "会议决定", "由基建科每周报告进度", "改派", "提级督办", "下月再议"):
        assert words in protocol
    case.refresh_from_db()
    assert case.due_on == wanted
    assert CaseEvent.objects.get(case=case, action="decide").to_state == case.state
    # What comes after the end is of no meeting.
    operations.decide_in_meeting(
        actor=cast["supervisor"], public_id=case.public_id, reason="会后补记", now=timezone.now() + timedelta(hours=1)
    )
    assert "会后补记" not in client.get(f"{address}/").content.decode()
    assert client.get(f"{address}/1/")["Location"] == f"{address}/"
    assert send(1, "decide", reason="迟了")["Location"] == f"{address}/"
    assert not CaseEvent.objects.filter(reason="迟了").exists()


def test_a_decision_sent_twice_counts_once_and_one_on_an_old_page_is_told(cast: dict[str, Any]) -> None:
    case = late(cast)
    client = client_of(cast["supervisor"])
    client.post("/cases/meeting/", {"unit": "bureau"})
    address = f"/cases/meeting/{Meeting.objects.get().public_id}/1/decide/"
    case.refresh_from_db()
    for _turn in range(2):
        client.post(address, {"expected_version": case.version, "client_key": "k", "reason": "限期一周"})
    assert CaseEvent.objects.filter(case=case, action="decide").count() == 1
    sent = {"expected_version": case.version, "client_key": "k2", "reason": "再限一周"}
    assert "有了变动" in client.post(address, sent, follow=True).content.decode()


def test_what_may_not_be_decided_says_why_and_whoever_does_not_lead_sees_the_protocol(cast: dict[str, Any]) -> None:
    late(cast)
    meeting = operations.open_meeting(actor=cast["supervisor"], unit=cast["city"]["bureau"], now=timezone.now())
    address = f"/cases/meeting/{meeting.public_id}"
    client = client_of(cast["supervisor"])
    assert "现在没有待审批的延期申请。" in client.get(f"{address}/1/").content.decode()
    sent = client.post(f"{address}/1/approve_extension/", {}, follow=True)
    assert "现在没有待审批的延期申请。" in sent.content.decode()
    assert client.post(f"{address}/1/report/", {}).status_code == 404
    assert client.get(f"{address}/9/").status_code == 404
    other = client_of(factories.account("supervisor", cast["city"]["bureau"], name="other"))
    assert other.get(f"{address}/1/")["Location"] == f"{address}/"
    stranger = factories.account("supervisor", cast["city"]["c1"])
    assert client_of(stranger).get(f"{address}/").status_code in (403, 404)


def test_the_pages_of_a_meeting_cost_the_same_however_long_its_agenda_is(
    cast: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    for turn in range(6):
        late(cast, title=f"第{turn}件", days=50 + turn)
    meeting = operations.open_meeting(actor=cast["supervisor"], unit=cast["city"]["bureau"], now=timezone.now())
    client = client_of(cast["supervisor"])
    for address, most in (("", 24), ("1/", 45)):
        with django_assert_max_num_queries(most):
            assert client.get(f"/cases/meeting/{meeting.public_id}/{address}").status_code == 200
    with django_assert_max_num_queries(24):
        client.get("/cases/meeting/")
    assert len(queries.list_meetings(account=cast["supervisor"], today=timezone.localdate())) == 1
