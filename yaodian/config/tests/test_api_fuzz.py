"""The HTTP API under requests that its own description allows, and under some that it does not, in every role.

For each operation of the OpenAPI description Schemathesis makes requests; each is sent by a visitor or by somebody in one of
the roles, with an id that exists or with an invented one. No answer may be a fault of the server, and every answer must
be one that the description names, in the form that it names. `YAODIAN_FUZZ_EXAMPLES` makes a longer run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from yaodian.config.endpoints import Endpoint, endpoints
from yaodian.config.tests.samples import SAMPLES, World, world
from yaodian.config.tests.test_matrix import holder
from yaodian.organisations import walls
from yaodian.organisations.roles import PERMISSIONS_OF, Role

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("YAODIAN_FUZZ_EXAMPLES", "15"))
TOKEN = "a" * 32

load_all_checks()
CONFORMS = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The requests share the connection, and so the transaction, of the test, as those of Django's own client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for found in schema.get_all_operations():
        yield found.ok()


def values_of(endpoint: Endpoint, made: World) -> Mapping[str, str]:
    """What the samples know of the parameters of an address."""
    namespace = endpoint.route.split("/")[2]
    known = {}
    for name in ("public_id", "item_id", "warning_id", "kind", "verb", "step", "format"):
        for key in (f"{endpoint.name}.{name}", f"{namespace}.{name}", name):
            if key in SAMPLES:
                known[name] = str(SAMPLES[key](made))
                break
    return known


def cookies_of(client: Client) -> dict[str, str]:
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return cookies | {settings.CSRF_COOKIE_NAME: TOKEN}


@dataclass
class Tally:
    """What the answers were: the statuses of each operation, and the first fault of each operation and status."""

    seen: dict[str, set[int]] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def probe(
    operation: Any, endpoint: Endpoint, made: World, visitors: Mapping[str, dict[str, str]], tally: Tally
) -> None:
    """Sends requests of one operation, half of them by those who may; what one changed is undone."""
    known = values_of(endpoint, made)
    assert endpoint.access is not None
    permission = endpoint.access.permission_for(operation.method.upper())
    may = sorted(role.value for role in Role if permission is None or permission in PERMISSIONS_OF[role])
    label = f"{operation.method.upper()} {operation.path}"

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(
        case=operation.as_strategy(),
        who=st.sampled_from(may) | st.sampled_from(sorted(visitors)),
        is_known=st.booleans(),
    )
    def send(case: Any, who: str, is_known: bool) -> None:
        if is_known:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        with transaction.atomic():
            answer = case.call(cookies=visitors[who], headers={"X-CSRFToken": TOKEN})
            transaction.set_rollback(True)
        walls.take_down()
        tally.seen.setdefault(label, set()).add(answer.status_code)
        try:
            case.validate_response(answer, checks=CONFORMS)
        except FailureGroup as fault:
            tally.wrong.setdefault(
                f"{label} {answer.status_code}", f"{who}: {[str(one) for one in fault.exceptions]}"[:800]
            )

    send()


@pytest.mark.usefixtures("one_connection")
def test_no_request_in_any_role_meets_a_fault_or_an_answer_that_is_not_described() -> None:
    made = world()
    visitors = {"visitor": cookies_of(Client())}
    visitors |= {role.value: cookies_of(holder(made, role, "above")) for role in Role}
    calls = {(one.route, method): one for one in endpoints() if one.is_api for method in one.methods}
    tally = Tally()
    for operation in operations():
        probe(operation, calls[operation.full_path, operation.method.upper()], made, visitors, tally)
    assert tally.wrong == {}
    assert len(tally.seen) > 30
    reached = {label for label, statuses in tally.seen.items() if statuses & {200, 201, 204, 404, 409, 422}}
    assert reached == set(tally.seen), "no request got past the door"
