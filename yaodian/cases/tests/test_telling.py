"""Reminders in the outbox: for whoever wishes it and may know of the case, once, and without saying what it is about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from yaodian.audit.queries import entries_of
from yaodian.cases import operations
from yaodian.cases.models import MailWish, Notice
from yaodian.cases.tests import factories
from yaodian.foundation.models import Message
from yaodian.organisations.models import Account, Unit

pytestmark = pytest.mark.django_db
OPENED = date(2026, 3, 2)
DUE = date(2026, 3, 30)  # Twenty working days.


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def wishing(role: str, unit: Unit) -> Account:
    account = factories.account(role, unit)
    operations.wish_mail(actor=account, address=f"{account.username}@example.org", now=at(OPENED))
    return account


def morning(day: date) -> None:
    for _turn in range(2):
        operations.escalate_due(now=at(day))
        operations.queue_reminders(now=at(day))


def sent() -> list[str]:
    return sorted(Message.objects.filter(channel="mail").values_list("address", flat=True))


def test_each_reminder_is_one_mail_to_whoever_wishes_it_and_names_no_matter() -> None:
    city = factories.city()
    head, handler = wishing("head", city["s0"]), wishing("handler", city["s0"])
    supervisor, elsewhere = wishing("supervisor", city["bureau"]), wishing("handler", city["s1"])
    silent = factories.account("handler", city["s0"])
    case = factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    morning(date(2026, 3, 25))
    assert sent() == sorted(f"{one.username}@example.org" for one in (head, handler))
    operations.accept_case(actor=handler, public_id=case.public_id, now=at(date(2026, 3, 26)))
    Message.objects.all().delete()
    MailWish.objects.filter(account=head).update(since=at(date(2026, 3, 26)))
    MailWish.objects.filter(account=handler).update(since=at(date(2026, 3, 26)))
    morning(DUE)
    # Who signed for it is told by name, and nobody else of the unit.
    assert sent() == [f"{handler.username}@example.org"]
    message = Message.objects.get()
    assert case.number in message.subject
    assert "2026-03-30" in message.body
    assert case.title not in message.subject + message.body
    for day in range(1, 25):
        morning(DUE + timedelta(days=day))
    assert sent().count(f"{supervisor.username}@example.org") == 2
    assert f"{elsewhere.username}@example.org" not in sent()
    assert Message.objects.values("key").distinct().count() == Message.objects.count()
    assert not any(silent.username in address for address in sent())


def test_of_a_restricted_case_only_those_hear_who_may_know_of_it() -> None:
    city = factories.city()
    head, handler = wishing("head", city["s0"]), wishing("handler", city["s0"])
    editor, supervisor = wishing("editor", city["bureau"]), wishing("supervisor", city["bureau"])
    case = factories.opened(city, kind="services.ticket", doing_unit=city["s0"], now=at(OPENED))
    operations.accept_case(actor=handler, public_id=case.public_id, now=at(OPENED))
    for day in range(1, 25):
        morning(OPENED + timedelta(days=day))
    assert {row.step for row in Notice.objects.all()} == {"handler", "head", "supervisor", "leader"}
    assert set(sent()) == {f"{handler.username}@example.org", f"{supervisor.username}@example.org"}
    assert {head.username, editor.username}.isdisjoint(address.partition("@")[0] for address in sent())


def test_a_wish_counts_from_now_on_and_can_be_taken_back() -> None:
    city = factories.city()
    factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    operations.escalate_due(now=at(date(2026, 3, 25)))
    handler = factories.account("handler", city["s0"])
    operations.wish_mail(actor=handler, address="a@example.org", now=at(date(2026, 3, 26)))
    operations.queue_reminders(now=at(date(2026, 3, 26)))
    assert sent() == []
    operations.wish_mail(actor=handler, address=" ", now=at(date(2026, 3, 27)))
    morning(DUE)
    assert sent() == []
    assert entries_of(subject=f"account:{handler.pk}").filter(code="cases.mail.wish").count() == 2


def test_the_group_of_a_robot_hears_a_number_once_a_day(settings: Any) -> None:
    settings.WECOM_WEBHOOK = "https://example.org/hook"
    city = factories.city()
    for _turn in range(3):
        factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    morning(OPENED)
    assert not Message.objects.exists()
    morning(date(2026, 3, 25))
    message = Message.objects.get()
    assert message.channel == "webhook-wecom"
    assert "3 件" in message.body


def test_a_pass_costs_the_same_statements_however_many_reminders_there_are(django_assert_max_num_queries: Any) -> None:
    city = factories.city()
    for _turn in range(3):
        wishing("handler", city["s0"])
    for _turn in range(12):
        factories.opened(city, doing_unit=city["s0"], now=at(OPENED))
    operations.escalate_due(now=at(date(2026, 3, 25)))
    with django_assert_max_num_queries(8):
        operations.queue_reminders(now=at(date(2026, 3, 25)))
    assert len(sent()) == 36


def test_mail_is_wished_for_on_the_page_of_the_day() -> None:
    city = factories.city()
    handler = factories.account("handler", city["s0"])
    handler.is_demonstration = True
    handler.save()
    client = Client()
    client.force_login(handler)

    def send(address: str) -> str:
        return str(client.post("/cases/today/mail/", {"address": address}, follow=True).content.decode())

    assert "a@example.org" in send("a@example.org")
    assert "不是邮箱地址" in send("何处")
    assert MailWish.objects.get().address == "a@example.org"
    assert "不再发送邮件提醒" in send("")
    assert not MailWish.objects.exists()
