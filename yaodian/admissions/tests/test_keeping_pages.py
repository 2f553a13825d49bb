"""A family reads how long it is kept, takes its copy and goes; the office reads what goes when, and keeps back what must stay."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.admissions import operations
from yaodian.admissions.models import Application, Intake, IntakeState
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.admissions.tests.test_applying_pages import client_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.made()


def test_a_family_reads_until_when_and_takes_its_copy(world: Made) -> None:
    family = factories.family()
    client = client_of(family)
    draft = families.draft(world, family)
    assert "2026-07-20" in client.get(url("application", draft.public_id)).content.decode()
    families.submit(family, draft)
    page = client.get(url("application", draft.public_id)).content.decode()
    assert "结果公布后 7 个月" in page
    assert url("erase", draft.public_id) not in page
    answer = client.get(url("copy", draft.public_id))
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert len(archive.namelist()) == 3
    Intake.objects.update(state=IntakeState.PUBLISHED, published_on="2026-07-15")
    assert "2027-02-15" in client.get(url("application", draft.public_id)).content.decode()
    assert client_of(factories.family()).get(url("copy", draft.public_id)).status_code == 404
    unproved = client_of(family, is_proved=False).get(url("copy", draft.public_id))
    assert unproved.status_code == 302
    assert unproved["Location"] != url("application", draft.public_id)


def test_a_family_erases_what_it_withdrew(world: Made) -> None:
    family = factories.family()
    client = client_of(family)
    row = families.submitted(world, family)
    assert client.get(url("erase", row.public_id))["Location"] == url("application", row.public_id)
    assert "先撤回" in client.post(url("erase", row.public_id), follow=True).content.decode()
    operations.withdraw_application(account=family, public_id=row.public_id, now=NOW)
    assert url("erase", row.public_id) in client.get(url("application", row.public_id)).content.decode()
    assert "新的报名号" in client.get(url("erase", row.public_id)).content.decode()
    assert client.post(url("erase", row.public_id))["Location"] == url("apply")
    assert Application.objects.get().erased_at == NOW
    assert client.get(url("application", row.public_id)).status_code == 404


def test_the_office_keeps_back_and_releases(world: Made) -> None:
    row = factories.application(world)
    judge, clerk = Client(), Client()
    judge.force_login(world.account("judge", "publisher"))
    clerk.force_login(world.account("one"))
    address = url("keeping", world.intake.public_id)
    assert address in clerk.get(url("intake", world.intake.public_id)).content.decode()
    page = clerk.get(address).content.decode()
    assert "2026-07-20" in page
    assert 'name="reason"' not in page
    assert clerk.post(address, {"number": row.number, "reason": "案件"}).status_code == 403
    refused = judge.post(address, {"number": "2026P000000", "reason": "案件"})
    assert refused.status_code == 422
    assert "没有这个报名号" in refused.content.decode()
    assert judge.post(address, {"number": row.number, "reason": "（2026）粤01行初1号"}).status_code == 302
    assert "粤01行初1号" in judge.get(address).content.decode()
    assert judge.post(address, {"release": row.number}).status_code == 302
    row.refresh_from_db()
    assert row.held_at is None
    assert judge.post(address, {"release": "2026P000000"}).status_code == 404


def test_everybody_reads_how_long_with_the_rules(world: Made) -> None:
    world.season.keep_months = 9
    world.season.store()
    assert (
        "结果公布后 9 个月"
        in Client().get(reverse("admissions:season", args=[world.season.public_id])).content.decode()
    )
