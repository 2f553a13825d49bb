"""Second factors: a code and a signature count once, whatever blanks are typed between."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from yaodian.audit.queries import entries
from yaodian.identity import operations, session
from yaodian.identity.keys import KeyUnusable, seal, unseal
from yaodian.identity.models import Passkey, RecoveryCode, Totp
from yaodian.identity.queries import has_second_factor, second_factors_of
from yaodian.identity.tests.people import NOW, SoftAuthenticator, attempt, code_at, is_signed_in, person
from yaodian.organisations.models import Account

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def account(db: None) -> Account:
    return person("linlan", role="editor")


def with_app(account: Account, *, at: datetime = NOW - timedelta(minutes=5)) -> Account:
    operations.set_up_totp(account=account, secret=SECRET, code=code_at(SECRET, at), now=at)
    return account


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_the_vectors_of_rfc_6238_hold(db: None, moment: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    operations.set_up_totp(account=person(), secret=secret, code=code, now=datetime.fromtimestamp(moment, UTC))


def test_a_code_is_taken_once_with_blanks_or_without(account: Account) -> None:
    with_app(account)
    code = code_at(SECRET, NOW)
    operations.prove_with_totp(account=account, code=code, now=NOW)
    full_width = "".join(chr(ord(one) + 0xFEE0) for one in code)
    for again in (code, f" {code[:3]} {code[3:]} ", full_width, f"{code[:3]}-{code[3:]}", f"{code}\u200b"):
        with pytest.raises(operations.UnableToProve):
            operations.prove_with_totp(account=account, code=again, now=NOW)


@pytest.mark.parametrize("typed", [" {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_a_code_with_blanks_is_taken(account: Account, typed: str) -> None:
    with_app(account)
    operations.prove_with_totp(account=account, code=typed.format(code_at(SECRET, NOW)), now=NOW)


def test_an_older_code_is_not_taken_after_a_newer(account: Account) -> None:
    with_app(account)
    older = code_at(SECRET, NOW - timedelta(seconds=30))
    operations.prove_with_totp(account=account, code=code_at(SECRET, NOW), now=NOW)
    with pytest.raises(operations.UnableToProve):
        operations.prove_with_totp(account=account, code=older, now=NOW)


def test_a_clock_may_be_wrong_by_half_a_minute_and_not_by_two(account: Account) -> None:
    with_app(account)
    for minutes in (-2, 2):
        with pytest.raises(operations.UnableToProve):
            operations.prove_with_totp(account=account, code=code_at(SECRET, NOW + timedelta(minutes=minutes)), now=NOW)
    operations.prove_with_totp(account=account, code=code_at(SECRET, NOW + timedelta(seconds=30)), now=NOW)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "一二三四五六", "1" * 10_000])
def test_what_is_no_code_is_refused(account: Account, typed: str) -> None:
    with_app(account)
    with pytest.raises(operations.UnableToProve):
        operations.prove_with_totp(account=account, code=typed, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_uses_of_a_code_at_once_exactly_one_wins() -> None:
    account = with_app(person())
    for number in range(1, 6):
        moment = NOW + timedelta(minutes=number)
        gate, wins = Barrier(4), []

        def race(moment: datetime = moment, gate: Barrier = gate, wins: list[bool] = wins) -> None:
            try:
                gate.wait()
                operations.prove_with_totp(account=account, code=code_at(SECRET, moment), now=moment)
                wins.append(True)
            except operations.UnableToProve:
                pass
            finally:
                connection.close()

        threads = [Thread(target=race) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(wins) == 1


def test_the_secret_lies_sealed_and_is_bound_to_its_account(account: Account) -> None:
    with_app(account)
    sealed = Totp.objects.get().sealed_secret
    assert SECRET not in sealed
    assert unseal(sealed, purpose=f"totp:{account.pk}") == SECRET
    with pytest.raises(KeyUnusable):
        unseal(sealed, purpose=f"totp:{account.pk + 1}")
    assert seal(SECRET, purpose="x") != seal(SECRET, purpose="x")


def test_recovery_codes_work_once_each_and_new_ones_end_the_old(account: Account) -> None:
    with pytest.raises(operations.UnableToAddFactor, match="请先设置"):
        operations.new_recovery_codes(account=account, now=NOW)
    with_app(account)
    codes = operations.new_recovery_codes(account=account, now=NOW)
    assert len(set(codes)) == 10
    operations.prove_with_recovery_code(account=account, code=codes[0].lower().replace("-", " "), now=NOW)
    for spent in (codes[0], codes[0].replace("-", "")):
        with pytest.raises(operations.UnableToProve):
            operations.prove_with_recovery_code(account=account, code=spent, now=NOW)
    operations.new_recovery_codes(account=account, now=NOW)
    with pytest.raises(operations.UnableToProve):
        operations.prove_with_recovery_code(account=account, code=codes[1], now=NOW)
    assert all(code.replace("-", "") not in str(list(RecoveryCode.objects.values())) for code in codes)


# Passkeys -------------------------------------------------------------------------------------------------------


def make_passkey(account: Account, device: SoftAuthenticator, *, name: str = "办公室电脑") -> Passkey:
    options, state = operations.begin_passkey(account=account, host="localhost")
    answer = device.make(json.loads(operations.as_json(options)))
    return operations.add_passkey(account=account, name=name, answer=answer, state=state, host="localhost", now=NOW)


def challenge(account: Account | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    options, state = operations.begin_passkey_proof(account=account, host="localhost")
    return json.loads(operations.as_json(options)), state


def prove(answer: dict[str, Any], state: dict[str, Any], account: Account | None = None) -> Account:
    return operations.prove_with_passkey(account=account, answer=answer, state=state, host="localhost", now=NOW)


def test_a_passkey_says_who_it_is(account: Account) -> None:
    device = SoftAuthenticator()
    make_passkey(account, device)
    options, state = challenge()
    assert prove(device.sign(options), state) == account
    assert Passkey.objects.get().sign_count == device.count


@pytest.mark.parametrize(
    "spoilt", ["other challenge", "other origin", "other site", "other key", "copied", "other account", "closed"]
)
def test_a_signature_that_is_not_right_is_refused(account: Account, spoilt: str) -> None:
    device = SoftAuthenticator()
    make_passkey(account, device)
    options, state = challenge()
    asked: Account | None = None
    match spoilt:
        case "other challenge":
            _options, state = challenge()
        case "other origin":
            device.origin = "https://localhost.evil.example"
        case "other site":
            device.host = "evil.example"
        case "other key":
            device.key = SoftAuthenticator().key
        case "copied":
            first, first_state = challenge()
            prove(device.sign(first), first_state)
            device.count -= 1
        case "other account":
            asked = person()
        case "closed":
            Account.objects.filter(pk=account.pk).update(is_active=False)
    with pytest.raises(operations.UnableToProve):
        prove(device.sign(options), state, asked)


@pytest.mark.parametrize("answer", [{}, {"id": 1}, {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
                                    {"rawId": "!!", "response": {"clientDataJSON": "AA"}}])  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(account: Account, answer: dict[str, Any]) -> None:
    _options, state = challenge()
    with pytest.raises(operations.UnableToProve, match="没有通过"):
        prove(answer, state)
    _options, state = operations.begin_passkey(account=account, host="localhost")
    with pytest.raises(operations.UnableToAddFactor):
        operations.add_passkey(account=account, name="x", answer=answer, state=state, host="localhost", now=NOW)


def test_a_passkey_belongs_to_one_account_and_ten_are_enough(account: Account) -> None:
    device = SoftAuthenticator()
    make_passkey(account, device)
    with pytest.raises(operations.UnableToAddFactor, match="已经登记"):
        make_passkey(person(), device)
    for _number in range(9):
        make_passkey(account, SoftAuthenticator())
    with pytest.raises(operations.UnableToAddFactor, match="最多"):
        make_passkey(account, SoftAuthenticator())


def test_a_passkey_signs_in_over_the_pages(client: Client, account: Account) -> None:
    device = SoftAuthenticator()
    make_passkey(account, device)
    client = Client(SERVER_NAME="localhost")
    before = client.session.session_key
    options = client.post("/sign-in/passkey/begin/").json()
    answer = json.dumps(device.sign(options))
    done = client.post("/sign-in/passkey/finish/?next=/plans/", answer, content_type="application/json")
    assert done.json() == {"next": "/plans/"}
    assert client.session.session_key != before
    assert is_signed_in(client)
    assert entries()[0].detail_data["method"] == "passkey"
    again = client.post("/sign-in/passkey/finish/", answer, content_type="application/json")
    assert again.status_code == 400, "a challenge is answered once"


def test_a_wrong_passkey_answer_opens_nothing(client: Client, account: Account) -> None:
    client = Client(SERVER_NAME="localhost")
    for body in ("", "[]", "{", '{"id": "x"}'):
        client.post("/sign-in/passkey/begin/")
        answer = client.post("/sign-in/passkey/finish/", body, content_type="application/json")
        assert answer.status_code in {400, 422}
        assert answer.json()["detail"]
    assert not is_signed_in(client)


# On the pages ---------------------------------------------------------------------------------------------------


def test_with_an_app_the_password_alone_opens_nothing(client: Client, account: Account) -> None:
    with_app(account)
    with time_machine.travel(NOW, tick=False) as clock:
        assert attempt(client)["Location"] == "/sign-in/second/"
        assert not is_signed_in(client)
        wrong = client.post("/sign-in/second/", {"code": "000000"})
        assert wrong.status_code == 422
        assert "验证码不正确" in wrong.content.decode()
        code = code_at(SECRET, NOW)
        assert client.post("/sign-in/second/", {"code": f"{code[:3]} {code[3:]}"})["Location"] == "/"
        assert is_signed_in(client)
        other = Client()
        attempt(other, address="192.0.2.9")
        assert other.post("/sign-in/second/", {"code": code}).status_code == 422, "the code has been used"
        clock.shift(timedelta(minutes=11))
        assert other.post("/sign-in/second/", {"code": code_at(SECRET, NOW + timedelta(minutes=11))})["Location"] == (
            "/sign-in/"
        ), "the first step is forgotten after ten minutes"


def test_codes_cannot_be_guessed(client: Client, account: Account) -> None:
    with_app(account)
    with time_machine.travel(NOW, tick=False):
        attempt(client)
        for _guess in range(5):
            assert client.post("/sign-in/second/", {"code": "000000"}).status_code == 422
        refused = client.post("/sign-in/second/", {"code": code_at(SECRET, NOW)})
        assert refused.status_code == 429
        assert refused["Retry-After"] == "900"


def test_a_password_changed_meanwhile_ends_the_first_step(client: Client, account: Account) -> None:
    with_app(account)
    attempt(client)
    account.set_password("another-password-1")
    account.save()
    assert client.get("/sign-in/second/")["Location"] == "/sign-in/"


def test_an_app_is_set_up_on_its_page_and_removed(client: Client, account: Account) -> None:
    with time_machine.travel(NOW, tick=False):
        attempt(client)
        page = client.get("/security/totp/").content.decode()
        assert "data:image/svg+xml;base64," in page
        secret = client.session["identity.totp_secret"]
        assert client.post("/security/totp/", {"code": "1"}).status_code == 422
        before = client.session.session_key
        assert client.post("/security/totp/", {"code": code_at(secret, NOW)})["Location"] == "/security/"
        assert client.session.session_key != before
        assert client.session[session.FACTOR] is True
        codes = client.post("/security/recovery-codes/").content.decode()
        assert codes.count("<li><code>") == 10
        assert "还有 10 个" in client.get("/security/").content.decode()
        client.post("/security/totp/remove/")
    assert not has_second_factor(account=account)
    assert second_factors_of(account=account).recovery_codes_left == 0
    kinds = [entry.code for entry in entries()]
    assert "identity.factor.add" in kinds
    assert "identity.factor.remove" in kinds


def test_whoever_must_have_a_second_factor_reaches_nothing_before(client: Client, db: None) -> None:
    person("linlan", role="auditor")
    with time_machine.travel(NOW, tick=False):
        assert attempt(client)["Location"] == "/"
        for address in ("/", "/journal/", "/plans/", "/security/", "/password/"):
            assert client.get(address)["Location"] == "/security/set-up/", address
        refused = client.get("/api/plans")
        assert (refused.status_code, refused.json()["code"]) == (403, "second-factor-missing")
        assert client.post("/plans/upload/").status_code == 302
        assert client.get("/security/set-up/").status_code == 200
        client.get("/security/totp/")
        client.post("/security/totp/", {"code": code_at(client.session["identity.totp_secret"], NOW)})
        assert client.get("/journal/").status_code == 200
        client.post("/security/totp/remove/")
        assert "必须保留" in client.get("/security/").content.decode()
        assert Totp.objects.count() == 1


def test_a_passkey_is_set_up_by_whoever_must_have_one(db: None) -> None:
    person("linlan", role="auditor")
    client, device = Client(SERVER_NAME="localhost"), SoftAuthenticator()
    attempt(client)
    options = client.post("/security/passkeys/new/").json()
    given = json.dumps({"name": "办公室电脑", "credential": device.make(options)})
    assert client.post("/security/passkeys/", given, content_type="application/json").json() == {"next": "/security/"}
    assert client.get("/journal/").status_code == 200
    again = client.post("/security/passkeys/", given, content_type="application/json")
    assert (again.status_code, bool(again.json()["detail"])) == (400, True)


def test_a_session_older_than_the_sensitive_right_proves_itself_first(client: Client, account: Account) -> None:
    from yaodian.organisations.operations import set_role

    with_app(account)
    with time_machine.travel(NOW, tick=False):
        client.force_login(account)
        marked = client.session
        marked[session.FACTOR] = False
        marked.save()
        assert client.get("/password/").status_code == 200
    later = NOW + timedelta(days=1)
    set_role(actor=None, account=account, role="auditor", now=later)
    with time_machine.travel(later, tick=False):
        fresh = Client()
        fresh.force_login(Account.objects.get(pk=account.pk))
        marked = fresh.session
        marked[session.FACTOR] = False
        marked.save()
        assert fresh.get("/journal/")["Location"] == "/confirm/?next=%2Fjournal%2F"
        assert fresh.post("/confirm/", {"code": code_at(SECRET, later), "next": "/journal/"})["Location"] == (
            "/journal/"
        )
        assert fresh.get("/journal/").status_code == 200


def test_a_demonstration_account_is_exempt(client: Client, db: None) -> None:
    person("linlan", role="auditor")
    Account.objects.update(is_demonstration=True)
    attempt(client)
    assert client.get("/journal/").status_code == 200


def test_lost_factors_are_reset_by_an_administrator_and_sessions_end(client: Client, account: Account) -> None:
    with_app(account)
    with time_machine.travel(NOW, tick=False):
        attempt(client)
        client.post("/sign-in/second/", {"code": code_at(SECRET, NOW)})
        assert is_signed_in(client)
        administrator = person("admin", role="security_administrator")
        chief = Client()
        chief.force_login(administrator)
        assert chief.post("/identity/accounts/linlan/factors/reset/").status_code == 302
        assert not is_signed_in(client)
        assert attempt(client)["Location"] == "/"
    assert entries(code="identity.factors.reset").exists()
