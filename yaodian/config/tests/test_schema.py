"""The API held against its own description: whatever is sent, by whomever, no answer is a fault or another than described.

Schemathesis makes requests from the OpenAPI description, both such as fit it and such as break it. Every call is sent by
a visitor, by an account without a role, and in each role held over everything. Most requests name things that
exist, so that they reach beyond «not found». What a request changes is undone before the next.

``python -m benchmarks.schema`` sends many more.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from yaodian.config.tests.samples import SAMPLES, World, world
from yaodian.config.tests.test_matrix import holder
from yaodian.organisations import api as organisations_api
from yaodian.organisations.roles import Role

pytestmark = pytest.mark.django_db

# Requests of each of the two kinds for each call.
EXAMPLES = int(os.environ.get("YAODIAN_SCHEMA_EXAMPLES", "3"))
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
TURNS = 4
SITE = "http://testserver"


def sample_of(made: World, operation: Any, name: str) -> Any:
    """What a parameter stands for in the small world, or None where nobody has said so."""
    called = operation.definition.raw["operationId"]
    slice_name = operation.path.split("/")[2]
    for key in (f"api:{called}.{name}", f"{slice_name}.{name}", name):
        if key in SAMPLES:
            return SAMPLES[key](made)
    return None


def everybody(made: World) -> dict[str, Client]:
    """Whoever sends requests."""
    clients = {"visitor": Client(raise_request_exception=False), "without a role": holder(made, None, "above")}
    return clients | {role.value: holder(made, role, "above") for role in Role}


def call(client: Client, asked: requests.PreparedRequest) -> schemathesis.Response:
    """What the API answers. What the request changed is undone, the client's session included."""
    body = asked.body.encode() if isinstance(asked.body, str) else asked.body or b""
    headers = {name: value for name, value in asked.headers.items() if name.lower() != "cookie"}
    kind = headers.pop("Content-Type", "")
    cookies = client.cookies.output(header="", sep=";")
    with transaction.atomic():
        answer: Any = client.generic(str(asked.method), str(asked.url).removeprefix(SITE), body, kind, headers=headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    told = {name.lower(): [value] for name, value in answer.items()}
    return schemathesis.Response(answer.status_code, told, content, asked, elapsed=0.0, verify=False)


class Walk:
    """Sends requests and gathers what was wrong, once for each call, person, status and reason."""

    def __init__(self) -> None:
        self.made = world()
        self.people = everybody(self.made)
        self.sent: Counter[int] = Counter()
        self.met: set[str] = set()
        self.turn = 0
        self.faults: dict[str, str] = {}

    def send(self, case: schemathesis.Case) -> None:
        """Send one request: the first of each call as everybody, the others as four, whose turn it is."""
        asked = requests.Request(**case.as_transport_kwargs(base_url=SITE)).prepare()
        names = list(self.people)
        if case.operation.label in self.met:
            names = [names[(self.turn + step) % len(names)] for step in range(TURNS)]
            self.turn += TURNS
        self.met.add(case.operation.label)
        for who in names:
            client = self.people[who]
            answer = call(client, asked)
            self.sent[answer.status_code] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                for failure in group.exceptions:
                    key = f"{case.operation.label} by {who}: {answer.status_code}, {type(failure).__name__}"
                    self.faults.setdefault(key, f"{failure}\n{asked.url} {asked.body!r}"[:1500])


def requests_for(operation: Any, made: World) -> st.SearchStrategy[Any]:
    """Requests that fit the description, and such as break it."""
    raw = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    names = [one["name"] for one in operation.definition.raw.get("parameters", ()) if one["in"] == "path"]
    known = {name: value for name in names if (value := sample_of(made, operation, name)) is not None}

    @st.composite
    def aimed(draw: Callable[[Any], Any]) -> Any:
        case = draw(raw)
        if known and draw(st.sampled_from((True, True, False))):
            case.path_parameters = {**(case.path_parameters or {}), **known}
        return case

    return aimed()


def walked(description: dict[str, Any], *, examples: int) -> Walk:
    """All that is described, `examples` requests of each kind for each call."""
    walk = Walk()
    described = schemathesis.openapi.from_dict(description)
    bounded = bounds(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    for found in described.get_all_operations():
        operation = found.ok()
        kinds = [requests_for(operation, walk.made)]
        broken = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        # A call that takes nothing cannot be broken.
        takes_something = {"parameters", "requestBody"} & {
            name for name, given in operation.definition.raw.items() if given
        }
        if takes_something and not broken.is_empty:
            kinds.append(broken)
        for strategy in kinds:

            @bounded
            @given(case=strategy)
            def send_by_all(case: Any) -> None:
                walk.send(case)

            send_by_all()
    return walk


def description() -> dict[str, Any]:
    """What is given out as `/api/openapi.json`."""
    described: dict[str, Any] = json.loads(Client().get("/api/openapi.json").content)
    return described


def only(path: str) -> dict[str, Any]:
    """The description of the calls of one path."""
    described = description()
    described["paths"] = {path: described["paths"][path]}
    return described


def test_every_answer_to_everybody_is_one_that_the_description_knows() -> None:
    walk = walked(description(), examples=EXAMPLES)
    assert walk.faults == {}, "\n\n".join(f"{what}\n{how}" for what, how in walk.faults.items())
    # A walk that only ever meets the door proves nothing.
    assert {200, 401, 403, 404, 422} <= set(walk.sent)
    assert walk.sent.total() > 500


def test_the_walk_notices_an_answer_that_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organisations_api, "history_of", lambda **_asked: 1 // 0)
    walk = walked(only("/api/organisations/units/{public_id}/history"), examples=3)
    assert any("500, ServerError" in fault for fault in walk.faults)


def test_the_walk_notices_an_answer_that_is_not_described() -> None:
    described = only("/api/organisations/units/{public_id}")
    del described["paths"]["/api/organisations/units/{public_id}"]["get"]["responses"]["404"]
    undescribed = walked(described, examples=3)
    assert any("404, UndefinedStatusCode" in fault for fault in undescribed.faults)


def test_the_walk_notices_an_answer_of_another_shape() -> None:
    described = only("/api/organisations/units/{public_id}")
    described["components"]["schemas"]["UnitAsOf"]["properties"]["name"]["type"] = "integer"
    misshapen = walked(described, examples=3)
    assert any("200, JsonSchemaError" in fault for fault in misshapen.faults), (misshapen.faults, misshapen.sent)
