"""The API: the plan schema out, corrections in, sentences for refusals, and nothing of a draft for strangers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yaodian.foundation import jobs
from yaodian.organisations.models import Account
from yaodian.plans import operations, queries
from yaodian.plans.models import ItemState, Plan, PlanState
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import NOW, TEXT, sample

pytestmark = pytest.mark.django_db
BASE = "/api/plans"


@pytest.fixture
def editor() -> Account:
    return factories.editor()


@pytest.fixture
def signed_in(editor: Account) -> Client:
    return client_of(editor)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def send(client: Client, method: str, path: str, **payload: Any) -> Any:
    return getattr(client, method)(BASE + path, data=json.dumps(payload), content_type="application/json")


def test_a_published_plan_is_given_in_the_plan_schema_to_everyone(editor: Account) -> None:
    plan = factories.published(editor, factories.publisher())
    answer = Client().get(f"{BASE}/{plan.public_id}")
    assert answer.status_code == 200
    expected = json.loads(queries.export_plan(account=None, public_id=plan.public_id, format="json").content)
    assert answer.json() == expected
    assert answer.json()["schema"] == 1


def test_lists_search_units_and_clauses_are_open_for_what_is_published(editor: Account) -> None:
    plan = factories.published(editor, factories.publisher())
    client = Client()
    listed = client.get(BASE, {"year": 2026}).json()
    assert [(row["public_id"], row["clauses"]) for row in listed["items"]] == [(plan.public_id, 5)]
    found = client.get(f"{BASE}/search", {"text": "招生平台"}).json()
    assert [(hit["path"], hit["plan"]["public_id"]) for hit in found["items"]] == [("一/2", plan.public_id)]
    assert {unit["name"] for unit in client.get(f"{BASE}/units").json()} == {"基教科", "财务科", "人事科"}
    duties = client.get(f"{BASE}/units/duties", {"unit": "基教科"}).json()
    assert [duty["path"] for duty in duties["duties"]] == ["一/1", "一/2"]
    tree = client.get(f"{BASE}/{plan.public_id}/clauses").json()
    assert [child["path"] for child in tree[1]["children"]] == ["一/1", "一/2"]
    assert client.get(f"{BASE}/{plan.public_id}/summary").json()["state"] == "published"


def test_two_plans_are_compared(editor: Account) -> None:
    second = factories.publisher()
    left = factories.published(editor, second, sample(year=2025))
    right = factories.published(editor, second, sample(TEXT.replace("公办园8所", "公办园9所")))
    answer = Client().get(f"{BASE}/compare", {"left": left.public_id, "right": right.public_id})
    assert answer.json()["result"]["counts"]["targets"]["raised"] == 1


@pytest.mark.parametrize("wanted", ["json", "md", "xlsx", "docx"])
def test_an_export_is_an_attachment(editor: Account, wanted: str) -> None:
    plan = factories.published(editor, factories.publisher())
    answer = Client().get(f"{BASE}/{plan.public_id}/export/{wanted}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


READS = ("", "/summary", "/clauses", "/export/json", "/export/xlsx")


@pytest.mark.parametrize("path", READS)
def test_a_draft_is_not_found_by_strangers(editor: Account, signed_in: Client, path: str) -> None:
    plan = factories.in_review(editor)
    assert signed_in.get(f"{BASE}/{plan.public_id}{path}").status_code == 200
    for stranger in (Client(), client_of(factories.account())):
        answer = stranger.get(f"{BASE}/{plan.public_id}{path}")
        assert answer.status_code == 404
        assert answer.json() == stranger.get(f"{BASE}/234567abcdef{path}").json()


def test_a_draft_is_in_no_list_search_unit_or_comparison_of_strangers(editor: Account, signed_in: Client) -> None:
    plan = factories.in_review(editor)
    assert signed_in.get(BASE).json()["total"] == 1
    for stranger in (Client(), client_of(factories.account())):
        assert stranger.get(BASE).json()["total"] == 0
        assert stranger.get(BASE, {"state": "review"}).json()["total"] == 0
        assert stranger.get(f"{BASE}/search", {"text": "学位"}).json()["total"] == 0
        assert stranger.get(f"{BASE}/search", {"text": "学位", "plan": plan.public_id}).json()["total"] == 0
        assert stranger.get(f"{BASE}/units").json() == []
        assert stranger.get(f"{BASE}/units/duties", {"unit": "基教科"}).json()["duties"] == []
        answer = stranger.get(f"{BASE}/compare", {"left": plan.public_id, "right": plan.public_id})
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/progress", "/history"])
def test_the_workshop_needs_a_session_and_a_role(editor: Account, signed_in: Client, path: str) -> None:
    plan = factories.published(editor, factories.publisher())
    assert signed_in.get(f"{BASE}/{plan.public_id}{path}").status_code == 200
    assert Client().get(f"{BASE}/{plan.public_id}{path}").status_code == 401
    assert client_of(factories.account()).get(f"{BASE}/{plan.public_id}{path}").status_code == 403


def test_from_upload_to_publication_over_the_api(signed_in: Client) -> None:
    file = SimpleUploadedFile("要点.txt", TEXT.encode())
    answer = signed_in.post(BASE, {"document": file})
    assert answer.status_code == 201
    public_id = answer.json()["plan"]["public_id"]
    again = signed_in.post(BASE, {"document": SimpleUploadedFile("副本.txt", TEXT.encode())})
    assert (again.status_code, again.json()["plan"]["public_id"]) == (200, public_id)
    assert signed_in.get(f"{BASE}/{public_id}/progress").json()["state"] == "queued"
    jobs.run_waiting_jobs()
    progress = signed_in.get(f"{BASE}/{public_id}/progress").json()
    assert (progress["state"], progress["percent"], progress["is_over"]) == ("done", 100, True)
    version = signed_in.get(f"{BASE}/{public_id}/summary").json()["version"]
    submitted = send(signed_in, "post", f"/{public_id}/actions/submit", expected_version=version)
    assert submitted.json()["state"] == "submitted"
    own = send(signed_in, "post", f"/{public_id}/actions/publish", expected_version=submitted.json()["version"])
    assert (own.status_code, own.json()["code"]) == (403, "permission-missing")
    second = client_of(factories.publisher())
    published = send(second, "post", f"/{public_id}/actions/publish", expected_version=submitted.json()["version"])
    assert published.json()["state"] == "published"
    assert Client().get(f"{BASE}/{public_id}").status_code == 200


def test_a_second_person_is_demanded_with_its_sentence() -> None:
    person = factories.publisher()
    plan = factories.submitted(person)
    answer = send(client_of(person), "post", f"/{plan.public_id}/actions/publish", expected_version=plan.version)
    assert (answer.status_code, answer.json()["code"]) == (403, "submitted-by-yourself")
    assert "另一位发布人" in answer.json()["detail"]


def test_a_target_is_corrected_and_a_stale_form_sees_what_stands_there(editor: Account, signed_in: Client) -> None:
    plan = factories.in_review(editor)
    target = plan.targets.get(subject="公办园")
    content = {"subject": "公办园", "comparator": "at_least", "value": 10, "unit": "所", "due_on": "2026-12-31"}
    path = f"/items/target/{target.pk}"
    answer = send(signed_in, "put", path, expected_version=1, target=content)
    assert (answer.status_code, answer.json()["version"], answer.json()["values"]["value"]) == (200, 2, 10.0)
    stale = send(signed_in, "put", path, expected_version=1, target=content | {"value": 11})
    assert stale.status_code == 409
    assert stale.json()["current"]["value"] == 10.0
    assert stale.json()["current_version"] == 2
    assert stale.json()["changed_by"] == editor.name
    wrong = send(signed_in, "put", path, expected_version=2, target=content | {"comparator": "between"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "value_max")
    ranged = content | {"comparator": "change", "value": -5, "value_max": -8, "unit": "个百分点"}
    assert (
        send(signed_in, "put", path, expected_version=2, target=ranged | {"value_max": 8}).json()["code"]
        == "change-ends"
    )
    kept = send(signed_in, "put", path, expected_version=2, target=ranged)
    assert (kept.status_code, kept.json()["values"]["value"], kept.json()["values"]["value_max"]) == (200, -5.0, -8.0)
    missing = send(signed_in, "put", path, expected_version=3)
    assert (missing.status_code, missing.json()["code"]) == (422, "content-missing")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("target", {"subject": "学校", "comparator": "at_least", "value": 1}),
        ("deadline", {"due_on": "2026-06-30"}),
        ("responsibility", {"units": ["督导室"], "lead": ["督导室"]}),
        ("policy", {"name": "某规划"}),
        ("system", {"name": "某平台"}),
    ],
)
def test_each_kind_is_added_corrected_rejected_and_restored(
    editor: Account, signed_in: Client, kind: str, content: dict[str, Any]
) -> None:
    plan = factories.in_review(editor)
    span = factories.span_of(plan.text, "家门口的学校")
    added = send(signed_in, "post", f"/{plan.public_id}/items/{kind}", span=span, **{kind: content})
    assert added.status_code == 201
    assert added.json()["quote"] == "家门口的学校"
    path = f"/items/{kind}/{added.json()['id']}"
    moved = factories.span_of(plan.text, "校园安全")
    corrected = send(signed_in, "put", path, expected_version=1, span=moved, **{kind: content})
    assert corrected.json()["quote"] == "校园安全"
    for verb, state in (("reject", "rejected"), ("restore", "corrected"), ("confirm", "corrected")):
        version = corrected.json()["version"]
        corrected = send(signed_in, "post", f"{path}/{verb}", expected_version=version)
        assert (corrected.status_code, corrected.json()["state"]) == (200, state)


def test_clauses_are_corrected_split_and_merged(editor: Account, signed_in: Client) -> None:
    plan = factories.in_review(editor)
    first = plan.clauses.get(number="1")
    renamed = send(signed_in, "put", f"/items/clause/{first.pk}", expected_version=1, number="1", heading="扩大学位")
    assert renamed.json()["values"]["heading"] == "扩大学位"
    split = send(
        signed_in,
        "post",
        f"/{plan.public_id}/clauses/split",
        clause_id=first.pk,
        expected_version=2,
        at=plan.text.index("6月底前"),
        number="1-2",
    )
    assert split.status_code == 201
    merged = send(
        signed_in,
        "post",
        f"/items/clause/{split.json()['id']}/actions/merge",
        expected_version=split.json()["version"],
        direction="previous",
    )
    assert (merged.status_code, merged.json()["id"]) == (200, first.pk)


def test_the_header_warnings_and_certain_items_are_settled(editor: Account, signed_in: Client) -> None:
    plan = factories.in_review(editor)
    header = send(
        signed_in, "put", f"/{plan.public_id}/header", expected_version=plan.header_version, title="新标题", year=2026
    )
    assert header.json()["title"] == "新标题"
    warning = plan.warnings.get()
    assert send(signed_in, "post", f"/warnings/{warning.pk}/actions/dismiss").status_code == 204
    certain = send(signed_in, "post", f"/{plan.public_id}/actions/confirm-certain", threshold=0.9)
    assert certain.json()["count"] > 5


def test_a_sheet_is_previewed_and_applied(editor: Account, signed_in: Client) -> None:
    plan = factories.in_review(editor)
    content = queries.export_plan(account=editor, public_id=plan.public_id, format="xlsx").content
    seen = signed_in.post(f"{BASE}/{plan.public_id}/sheet/preview", {"sheet": SimpleUploadedFile("a.xlsx", content)})
    assert seen.json()["is_applicable"] is False
    applied = signed_in.post(
        f"{BASE}/{plan.public_id}/sheet/apply",
        {"sheet": SimpleUploadedFile("a.xlsx", content), "digest": seen.json()["digest"]},
    )
    assert (applied.status_code, applied.json()["code"]) == (422, "nothing-to-do")


def test_documents_are_amended_read_again_cancelled_and_deleted(editor: Account, signed_in: Client) -> None:
    plan = factories.in_review(editor)
    file = SimpleUploadedFile("修订.txt", TEXT.replace("8所", "9所").encode())
    assert signed_in.post(f"{BASE}/{plan.public_id}/amend", {"document": file}).json()["state"] == "reading"
    assert send(signed_in, "post", f"/{plan.public_id}/cancel-reading").json()["state"] == "review"
    assert send(signed_in, "post", f"/{plan.public_id}/read-again").json()["state"] == "reading"
    jobs.run_waiting_jobs()
    assert signed_in.delete(f"{BASE}/{plan.public_id}").status_code == 204
    assert signed_in.get(f"{BASE}/{plan.public_id}").status_code == 404


WRITES: tuple[tuple[str, str], ...] = (
    ("post", ""),
    ("post", "/{id}/amend"),
    ("post", "/{id}/read-again"),
    ("post", "/{id}/cancel-reading"),
    ("post", "/{id}/actions/submit"),
    ("delete", "/{id}"),
    ("put", "/{id}/header"),
    ("put", "/items/clause/1"),
    ("put", "/items/target/1"),
    ("post", "/{id}/items/target"),
    ("post", "/items/target/1/reject"),
    ("post", "/{id}/clauses/split"),
    ("post", "/items/clause/1/actions/merge"),
    ("post", "/{id}/actions/confirm-certain"),
    ("post", "/warnings/1/actions/dismiss"),
    ("post", "/{id}/sheet/preview"),
    ("post", "/{id}/sheet/apply"),
)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_nothing_is_written_without_a_session(editor: Account, method: str, path: str) -> None:
    plan = factories.in_review(editor)
    answer = send(Client(), method, path.format(id=plan.public_id))
    assert answer.status_code == 401
    assert Plan.objects.get(pk=plan.pk).version == plan.version


def test_nothing_is_written_without_the_csrf_token(editor: Account) -> None:
    plan = factories.in_review(editor)
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    answer = send(client, "post", f"/{plan.public_id}/actions/submit", expected_version=plan.version)
    assert answer.status_code == 403
    assert Plan.objects.get(pk=plan.pk).state == PlanState.REVIEW


@pytest.mark.parametrize(
    "query",
    [
        {"page": 0},
        {"page": 10**9},
        {"size": 10**9},
        {"year": 1},
        {"year": "x"},
        {"text": "\x00"},
        {"text": "长" * 1000},
        {"state": "secret"},
    ],
)
def test_odd_queries_are_refused_and_do_no_harm(query: dict[str, Any]) -> None:
    assert Client().get(BASE, query).status_code == 422


@pytest.mark.parametrize("public_id", ["ABC", "..%2f..", "%00%00", "x" * 13, "你好你好你好你好你好你好"])
def test_odd_addresses_are_refused(public_id: str) -> None:
    assert Client().get(f"{BASE}/{public_id}").status_code in (404, 422)


def test_rows_that_are_not_there_are_not_found(signed_in: Client) -> None:
    content = {"subject": "x", "comparator": "at_least", "value": 1}
    answer = send(signed_in, "put", f"/items/target/{2**62}", expected_version=1, target=content)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert send(signed_in, "put", "/items/target/0", expected_version=1, target=content).status_code == 422


def test_every_call_has_a_name_and_a_summary() -> None:
    schema = Client().get("/api/openapi.json").json()
    calls = [call for path, methods in schema["paths"].items() if path.startswith(BASE) for call in methods.values()]
    assert len(calls) > 25
    names = [call["operationId"] for call in calls]
    assert len(set(names)) == len(names)
    assert all(call["summary"] and call["description"] for call in calls)


def test_the_state_of_a_rejected_item_is_a_wrong_state(editor: Account, signed_in: Client) -> None:
    plan = factories.in_review(editor)
    target = plan.targets.all()[0]
    operations.reject_item(actor=editor, now=NOW, kind="target", item_id=target.pk, expected_version=1)
    answer = send(signed_in, "post", f"/items/target/{target.pk}/confirm", expected_version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")
    target.refresh_from_db()
    assert target.state == ItemState.REJECTED
