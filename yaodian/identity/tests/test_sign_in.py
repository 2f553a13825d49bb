"""The door: right and wrong passwords, guesses, sessions, and where it leads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from yaodian.audit.queries import entries
from yaodian.identity.models import Failures
from yaodian.organisations import operations
from yaodian.organisations.models import Account

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "青禾-县-2026-spring"
NEW = "临溪-区-2026-autumn"


@pytest.fixture
def account(db: None) -> Account:
    return operations.create_account(
        actor=None, username="linlan", name="林岚", password=PASSWORD, role="editor", now=NOW
    )


def attempt(client: Client, password: str, *, username: str = "linlan", address: str = "192.0.2.1", **more: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **more}, REMOTE_ADDR=address)


def is_signed_in(client: Client) -> bool:
    return client.get("/password/").status_code == 200


def test_the_right_password_opens_a_session_and_an_entry(client: Client, account: Account) -> None:
    answer = attempt(client, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)
    assert entries()[0].code == "identity.session.open"
    account.refresh_from_db()
    assert account.last_login is not None


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: Client, account: Account) -> None:
    wrong = attempt(client, "wrong")
    unknown = attempt(client, "wrong", username="nobody")
    assert wrong.status_code == unknown.status_code == 422
    assert "用户名或密码不正确" in wrong.content.decode()
    assert "用户名或密码不正确" in unknown.content.decode()
    assert not is_signed_in(client)


def test_a_closed_account_cannot_sign_in_and_its_sessions_end(client: Client, account: Account) -> None:
    attempt(client, PASSWORD)
    operations.deactivate_account(actor=None, account=account, now=NOW)
    assert not is_signed_in(client)
    assert attempt(client, PASSWORD).status_code == 422


def test_after_five_wrong_guesses_even_the_right_password_waits(client: Client, account: Account) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _guess in range(5):
            assert attempt(client, "wrong").status_code == 422
        refused = attempt(client, PASSWORD)
        assert refused.status_code == 429
        assert "15 分钟后再试" in refused.content.decode()
        clock.shift(timedelta(minutes=14, seconds=59))
        assert attempt(client, PASSWORD).status_code == 429
        clock.shift(timedelta(seconds=1))
        assert attempt(client, PASSWORD).status_code == 302


def test_nobody_is_locked_out_by_another_account_or_another_address(client: Client, account: Account) -> None:
    operations.create_account(actor=None, username="zhouyi", name="周毅", password=PASSWORD, role=None, now=NOW)
    for _guess in range(6):
        attempt(client, "wrong")
    assert attempt(client, PASSWORD).status_code == 429
    assert attempt(Client(), PASSWORD, username="zhouyi").status_code == 302, "a colleague behind the same address"
    assert attempt(Client(), PASSWORD, address="192.0.2.2").status_code == 302, "the same person at another machine"


def test_the_name_is_counted_however_it_is_typed(client: Client, account: Account) -> None:
    for username in ("linlan", "LINLAN", " linlan", "ｌｉｎｌａｎ", "LinLan"):
        attempt(client, "wrong", username=username)
    assert attempt(client, PASSWORD).status_code == 429


def test_the_right_password_forgives_the_wrong_ones(client: Client, account: Account) -> None:
    for _round in range(2):
        for _guess in range(4):
            attempt(client, "wrong")
        assert attempt(Client(), PASSWORD).status_code == 302
    assert Failures.objects.count() == 0


def test_counted_failures_keep_no_name_and_are_cleared(client: Client, account: Account) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        attempt(client, "wrong", username="secret-typed-here-by-mistake")
        (row,) = Failures.objects.all()
        assert "secret" not in row.account_key + row.place_key
        clock.shift(timedelta(minutes=16))
        attempt(client, "wrong", username="other")
        assert Failures.objects.count() == 1


def test_an_invented_forwarding_address_does_not_reset_the_count(client: Client, account: Account) -> None:
    for number in range(5):
        client.post(
            "/sign-in/",
            {"username": "linlan", "password": "wrong"},
            REMOTE_ADDR="192.0.2.1",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
        )
    assert attempt(client, PASSWORD).status_code == 429


def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(client: Client, account: Account, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        client.post(
            "/sign-in/",
            {"username": "linlan", "password": "wrong"},
            REMOTE_ADDR="10.0.0.1",
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 192.0.2.1",
        )
    given = {"username": "linlan", "password": PASSWORD}
    other = Client().post("/sign-in/", given, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.9")
    assert other.status_code == 302
    same = Client().post("/sign-in/", given, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.77, 192.0.2.1")
    assert same.status_code == 429


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/journal/", "/journal/"),
        ("https://example.org/", "/"),
        ("//example.org/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(client: Client, account: Account, target: str, location: str) -> None:
    assert attempt(client, PASSWORD, next=target)["Location"] == location


def test_whoever_is_signed_in_is_led_past_the_door(client: Client, account: Account) -> None:
    attempt(client, PASSWORD)
    assert client.get("/sign-in/?next=/style/")["Location"] == "/style/"


def test_signing_out_needs_a_button_and_leaves_an_entry(client: Client, account: Account) -> None:
    attempt(client, PASSWORD)
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/sign-out/")["Location"] == "/"
    assert not is_signed_in(client)
    assert entries()[0].code == "identity.session.close"


def test_a_form_without_its_token_is_refused_in_words(account: Account) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = attempt(strict, PASSWORD)
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def change(client: Client, old: str, new: str, repeated: str | None = None) -> Any:
    return client.post("/password/", {"old_password": old, "new_password": new, "repeated": repeated or new})


def test_a_new_password_works_and_ends_other_sessions_only(client: Client, account: Account) -> None:
    elsewhere = Client()
    attempt(client, PASSWORD)
    attempt(elsewhere, PASSWORD)
    assert change(client, PASSWORD, NEW).status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert attempt(Client(), PASSWORD).status_code == 422
    assert attempt(Client(), NEW).status_code == 302
    assert "organisations.account.change_password" in [entry.code for entry in entries()]


@pytest.mark.parametrize(
    ("old", "new", "repeated", "words"),
    [
        ("wrong", NEW, NEW, "现在的密码不正确"),
        (PASSWORD, NEW, "other", "不一致"),
        (PASSWORD, "short", "short", "密码"),
        (PASSWORD, "linlan-2026", "linlan-2026", "相似"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(
    client: Client, account: Account, old: str, new: str, repeated: str, words: str
) -> None:
    attempt(client, PASSWORD)
    answer = change(client, old, new, repeated)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_the_old_password_cannot_be_guessed_through_the_form(client: Client, account: Account) -> None:
    attempt(client, PASSWORD)
    for _guess in range(5):
        change(client, "wrong", NEW)
    assert change(client, PASSWORD, NEW).status_code == 429
