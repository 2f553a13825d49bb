"""The pages and calls of bulletins: the way from the form to the file, and who finds nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.plans import models
from yaodian.plans.operations import bulletins as changing
from yaodian.plans.tests import factories
from yaodian.plans.tests.bulletins import act, compose, issued
from yaodian.plans.tests.commitments import Bureau, bureau, signer

pytestmark = pytest.mark.django_db


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def made() -> Bureau:
    return bureau(accepted=True)


def test_from_the_form_to_the_file_with_a_second_person(made: Bureau) -> None:
    writer, second = signed_in(made.editor), signed_in(factories.publisher())
    page = writer.get(reverse("plans:compose_bulletin")).content.decode()
    assert made.plan.public_id in page
    code = page.partition('<optgroup label="月">')[2].partition('value="')[2].partition('"')[0]
    given = {"unit": made.root.public_id, "kind": "circular", "plans": made.plan.public_id, "period": code}
    answer = writer.post(reverse("plans:compose_bulletin"), given)
    row = models.Bulletin.objects.get()
    assert answer["Location"] == reverse("plans:bulletin", args=[row.public_id])
    draft = writer.get(answer["Location"]).content.decode()
    assert "没有变化" in draft
    assert "?key=total" in draft
    assert writer.get(reverse("plans:bulletin_file", args=[row.public_id, "docx"])).status_code == 200
    version = {"expected_version": row.version}
    writer.post(reverse("plans:write_bulletin", args=[row.public_id, "submit"]), version)
    row.refresh_from_db()
    assert row.state == "submitted"
    own = writer.get(reverse("plans:bulletin", args=[row.public_id])).content.decode()
    assert "您的账号没有签发这个单位通报的权限" in own
    second.post(reverse("plans:decide_bulletin", args=[row.public_id, "issue"]), {"expected_version": row.version})
    row.refresh_from_db()
    assert row.state == "issued"
    got = second.get(reverse("plans:bulletin_file", args=[row.public_id, "docx"]))
    assert hashlib.sha256(got.content).hexdigest() == row.files.get(kind="docx").sha256


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(made: Bureau) -> None:
    given = {"unit": made.root.public_id, "kind": "briefing", "plans": made.plan.public_id, "period": "days"}
    answer = signed_in(made.editor).post(
        reverse("plans:compose_bulletin"), {**given, "first": "2026-03-05", "last": "2026-03-01"}
    )
    assert answer.status_code == 422
    assert "早于起的日期" in answer.content.decode()
    assert 'value="2026-03-05"' in answer.content.decode()


def test_each_number_leads_to_the_commitments_behind_it(made: Bureau) -> None:
    row = compose(made)
    page = signed_in(made.editor).get(reverse("plans:bulletin_traces", args=[row.public_id]) + "?key=total")
    for commitment in made.rows():
        assert reverse("plans:commitment", args=[made.plan.public_id, commitment.pk]) in page.content.decode()


def test_a_wording_is_previewed_with_the_figures_and_refused_with_its_place(made: Bureau) -> None:
    compose(made)
    client = signed_in(made.editor)
    address = reverse("plans:bulletin_wording", args=[made.root.public_id, "closing"])
    total = len(made.rows())
    shown = client.post(address, {"text": "共{total}项。", "verb": "preview", "expected_version": 0})
    assert f"共<b>{total}</b>项。" in shown.content.decode()
    assert not models.BulletinWording.objects.exists()
    wrong = client.post(address, {"text": "共{totl}项。", "expected_version": 0})
    assert wrong.status_code == 422
    assert "第 3 个字" in wrong.content.decode()
    assert client.post(address, {"text": "共{total}项。", "expected_version": 0}).status_code == 302
    assert client.get(reverse("plans:bulletin_wordings")).status_code == 200


def test_a_draft_is_worded_by_itself(made: Bureau) -> None:
    row = compose(made)
    client = signed_in(made.editor)
    address = reverse("plans:bulletin_words", args=[row.public_id])
    assert client.get(address).status_code == 200
    texts: dict[str, Any] = {**row.texts, "closing": "抓紧办理{red}项。", "expected_version": row.version}
    assert client.post(address, texts).status_code == 302
    row.refresh_from_db()
    assert row.texts["closing"] == "抓紧办理{red}项。"
    stale = client.post(address, texts)
    assert stale.status_code == 409


def test_the_head_of_an_office_is_set_on_the_page(made: Bureau) -> None:
    compose(made)
    address = reverse("plans:bulletin_head", args=[made.root.public_id, "circular"])
    signed_in(made.editor).post(address, {"issuer": "云川市教育局", "office_code": "云教督"})
    assert models.BulletinSeries.objects.get(kind="circular").office_code == "云教督"


def test_a_list_costs_the_same_whatever_its_length(made: Bureau, django_assert_max_num_queries: Any) -> None:
    client = signed_in(made.editor)
    compose(made)
    client.get(reverse("plans:bulletins"))
    for _turn in range(3):
        compose(made)
    with django_assert_max_num_queries(14):
        assert client.get(reverse("plans:bulletins")).status_code == 200


def test_whoever_stands_below_reads_what_was_issued_and_finds_no_draft(made: Bureau) -> None:
    head = signed_in(signer(made.school, role="head"))
    draft, out = compose(made), issued(made, factories.publisher())
    assert head.get(reverse("plans:bulletin", args=[out.public_id])).status_code == 200
    assert head.get(reverse("plans:bulletin", args=[draft.public_id])).status_code == 404
    assert head.get(reverse("plans:bulletin_file", args=[draft.public_id, "docx"])).status_code == 404


def test_the_interface_for_programs_gives_issued_bulletins_only(made: Bureau) -> None:
    client = signed_in(made.editor)
    draft, publisher = compose(made), factories.publisher()
    out = issued(made, publisher)
    act(changing.withdraw_bulletin, publisher, out, reason="口径有误")
    found = client.get("/api/plans/bulletins").json()
    assert [one["public_id"] for one in found["items"]] == [out.public_id]
    one = client.get(f"/api/plans/bulletins/{out.public_id}").json()
    assert (one["state"], one["withdrawn_reason"]) == ("withdrawn", "口径有误")
    assert {"total", "red"} <= {number["key"] for number in one["numbers"]}
    assert client.get(f"/api/plans/bulletins/{draft.public_id}").status_code == 404
    file = client.get(f"/api/plans/bulletins/{out.public_id}/files/docx").content
    assert hashlib.sha256(file).hexdigest() == next(x["sha256"] for x in one["files"] if x["kind"] == "docx")
