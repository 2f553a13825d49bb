"""The pages of commitments: each look shows real rows and says what is missing; a refusal is told and changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.plans.models import Assignment, Commitment, CommitmentState, Duty, DutyState
from yaodian.plans.operations import load_demonstration, load_demonstration_commitments
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, bureau, signer

pytestmark = pytest.mark.django_db


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_every_look_shows_the_rows_or_says_that_there_are_none() -> None:
    made = bureau(accepted=True)
    client = signed_in(made.editor)
    address = reverse("plans:commitments", args=[made.plan.public_id])
    for show in ("table", "board", "calendar", "chart", "nonsense"):
        answer = client.get(address, {"show": show, "month": "2026-06" if show == "calendar" else ""})
        assert answer.status_code == 200
        assert "6月底前完成选址" in answer.content.decode()
    red = client.get(address, {"light": "red"}).content.decode()
    assert "6月底前完成选址" in red, "its day has long passed"
    assert "年内新增公办园8所" not in client.get(address, {"light": "green"}).content.decode()
    empty = bureau_without_rows(made.editor)
    assert "还没有任务" in client.get(reverse("plans:commitments", args=[empty])).content.decode()


def bureau_without_rows(editor: Account) -> str:
    return str(factories.published(editor, factories.publisher(), factories.sample(year=2027)).public_id)


def test_the_chart_has_two_pictures_whose_bars_lead_to_their_commitments() -> None:
    made = bureau(accepted=True)
    answer = signed_in(made.editor).get(reverse("plans:commitments", args=[made.plan.public_id]), {"show": "chart"})
    words = answer.content.decode()
    row = made.row("完成选址")
    assert words.count('<svg class="drawn') >= 2
    assert words.count(reverse("plans:commitment", args=[made.plan.public_id, row.pk])) >= 2
    assert "day-red" in words


def test_the_table_is_worked_from_proposal_to_signature() -> None:
    made = bureau(proposed=False)
    client = signed_in(made.editor)
    public_id = made.plan.public_id

    def post(name: str, /, *arguments: object, **data: object) -> str:
        answer = client.post(reverse(f"plans:{name}", args=[public_id, *arguments]), data, follow=True)
        assert answer.status_code == 200
        return str(answer.content.decode())

    assert "提出了" in post("propose_commitments")
    row = made.row("完成选址")
    assert "已保存" in post(
        "act_on_commitment", row.pk, "edit", version=row.version, text="完成选址8处", due_on="2026-06-15", weight="2"
    )
    assert "不合适" in post("act_on_commitment", row.pk, "edit", version=2, text="完成选址8处", weight="重")
    assert "先更改了" in post("act_on_commitment", row.pk, "edit", version=1, text="别的", due_on="2026-06-15")
    assert "已确认" in post("act_on_commitments", action="accept_all")
    row.refresh_from_db()
    assert (row.text, row.state) == ("完成选址8处", CommitmentState.ACCEPTED)
    assert "已记下" in post("decide_unit", name="人事科", unit=made.county.public_id)
    assert "只能凭文件调整" in post(
        "act_on_commitment", row.pk, "amend-due", version=row.version, due_on="2026-08-31", document_on="2026-03-01"
    )
    assert "期限已调整" in post(
        "act_on_commitment",
        row.pk,
        "amend-due",
        version=row.version,
        due_on="2026-08-31",
        document="通知",
        doc_number="云教〔2026〕9号",
        document_on="2026-03-01",
    )
    person = signed_in(signer(made.basic, "editor"))
    own = row.duties.get(unit=made.basic)
    told = person.post(reverse("plans:sign_duty", args=[own.pk]), {"answer": "accept"}, follow=True)
    assert "已签收" in told.content.decode()
    own.refresh_from_db()
    assert own.state == DutyState.ACCEPTED
    other = row.duties.get(unit=made.finance)
    assert person.post(reverse("plans:sign_duty", args=[other.pk])).status_code == 403
    assert client.post(reverse("plans:act_on_commitment", args=[public_id, row.pk, "burn"])).status_code == 404


def test_the_forms_of_a_row_are_fetched_into_the_table() -> None:
    made = bureau()
    row = made.row("完成选址")
    answer = signed_in(made.editor).get(
        reverse("plans:commitment", args=[made.plan.public_id, row.pk]), headers={"HX-Request": "true"}
    )
    words = answer.content.decode()
    assert "<html" not in words
    assert 'name="from" value="table"' in words


def test_a_unit_finds_its_page_and_others_do_not() -> None:
    made = bureau(accepted=True)
    person = signed_in(signer(made.basic, "head"))
    listed = person.get(reverse("plans:duties")).content.decode()
    assert "云川市教育局基教科" in listed
    assert "云川市教育局财务科" not in listed
    page = person.get(reverse("plans:unit_duties", args=[made.basic.public_id])).content.decode()
    assert "6月底前完成选址" in page
    assert person.get(reverse("plans:unit_duties", args=[made.finance.public_id])).status_code == 404
    person.post(reverse("plans:sign_all_duties", args=[made.basic.public_id]))
    assert not Duty.objects.filter(unit=made.basic, state=DutyState.WAITING).exists()
    idle = signed_in(signer(made.school, "head"))
    assert "没有交给您单位的任务" in idle.get(reverse("plans:duties")).content.decode()
    shown = idle.get(reverse("plans:commitments", args=[made.plan.public_id])).content.decode()
    assert "没有交给您单位的任务" in shown


def test_units_are_asked_to_answer_on_one_page() -> None:
    made = bureau(accepted=True)
    client = signed_in(made.editor)
    address = reverse("plans:answering", args=[made.plan.public_id])
    assert "还没有要求单位承接" in client.get(address).content.decode()
    refused = client.post(reverse("plans:assign_answer", args=[made.plan.public_id]), {}, follow=True)
    assert "没有选择单位" in refused.content.decode()
    told = client.post(
        reverse("plans:assign_answer", args=[made.plan.public_id]),
        {"unit": [made.county.public_id], "due_on": "2199-12-31"},
        follow=True,
    )
    assert "已要求 1 个单位承接" in told.content.decode()
    row = Assignment.objects.get()
    assert client.get(reverse("plans:hanging", args=[made.plan.public_id, row.pk])).status_code == 404
    client.post(reverse("plans:act_on_assignment", args=[made.plan.public_id, row.pk, "withdraw"]))
    assert not Assignment.objects.exists()


def test_the_sheet_page_offers_the_workbook_and_refuses_what_is_none() -> None:
    made = bureau()
    client = signed_in(made.editor)
    book = client.get(reverse("plans:export_commitments", args=[made.plan.public_id]))
    assert b"".join(book.streaming_content)[:2] == b"PK"
    address = reverse("plans:commitment_sheet", args=[made.plan.public_id])
    assert client.get(address).status_code == 200
    answer = client.post(address, {})
    assert answer.status_code == 422


def test_the_demonstration_fills_the_pages_once() -> None:
    made = bureau(proposed=False)
    load_demonstration(now=NOW, editor=made.editor, publisher=factories.publisher())
    count = load_demonstration_commitments(now=NOW, editor=made.editor)
    assert count > 250
    assert load_demonstration_commitments(now=NOW, editor=made.editor) == 0
    assert Duty.objects.filter(state=DutyState.ACCEPTED).exists()
    assert Assignment.objects.exists()


def test_one_promise_for_years_later_does_not_squeeze_the_others_into_a_corner() -> None:
    made = bureau(accepted=True)
    row = made.row("完成选址")
    client, address = signed_in(made.editor), reverse("plans:commitments", args=[made.plan.public_id])
    Commitment.objects.filter(pk=row.pk).update(due_on=date(2030, 12, 31))
    words = client.get(address, {"show": "chart"}).content.decode()
    assert "→2030" in words, "what ends beyond the edge says when"
    Commitment.objects.filter(plan=made.plan).update(due_on=date(2030, 12, 31))
    assert "→2030" not in client.get(address, {"show": "chart"}).content.decode()
