"""Every address of the product, asked for by everyone: what is no one's business is told to no one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from yaodian.plans import operations
from yaodian.plans.models import Plan, PlanState
from yaodian.plans.operations import TargetValues
from yaodian.plans.tests import factories
from yaodian.web import errors

pytestmark = pytest.mark.django_db

# Words that stand nowhere but in the one plan: title, clause, system, policy, file name, reason.
SECRET = "玄机暗语"
# What a stranger asks for: a part of the secret, so that a page that repeats his question does not look like a leak.
ASKED = "机暗"
UNIT = "隐署"
TEXT = factories.TEXT.replace("云川市教育局2026年工作要点", f"{SECRET}市教育局2026年工作要点")
TEXT = TEXT.replace("扩大学位供给", f"{SECRET}扩大学位供给").replace("基教科", UNIT)
TEXT = TEXT.replace("阳光招生平台", f"{SECRET}平台").replace("学校布局规划", f"{SECRET}规划")
HIDDEN = (PlanState.READING, PlanState.FAILED, PlanState.REVIEW, PlanState.SUBMITTED, PlanState.WITHDRAWN)
# Doors and descriptions: they take anything and change nothing of a plan.
OPEN = (
    *("/sign-in/", "/sign-in/passkey/begin/", "/identity/o/logout", "/api/openapi.json", "/api/docs"),
    "/admissions/apply/number/",
)
NAMES: dict[str, tuple[str, ...]] = {
    "kind": ("target", "clause", "xlsx"),
    "format": ("json", "xlsx"),
    "verb": ("confirm", "restore"),
    "step": ("submit", "publish", "reopen"),
}


@dataclass(frozen=True)
class Ids:
    """What the parameters of addresses stand for."""

    public_id: str
    item_id: int
    clause_id: int
    warning_id: int
    sheet_edit_id: int = 1


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """All routes, parameters still in angle brackets."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route.replace("^", "").replace("$", "").replace("\\Z", "")


def addresses(ids: Ids) -> list[str]:
    """Every address, with the public id and the row numbers of one plan."""
    found: list[str] = []
    for route in patterns():
        names = re.findall(r"<(?:\w+:)?(\w+)>", route)
        filled = [route]
        for name in names:
            values = NAMES.get(name, (str(getattr(ids, name, "x")),))
            if name == "kind" and "export" not in route:
                values = values[:2]
            filled = [re.sub(rf"<(?:\w+:)?{name}>", value, one, count=1) for one in filled for value in values]
        found += ["/" + one for one in filled]
    return found


def questions(ids: Ids) -> list[str]:
    """Every address, bare and with everything that can be asked there."""
    query = f"?text={ASKED}&unit={UNIT}&left={ids.public_id}&right={ids.public_id}&plan={ids.public_id}&size=100"
    return [f"{address}{more}" for address in addresses(ids) for more in ("", query)]


def in_state(state: str) -> tuple[Plan, Ids]:
    """A plan in a state, its secret words in every column that people fill in."""
    editor, second = factories.editor(), factories.publisher()
    sections = tuple((level, number, f"{SECRET}{name}" if name == "扩大学位供给" else name) for level, number, name in factories.SECTIONS)  # fmt: skip
    answer = factories.sample(TEXT, sections)
    plan = factories.uploaded(editor, TEXT.encode(), name=f"{SECRET}.txt")
    if state not in {PlanState.READING, PlanState.FAILED}:
        plan = factories.answered(plan, answer)
        target = plan.targets.first()
        assert target is not None
        operations.correct_target(
            actor=editor, now=factories.NOW, item_id=target.pk, expected_version=target.version,
            values=TargetValues(f"{SECRET}率", "at_least", 96.0, unit="%"), reason=f"{SECRET}有误",
        )  # fmt: skip
        plan.refresh_from_db()
    if state == PlanState.FAILED:
        operations.cancel_reading(actor=editor, now=factories.NOW, public_id=plan.public_id)
    common: dict[str, Any] = {"now": factories.NOW, "public_id": plan.public_id}
    if state in {PlanState.SUBMITTED, PlanState.PUBLISHED, PlanState.WITHDRAWN}:
        plan = operations.submit_plan(actor=editor, expected_version=plan.version, **common)
    if state in {PlanState.PUBLISHED, PlanState.WITHDRAWN}:
        plan = operations.publish_plan(actor=second, expected_version=plan.version, **common)
    if state == PlanState.WITHDRAWN:
        plan = operations.withdraw_plan(actor=second, expected_version=plan.version, reason=f"{SECRET}撤回", **common)
    plan.refresh_from_db()
    assert plan.state == state
    target, clause, warning = plan.targets.first(), plan.clauses.first(), plan.warnings.first()
    return plan, Ids(
        plan.public_id, target.pk if target else 1, clause.pk if clause else 1, warning.pk if warning else 1
    )


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def everyone() -> dict[str, Client]:
    """A visitor, somebody signed in who has no role, an editor and a publisher."""
    clients = {"visitor": Client()}
    for name, roles in (("no role", ()), ("editor", ("editor",)), ("publisher", ("publisher",))):
        clients[name] = Client()
        clients[name].force_login(factories.account(*roles))
    return clients


@pytest.mark.parametrize("state", HIDDEN)
def test_nothing_of_a_plan_that_is_not_published_reaches_a_stranger(state: str) -> None:
    plan, ids = in_state(state)
    people = everyone()
    leaks, failures = [], []
    asked = questions(ids)
    assert len(asked) > 150
    for who in ("visitor", "no role"):
        for address in asked:
            answer = people[who].get(address)
            if answer.status_code >= 500:
                failures.append((who, address))
            body = body_of(answer)
            is_named = plan.public_id not in address and plan.public_id.encode() in body
            if SECRET.encode() in body or is_named:
                leaks.append((who, address, answer.status_code))
    assert (leaks, failures) == ([], [])


@pytest.mark.parametrize("state", [PlanState.REVIEW, PlanState.PUBLISHED])
def test_every_answer_to_everyone_carries_its_protection(state: str) -> None:
    _plan, ids = in_state(state)
    wrong = []
    for who, client in everyone().items():
        for address in addresses(ids):
            answer = client.get(address)
            policy = answer.headers.get("Content-Security-Policy", "")
            sound = (
                answer.status_code < 500
                and "default-src 'self'" in policy
                and "unsafe" not in policy
                and answer.headers.get("X-Content-Type-Options") == "nosniff"
                and answer.headers.get("X-Frame-Options") == "DENY"
            )
            if not sound:
                wrong.append((who, address, answer.status_code, policy))
            is_file = "/original/" in address or "/export/" in address
            if is_file and answer.status_code == 200 and not answer.headers["Content-Disposition"].startswith("attachment"):  # fmt: skip
                wrong.append((who, address, answer.status_code, "shown in the browser"))
    assert wrong == []


def test_a_stranger_counts_no_drafts() -> None:
    before = {address: everyone()["visitor"].get(address).content for address in ("/plans/", "/api/plans", "/")}
    in_state(PlanState.REVIEW)
    visitor = Client()
    without_tokens = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken&quot;: &quot;[^&]+')
    for address, body in before.items():
        assert without_tokens.sub(b"", visitor.get(address).content) == without_tokens.sub(b"", body), address


@pytest.mark.parametrize(
    ("state", "method"),
    [
        (PlanState.REVIEW, "post"), (PlanState.SUBMITTED, "post"), (PlanState.PUBLISHED, "post"),
        (PlanState.REVIEW, "put"), (PlanState.REVIEW, "delete"), (PlanState.REVIEW, "patch"),
    ],
)  # fmt: skip
def test_no_write_is_taken_without_the_token_or_the_right(
    monkeypatch: pytest.MonkeyPatch, state: str, method: str
) -> None:
    # What a refusal's page says is looked at elsewhere; drawing some hundreds of them was half of the time.
    monkeypatch.setattr(errors, "_page", lambda _request, *, status, **_words: HttpResponse(status=status))
    plan, ids = in_state(state)
    editor = factories.editor()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    lenient = Client()
    lenient.force_login(factories.account())
    before = Plan.objects.filter(pk=plan.pk).values().get(), plan.corrections.count()
    taken = []
    for who, client in (("no token", strict), ("no role", lenient), ("visitor", Client())):
        for address in addresses(ids):
            answer = getattr(client, method)(address, {"reason": "x", "expected_version": plan.version})
            if answer.status_code >= 500 or (answer.status_code < 300 and address not in OPEN):
                taken.append((who, address, answer.status_code, answer.content[:200]))
    assert taken == []
    assert (Plan.objects.filter(pk=plan.pk).values().get(), plan.corrections.count()) == before
    assert Plan.objects.count() == 1


def test_a_session_is_another_one_after_signing_in() -> None:
    account = factories.editor()
    account.set_password("a-long-password-1")
    account.save()
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    answer = client.post("/sign-in/", {"username": account.username, "password": "a-long-password-1"})
    assert answer.status_code == 302
    assert client.session.session_key != before
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stale.get("/plans/upload/").status_code == 302


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "a b", ""])
def test_a_request_for_another_host_is_refused(host: str) -> None:
    answer = Client().get("/sign-in/", headers={"host": host})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\thttps://evil.example",
        "///evil.example", "https:evil.example",
    ],
)  # fmt: skip
def test_no_address_leads_to_another_site(target: str) -> None:
    client = Client()
    for address in ("/theme/", "/i18n/setlang/"):
        answer = client.post(address, {"next": target, "theme": "dark", "language": "en"})
        assert answer.headers.get("Location", "/").startswith("/")
        assert not answer.headers.get("Location", "/").startswith(("//", "/\\"))
    page = client.get("/sign-in/", {"next": target}).content.decode()
    assert 'name="next" value="/"' in page
