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


def test_every_call_has_a_name_and_a_summary() -> None:
    for path, verbs in api.get_openapi_schema()["paths"].items():
        for verb, described in verbs.items():
            assert described["operationId"], (verb, path)
            assert described["summary"], (verb, path)
