"""The pages by telephone, from outside: they tell nobody which numbers have an account, and lead nobody astray."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as site
from django.contrib.auth.hashers import get_hasher
from django.test import Client
from django.test.client import RequestFactory

from yaodian.audit.queries import entries
from yaodian.identity import queries, session
from yaodian.identity.models import PhoneCode, SignIn
from yaodian.identity.tests.people import NEW, NOW, PASSWORD, attempt, code_at, is_signed_in, person
from yaodian.identity.tests.telephones import NUMBER, OTHER, another, code_in, family, give_phone, latest
from yaodian.organisations.models import Account
from yaodian.organisations.operations import deactivate_account

pytestmark = pytest.mark.django_db
UNKNOWN = "+8613700137000"


def send(client: Client, step: str, address: str = "/open-account/", **given: str) -> Any:
    return client.post(address, {"step": step, **given})


def body(answer: Any) -> str:
    """The page without what is different each time it is asked for."""
    text = re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken&quot;: &quot;[^&]+', "", answer.content.decode()
    )
    return re.sub(r'\+86 1\d\d\*{6}\d\d|value="\d{6}"', "TYPED", text)


def finish(client: Client, address: str = "/open-account/", *, password: str = NEW, **given: str) -> Any:
    return send(client, "finish", address, new_password=password, repeated=password, **given)


def test_a_family_goes_from_number_to_code_to_a_password_and_is_in(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        page = client.get("/open-account/?next=/my-children/").content.decode()
        assert 'autocomplete="tel"' in page
        assert 'type="tel"' in page
        assert send(client, "number", number="138 0013 8000", next="/my-children/")["Location"] == "/open-account/"
        page = client.get("/open-account/").content.decode()
        assert 'autocomplete="one-time-code"' in page
        assert "+86 138******00" in page
        assert "13800138000" not in page
        code = code_in(latest())
        assert send(client, "code", code=code)["Location"] == "/open-account/"
        page = client.get("/open-account/").content.decode()
        assert page.count('autocomplete="new-password"') == 2
        key = client.session.session_key
        answer = finish(client, display_name="林女士")
        assert (answer.status_code, answer["Location"]) == (302, "/my-children/")
        assert is_signed_in(client)
        assert client.session.session_key != key
        assert SignIn.objects.get().method == "phone"
        assert attempt(Client(), NEW, username="+86 138-0013-8000").status_code == 302
        security = client.get("/security/").content.decode()
    assert "+86 138******00" in security
    assert "林女士" in security
    assert entries()[0].code == "identity.session.open"


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_not_lost(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = send(client, "number", number="12345")
        assert answer.status_code == 422
        assert re.search(r'id="id_number_error">.*?不是手机号', answer.content.decode(), re.DOTALL)
        assert 'aria-describedby="id_number_helptext id_number_error"' in answer.content.decode()
        send(client, "number", number=NUMBER)
        code = code_in(latest())
        answer = send(client, "code", code=another(code))
        assert answer.status_code == 422
        assert re.search(r'id="id_code_error">.*?验证码不正确', answer.content.decode(), re.DOTALL)
        send(client, "code", code=code)
        for given, field, words in (
            ({"display_name": "林女士", "new_password": "short", "repeated": "short"}, "new_password", "密码"),
            ({"display_name": "林女士", "new_password": NEW, "repeated": PASSWORD}, "repeated", "不一致"),
            ({"display_name": "\u200b", "new_password": NEW, "repeated": NEW}, "display_name", "怎样称呼您"),
        ):
            answer = send(client, "finish", **given)
            assert answer.status_code == 422
            assert re.search(rf'id="id_{field}_error">.*?{words}', answer.content.decode(), re.DOTALL)
        assert finish(client, display_name="林女士").status_code == 302


def test_a_code_that_runs_out_while_the_password_is_chosen_leads_back_one_step(client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        send(client, "number", number=NUMBER)
        clock.shift(timedelta(minutes=9))
        send(client, "code", code=code_in(latest()))
        clock.shift(timedelta(minutes=2))
        answer = finish(client, display_name="林女士")
        assert answer.status_code == 422
        assert "验证码不正确、已过期" in answer.content.decode()
        assert not Account.objects.exists()
        assert send(client, "send").status_code == 302
        send(client, "code", code=code_in(latest()))
        assert finish(client, display_name="林女士").status_code == 302


def test_another_number_may_be_typed_and_a_text_message_asked_for_again(client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        send(client, "number", number=OTHER)
        assert send(client, "again").status_code == 302
        assert 'autocomplete="tel"' in client.get("/open-account/").content.decode()
        send(client, "number", number=NUMBER)
        answer = send(client, "send")
        assert (answer.status_code, answer["Retry-After"]) == (429, "60")
        assert "1 分钟后再试" in answer.content.decode()
        clock.shift(timedelta(minutes=1))
        assert send(client, "send").status_code == 302
        assert PhoneCode.objects.count() == 3


@pytest.mark.parametrize("step", ["code", "finish", "send", "again", "", "x" * 1000])
def test_a_step_out_of_turn_leads_nowhere(client: Client, step: str) -> None:
    answer = send(client, step, code="123456", new_password=NEW, repeated=NEW, display_name="林女士")
    assert answer.status_code in (302, 422)
    assert not PhoneCode.objects.exists()
    assert not Account.objects.exists()


def _numbers() -> dict[str, str]:
    """A number of each kind that must look the same from outside."""
    numbers = {
        kind: f"+861370013700{turn}" for turn, kind in enumerate(("unknown", "family", "closed", "guarded", "staff"))
    }
    family(numbers["family"], now=NOW - timedelta(hours=2))
    deactivate_account(actor=None, account=family(numbers["closed"], now=NOW - timedelta(hours=2)), now=NOW)
    give_phone(person("guarded", role="security_administrator"), numbers["guarded"])
    give_phone(person("staff", role="editor"), numbers["staff"])
    return numbers


@pytest.mark.parametrize("address", ["/open-account/", "/reset-password/"])
def test_no_answer_on_the_way_tells_whether_a_number_has_an_account(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, hashed = _numbers(), []
    encode = type(get_hasher()).encode
    monkeypatch.setattr(
        type(get_hasher()), "encode", lambda self, *given, **named: hashed.append(1) or encode(self, *given, **named)
    )
    seen = set()
    with time_machine.travel(NOW, tick=False) as clock:
        for turn, number in enumerate(numbers.values()):
            clock.move_to(NOW)
            client = Client(REMOTE_ADDR=f"192.0.2.{turn}")
            answers = [send(client, "number", address, number=number), client.get(address)]
            # Whoever does not hold the telephone guesses; of a million guesses one would be right.
            wrong = another(code_in(latest(number))) if "验证码 " in latest(number) else "000000"
            answers += [send(client, "code", address, code=wrong) for _guess in range(6)]
            answers += [send(client, "send", address), finish(client, address, display_name="林女士")]
            clock.shift(timedelta(minutes=11))
            answers += [client.get(address)]
            seen.add(
                tuple(
                    (answer.status_code, body(answer), answer.headers.get("Location"), answer.headers.get("Retry-After"),
                     tuple(sorted(answer.cookies)))
                    for answer in answers
                )
            )  # fmt: skip
    assert len(seen) == 1
    assert [status for status, *_rest in seen.pop()] == [302, 200, *[422] * 6, 429, 422, 200]
    assert hashed == [], "a password is hashed for whoever has shown a right code, and for nobody else"


def test_a_number_at_the_door_gets_one_hash_whether_it_has_an_account_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = _numbers()
    hasher, hashed, seen = type(get_hasher()), [], {}
    for name in ("encode", "verify"):
        kept = getattr(hasher, name)

        def counted(self: Any, *given: Any, kept: Any = kept, name: str = name, **named: Any) -> Any:
            if name == "verify" or not hashed or hashed[-1] != "verify":
                hashed.append(name)
            return kept(self, *given, **named)

        monkeypatch.setattr(hasher, name, counted)
    for turn, (kind, number) in enumerate(numbers.items()):
        hashed.clear()
        answers = [attempt(Client(), "wrong", username=number, address=f"192.0.2.{turn}") for _guess in range(6)]
        pages = tuple((answer.status_code, body(answer).replace(number, "TYPED")) for answer in answers)
        seen[kind] = (len(hashed), pages)
    assert len(set(seen.values())) == 1
    assert [status for status, _page in seen["family"][1]] == [422] * 5 + [429]


def test_the_attempts_of_a_name_do_not_tell_which_number_is_its(client: Client) -> None:
    give_phone(person("linlan"))
    for _guess in range(6):
        attempt(client, "wrong")
    assert attempt(client).status_code == 429
    for number in (NUMBER, UNKNOWN):
        assert attempt(Client(), "wrong", username=number).status_code == 422


def test_a_number_is_one_number_at_the_door_however_it_is_written(client: Client) -> None:
    give_phone(person("linlan"))
    for typed in ("13800138000", "+86 138 0013 8000", "１３８００１３８０００", "0086 13800138000", "138-0013-8000"):
        assert attempt(Client(), "wrong", username=typed).status_code == 422
    assert attempt(Client(), username="8613800138000").status_code == 429
    assert attempt(Client(), username="linlan").status_code == 302


def test_a_user_name_that_looks_like_a_number_is_a_user_name_first() -> None:
    person("13800138000")
    give_phone(person("linlan"))
    found = queries.knock(typed="13800138000")
    assert found.account is not None
    assert found.account.username == "13800138000"


def test_a_session_keeps_neither_number_nor_code_in_clear(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        send(client, "number", number=NUMBER)
        code = code_in(latest())
        send(client, "code", code=code)
        kept = dict(client.session.items())
        words = str(kept) + "".join(
            base64.b64decode(value).decode("latin-1") for name, value in kept.items() if "waiting" in name
        )
        assert "13800138000" not in words
        assert code not in words
        # What waits for one purpose does not open for another.
        moved = client.session
        moved["identity.waiting.reset"] = moved["identity.waiting.open"]
        moved.save()
        assert 'autocomplete="tel"' in client.get("/reset-password/").content.decode()


def test_whoever_has_forgotten_his_password_chooses_another_and_every_other_session_ends(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        family(now=NOW - timedelta(hours=2))
        elsewhere = Client()
        assert attempt(elsewhere, username=NUMBER).status_code == 302
        send(client, "number", "/reset-password/", number=NUMBER)
        send(client, "code", "/reset-password/", code=code_in(latest()))
        assert finish(client, "/reset-password/")["Location"] == "/"
        assert is_signed_in(client)
        assert not is_signed_in(elsewhere)
        assert attempt(Client(), username=NUMBER).status_code == 422
        assert attempt(Client(), NEW, username=NUMBER).status_code == 302


def test_a_telephone_is_no_way_round_a_second_factor(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        from yaodian.identity import operations

        account = family(now=NOW - timedelta(hours=2))
        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        operations.set_up_totp(account=account, secret=secret, code=code_at(secret, NOW), now=NOW)
        send(client, "number", "/reset-password/", number=NUMBER)
        send(client, "code", "/reset-password/", code=code_in(latest()))
        assert finish(client, "/reset-password/")["Location"] == "/sign-in/"
        assert not is_signed_in(client)


def test_a_telephone_is_bound_on_the_page_of_ones_own_security() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        person("linlan")
        client = Client()
        attempt(client)
        clock.shift(timedelta(minutes=11))
        assert client.get("/security/phone/")["Location"] == "/confirm/?next=%2Fsecurity%2Fphone%2F"
        client.post("/confirm/", {"password": PASSWORD})
        send(client, "number", "/security/phone/", number=NUMBER)
        code = code_in(latest())
        assert send(client, "code", "/security/phone/", code=another(code)).status_code == 422
        assert send(client, "code", "/security/phone/", code=code)["Location"] == "/security/"
        assert "更换手机号" in client.get("/security/").content.decode()
        assert attempt(Client(), username="13800138000").status_code == 302


def test_presence_is_confirmed_with_a_text_message_and_leads_back() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        family(now=NOW - timedelta(hours=2))
        client = Client()
        attempt(client, username=NUMBER)
        clock.shift(timedelta(minutes=11))
        page = client.get("/confirm/?next=/security/phone/").content.decode()
        assert "改用短信验证码（+86 138******00）" in page
        answer = client.post("/confirm/", {"step": "send", "next": "/security/phone/"})
        assert answer["Location"] == "/confirm/?by=phone&next=%2Fsecurity%2Fphone%2F"
        code, key = code_in(latest()), client.session.session_key
        given = {"by": "phone", "next": "/security/phone/"}
        assert client.post("/confirm/", {**given, "code": another(code)}).status_code == 422
        assert client.post("/confirm/", {**given, "code": code})["Location"] == "/security/phone/"
        assert client.session.session_key != key
        assert client.get("/security/phone/").status_code == 200
        assert "短信发得太频繁" in client.post("/confirm/", {"step": "send"}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("http://testserver/registry/pupils/?page=2", "%2Fregistry%2Fpupils%2F%3Fpage%3D2"),
        ("https://evil.example/registry/", "%2Fsecurity%2F"),
        ("http://testserver.evil.example/", "%2Fsecurity%2F"),
        ("javascript:alert(1)", "%2Fsecurity%2F"),
        ("", "%2Fsecurity%2F"),
    ],
)
def test_what_was_sent_too_late_leads_back_to_its_page_and_to_this_site_only(referer: str, target: str) -> None:
    request = RequestFactory().post("/anything/", headers={"referer": referer} if referer else {})
    assert session.to_confirm(request)["Location"] == f"/confirm/?next={target}"


def test_a_proof_is_recent_for_ten_minutes_or_as_long_as_is_asked() -> None:
    request = RequestFactory().get("/anything/?page=2")
    request.session = {session.PROVED: int(NOW.timestamp())}  # type: ignore[assignment]  # As much of one as is read.
    for minutes, within, is_recent in ((10, 10, True), (11, 10, False), (11, 15, True), (5, 2, False)):
        later = NOW + timedelta(minutes=minutes)
        assert session.recently_confirmed(request, within=timedelta(minutes=within), now=later) is is_recent
    assert session.to_confirm(request)["Location"] == "/confirm/?next=%2Fanything%2F%3Fpage%3D2"
    request.session = {}  # type: ignore[assignment]
    assert not session.recently_confirmed(request, now=NOW)


def test_where_no_gateway_is_set_the_pages_say_so_before_anybody_types(client: Client, settings: Any) -> None:
    settings.TEXT_GATEWAY = ""
    give_phone(person("linlan"))
    for address in ("/open-account/", "/reset-password/"):
        assert "没有接通短信" in client.get(address).content.decode()
        assert send(client, "number", address, number=NUMBER).status_code == 422
    attempt(client)
    assert "改用短信验证码" not in client.get("/confirm/").content.decode()
    settings.TEXT_GATEWAY = "outbox"
    assert "改用短信验证码" in client.get("/confirm/").content.decode()
    assert "没有接通短信" not in client.get("/security/phone/").content.decode()


def test_whoever_is_signed_in_opens_no_second_account(client: Client) -> None:
    person("linlan")
    attempt(client)
    assert client.get("/open-account/")["Location"] == "/"
    assert send(client, "number", number=NUMBER)["Location"] == "/"
    assert client.get("/reset-password/")["Location"] == "/password/"
    assert not PhoneCode.objects.exists()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_an_account_that_was_opened_leads_to_this_site_only(client: Client, target: str) -> None:
    with time_machine.travel(NOW, tick=False):
        send(client, "number", number=NUMBER, next=target)
        send(client, "code", code=code_in(latest()))
        assert finish(client, display_name="林女士")["Location"] == "/"


def test_a_form_without_its_token_sends_nothing() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert send(strict, "number", number=NUMBER).status_code == 403
    assert not PhoneCode.objects.exists()
    assert site.CSRF_COOKIE_HTTPONLY
