"""The pages and the API of monthly reports: a line with a photograph, handing in, deciding, and what nobody else sees."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from yaodian.organisations.models import Account
from yaodian.plans import models
from yaodian.plans.operations import load_demonstration, load_demonstration_commitments
from yaodian.plans.operations.reports import load_demonstration_reports
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import bureau, signer
from yaodian.plans.tests.reports import OPENED, opened, report_of, submitted, written

pytestmark = pytest.mark.django_db


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def picture() -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(buffer, "JPEG")
    return SimpleUploadedFile("现场.jpg", buffer.getvalue(), "image/jpeg")


def test_a_line_is_written_with_a_photograph_handed_in_and_approved_by_another() -> None:
    made = opened()
    writer, approver = signer(made.basic, "handler"), factories.publisher()
    report = report_of(made.basic)
    client = signed_in(writer)
    assert report.unit.public_id == made.basic.public_id
    assert "基教科" in client.get(reverse("plans:reports")).content.decode()
    page = client.get(reverse("plans:report", args=[report.public_id])).content.decode()
    assert "还没有填写进展" in page
    row = made.row("6月底前完成选址")
    address = reverse("plans:report_line", args=[report.public_id, row.pk])
    bad = client.post(address, {"sentence": "已完成", "forecast": "no", "version": "0"})
    assert bad.status_code == 422
    assert "请写明原因" in bad.content.decode()
    answer = client.post(
        address, {"sentence": "已完成摸底。", "forecast": "yes", "version": "0", "files": picture(), "then": "next"}
    )
    assert answer.status_code == 302
    assert "/line/" in answer["Location"], "on to the next line that lacks something"
    file = models.StatementFile.objects.get().file
    small = client.get(reverse("plans:report_file", args=[report.public_id, file.public_id]), {"small": "1"})
    assert small["Content-Type"] == "image/jpeg"
    refused = client.post(reverse("plans:submit_report", args=[report.public_id]), follow=True)
    assert "没有填写进展和预计" in refused.content.decode()
    written(made.basic, writer)
    client.post(reverse("plans:submit_report", args=[report.public_id]))
    office = signed_in(approver)
    assert "审核月报" in office.get(reverse("web:home")).content.decode()
    decide = reverse("plans:decide_report", args=[report.public_id])
    office.post(decide, {"answer": "return", "reason": "请写明数字"})
    assert "请写明数字" in client.get(reverse("plans:report", args=[report.public_id])).content.decode()
    client.post(reverse("plans:submit_report", args=[report.public_id]))
    office.post(decide, {"answer": "approve"})
    assert report_of(made.basic).state == "approved"
    said = client.get(reverse("plans:line_history", args=[made.plan.public_id, row.pk])).content.decode()
    assert "已完成摸底，台账已建立。" in said


def test_the_office_sees_who_has_handed_in_and_sets_the_day() -> None:
    made = opened()
    submitted(made.basic, signer(made.basic, "handler"))
    office = signed_in(factories.publisher())
    address = reverse("plans:plan_reports", args=[made.plan.public_id])
    page = office.get(address, {"month": "2026-03"}).content.decode()
    assert "待审核" in page
    assert "待报送" in page
    rule = reverse("plans:set_report_rule", args=[made.plan.public_id])
    assert "第 1 至第 20 个工作日" in office.post(rule, {"working_day": "30"}, follow=True).content.decode()
    assert "次月第 8 个工作日" in office.post(rule, {"working_day": "8"}, follow=True).content.decode()


def test_nobody_else_gets_a_page_a_line_or_a_file() -> None:
    made = opened()
    report = report_of(made.basic)
    client = signed_in(signer(made.finance, "handler"))
    row = made.row("6月底前完成选址")
    for name, arguments in (
        ("report", [report.public_id]),
        ("report_line", [report.public_id, row.pk]),
        ("report_file", [report.public_id, "2" * 12]),
        ("plan_reports", [made.plan.public_id]),
    ):
        assert client.get(reverse(f"plans:{name}", args=arguments)).status_code == 404
    assert client.post(reverse("plans:submit_report", args=[report.public_id])).status_code in (403, 404)


def call(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.generic(method, f"/api/plans/{path}", data=json.dumps(body or {}), content_type="application/json")


def test_the_api_says_what_may_be_done_and_why_not() -> None:
    made = opened()
    writer = signer(made.basic, "handler")
    report = report_of(made.basic)
    client = signed_in(writer)
    assert [one["public_id"] for one in call(client, "GET", "reports").json()] == [report.public_id]
    whole = call(client, "GET", f"reports/{report.public_id}").json()
    assert {one["action"]: one["is_allowed"] for one in whole["actions"]} == {"submit": False, "approve": False}
    for line in whole["lines"]:
        answer = call(
            client,
            "PUT",
            f"reports/{report.public_id}/lines/{line['commitment_id']}",
            {"expected_version": 0, "sentence": "推进中。", "forecast": "yes"},
        )
        assert answer.status_code == 200
    done = call(client, "POST", f"reports/{report.public_id}/submit", {"expected_version": 1})
    assert done.json()["state"] == "submitted"
    refused = call(client, "POST", f"reports/{report.public_id}/approve", {"expected_version": 2})
    assert refused.status_code == 403


def test_the_demonstration_has_reports_of_every_state_and_does_nothing_twice() -> None:
    bureau(proposed=False)
    editor, publisher = factories.editor(), factories.publisher()
    load_demonstration(now=OPENED, editor=editor, publisher=publisher)
    load_demonstration_commitments(now=OPENED, editor=editor)
    made = load_demonstration_reports(now=OPENED, editor=editor, publisher=publisher)
    assert made == models.MonthlyReport.objects.count() > 0
    assert load_demonstration_reports(now=OPENED, editor=editor, publisher=publisher) == 0


def test_a_file_is_taken_off_on_the_page_and_a_milestone_is_named() -> None:
    made = opened()
    writer = signer(made.basic, "handler")
    client = signed_in(writer)
    report, row = report_of(made.basic), made.row("6月底前完成选址")
    models.Milestone.objects.create(commitment=row, label="完成摸底", due_on="2026-03-31", rule="person")
    address = reverse("plans:report_line", args=[report.public_id, row.pk])
    assert "完成摸底" in client.get(address).content.decode()
    said = {"sentence": "到了。", "forecast": "done", "version": "0", "reached": "2026-03-31|完成摸底", "then": "stop"}
    bare = client.post(address, said)
    assert bare.status_code == 422
    assert "要附上照片或文件作证明" in bare.content.decode()
    assert client.post(address, {**said, "files": picture()}).status_code == 302
    one = models.StatementFile.objects.get()
    page = client.get(address).content.decode()
    assert "报送之前可以移除" in page
    remove = reverse("plans:remove_report_file", args=[report.public_id, row.pk])
    stranger = signed_in(signer(made.finance, "handler"))
    assert stranger.post(remove, {"file": one.file.public_id}).status_code == 403
    assert client.post(remove, {"file": "nothing"}).status_code == 404
    answer = client.post(remove, {"file": one.file.public_id}, follow=True)
    assert "材料已移除" in answer.content.decode()
    assert not models.StatementFile.objects.exists()


def test_files_come_and_go_by_the_api() -> None:
    made = opened()
    client = signed_in(signer(made.basic, "handler"))
    report, row = report_of(made.basic), made.row("6月底前完成选址")
    line = f"/api/plans/reports/{report.public_id}/lines/{row.pk}"
    said = {"expected_version": 0, "sentence": "已完成。", "forecast": "done"}
    refused = client.put(line, json.dumps(said), content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "no-proof")
    bad = client.post(f"{line}/files", {"files": [SimpleUploadedFile("a.exe", b"MZ\x90\x00")]})
    assert bad.status_code == 422
    assert bad.json()["field"] == "files"
    answer = client.post(f"{line}/files", {"files": [picture()]})
    assert answer.status_code == 200, answer.content
    (shown,) = (one for one in answer.json()["lines"] if one["commitment_id"] == row.pk)
    assert [one["name"] for one in shown["files"]] == ["现场.jpg"]
    assert client.put(line, json.dumps(said), content_type="application/json").status_code == 200
    stranger = signed_in(signer(made.finance, "handler"))
    assert stranger.post(f"{line}/files", {"files": [picture()]}).status_code == 404
    gone = client.delete(f"{line}/files/{shown['files'][0]['id']}")
    assert gone.status_code == 200
    assert not models.StatementFile.objects.exists()
    assert client.delete(f"{line}/files/{shown['files'][0]['id']}").status_code == 404


def test_several_files_and_a_wish_to_clear_them_are_taken_as_the_files() -> None:
    made = opened()
    client = signed_in(signer(made.basic, "handler"))
    report, row = report_of(made.basic), made.row("6月底前完成选址")
    address = reverse("plans:report_line", args=[report.public_id, row.pk])
    said = {"sentence": "已完成。", "forecast": "done", "version": "0", "then": "stop", "files-clear": "on"}
    assert client.post(address, {**said, "files": [picture(), picture()]}).status_code == 302
    assert models.StatementFile.objects.count() == 1, "the same picture twice is there once"


def test_a_report_in_which_nothing_is_asked_says_so_where_one_would_hand_it_in() -> None:
    made = opened()
    models.Duty.objects.filter(unit=made.basic).delete()
    client, report = signed_in(signer(made.basic, "handler")), report_of(made.basic)
    page = client.get(reverse("plans:report", args=[report.public_id]))
    assert 'disabled aria-describedby="why-submit"' in page.content.decode()
    assert "没有向本单位要求什么，不必报送" in page.content.decode()
    whole = call(client, "GET", f"reports/{report.public_id}").json()
    (submit,) = (one for one in whole["actions"] if one["action"] == "submit")
    assert not submit["is_allowed"]
    refused = call(client, "POST", f"reports/{report.public_id}/submit", {"expected_version": report.version})
    assert (refused.status_code, refused.json()["detail"]) == (422, submit["why_not"])
