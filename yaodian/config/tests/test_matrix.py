"""The permission matrix: every address × method × role × relation, compared with what the views declare.

Three questions. Does every address say who may call it? Is whoever may not turned away, and whoever may let in,
whatever the method? And, where an address shows the rows of units: does somebody whose right lies elsewhere get
anything of them? The guards themselves are taken away once each, to see that the matrix notices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from yaodian.config.endpoints import Endpoint, endpoints
from yaodian.config.tests.samples import OF_COUNTIES, SAMPLES, World, world
from yaodian.organisations import access, queries
from yaodian.organisations.models import Account, Grant
from yaodian.organisations.queries import rights
from yaodian.organisations.roles import PERMISSIONS_OF, UNIT_KINDS_OF, Role
from yaodian.web import errors

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
RELATIONS = ("own", "above", "sibling", "elsewhere")
# The answers that turn somebody away. 302 counts where it leads to the door.
REFUSED = frozenset({401, 403})
PARAMETERS = re.compile(r"[<{](?:\w+:)?(\w+)[>}]")
# Parameters that name no row of a unit: in which format a list is written, which declared measure or statute is meant.
NO_ROWS = frozenset({"kind", "code", "statute", "action"})
OFFICES = frozenset({"bureau", "county"})


@dataclass
class Tally:
    """What a walk over the matrix found."""

    cells: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, is_right: bool, words: str) -> None:
        self.cells += 1
        if not is_right:
            self.wrong.append(words)


def address_of(endpoint: Endpoint, made: World) -> str:
    """The address with the sample's value for each parameter. Fails where nobody has said what one stands for."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        namespace = endpoint.name.partition(":")[0] if not endpoint.is_api else endpoint.route.split("/")[2]
        for key in (f"{endpoint.name}.{name}", f"{namespace}.{name}", name):
            if key in SAMPLES:
                return str(SAMPLES[key](made))
        raise AssertionError(f"{endpoint.route}: add what <{name}> stands for to config/tests/samples.py")

    return PARAMETERS.sub(value, endpoint.route)


def is_turned_away(answer: HttpResponse) -> bool:
    if answer.status_code == 302:
        return "/sign-in/" in answer["Location"]
    return answer.status_code in REFUSED


def body_of(answer: HttpResponse) -> str:
    return answer.content.decode(errors="replace")


def call(client: Client, method: str, address: str) -> HttpResponse:
    """One cell. What it changed is undone, so that the next one finds the same world and the same session."""
    cookies = client.cookies.output(header="", sep=";")
    with transaction.atomic():
        answer = client.generic(method, address, data=b"{}", content_type="application/json")
        if answer.streaming:  # type: ignore[attr-defined]
            answer = HttpResponse(b"".join(answer.streaming_content), status=answer.status_code)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return answer  # type: ignore[return-value]


def holder(made: World, role: Role | None, relation: str) -> Client:
    """Somebody signed in who holds a role in the unit that has this relation to the samples' unit."""
    account = Account.objects.create(username=f"m{Account.objects.count()}", name="试", created_at=made.now)
    # The second factor is the door's business, not the matrix's.
    account.is_demonstration = True
    account.save()
    if role is not None:
        unit = made.unit_for(relation, UNIT_KINDS_OF[role])
        Grant.objects.create(account=account, role=role, unit=unit, from_on=date(2000, 1, 1), granted_at=made.now)
    client = Client(raise_request_exception=False)
    client.force_login(account)
    return client


def methods_of(endpoint: Endpoint) -> tuple[str, ...]:
    return endpoint.methods or METHODS


def roles_walk(made: World, tally: Tally, walked: Iterable[Endpoint], *, with_refusals: bool = True) -> None:
    """Each of these addresses and methods as a visitor, as somebody without a role, and in each role held over everything.

    Without refusals, a role that should be turned away is not asked for.
    """
    clients: dict[Role | None, Client] = {role: holder(made, role, "above") for role in (None, *Role)}
    visitor = Client(raise_request_exception=False)
    for endpoint in walked:
        declared = endpoint.access
        assert declared is not None
        address = address_of(endpoint, made)
        for method in methods_of(endpoint):
            # `call` takes a session that an answer sets away again.
            answer = call(visitor, method, address)
            is_away = is_turned_away(answer)
            if declared.kind == "public":
                # What is open to everyone decides by what is asked for; it never leads to the door but on purpose.
                tally.note(answer.status_code < 500, f"visitor {method} {address}: {answer.status_code}")
            else:
                tally.note(is_away, f"visitor {method} {address}: {answer.status_code}, should be turned away")
            permission = declared.permission_for(method)
            for role, client in clients.items():
                held = PERMISSIONS_OF[role] if role is not None else frozenset()
                is_refused = permission is not None and permission not in held
                if is_refused and not with_refusals:
                    continue
                answer = call(client, method, address)
                if answer.status_code >= 500:
                    tally.note(False, f"{role} {method} {address}: {answer.status_code}")
                    continue
                if is_refused:
                    tally.note(answer.status_code in REFUSED, f"{role} {method} {address}: {answer.status_code}")
                elif declared.kind != "public" and method in ("GET", "HEAD"):
                    # A page may ask for more than its address does (a state, a second person); it may not lead to the
                    # door somebody who stands inside.
                    is_door = answer.status_code == 302 and "/sign-in/" in answer["Location"]
                    tally.note(not is_door and answer.status_code != 401, f"{role} {method} {address}: led to the door")
                else:
                    tally.cells += 1


def relations_walk(made: World, tally: Tally, prefix: str = "", *, to_the_first: bool = False) -> None:
    """Every address that reads rows of units: what belongs to the samples' unit is shown inside its scope only.

    ``to_the_first``: only whether anything is wrong is asked for, not all that is.
    """
    clients: dict[tuple[Role, str], Client] = {}
    for endpoint in scoped_endpoints(prefix):
        if to_the_first and tally.wrong:
            return
        assert endpoint.access is not None
        permission = endpoint.access.permission_for("GET")
        address = address_of(endpoint, made)
        for role in Role:
            if permission not in PERMISSIONS_OF[role]:
                continue
            for relation in RELATIONS:
                if not made.has_unit_for(relation, UNIT_KINDS_OF[role]):
                    continue
                if (role, relation) not in clients:
                    clients[role, relation] = holder(made, role, relation)
                answer = call(clients[role, relation], "GET", address)
                if answer.status_code == 405:
                    # Nothing to be read there; whom such an address changes is asked in the slice's own tests.
                    continue
                text = body_of(answer)
                is_shown = any(secret in text for secret in made.secrets)
                if relation in ("sibling", "elsewhere"):
                    is_right = not is_shown and answer.status_code in (200, 302, 403, 404, 405)
                    if set(PARAMETERS.findall(endpoint.route)) - NO_ROWS:
                        is_right = is_right and answer.status_code in (403, 404, 405)
                    tally.note(is_right, f"{role} {relation} {address}: {answer.status_code}, shown {is_shown}")
                elif endpoint.name in OF_COUNTIES and made.unit_for(relation, UNIT_KINDS_OF[role]).kind not in OFFICES:
                    tally.note(
                        not is_shown and answer.status_code == 404,
                        f"{role} {relation} {address}: {answer.status_code}, shown {is_shown}",
                    )
                elif endpoint.name in ("appraisal:seat", "appraisal:seat_file"):
                    # A seat is its assessor's, wherever somebody else stands.
                    tally.note(not is_shown and answer.status_code == 404, f"{role} {relation} {address}: seen")
                elif endpoint.name == "timetabling:week_pupils" and not _NAMES_PUPILS & PERMISSIONS_OF[role]:
                    # Names are for those who plan or who see what pupils chose.
                    tally.note(not is_shown and answer.status_code == 404, f"{role} {relation} {address}: seen")
                elif (
                    relation == "above"
                    and "import_id" in endpoint.route
                    and made.unit_for(relation, UNIT_KINDS_OF[role]) != made.units["school"]
                ):
                    # A file belongs to those who import for the same units, not to whoever stands above them. Nobody is a
                    # head above the school.
                    tally.note(
                        not is_shown and answer.status_code == 404,
                        f"{role} {relation} {address}: {answer.status_code}, shown {is_shown}",
                    )
                else:
                    tally.note(
                        answer.status_code in (200, 302, 405),
                        f"{role} {relation} {address}: {answer.status_code} inside",
                    )


_NAMES_PUPILS = frozenset({"timetabling.plan", "timetabling.decide"})


def scoped_endpoints(prefix: str = "") -> Iterator[Endpoint]:
    """The addresses whose permission, which begins so, reaches rows by unit, as far as they can be read."""
    for endpoint in endpoints():
        permission = endpoint.access.permission_for("GET") if endpoint.access else None
        is_readable = not endpoint.is_api or "GET" in endpoint.methods
        is_scoped = permission and permission.partition(".")[0] in (
            "organisations",
            "registry",
            "measures",
            "indicators",
            "cases",
            "appraisal",
            "admissions",
            "timetabling",
        )
        if is_scoped and permission.startswith(prefix) and is_readable:
            yield endpoint


def test_every_address_says_who_may_call_it() -> None:
    silent = [f"{endpoint.name} {endpoint.route}" for endpoint in endpoints() if endpoint.access is None]
    assert silent == [], "put @public, @signed_in or @permitted(…) of organisations.access on these views"


def test_every_role_is_let_in_where_it_may_and_turned_away_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    # The page of a refusal says the same wherever it stands, and its tests lie beside it. Drawn for each of some thirty
    # thousand cells that are rightly refused it took two fifths of the time.
    monkeypatch.setattr(errors, "_page", lambda _request, *, status, **_words: HttpResponse(status=status))
    # A role is refused before its view runs, by rights that are read in the same way where they suffice. So the other
    # database sees whom it lets in, with whatever the view reads and writes there, and who has no role.
    with_refusals = connection.vendor == "sqlite"
    tally = Tally()
    roles_walk(world(), tally, endpoints(), with_refusals=with_refusals)
    assert tally.wrong == []
    assert tally.cells > (20_000 if with_refusals else 10_000), tally.cells


def test_nobody_sees_the_rows_of_units_outside_his_right() -> None:
    tally = Tally()
    relations_walk(world(), tally)
    assert tally.wrong == []


def test_the_matrix_notices_a_door_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "may", lambda **_asked: True)
    tally = Tally()
    roles_walk(world(), tally, [endpoint for endpoint in endpoints() if endpoint.name == "web:journal"])
    assert tally.wrong


def _unscoped(_scope: queries.Scope, rows: object, *, unit: str = "unit_id") -> object:
    return rows


@pytest.mark.parametrize(
    ("name", "mutant"), [("rows", _unscoped), ("includes", lambda _scope, _unit_id: True)], ids=["rows", "includes"]
)
def test_the_matrix_notices_a_scope_that_was_removed(
    monkeypatch: pytest.MonkeyPatch, name: str, mutant: object
) -> None:
    monkeypatch.setattr(rights.Scope, name, mutant)
    tally = Tally()
    relations_walk(world(), tally, to_the_first=True)
    assert tally.wrong


def test_where_the_database_has_a_second_wall_a_scope_that_was_removed_shows_nothing_of_the_registry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rights.Scope, "rows", _unscoped)
    has_wall = connection.vendor == "postgresql"
    tally = Tally()
    relations_walk(world(), tally, "registry.", to_the_first=not has_wall)
    if has_wall:
        assert tally.wrong == []
        assert tally.cells > 100
    else:
        assert tally.wrong
