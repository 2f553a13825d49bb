"""The door of the API: open where it says so, closed everywhere else."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from yaodian.config.api import api
from yaodian.plans.tests.factories import editor

pytestmark = pytest.mark.django_db


def test_whatever_writes_needs_a_session() -> None:
    schema = json.loads(Client().get("/api/openapi.json").content)
    writes = [
        (path, verb)
        for path, verbs in schema["paths"].items()
        for verb, described in verbs.items()
        if verb != "get" and not described.get("security")
    ]
    assert len(schema["paths"]) > 10
    assert writes == []


def test_a_write_without_a_session_is_refused(client: Client) -> None:
    assert client.post("/api/plans").status_code == 401


def test_a_write_from_a_session_without_its_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor())
    assert strict.post("/api/plans").status_code == 403


def test_published_plans_are_open_to_everyone(client: Client) -> None:
    answer = client.get("/api/plans")
    assert answer.status_code == 200


def test_every_call_has_a_name_of_its_own_and_a_summary() -> None:
    names = []
    for path, verbs in api.get_openapi_schema()["paths"].items():
        for verb, described in verbs.items():
            assert described["operationId"], (verb, path)
            assert described["summary"], (verb, path)
            names.append(described["operationId"])
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/api/plans?page=0", "invalid-request"),
        ("/api/plans/search?text=x&year=3", "invalid-request"),
        ("/api/plans/compare", "invalid-request"),
        ("/api/plans/UPPERCASE000", "invalid-request"),
        ("/api/plans/222222222222/history", "not-signed-in"),
    ],
)
def test_a_call_that_cannot_be_understood_is_told_so_in_the_shape_of_every_refusal(
    client: Client, address: str, code: str
) -> None:
    answer = client.get(address)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (401 if code == "not-signed-in" else 422, code)
    assert isinstance(problem["detail"], str)
    assert all(set(error) == {"field", "message"} for error in problem["errors"])


def test_a_body_that_is_no_json_and_a_missing_token_are_told_in_words() -> None:
    client, strict = Client(), Client(enforce_csrf_checks=True)
    for one in (client, strict):
        one.force_login(editor())
    sent = {"data": b"\xff{", "content_type": "application/json"}
    address = "/api/plans/items/target/1/confirm"
    answers = [one.post(address, **sent) for one in (client, strict)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (400, "unreadable-request"),
        (403, "csrf"),
    ]


def test_every_problem_an_answer_may_be_stands_in_the_description() -> None:
    schema = json.loads(Client().get("/api/openapi.json").content)
    calls = [described for verbs in schema["paths"].values() for described in verbs.values()]
    assert all("422" in described["responses"] for described in calls)
    assert all({"400", "401"} <= set(described["responses"]) for described in calls if described.get("security"))
    # An array whose items are described by a list is no valid OpenAPI 3.1.
    assert '"items": [' not in json.dumps(schema)


def test_the_description_is_made_once_and_stays_whole() -> None:
    first = api.get_openapi_schema()
    assert api.get_openapi_schema() is first
    assert Client().get("/api/openapi.json").json()["paths"].keys() == first["paths"].keys()
