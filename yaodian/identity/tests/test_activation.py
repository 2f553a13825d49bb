"""Letters with a code: the only way in which somebody else helps with a password, without ever knowing one."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from yaodian.audit.queries import entries, verify_journal
from yaodian.identity import operations
from yaodian.identity.models import ActivationCode
from yaodian.identity.tests.people import NEW, NOW, PASSWORD, attempt, is_signed_in, person, school
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToChangePassword, deactivate_account
from yaodian.organisations.queries import PermissionMissing, find_account


def letter(account: Account, *, actor: Account | None = None, now: Any = NOW) -> operations.Letter:
    return operations.issue_activation_code(actor=actor, account=account, now=now)


def use(
    code: str, *, username: str = "linlan", password: str = NEW, now: Any = NOW, address: str = "192.0.2.1"
) -> Account:
    return operations.activate(username=username, code=code, new_password=password, address=address, device="", now=now)


@pytest.fixture
def fresh(db: None) -> Account:
    return person("linlan", role="editor", password=None)


def test_an_account_without_a_password_lets_nobody_in(client: Client, fresh: Account) -> None:
    assert not fresh.has_usable_password()
    for guess in ("", "!", fresh.password, PASSWORD):
        assert attempt(client, guess).status_code == 422


def test_a_person_chooses_a_password_with_the_code_and_is_in(client: Client, fresh: Account) -> None:
    code = letter(fresh).code
    with time_machine.travel(NOW, tick=False):
        given = {"username": "linlan", "code": code.lower().replace("-", " "), "new_password": NEW, "repeated": NEW}
        answer = client.post("/activate/", given)
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert is_signed_in(client)
        assert attempt(Client(), NEW).status_code == 302
    codes = [entry.code for entry in entries()]
    for expected in ("identity.activation.issue", "identity.activation.use", "organisations.account.change_password"):
        assert expected in codes
    assert code not in "".join(entry.detail for entry in entries())


def test_the_code_itself_is_kept_nowhere(fresh: Account) -> None:
    code = letter(fresh).code
    row = ActivationCode.objects.get()
    assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
    assert code.replace("-", "") not in str(vars(row))


def test_a_code_works_once(fresh: Account) -> None:
    code = letter(fresh).code
    use(code)
    with pytest.raises(operations.UnableToActivate):
        use(code, password=PASSWORD)
    with pytest.raises(operations.UnableToActivate):
        use(f" {code.lower()} ", password=PASSWORD)
    fresh.refresh_from_db()
    assert fresh.check_password(NEW)


def test_a_new_code_ends_the_former_and_a_code_can_be_revoked(fresh: Account) -> None:
    former = letter(fresh).code
    current = letter(fresh).code
    with pytest.raises(operations.UnableToActivate):
        use(former)
    operations.revoke_activation_code(actor=None, account=fresh, now=NOW)
    with pytest.raises(operations.UnableToActivate):
        use(current)
    with pytest.raises(operations.UnableToRevokeActivationCode, match="没有可撤销"):
        operations.revoke_activation_code(actor=None, account=fresh, now=NOW)


def test_a_code_expires_to_the_second(fresh: Account, settings: Any) -> None:
    code = letter(fresh).code
    end = NOW + timedelta(seconds=settings.ACTIVATION_CODE_SECONDS)
    with pytest.raises(operations.UnableToActivate):
        use(code, now=end)
    use(code, now=end - timedelta(seconds=1))


def test_a_weak_password_leaves_the_code_good(fresh: Account) -> None:
    code = letter(fresh).code
    with pytest.raises(UnableToChangePassword):
        use(code, password="short")
    use(code)


def test_every_reason_for_refusal_has_the_same_words(client: Client, fresh: Account) -> None:
    closed = person("closed", password=None)
    closed_code = letter(closed).code
    deactivate_account(actor=None, account=closed, now=NOW)
    person("nocode", password=None)
    spent = person("spent", password=None)
    spent_code = letter(spent).code
    use(spent_code, username="spent")
    letter(fresh)
    bodies = set()
    with time_machine.travel(NOW, tick=False):
        for username, code in (
            ("nobody", "0000-0000-0000-0000"), ("linlan", "0000-0000-0000-0000"), ("closed", closed_code),
            ("nocode", closed_code), ("spent", spent_code),
        ):  # fmt: skip
            answer = client.post(
                "/activate/", {"username": username, "code": code, "new_password": NEW, "repeated": NEW}
            )
            text = re.sub(r'value="[^"]*"', "", answer.content.decode())
            bodies.add((answer.status_code, text))
    assert len(bodies) == 1
    assert bodies.pop()[0] == 422


def test_codes_cannot_be_guessed_through_the_form(fresh: Account) -> None:
    code = letter(fresh).code
    for _guess in range(5):
        with pytest.raises(operations.UnableToActivate):
            use("0000-0000-0000-0000")
    with pytest.raises(operations.TooManyFailures) as refusal:
        use(code)
    assert refusal.value.retry_at == NOW + timedelta(minutes=15)
    use(code, address="192.0.2.2")


def test_a_code_ends_every_session_and_is_no_way_round_a_second_factor(client: Client, db: None) -> None:
    account = person("linlan")
    attempt(client)
    operations.set_up_totp(account=account, secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", code=totp_now(), now=NOW)
    code = letter(account).code
    visitor = Client()
    with time_machine.travel(NOW, tick=False):
        answer = visitor.post("/activate/", {"username": "linlan", "code": code, "new_password": NEW, "repeated": NEW})
    assert answer["Location"] == "/sign-in/"
    assert not is_signed_in(visitor)
    assert not is_signed_in(client)


def totp_now() -> str:
    from yaodian.identity.tests.people import code_at

    return code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", NOW)


def test_the_database_holds_one_open_code_of_an_account(fresh: Account) -> None:
    letter(fresh)
    with pytest.raises(IntegrityError), transaction.atomic():
        ActivationCode.objects.create(account=fresh, digest="0" * 64, issued_at=NOW, expires_at=NOW + timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_of_two_uses_at_once_exactly_one_wins() -> None:
    account = person("linlan", password=None)
    for _round in range(5):
        code = letter(account).code
        gate, outcomes = Barrier(4), []

        def race(number: int, code: str = code, gate: Barrier = gate, outcomes: list[str] = outcomes) -> None:
            try:
                gate.wait()
                use(code, password=f"{NEW}-{number}", address=f"192.0.2.{number}")
                outcomes.append(f"{NEW}-{number}")
            except operations.UnableToActivate:
                pass
            finally:
                connection.close()

        threads = [Thread(target=race, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(outcomes) == 1
        account.refresh_from_db()
        assert account.check_password(outcomes[0])
    assert verify_journal().ok


def test_an_administrator_reaches_whom_his_scope_holds_and_no_further(db: None) -> None:
    here, there = school("3300000001"), school("3300000002")
    administrator = person("admin", role="security_administrator", unit=here)
    mine = person("mine", role="viewer", unit=here)
    other = person("other", role="viewer", unit=there)
    plain = person("plain")
    letter(mine, actor=administrator)
    with pytest.raises(PermissionMissing, match="管理范围以外"):
        letter(other, actor=administrator)
    with pytest.raises(PermissionMissing):
        letter(mine, actor=plain)
    with pytest.raises(operations.UnableToIssueActivationCode, match="不能给自己"):
        letter(administrator, actor=administrator)
    with pytest.raises(PermissionMissing):
        operations.reset_second_factors(actor=administrator, account=other, now=NOW)


def test_the_letter_shows_the_code_once_and_the_list_costs_the_same_however_long(
    client: Client, db: None, django_assert_max_num_queries: Any
) -> None:
    administrator = person("admin", role="security_administrator")
    for number in range(25):
        letter(person(f"staff{number:02}", role="viewer", password=None))
    client.force_login(administrator)
    with django_assert_max_num_queries(10), time_machine.travel(NOW, tick=False):
        page = client.get("/identity/accounts/").content.decode()
    assert page.count("待激活") >= 25
    answer = client.post("/identity/accounts/staff00/code/")
    text = answer.content.decode()
    (code,) = re.findall(r'letter-code">([0-9A-Z-]{19})<', text)
    assert "no-store" in answer["Cache-Control"]
    use(code, username="staff00", now=ActivationCode.objects.order_by("-pk")[0].issued_at)
    assert code not in client.get("/identity/accounts/").content.decode()
    assert client.post("/identity/accounts/staff01/code/revoke/").status_code == 302
    assert client.post("/identity/accounts/nobody/code/").status_code == 404


def test_commands_print_a_code_and_never_a_password(db: None) -> None:
    out = StringIO()
    call_command("create_account", "zhouyi", name="周毅", role="editor", stdout=out)
    (code,) = re.findall(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", out.getvalue())
    use(code, username="zhouyi", now=ActivationCode.objects.get().issued_at)
    account = find_account(username="zhouyi")
    assert account is not None
    assert account.check_password(NEW)
    call_command("issue_activation_code", "zhouyi", stdout=out)
    with pytest.raises(CommandError, match="issue_activation_code"):
        call_command("changepassword", "zhouyi")
    with pytest.raises(CommandError, match="no account"):
        call_command("issue_activation_code", "nobody")
    with pytest.raises(CommandError, match="没有设置"):
        call_command("reset_second_factors", "zhouyi")
