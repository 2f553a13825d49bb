"""The pages that stand around the slices: health, theme, language, errors, the journal, the design system."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from yaodian.audit.operations import record
from yaodian.foundation import jobs
from yaodian.foundation.icons import PATHS
from yaodian.foundation.models import Job, Worker
from yaodian.identity import operations as identity_operations
from yaodian.organisations import operations
from yaodian.organisations.models import Account
from yaodian.web import errors
from yaodian.web.words import words_of

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def make(username: str, role: str | None) -> Account:
    return operations.create_account(
        actor=None, username=username, name="何静", password="青禾-县-2026-spring", role=role, now=NOW
    )


@pytest.fixture
def auditor(client: Client, db: None) -> Account:
    account = make("hejing", "auditor")
    client.force_login(account)
    return account


@pytest.mark.django_db
def test_health_tells_of_the_database_and_of_the_worker(client: Client) -> None:
    def report() -> dict[str, Any]:
        answer = client.get("/healthz")
        assert answer.status_code == 200
        return dict(json.loads(answer.content))

    assert report() | {"status": "degraded", "worker": "missing"} == report()
    jobs.show_life(worker="w", started_at=timezone.now())
    assert (report()["status"], report()["worker"]) == ("ok", "ok")
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert report()["worker"] == "missing"


@pytest.mark.django_db
def test_health_tells_how_long_the_queue_has_waited(client: Client) -> None:
    jobs.show_life(worker="w", started_at=timezone.now())

    def waiting(key: str, seconds: int) -> tuple[str, str, int]:
        moment = timezone.now() - timedelta(seconds=seconds)
        Job.objects.create(key=key, code="x.y", run_after=moment, created_at=moment)
        told = json.loads(client.get("/healthz").content)
        return told["status"], told["queue"], round(told["queue_seconds"], -1)

    assert waiting("later", -3600) == ("ok", "ok", 0)
    assert waiting("new", 120) == ("ok", "ok", 120)
    assert waiting("old", 1000) == ("degraded", "late", 1000)


@pytest.mark.django_db
def test_health_says_failed_when_the_database_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(jobs, "last_sign_of_life", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert json.loads(answer.content)["database"] == "failed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("chosen", "kept", "shown"), [("dark", "dark", "dark"), ("light", "light", "light"), ("pink", None, "light")]
)
def test_the_theme_is_kept_in_a_cookie_and_shown_by_the_server(
    client: Client, chosen: str, kept: str | None, shown: str
) -> None:
    answer = client.post("/theme/", {"theme": chosen, "next": "/style/"})
    assert answer["Location"] == "/style/"
    cookie = answer.cookies.get("yaodian_theme")
    assert (cookie.value if cookie else None) == kept
    assert f'data-bs-theme="{shown}"' in client.get("/sign-in/").content.decode()


@pytest.mark.django_db
def test_the_theme_leads_nowhere_else(client: Client) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": "https://example.org/"})["Location"] == "/"


@pytest.mark.django_db
def test_chinese_unless_the_visitor_chooses_otherwise(client: Client) -> None:
    page = client.get("/sign-in/", headers={"accept-language": "en"})
    assert page["Content-Language"] == "zh-hans"
    assert '<html lang="zh-Hans"' in page.content.decode()
    assert client.post("/i18n/setlang/", {"language": "en", "next": "/sign-in/"})["Location"] == "/sign-in/"
    page = client.get("/sign-in/")
    assert page["Content-Language"] == "en"
    assert "Sign in" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/style/", "/there-is-no-such-page/", "/api/docs"])
def test_pages_carry_a_policy_and_obey_it(client: Client, path: str) -> None:
    page = client.get(path)
    policy = page["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    text = page.content.decode()
    assert re.search(r"<[a-z]+[^>]*\s(style|on[a-z]+)=", text) is None, "an inline style or handler"
    assert re.search(r"<style", text) is None
    for script in re.findall(r"<script(?![^>]*type=\"application/json\")[^>]*>", text):
        assert "src=" in script, f"an inline script: {script}"
    assert re.search(r"(src|href)=\"(https?:)?//", text) is None, "another host"
    assert page["X-Frame-Options"] == "DENY"
    assert page["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_no_cache_keeps_what_only_one_person_may_see(client: Client, auditor: Account) -> None:
    assert "no-store" in client.get("/journal/")["Cache-Control"]
    assert "private" in Client().get("/")["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_design_system_shows_every_component_and_icon_twice_over(client: Client, language: str) -> None:
    client.cookies["yaodian_language"] = language
    text = client.get("/style/").content.decode()
    for kind in ("neutral", "running", "waiting", "good", "attention", "wrong", "off"):
        assert text.count(f"status-{kind}") >= 2
    for name in PATHS:
        assert PATHS[name] in text
    for css in ("table-cards", "empty-state", "job-progress", "pages-list", "field-error", "dialog", "figures"):
        assert css in text


@pytest.mark.django_db
def test_a_field_is_tied_to_its_help_and_its_error(client: Client) -> None:
    text = client.get("/style/").content.decode()
    control = re.search(r'<input[^>]*id="id_light-title"[^>]*>', text)
    assert control is not None
    assert 'aria-invalid="true"' in control[0]
    described = re.search(r'aria-describedby="([^"]*)"', control[0])
    assert described is not None
    assert described[1].split() == ["id_light-title_helptext", "id_light-title_error"]
    for name in described[1].split():
        assert f'id="{name}"' in text
    assert '<label class="form-label" for="id_light-title">' in text


@pytest.mark.django_db
def test_a_missing_page_says_so_and_leads_back(client: Client) -> None:
    page = client.get("/there-is-no-such-page/")
    assert page.status_code == 404
    assert "没有这个页面" in page.content.decode()
    assert 'href="/"' in page.content.decode()


@pytest.mark.django_db
def test_a_bad_request_and_one_too_large_are_told_apart(rf: RequestFactory, auditor: Account) -> None:
    request = rf.get("/")
    request.user = auditor
    assert errors.bad_request(request, ValueError()).status_code == 400
    large = errors.bad_request(request, RequestDataTooBig())
    assert large.status_code == 413
    assert "20 MB" in large.content.decode()


@pytest.mark.django_db
def test_a_request_far_too_large_is_refused_unread_with_a_page(client: Client) -> None:
    page = client.post("/sign-in/", b"", content_type="text/plain", CONTENT_LENGTH=str(10**10))
    assert page.status_code == 413
    assert "内容过大" in page.content.decode()


@pytest.mark.django_db
def test_a_wrong_host_gets_a_plain_page_not_a_stack(client: Client) -> None:
    page = client.get("/", headers={"host": "evil.example.org"})
    assert page.status_code == 400
    assert "请求有误" in page.content.decode()


def test_the_page_of_a_fault_needs_no_database(rf: RequestFactory) -> None:
    page = errors.server_error(rf.get("/"))
    assert page.status_code == 500
    assert "没有保存任何不完整的内容" in page.content.decode()


@pytest.mark.django_db
def test_the_journal_is_for_those_who_may_read_it(client: Client) -> None:
    assert client.get("/journal/")["Location"] == "/sign-in/?next=/journal/"
    client.force_login(make("linlan", "editor"))
    page = client.get("/journal/")
    assert page.status_code == 403
    assert "查看操作日志" in page.content.decode()
    assert 'href="/journal/"' not in client.get("/").content.decode()


def fill(number: int, actor: Account | None = None) -> None:
    with transaction.atomic():
        for index in range(number):
            record(actor=actor, code="tests.thing.change", subject=f"thing:{index}", detail={"第": index}, at=NOW)


@pytest.mark.django_db
def test_the_journal_is_filtered_and_paged(client: Client, auditor: Account) -> None:
    fill(120)
    text = client.get("/journal/").content.decode()
    assert text.count("<tr>") == 51
    assert "共 122 条" in text
    text = client.get("/journal/?subject=thing:7&page=1").content.decode()
    assert text.count("<tr>") == 12
    assert "没有符合条件的记录" in client.get("/journal/?actor=无此人").content.decode()
    assert client.get("/journal/?from_on=nonsense&page=x").status_code == 200
    second = client.get("/journal/?code=tests.thing.change&page=2").content.decode()
    assert re.search(r'href="\?[^"]*code=tests\.thing\.change[^"]*page=3', second)


@pytest.mark.django_db
def test_the_journal_costs_the_same_queries_however_long_it_is(client: Client, auditor: Account) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/journal/").status_code == 200
        return len(queries)

    fill(2, auditor)
    few = cost()
    fill(48, auditor)
    assert cost() == few
    assert few <= 8


@pytest.mark.django_db
def test_a_detail_may_have_any_name(client: Client, auditor: Account) -> None:
    names = {"items": 3, "keys": "k", "values": [1], "0": "nought"}
    with transaction.atomic():
        record(actor=None, code="a.b", subject="meeting:x", detail=names, at=NOW)
    text = client.get("/journal/").content.decode()
    assert all(f"<dt>{name}</dt>" in text for name in names)


@pytest.mark.django_db
def test_what_is_written_into_the_journal_cannot_become_markup(client: Client, auditor: Account) -> None:
    with transaction.atomic():
        record(actor=None, code="a.b", subject="<script>x</script>", detail={"<b>": "<i>"}, at=NOW)
    text = client.get("/journal/").content.decode()
    assert "<script>x" not in text
    assert "<b>" not in text


def test_every_code_of_an_account_has_words() -> None:
    from pathlib import Path

    folders = (Path(module.__file__).parent for module in (operations, identity_operations))
    source = "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.py"))
    found = set(re.findall(r'"((?:organisations|identity)\.[a-z_]+\.[a-z_]+)"', source))
    assert len(found) >= 25
    assert all(words_of(code) != code for code in found)


@pytest.mark.django_db
def test_navigation_marks_where_one_is(client: Client, auditor: Account) -> None:
    text = client.get("/journal/").content.decode()
    assert re.findall(r'href="([^"]*)" aria-current="page"', text) == ["/journal/"]


@pytest.mark.django_db
def test_more_places_than_a_bar_holds_are_folded_into_groups(client: Client) -> None:
    client.force_login(make("guanheng", "security_administrator"))
    text = client.get("/accounts/").content.decode()
    folded = re.findall(r'<details class="menu nav-group([^"]*)"', text)
    assert folded == ["", "", " is-current"]
    assert re.findall(r'href="([^"]*)" aria-current="page"', text) == ["/accounts/"]
    assert "nav-group" not in Client().get("/").content.decode()


@pytest.mark.django_db
def test_the_api_describes_itself_without_another_host(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    assert "/static/ninja/swagger-ui-bundle.js" in page
    assert json.loads(client.get("/api/openapi.json").content)["info"]["title"]


CHINESE = re.compile(r"[\u3400-\u9fff]+")
# What is Chinese on an English page says so: the name of the other language, and samples of plans.
MARKED = re.compile(r"<(\w+)\b[^>]*\slang=\"zh-Hans\"[^>]*>.*?</\1>", re.DOTALL)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/password/", "/style/", "/journal/", "/there-is-no-such-page/"])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_an_english_page_has_no_chinese_word(client: Client, path: str, is_signed_in: bool) -> None:
    if is_signed_in:
        client.force_login(
            operations.create_account(
                actor=None, username="grace", name="Grace", password="a-long-one-2026", role="auditor", now=NOW
            )
        )
    client.cookies["yaodian_language"] = "en"
    text = client.get(path, follow=True).content.decode()
    assert CHINESE.findall(MARKED.sub("", text)) == []


@pytest.mark.django_db
def test_an_english_form_complains_in_english(client: Client) -> None:
    client.cookies["yaodian_language"] = "en"
    text = client.post("/sign-in/", {"username": "", "password": ""}).content.decode()
    assert "This field is required." in text
    text = client.post("/sign-in/", {"username": "a", "password": "b"}).content.decode()
    assert CHINESE.findall(MARKED.sub("", text)) == []
