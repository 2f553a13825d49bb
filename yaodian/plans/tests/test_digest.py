"""The weekly digest: once a week for each person, numbers only, and only for who wants it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.foundation.messages.queueing import check_words
from yaodian.foundation.models import Message
from yaodian.plans import models
from yaodian.plans.operations import bulletins as changing
from yaodian.plans.operations.bulletins import digest
from yaodian.plans.operations.errors import UnableToSetDigest
from yaodian.plans.tests.commitments import NOW, Bureau, bureau, signer

pytestmark = pytest.mark.django_db

ADDRESS = "https://plans.example/cases/today/"


@pytest.fixture
def made() -> Bureau:
    """A bureau whose school has a duty to sign for."""
    made = bureau(accepted=True)
    row = made.rows()[0]
    models.Duty.objects.create(commitment=row, unit=made.school, name="东岭小学", part="lead")
    return made


def send(now: Any = NOW) -> int:
    return changing.send_digests(now=now, address=ADDRESS)


def test_each_person_gets_one_a_week_however_often_it_is_sent(made: Bureau) -> None:
    head = signer(made.school, role="head")
    changing.set_digest(actor=head, now=NOW, is_on=True, address="head@example.gov.cn")
    assert send() == 1
    assert send(NOW + timedelta(days=2)) == 0
    assert send(NOW + timedelta(days=7)) == 1
    assert Message.objects.filter(recipient=head, channel="mail").count() == 2


def test_a_run_that_was_interrupted_goes_on_and_doubles_nothing(made: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = [signer(made.school, role="head") for _turn in range(2)]
    for place, head in enumerate(heads):
        changing.set_digest(actor=head, now=NOW, is_on=True, address=f"head{place}@example.gov.cn")
    real = digest.queue_message

    def dies(**given: Any) -> Message:
        if given["recipient"] == heads[1]:
            raise RuntimeError("killed")
        return real(**given)

    with monkeypatch.context() as broken:
        broken.setattr(digest, "queue_message", dies)
        with pytest.raises(RuntimeError):
            send()
    assert send(NOW + timedelta(minutes=5)) == 1
    assert Message.objects.count() == 2


def test_it_holds_numbers_and_an_address_and_no_name(made: Bureau) -> None:
    head = signer(made.school, role="head", name="祁念")
    changing.set_digest(actor=head, now=NOW, is_on=True, address="head@example.gov.cn")
    send()
    row = Message.objects.get()
    assert "待签收任务 1" in row.body
    assert ADDRESS in row.body
    for word in ("祁念", "东岭", made.rows()[0].text):
        assert word not in row.subject + row.body
    check_words(row.subject, row.body)


def test_who_has_switched_it_off_or_holds_no_right_gets_none(made: Bureau) -> None:
    off, gone = signer(made.school, role="head"), signer(made.school, role="head")
    changing.set_digest(actor=off, now=NOW, is_on=True, address="off@example.gov.cn")
    changing.set_digest(actor=off, now=NOW, is_on=False, address="off@example.gov.cn")
    changing.set_digest(actor=gone, now=NOW, is_on=True, address="gone@example.gov.cn")
    gone.grants.all().delete()
    assert send() == 0


def test_the_robot_of_a_group_is_told_of_the_house_once(made: Bureau, settings: Any) -> None:
    settings.WECOM_WEBHOOK = "https://robot.example/send?key=x"
    assert send() == 1
    row = Message.objects.get()
    assert (row.channel, row.recipient_id, row.address) == ("webhook-wecom", None, "")
    assert "待签收任务" in row.body


def test_the_page_sets_it_and_refuses_what_is_no_address(made: Bureau) -> None:
    head = signer(made.school, role="head")
    client = Client()
    client.force_login(head)
    assert "待签收任务 1" in client.get(reverse("plans:digest")).content.decode()
    wrong = client.post(reverse("plans:digest"), {"is_on": "on", "address": "nonsense"})
    assert wrong.status_code == 422
    assert "不像邮箱地址" in wrong.content.decode()
    client.post(reverse("plans:digest"), {"is_on": "on", "address": "head@example.gov.cn"})
    assert models.DigestSetting.objects.get().is_on
    with pytest.raises(UnableToSetDigest):
        changing.set_digest(actor=head, now=NOW, is_on=True, address=" ")
