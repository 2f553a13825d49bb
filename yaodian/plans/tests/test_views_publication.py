"""From review to the public page by its buttons, and a sheet that goes out and comes back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.plans import operations
from yaodian.plans.models import ItemState, Plan, PlanState
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER
from yaodian.plans.tests.test_operations_sheets import edited, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Account:
    return factories.editor("李编辑")


@pytest.fixture
def plan(editor: Account) -> Plan:
    return factories.in_review(editor)


def at(name: str, *arguments: Any) -> str:
    return reverse(f"plans:{name}", args=arguments)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def press(client: Client, name: str, plan: Plan, **fields: str) -> Any:
    plan.refresh_from_db()
    return client.post(at(name, plan.public_id), {"expected_version": str(plan.version), **fields}, follow=True)


def test_a_plan_goes_from_one_person_to_a_second_and_out(editor: Account, plan: Plan) -> None:
    first, second = signed_in(editor), signed_in(factories.publisher("王发布"))
    assert "交给另一位同事" in first.get(at("submit", plan.public_id)).content.decode()
    press(first, "submit", plan)
    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED
    page = second.get(at("publication", plan.public_id)).content.decode()
    assert "李编辑" in page
    assert "公办园 ≥8所" in page
    assert "为什么不能" not in page
    press(second, "publish", plan)
    plan.refresh_from_db()
    assert plan.state == PlanState.PUBLISHED
    assert plan.title in Client().get(at("plan", plan.public_id)).content.decode()


def test_the_one_who_submitted_reads_why_he_cannot_publish(plan: Plan) -> None:
    own = factories.publisher("王发布")
    operations.submit_plan(actor=own, now=LATER, public_id=plan.public_id, expected_version=plan.version)
    client = signed_in(own)
    page = client.get(at("publication", plan.public_id)).content.decode()
    assert "为什么不能" in page
    assert "您自己提交的" in page
    assert re.search(r'<button class="btn btn-primary" disabled aria-describedby="why-not">', page)
    assert "不能由您发布" in press(client, "publish", plan).content.decode()
    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED


def test_an_editor_reads_that_publishing_is_not_his(editor: Account) -> None:
    plan = factories.submitted(factories.editor())
    page = signed_in(editor).get(at("publication", plan.public_id)).content.decode()
    assert "没有发布的权限" in page
    assert "退回编辑" not in page


def test_the_second_person_sees_what_people_changed_and_what_is_open(editor: Account, plan: Plan) -> None:
    target = plan.targets.get(subject="检查")
    operations.correct_target(
        actor=editor,
        now=LATER,
        item_id=target.pk,
        expected_version=1,
        values=factories.target_values(target, value=3.0),
    )
    page = signed_in(factories.publisher()).get(at("publication", plan.public_id)).content.decode()
    assert "<del>2</del>" in page
    assert "<ins>3</ins>" in page
    assert "这里的数字没有单位。" in page
    assert "公办园 ≥8所" in page


def test_a_plan_is_returned_with_a_reason_that_the_editor_reads(editor: Account) -> None:
    plan = factories.submitted(editor)
    second = signed_in(factories.publisher())
    assert "没有填写退回的理由" in press(second, "return", plan).content.decode()
    press(second, "return", plan, reason="第2条的单位不全")
    assert "第2条的单位不全" in signed_in(editor).get(at("review", plan.public_id)).content.decode()


def test_a_page_that_has_grown_old_publishes_nothing(editor: Account) -> None:
    plan = factories.submitted(editor)
    second = signed_in(factories.publisher())
    answer = second.post(at("publish", plan.public_id), {"expected_version": str(plan.version - 1)}, follow=True)
    assert "您打开页面之后" in answer.content.decode()
    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED


def test_a_published_plan_is_withdrawn_and_taken_up_again(editor: Account) -> None:
    publisher = factories.publisher()
    plan = factories.published(editor, publisher)
    second = signed_in(publisher)
    press(second, "withdraw", plan, reason="重复发布")
    assert Client().get(at("plan", plan.public_id)).status_code == 404
    press(second, "reopen", plan)
    plan.refresh_from_db()
    assert plan.state == PlanState.REVIEW


# --- sheets ----------------------------------------------------------------------------------------------------------


def send(client: Client, plan: Plan, content: bytes, name: str = "改.xlsx") -> Any:
    return client.post(at("sheet", plan.public_id), {"sheet": SimpleUploadedFile(name, content)})


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(name|content|digest)" value="([^"]*)"', page))


def test_a_sheet_is_looked_at_then_taken_in_then_undone(editor: Account, plan: Plan) -> None:
    client = signed_in(editor)
    target = plan.targets.get(subject="公办园")
    answer = send(client, plan, edited(editor, plan, put("目标", "公办园", "数值", 10)))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<del>8</del>" in page
    assert "<ins>10</ins>" in page
    target.refresh_from_db()
    assert target.value == 8
    client.post(at("apply_sheet", plan.public_id), hidden_fields(page))
    target.refresh_from_db()
    assert (target.value, target.state) == (10, ItemState.CORRECTED)
    edit = plan.sheet_edits.get()
    assert "改.xlsx" in client.get(at("sheet", plan.public_id)).content.decode()
    client.post(at("undo_sheet", plan.public_id, edit.pk))
    target.refresh_from_db()
    assert target.value == 8


def test_an_error_names_its_cell_and_offers_no_button(editor: Account, plan: Plan) -> None:
    page = send(signed_in(editor), plan, edited(editor, plan, put("目标", "公办园", "数值", "很多"))).content.decode()
    assert "有 1 处读不懂" in page
    assert re.search(r"目标!\w+\d+", page)
    assert at("apply_sheet", plan.public_id) not in page


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_a_file_that_is_no_sheet_is_refused_in_place(editor: Account, plan: Plan, content: bytes) -> None:
    answer = send(signed_in(editor), plan, content)
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.content.decode()


def test_a_sheet_that_is_too_large_is_refused_before_it_is_read(editor: Account, plan: Plan) -> None:
    answer = send(signed_in(editor), plan, b"a" * (2 * 1024 * 1024 + 1))
    assert "超过了 2 MB" in answer.content.decode()


def test_a_sheet_other_than_the_one_looked_at_is_not_taken_in(editor: Account, plan: Plan) -> None:
    client = signed_in(editor)
    fields = hidden_fields(send(client, plan, edited(editor, plan, put("目标", "公办园", "数值", 10))).content.decode())
    answer = client.post(at("apply_sheet", plan.public_id), fields | {"content": "???", "digest": "x"}, follow=True)
    assert 'class="notice notice-wrong"' in answer.content.decode()
    assert plan.targets.get(subject="公办园").value == 8
