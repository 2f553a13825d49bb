"""What has cases is not deleted: refused with the list, on the page, in both sheets, by the API, and in a second reading."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.cases import operations as cases
from yaodian.organisations.models import Account
from yaodian.organisations.operations import ensure_root
from yaodian.plans import models, operations
from yaodian.plans.operations import commitments
from yaodian.plans.tests import factories
from yaodian.plans.tests import test_commitment_sheets as commitment_sheets
from yaodian.plans.tests import test_operations_sheets as plan_sheets
from yaodian.plans.tests.commitments import NOW, Bureau, bureau, signer
from yaodian.plans.tests.test_operations_readings import amended, read_again

pytestmark = pytest.mark.django_db


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def case_on(subject: str, *, now: Any = NOW, kind: str = "inspection.finding", **more: Any) -> Any:
    given = {"title": "条款未落实", "grade": "general", **more}
    return cases.open_case(
        actor=None, kind=kind, subject=subject, supervising_unit=ensure_root(now=NOW), now=now, **given
    )


@pytest.fixture
def editor() -> Account:
    return factories.editor()


@pytest.fixture
def plan(editor: Account) -> models.Plan:
    return factories.in_review(editor)


def clause(plan: models.Plan, words: str) -> models.Clause:
    return plan.clauses.get(heading__contains=words)


def test_the_page_says_which_cases_hang_on_a_clause(editor: Account, plan: models.Plan) -> None:
    row = clause(plan, "办好家门口的学校")
    case = case_on(f"plans.clause:{row.pk}")
    client = client_of(editor)
    for address in (
        reverse("plans:item_reject", args=[plan.public_id, "clause", row.pk]),
        reverse("plans:merge", args=[plan.public_id, row.pk]),
    ):
        sent = {"version": row.version, "direction": "previous"}
        words = client.post(address, sent, follow=True).content.decode()
        assert case.number in words, address
        assert "条款未落实" in words
    row.refresh_from_db()
    assert row.is_live


def test_the_api_refuses_with_the_same_list(editor: Account, plan: models.Plan) -> None:
    row = clause(plan, "办好家门口的学校")
    case = case_on("", kind="inspection.finding")
    cases.link_case(
        actor=signer(ensure_root(now=NOW), "supervisor"), public_id=case.public_id, ref=f"plans.clause:{row.pk}",
        label="条目", now=NOW,
    )  # fmt: skip
    client = client_of(editor)
    for path, more in (
        (f"items/clause/{row.pk}/reject", {}),
        (f"items/clause/{row.pk}/actions/merge", {"direction": "previous"}),
    ):
        answer = client.post(
            f"/api/plans/{path}", json.dumps({"expected_version": row.version, **more}), content_type="application/json"
        )
        assert answer.status_code == 422, answer.content
        assert answer.json()["code"] == "has-cases"
        assert case.number in answer.json()["detail"]


def test_a_sheet_of_the_plan_names_the_cell_and_writes_nothing(editor: Account, plan: models.Plan) -> None:
    case = case_on(f"plans.clause:{clause(plan, '开展隐患排查').pk}")
    content = plan_sheets.edited(editor, plan, plan_sheets.drop("条目", "开展隐患排查"))
    looked = plan_sheets.preview(editor, plan, content)
    assert [case.number in one.message for one in looked.errors] == [True]
    with pytest.raises(operations.UnableToApplySheet):
        plan_sheets.apply(editor, plan, content)
    assert clause(plan, "开展隐患排查").is_live


def test_of_a_restricted_case_only_the_number_is_told(editor: Account, plan: models.Plan) -> None:
    row = clause(plan, "开展隐患排查")
    case = case_on(
        f"plans.clause:{row.pk}",
        kind="audit.finding",
        grade="at_once",
        title="挪用经费",
        fields={"report": "云审〔2026〕3号"},
    )
    with pytest.raises(operations.UnableTo, match=case.number) as refused:
        operations.reject_item(actor=editor, now=NOW, kind="clause", item_id=row.pk, expected_version=row.version)
    assert "挪用" not in refused.value.message


def test_a_case_that_was_withdrawn_holds_nothing(editor: Account, plan: models.Plan) -> None:
    row = clause(plan, "开展隐患排查")
    case = case_on(f"plans.clause:{row.pk}")
    cases.withdraw_case(
        actor=signer(ensure_root(now=NOW), "supervisor"), public_id=case.public_id, reason="误报", now=NOW
    )
    operations.reject_item(actor=editor, now=NOW, kind="clause", item_id=row.pk, expected_version=row.version)


def test_a_second_reading_keeps_a_clause_that_has_cases(editor: Account, plan: models.Plan) -> None:
    row = clause(plan, "开展隐患排查")
    case_on(f"plans.clause:{row.pk}")
    text = factories.TEXT[: factories.TEXT.index("二、")]
    read_again(editor, plan, amended(text, sections=factories.SECTIONS[:3]))
    row.refresh_from_db()
    assert row.state == models.ItemState.LOST, "a person looks at it"
    assert not plan.clauses.filter(heading__contains="守牢安全底线").exists(), "the other one vanished"


def test_a_draft_that_has_cases_is_not_deleted(editor: Account, plan: models.Plan) -> None:
    case = case_on(f"plans.clause:{clause(plan, '开展隐患排查').pk}")
    answer = client_of(editor).post(reverse("plans:delete", args=[plan.public_id]), follow=True)
    assert case.number in answer.content.decode()
    assert models.Plan.objects.filter(pk=plan.pk).exists()


# --- commitments ------------------------------------------------------------------------------------------------------


def on_commitment(made: Bureau, words: str = "完成选址", *, now: Any = NOW) -> Any:
    return case_on(f"plans.commitment:{made.row(words).pk}", now=now, title="选址逾期")


def test_the_page_of_a_commitment_says_which_cases_it_has() -> None:
    made = bureau(accepted=True)
    case, row = on_commitment(made), made.row("完成选址")
    address = reverse("plans:act_on_commitment", args=[made.plan.public_id, row.pk, "drop"])
    answer = client_of(made.editor).post(address, {"version": row.version, "reason": "不列入"}, follow=True)
    assert case.number in answer.content.decode()
    row.refresh_from_db()
    assert row.state == models.CommitmentState.ACCEPTED


def test_a_sheet_of_commitments_names_the_cell_of_what_has_cases() -> None:
    made = bureau(accepted=True)
    case = on_commitment(made)
    book = commitment_sheets.exported(made)
    for words in ("完成选址", "新增公办园8所"):
        commitment_sheets.cell(book, words, "状态").value = "不列入"
        commitment_sheets.cell(book, words, "不列入的理由").value = "已由他项覆盖"
    looked = commitment_sheets.look(made, commitment_sheets.saved(book))
    assert [one.cell for one in looked.errors] == [commitment_sheets.cell(book, "完成选址", "状态").coordinate]
    assert case.number in looked.errors[0].message


def test_a_sheet_is_not_undone_where_a_row_has_cases_since() -> None:
    made = bureau(accepted=True)
    on_commitment(made, now=NOW - timedelta(days=1))
    book = commitment_sheets.exported(made)
    for words in ("完成选址", "新增公办园8所"):
        commitment_sheets.cell(book, words, "权重").value = 3
    content = commitment_sheets.saved(book)
    sheet = commitment_sheets.take(made, content, commitment_sheets.look(made, content).digest)
    later = on_commitment(made, "新增公办园8所", now=NOW + timedelta(hours=1))
    common: dict[str, Any] = {"actor": made.editor, "public_id": made.plan.public_id, "sheet_id": sheet.pk}
    with pytest.raises(operations.UnableToUndoSheet, match=later.number) as refused:
        commitments.undo_commitment_sheet(now=NOW + timedelta(hours=2), **common)
    assert refused.value.code == "has-cases"
    assert "选址逾期" in refused.value.message
    cases.withdraw_case(
        actor=signer(made.root, "supervisor"), public_id=later.public_id, reason="误报", now=NOW + timedelta(hours=2)
    )
    stops = set(models.Milestone.objects.filter(commitment=made.row("新增公办园8所")).values_list("pk", flat=True))
    commitments.undo_commitment_sheet(now=NOW + timedelta(hours=3), **common)
    assert made.row("完成选址").weight == 1
    assert stops, "cases name milestones by their rows, so these stay"
    assert stops == set(
        models.Milestone.objects.filter(commitment=made.row("新增公办园8所")).values_list("pk", flat=True)
    )
