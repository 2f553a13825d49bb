"""The door from outside: it tells nobody which accounts exist, and a session cannot be planted or left open."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.test import Client

from yaodian.audit.queries import entries
from yaodian.identity import operations
from yaodian.identity.models import SignIn
from yaodian.identity.tests.people import NEW, NOW, PASSWORD, attempt, is_signed_in, person
from yaodian.organisations.models import Account
from yaodian.organisations.operations import deactivate_account


@pytest.fixture
def account(db: None) -> Account:
    return person("linlan", role="editor")


def _kinds() -> dict[str, str]:
    """A name of each kind that must look the same from outside."""
    closed = person("closed")
    deactivate_account(actor=None, account=closed, now=NOW)
    person("waiting", password=None)
    secured = person("secured")
    operations.set_up_totp(account=secured, secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", code="287082", now=MOMENT)
    return {"known": "linlan", "unknown": "nobody", "closed": "closed", "waiting": "waiting", "secured": "secured"}


MOMENT = NOW.fromtimestamp(59, NOW.tzinfo)


def body(answer: Any, username: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return text.replace(username, "NAME")


def test_no_answer_tells_whether_an_account_exists(account: Account) -> None:
    seen = set()
    for username in _kinds().values():
        client = Client()
        answers = [attempt(client, "wrong", username=username) for _guess in range(7)]
        seen.add(
            tuple(
                (
                    answer.status_code,
                    body(answer, username),
                    answer.headers.get("Retry-After") is not None,
                    tuple(sorted(answer.cookies)),
                )
                for answer in answers
            )
        )
    assert len(seen) == 1
    assert [status for status, *_rest in seen.pop()] == [422] * 5 + [429] * 2


def test_no_answer_takes_long_enough_or_short_enough_to_tell(account: Account, settings: Any) -> None:
    """The least processor time of interleaved attempts: neighbours make an attempt longer, never shorter.

    What is missing where the work of a hash was left out is measured as well, so that the bound means something.
    """
    settings.SIGN_IN_MAX_FAILURES = settings.SIGN_IN_MAX_FAILURES_OF_ACCOUNT = 10**6
    kinds = _kinds()
    taken: dict[str, list[float]] = {kind: [] for kind in (*kinds, "hash")}
    client = Client()
    for _round in range(12):
        for kind, username in kinds.items():
            begun = time.process_time()
            attempt(client, "wrong", username=username)
            taken[kind].append(time.process_time() - begun)
        begun = time.process_time()
        account.check_password("wrong")
        taken["hash"].append(time.process_time() - begun)
    least = {kind: min(times) for kind, times in taken.items()}
    one_hash = least.pop("hash")
    assert max(least.values()) - min(least.values()) < 0.6 * one_hash, (least, one_hash)


def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hashed(*_arguments: object, **_named: object) -> None:
        pytest.fail("the password was hashed")

    monkeypatch.setattr("django.contrib.auth.hashers.check_password", hashed)
    monkeypatch.setattr("yaodian.identity.views.door.authenticate", hashed)
    for length in (129, 10**6):
        answer = attempt(Client(), "长" * length)
        assert answer.status_code == 422
        assert "最多 128 个字符" in answer.content.decode()


def test_a_password_of_128_characters_works(db: None) -> None:
    long = "青禾-x1" * 25 + "abc"
    assert len(long) == 128
    person("linlan", password=long)
    assert attempt(Client(), long).status_code == 302


def test_a_refusal_says_when_to_come_back(account: Account) -> None:
    with time_machine.travel(NOW, tick=False):
        client = Client()
        for _guess in range(5):
            attempt(client, "wrong")
        assert attempt(client)["Retry-After"] == "900"


def test_a_known_device_comes_in_while_the_account_is_under_attack(account: Account) -> None:
    with time_machine.travel(NOW, tick=False):
        hers = Client()
        assert attempt(hers).status_code == 302
        hers.post("/sign-out/")
        for number in range(30):
            attempt(Client(), "wrong", address=f"203.0.113.{number}")
        assert attempt(Client(), address="192.0.2.50").status_code == 429
        assert attempt(hers, address="192.0.2.50").status_code == 302


def test_a_device_mark_is_bound_to_the_account_and_its_password_and_cannot_be_forged(account: Account) -> None:
    with time_machine.travel(NOW, tick=False):
        hers = Client()
        attempt(hers)
        hers.post("/sign-out/")
        person("zhouyi")
        for number in range(30):
            for username in ("linlan", "zhouyi"):
                attempt(Client(), "wrong", username=username, address=f"203.0.113.{number}")
        assert attempt(hers, username="zhouyi", address="192.0.2.50").status_code == 429
        forged = Client()
        forged.cookies[site.DEVICE_COOKIE_NAME] = hers.cookies[site.DEVICE_COOKIE_NAME].value[:-2] + "xx"
        assert attempt(forged, address="192.0.2.50").status_code == 429
        account.set_password(NEW)
        account.save()
        assert attempt(hers, NEW, address="192.0.2.50").status_code == 429


def planted(client: Client) -> str:
    """A session that somebody else has begun and knows the key of."""
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[site.SESSION_COOKIE_NAME] = session.session_key
    return str(session.session_key)


def test_every_step_upwards_gives_the_session_another_key(account: Account) -> None:
    from yaodian.identity.tests.people import code_at

    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    operations.set_up_totp(
        account=account, secret=secret, code=code_at(secret, NOW - timedelta(hours=1)), now=NOW - timedelta(hours=1)
    )
    client = Client()
    keys = [planted(client)]
    with time_machine.travel(NOW, tick=False) as clock:
        attempt(client)
        keys.append(str(client.session.session_key))
        client.post("/sign-in/second/", {"code": code_at(secret, NOW)})
        keys.append(str(client.session.session_key))
        clock.shift(timedelta(minutes=11))
        later = NOW + timedelta(minutes=11)
        assert client.get("/security/passkeys/")["Location"].startswith("/confirm/")
        client.post("/confirm/", {"code": code_at(secret, later), "next": "/security/passkeys/"})
        keys.append(str(client.session.session_key))
        assert client.get("/security/passkeys/").status_code == 200
        client.post("/password/", {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW})
        keys.append(str(client.session.session_key))
        assert is_signed_in(client)
        assert len(set(keys)) == 5
        for key in keys[:-1]:
            thief = Client()
            thief.cookies[site.SESSION_COOKIE_NAME] = key
            assert not is_signed_in(thief)
    assert SignIn.objects.get().session_key == keys[-1]


def test_a_session_that_nobody_uses_ends(account: Account, settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS = 30 * 60
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        attempt(client)
        for _click in range(4):
            clock.shift(timedelta(minutes=20))
            assert is_signed_in(client)
        clock.shift(timedelta(minutes=31))
        page = client.get("/")
        assert "长时间没有操作" in page.content.decode()
        assert not is_signed_in(client)
    assert entries()[0].detail_data == {"reason": "idle"}
    assert SignIn.objects.count() == 0


def test_sensitive_pages_ask_again_after_ten_minutes(account: Account) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        attempt(client)
        clock.shift(timedelta(minutes=10))
        assert client.get("/security/totp/").status_code == 200
        clock.shift(timedelta(seconds=1))
        door = client.get("/security/totp/")["Location"]
        assert door == "/confirm/?next=%2Fsecurity%2Ftotp%2F"
        assert client.post("/confirm/", {"password": "wrong"}).status_code == 422
        assert client.post("/confirm/", {"password": PASSWORD, "next": "https://evil.example/"})["Location"] == "/"
        assert client.get("/security/totp/").status_code == 200


def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(account: Account) -> None:
    here, there, other = Client(), Client(), Client()
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    attempt(here)
    there.post(
        "/sign-in/", {"username": "linlan", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT=agent
    )
    person("zhouyi")
    attempt(other, username="zhouyi")
    page = here.get("/security/").content.decode()
    assert "Edge · Windows" in page
    assert "192.0.2.7" in page
    assert page.count("让它退出") == 1
    row = SignIn.objects.get(address="192.0.2.7")
    other.post(f"/security/sessions/{row.pk}/end/")
    assert is_signed_in(there)
    here.post(f"/security/sessions/{row.pk}/end/")
    assert not is_signed_in(there)
    attempt(there)
    here.post("/security/sessions/end-others/")
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert is_signed_in(other)


def test_the_page_of_ones_security_costs_the_same_however_many_sessions(
    account: Account, django_assert_max_num_queries: Any
) -> None:
    client = Client()
    for _device in range(12):
        attempt(Client())
    attempt(client)
    with django_assert_max_num_queries(14):
        assert client.get("/security/").content.decode().count("让它退出") == 12


def test_ending_everything_ends_everything(account: Account) -> None:
    clients = [Client() for _device in range(3)]
    for client in clients:
        attempt(client)
    operations.end_everything(account=account, reason="test", now=NOW)
    assert not any(is_signed_in(client) for client in clients)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", ""), ("x" * 10_000, ""),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140 Mobile Safari/537 MicroMessenger/8.0", "微信 · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
    ],
)  # fmt: skip
def test_a_device_is_named_in_two_words(agent: str, words: str) -> None:
    assert operations.device_words(agent) == words
