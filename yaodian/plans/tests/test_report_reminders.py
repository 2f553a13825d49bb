"""Who is reminded of a monthly report: whoever holds the right on the day, of what is still asked, whatever else fails."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.foundation.messages.queueing import UnableToQueueMessage
from yaodian.foundation.models import Message
from yaodian.organisations.models import Account, Deputyship, Grant, Person, Post, Unit, UnitName
from yaodian.organisations.queries import with_rights
from yaodian.plans.models import Commitment, Duty, MonthlyReport, Plan, ReportNotice
from yaodian.plans.operations import commitments, reports
from yaodian.plans.operations.errors import NotSecondReader
from yaodian.plans.operations.reports import reminding
from yaodian.plans.queries import reports as reading
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, OPENED_ON, signer
from yaodian.plans.tests.reports import opened, photograph, report_of, submitted, withdrawn, written

pytestmark = pytest.mark.django_db

# Three working days before DUE, and the first day after it.
WARNED = datetime(2026, 4, 3, 1, tzinfo=UTC)
LATE = datetime(2026, 4, 9, 1, tzinfo=UTC)


def at_post(where: Unit, *, until: date | None, role: str = "handler") -> Account:
    """Somebody who answers for a unit by a post, which ends on a day."""
    row = signer(where, role)
    person = Person.objects.create(name=row.name)
    post = Post.objects.create(person=person, unit=where, title="副科长", from_on=OPENED_ON, until_on=until)
    Grant.objects.filter(account=row).update(post=post)
    return row


def get(account: Account, name: str, *arguments: object) -> str:
    """A page as somebody who has signed in sees it."""
    client = Client()
    client.force_login(account)
    return client.get(reverse(name, args=arguments)).content.decode()


def told(**of: Any) -> set[int]:
    """The accounts that have a message about a report."""
    return set(Message.objects.filter(key__startswith="plans.report:", **of).values_list("recipient_id", flat=True))


def test_whoever_has_left_his_post_is_not_reminded_and_a_deputy_is() -> None:
    made = opened()
    gone, there, away = (at_post(made.basic, until=day) for day in (date(2026, 4, 3), date(2026, 4, 4), None))
    deputy, former = signer(made.school), signer(made.school)
    common: dict[str, Any] = {"principal": away, "reason": "外出学习", "granted_at": NOW}
    Deputyship.objects.create(deputy=deputy, from_on=date(2026, 4, 1), until_on=date(2026, 5, 1), **common)
    Deputyship.objects.create(deputy=former, from_on=date(2026, 3, 1), until_on=date(2026, 4, 3), **common)
    reports.remind_reports(now=WARNED)
    assert told() == {there.pk, away.pk, deputy.pk}, (gone.pk, former.pk)


def test_nobody_is_reminded_or_asked_once_the_plan_is_withdrawn() -> None:
    made = opened()
    writer, approver = signer(made.basic, "handler"), factories.publisher()
    submitted(made.basic, writer)
    other = signer(made.finance, "handler")
    day = datetime(2026, 4, 30, 1, tzinfo=UTC)
    assert {ask.kind for ask in reading.list_asks(account=other, today=day.date())} == {"report", "sign"}
    withdrawn(made, now=WARNED)
    for account in (writer, other, approver):
        assert reading.list_asks(account=account, today=day.date()) == ()
    assert reports.remind_reports(now=day) == 0
    assert (told(), ReportNotice.objects.count()) == (set(), 0)
    (card,) = reading.list_reports(account=other, today=day.date())
    assert (card.is_asked, card.is_open, card.days_late) == (False, False, 0)
    page = get(other, "plans:reports")
    assert "没有要填报的月报" in page
    assert "不再要求" in page
    Plan.objects.filter(pk=made.plan.pk).update(state="published")
    assert reports.remind_reports(now=day) == 2, "published anew, it goes on"
    assert {other.pk, approver.pk} <= told()


def test_nobody_is_reminded_or_asked_of_what_the_unit_has_given_back() -> None:
    made = opened()
    person, kept = signer(made.basic, "handler"), signer(made.finance, "handler")
    first, *others = Duty.objects.filter(unit=made.basic).order_by("pk")
    for duty in others:
        commitments.return_duty(actor=person, now=NOW, duty_id=duty.pk, reason="不属于本科室")
    assert "report" in {ask.kind for ask in reading.list_asks(account=person, today=LATE.date())}, "one is left"
    commitments.return_duty(actor=person, now=NOW, duty_id=first.pk, reason="不属于本科室")
    assert reading.list_asks(account=person, today=LATE.date()) == ()
    reports.remind_reports(now=LATE)
    assert told() == {kept.pk}
    page = reading.get_overview(account=factories.publisher(), public_id=made.plan.public_id, today=LATE.date())
    assert (page.counts["draft"], page.late) == (1, 1), "of the other unit"


def test_what_is_asked_still_is_what_a_month_asks_about() -> None:
    made = opened()
    report = report_of(made.basic)
    for changes in (
        {},
        {"plan__year": 2025},
        {"due_on": date(2025, 12, 31)},
        {"due_on": None},
        {"due_on": date(2027, 6, 30)},
        {"plan__year": 2027},
        {"state": "dropped", "dropped_reason": "不列入"},
    ):
        own = {name: value for name, value in changes.items() if not name.startswith("plan__")}
        if "plan__year" in changes:
            Plan.objects.filter(pk=made.plan.pk).update(year=changes["plan__year"])
        if own:
            Commitment.objects.filter(plan=made.plan).update(**own)
        asked = reading.duties_asked(unit_id=made.basic.pk, month=report.month).exists()
        assert MonthlyReport.objects.filter(reading.asked_still(), pk=report.pk).exists() is asked, changes


def test_a_unit_of_a_long_name_is_reminded_by_its_first_words() -> None:
    made = opened()
    person = signer(made.basic, "handler")
    name = "云川市青禾县第一至第九中小学幼儿园" * 7
    UnitName.objects.filter(unit=made.basic).update(name=name[:120])
    reports.remind_reports(now=WARNED)
    message = Message.objects.get(recipient=person)
    assert len(message.subject) <= 100
    assert message.subject.startswith(f"月报：{name[:40]}")
    assert message.subject.endswith("…… 2026年3月")


def test_words_that_may_not_go_out_stop_nobody_elses_reminder(caplog: pytest.LogCaptureFixture) -> None:
    made = opened()
    odd, plain = signer(made.basic, "handler"), signer(made.finance, "handler")
    # Read as the number of a telephone, which no message may hold.
    UnitName.objects.filter(unit=made.basic).update(name="青禾县13800001111教学点")
    reports.remind_reports(now=WARNED)
    assert told() == {odd.pk, plain.pk}
    message = Message.objects.get(recipient=odd)
    assert message.subject == "月报：2026年3月"
    assert "13800001111" not in message.body
    assert "without the name of its unit" in caplog.text
    assert "13800001111" not in caplog.text


def test_a_reminder_that_cannot_be_written_stops_nobody_elses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = opened()
    broken, plain = signer(made.basic, "handler"), signer(made.finance, "handler")
    queue = reminding.queue_message

    def refuse(**given: Any) -> Message:
        if given["recipient"] == broken:
            raise UnableToQueueMessage("no")
        return queue(**given)

    monkeypatch.setattr(reminding, "queue_message", refuse)
    assert reports.remind_reports(now=WARNED) == 2
    assert told() == {plain.pk}
    assert "was not told" in caplog.text


def test_the_group_of_the_office_hears_a_number_whatever_the_office_is_called(settings: Any) -> None:
    made = opened()
    settings.WECOM_WEBHOOK = "https://example.org/robot"
    UnitName.objects.filter(unit=made.root).update(name="云川市教育局13800001111")
    reports.remind_reports(now=datetime(2026, 4, 15, 1, tzinfo=UTC))
    message = Message.objects.get(channel="webhook-wecom")
    assert "有 2 份月报" in message.body


DECIDED_BY = datetime(2026, 4, 10, 1, tzinfo=UTC)


def asked_to_decide(account: Account) -> bool:
    today = DECIDED_BY.date()
    return any(ask.kind == "decide" for ask in reading.list_asks(account=account, today=today))


def test_nobody_is_asked_to_decide_a_report_that_he_has_had_a_hand_in() -> None:
    made = opened()
    writer, wrote, proved, sent, free = signer(made.basic, "handler"), *(factories.publisher() for _one in range(4))
    report = written(made.basic, wrote)
    row = made.row("6月底前完成选址")
    common: dict[str, Any] = {"now": WARNED, "public_id": report.public_id}
    reports.add_statement_files(actor=proved, commitment_id=row.pk, files=[photograph()], **common)
    reports.submit_report(actor=sent, **common)
    reports.return_report(actor=free, reason="请写明数字", **common)
    for other in Duty.objects.filter(unit=made.basic).exclude(commitment=row):
        values = reports.StatementValues("另一句话。", "yes")
        reports.write_statement(actor=writer, commitment_id=other.commitment_id, values=values, **common)
    reports.submit_report(actor=writer, **common)
    of_the_unit = signer(made.root, "publisher")
    Grant.objects.create(account=of_the_unit, role="viewer", unit=made.basic, from_on=OPENED_ON, granted_at=NOW)
    of_the_unit = with_rights(Account.objects.get(pk=of_the_unit.pk))
    barred = (wrote, proved, sent, of_the_unit)
    assert [asked_to_decide(one) for one in (*barred, free)] == [False] * len(barred) + [True]
    for one in barred:
        page = reading.get_report(account=one, public_id=report.public_id, today=DECIDED_BY.date())
        assert not page.decide.is_allowed
        with pytest.raises(NotSecondReader):
            reports.approve_report(actor=one, **common)
    reports.remind_reports(now=datetime(2026, 4, 13, 1, tzinfo=UTC))
    asked = told(key__contains=":decide:")
    assert free.pk in asked
    assert asked.isdisjoint({one.pk for one in barred})


def test_where_nobody_else_of_the_office_may_decide_the_unit_above_is_asked() -> None:
    made = opened()
    Plan.objects.filter(pk=made.plan.pk).update(issuer="云川市青禾县")
    own, above = signer(made.county, "publisher"), signer(made.root, "publisher")
    Grant.objects.create(account=own, role="handler", unit=made.basic, from_on=OPENED_ON, granted_at=NOW)
    submitted(made.basic, with_rights(Account.objects.get(pk=own.pk)))
    reports.remind_reports(now=DECIDED_BY)
    asked = told(key__contains=":decide:")
    assert above.pk in asked
    assert own.pk not in asked
    Message.objects.all().delete()
    other = signer(made.county, "publisher")
    reports.remind_reports(now=datetime(2026, 4, 15, 1, tzinfo=UTC))
    assert told(key__contains=":decide:") == {other.pk}, "somebody of the office may"
