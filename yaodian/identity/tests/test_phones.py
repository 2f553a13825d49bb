"""Accounts by telephone: codes are good once, for one purpose, in one browser; and nobody learns whose a number is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.audit.queries import entries, verify_journal
from yaodian.foundation.messages import texts
from yaodian.foundation.models import TextMessage
from yaodian.identity import operations, queries
from yaodian.identity.models import Failures, Phone, PhoneCode, SignIn
from yaodian.identity.tests.people import NEW, NOW, PASSWORD, code_at, person
from yaodian.identity.tests.telephones import (
    BROWSER,
    HERE,
    NUMBER,
    OTHER,
    another,
    ask,
    code_for,
    family,
    give_phone,
    latest,
    open_one,
)
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToChangePassword, deactivate_account
from yaodian.organisations.queries import rights_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=2)
_STATEMENT = re.compile(r'^\w+|(?:FROM|INTO|UPDATE|JOIN) "\w+"')


def reset(code: str, *, password: str = NEW, number: str = NUMBER, now: datetime = NOW) -> Account:
    return operations.reset_password_by_phone(
        number=number, code=code, holder=BROWSER, new_password=password, address=HERE, now=now
    )


def change(account: Account, code: str, *, number: str = OTHER, now: datetime = NOW) -> None:
    operations.change_phone(account=account, number=number, code=code, holder=BROWSER, address=HERE, now=now)


# Opening --------------------------------------------------------------------------------------------------------


def test_a_family_opens_an_account_that_may_nothing_and_whose_name_says_nothing() -> None:
    account = family()
    assert account.check_password(PASSWORD)
    assert not rights_of(account=account, is_fresh=True)
    assert account.username.startswith("family-")
    assert account.name.startswith("监护人 ")
    phone = queries.find_phone(number=NUMBER)
    assert phone is not None
    assert (phone.account_id, phone.number, phone.display_name) == (account.pk, NUMBER, "林女士")
    assert {"identity.phone_code.request", "identity.account.open"} <= {entry.code for entry in entries()}
    assert Failures.objects.count() == 0, "whoever has come in counts against nobody"


def test_a_code_is_good_once() -> None:
    code = code_for()
    open_one(code)
    with pytest.raises(operations.UnableToOpenAccountByPhone) as refusal:
        open_one(code)
    assert refusal.value.field == "code"
    assert Account.objects.count() == 1


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}-{1} ", "{0}\u200b{1}"])
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    code = code_for()
    open_one(typed.format(code[:3], code[3:]))
    assert Phone.objects.count() == 1


def test_after_five_tries_the_right_code_is_wrong_too() -> None:
    code = code_for()
    for _try in range(PhoneCode.MOST_TRIES):
        with pytest.raises(operations.UnableToUsePhoneCode):
            operations.check_phone_code(number=NUMBER, purpose="open", holder=BROWSER, code=another(code), now=NOW)
    with pytest.raises(operations.UnableToOpenAccountByPhone):
        open_one(code)
    assert not Phone.objects.exists()


def test_a_check_leaves_the_code_good_and_four_wrong_tries_do_too() -> None:
    code = code_for()
    for _try in range(PhoneCode.MOST_TRIES - 1):
        with pytest.raises(operations.UnableToOpenAccountByPhone):
            open_one(another(code))
    operations.check_phone_code(number=NUMBER, purpose="open", holder=BROWSER, code=code, now=NOW)
    open_one(code)


def test_a_code_ends_after_ten_minutes() -> None:
    code = code_for()
    end = NOW + timedelta(minutes=10)
    with pytest.raises(operations.UnableToOpenAccountByPhone):
        open_one(code, now=end)
    open_one(code, now=end - timedelta(seconds=1))


def test_a_newer_code_ends_the_older() -> None:
    first = code_for()
    second = code_for(now=LATER)
    if first != second:
        with pytest.raises(operations.UnableToOpenAccountByPhone):
            open_one(first, now=LATER)
    open_one(second, now=LATER)


def test_a_code_is_good_in_no_other_browser_and_a_stranger_uses_up_no_tries() -> None:
    code = code_for()
    for _try in range(8):
        with pytest.raises(operations.UnableToOpenAccountByPhone):
            open_one(another(code), holder="stranger")
    with pytest.raises(operations.UnableToOpenAccountByPhone):
        open_one(code, holder="stranger")
    # Nor does a code that a stranger asks for put itself in the place of this one.
    ask(holder="stranger", address="198.51.100.7", now=LATER)
    open_one(code, now=LATER)


def test_a_code_for_one_purpose_is_good_for_no_other_and_for_no_other_account() -> None:
    account = person("linlan")
    give_phone(account, NUMBER)
    codes = {
        "open": code_for(OTHER, "open"),
        "change": code_for(OTHER, "change", account=account, now=LATER),
        "reset": code_for(NUMBER, "reset"),
        "confirm": code_for(NUMBER, "confirm", account=account, now=LATER),
    }
    for purpose, code in codes.items():
        if purpose != "open" and code != codes["open"]:
            with pytest.raises(operations.UnableToOpenAccountByPhone):
                open_one(code, number=OTHER, now=LATER)
        if purpose != "change" and code != codes["change"]:
            with pytest.raises(operations.UnableToChangePhone):
                change(account, code, now=LATER)
        if purpose != "reset" and code != codes["reset"]:
            with pytest.raises(operations.UnableToResetPasswordByPhone):
                reset(code, now=LATER)
        if purpose != "confirm" and code != codes["confirm"]:
            with pytest.raises(operations.UnableToConfirmPresence):
                operations.confirm_presence(account=account, code=code, holder=BROWSER, address=purpose, now=LATER)
    with pytest.raises(operations.UnableToChangePhone):
        change(person("zhouyi"), codes["change"], now=LATER)
    account.refresh_from_db()
    assert account.check_password(PASSWORD)
    assert [phone.number for phone in Phone.objects.all()] == [NUMBER]


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123456789"[:8], "13800138000-"])
def test_a_weak_password_opens_nothing_and_leaves_the_code_good(weak: str) -> None:
    code = code_for()
    with pytest.raises(UnableToChangePassword):
        open_one(code, password=weak)
    assert not Account.objects.exists()
    open_one(code)


@pytest.mark.parametrize("name", ["", "   ", "林" * 31, "林\x07女士"])
def test_an_account_needs_a_name_to_call_its_owner_by(name: str) -> None:
    code = code_for()
    with pytest.raises(operations.UnableToOpenAccountByPhone) as refusal:
        open_one(code, name=name)
    assert refusal.value.field == "display_name"
    open_one(code)


def test_a_second_opening_sends_the_owner_words_and_no_code() -> None:
    family()
    words = ask(now=LATER)
    assert "已经开通过账号" in words
    assert not any(character.isdigit() for character in words)


def test_a_code_whose_number_has_got_an_account_meanwhile_is_refused_like_a_wrong_one() -> None:
    code = code_for()
    give_phone(person("linlan"))
    with pytest.raises(operations.UnableToOpenAccountByPhone) as taken:
        open_one(code)
    with pytest.raises(operations.UnableToOpenAccountByPhone) as wrong:
        open_one("000000", number=OTHER)
    assert (taken.value.message, taken.value.code) == (wrong.value.message, wrong.value.code)
    assert Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_openings_at_once_exactly_one_makes_an_account() -> None:
    codes = [
        code_for(holder=f"browser{turn}", now=NOW + timedelta(minutes=2 * turn), address=f"192.0.2.{turn}")
        for turn in range(3)
    ]
    now = NOW + timedelta(minutes=5)
    gate, made = Barrier(6), []

    def race(turn: int) -> None:
        try:
            gate.wait()
            made.append(open_one(codes[turn % 3], holder=f"browser{turn % 3}", password=f"{NEW}-{turn}", now=now))
        except operations.UnableToOpenAccountByPhone:
            pass
        finally:
            connection.close()

    threads = [Thread(target=race, args=(turn,)) for turn in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert Account.objects.count() == Phone.objects.count() == 1
    assert verify_journal().ok


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_once_one_text_message_goes_out() -> None:
    gate, sent, refused = Barrier(4), [], []

    def race(turn: int) -> None:
        try:
            gate.wait()
            sent.append(operations.request_phone_code(
                number=NUMBER, purpose="open", holder=str(turn), address=f"192.0.2.{turn}", now=NOW
            ))  # fmt: skip
        except operations.TooManyTexts:
            refused.append(turn)
        finally:
            connection.close()

    threads = [Thread(target=race, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(sent), len(refused)) == (1, 3)
    assert TextMessage.objects.count() == 1


# What a request tells -------------------------------------------------------------------------------------------


def test_a_request_does_the_same_work_for_every_number() -> None:
    """The same statements in the same order, but for what they say: that is what takes time here, and no password is hashed."""
    family()
    deactivate_account(actor=None, account=family(OTHER), now=NOW)
    give_phone(person("guanheng", role="security_administrator"), "+85251234567")
    seen: dict[str, set[tuple[str, ...]]] = {"open": set(), "reset": set()}
    for number in (NUMBER, OTHER, "+85251234567", "+8613700137000"):
        for turn, (purpose, steps) in enumerate(seen.items()):
            with CaptureQueriesContext(connection) as asked:
                ask(number, purpose, now=NOW + timedelta(hours=1, minutes=5 * turn), address=f"192.0.2.{turn}")
            # Which statement, on which tables; a savepoint has a name of its own each time.
            steps.add(tuple(" ".join(_STATEMENT.findall(one["sql"])) for one in asked.captured_queries))
    assert {purpose: len(steps) for purpose, steps in seen.items()} == {"open": 1, "reset": 1}


def test_each_request_sends_one_text_of_one_length_whatever_there_is_to_say() -> None:
    family()
    ask(NUMBER, "open", now=LATER)
    ask(OTHER, "open", now=LATER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(text), length(number) FROM foundation_textmessage")
        assert len(set(cursor.fetchall())) == 1


def test_who_has_no_account_or_a_guarded_or_a_closed_one_gets_words_and_no_code_for_a_reset() -> None:
    assert "还没有可用的账号" in ask(NUMBER, "reset")
    closed = person("closed")
    give_phone(closed, OTHER)
    deactivate_account(actor=None, account=closed, now=NOW)
    assert "还没有可用的账号" in ask(OTHER, "reset")
    give_phone(person("guanheng", role="security_administrator"), "+85251234567")
    assert "不能用短信重设密码" in ask("+85251234567", "reset")


def test_a_code_for_a_reset_that_is_no_longer_allowed_is_refused() -> None:
    account = family()
    code = code_for(NUMBER, "reset", now=LATER)
    deactivate_account(actor=None, account=account, now=LATER)
    with pytest.raises(operations.UnableToResetPasswordByPhone):
        reset(code, now=LATER)
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_neither_journal_nor_log_nor_jobs_nor_columns_hold_a_number_or_a_code(
    caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.TEXT_GATEWAY = "http://127.0.0.1:9/never"
    operations.request_phone_code(number=NUMBER, purpose="open", holder=BROWSER, address=HERE, now=NOW)
    settings.TEXT_GATEWAY = "outbox"
    code = code_for(now=LATER)
    open_one(code, now=LATER)
    with connection.cursor() as cursor:
        written = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # our own tables
            for row in cursor.fetchall():
                written += [
                    bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell) for cell in row
                ]
    everything = "\n".join(written) + caplog.text
    for secret in ("13800138000", "林女士", "验证码 "):
        assert secret not in everything
        assert secret.encode().decode("latin-1") not in everything
    assert code not in "".join(entry.detail for entry in entries())


# Limits ---------------------------------------------------------------------------------------------------------


def test_a_number_gets_one_text_a_minute_five_an_hour_ten_a_day() -> None:
    sent, refused, now = [], [], NOW
    while now < NOW + timedelta(hours=25):
        try:
            ask(address=f"192.0.2.{len(sent)}", now=now)
            sent.append(now)
        except operations.TooManyTexts as refusal:
            refused.append(refusal.retry_at)
            # What the refusal says is the first moment at which it goes again.
            now = refusal.retry_at - timedelta(seconds=1)
            with pytest.raises(operations.TooManyTexts):
                ask(address="198.51.100.1", now=now)
            now += timedelta(seconds=1)
    for most, span in ((1, timedelta(minutes=1)), (5, timedelta(hours=1)), (10, timedelta(days=1))):
        for start in sent:
            assert sum(start <= moment < start + span for moment in sent) <= most
    assert len(sent) > 10


def test_whoever_presses_the_button_again_and_again_waits_no_longer_for_it() -> None:
    ask()
    for _press in range(20):
        with pytest.raises(operations.TooManyTexts):
            ask(now=NOW + timedelta(seconds=30))
    ask(now=NOW + timedelta(minutes=1))
    assert "identity.texts.refuse" not in [entry.code for entry in entries()]


def test_a_number_is_counted_whatever_for_and_with_or_without_an_account() -> None:
    account = family()
    with pytest.raises(operations.TooManyTexts) as with_account:
        ask(NUMBER, "reset", now=NOW)
    ask(OTHER, "reset", now=NOW)
    with pytest.raises(operations.TooManyTexts) as without:
        ask(OTHER, "open", now=NOW)
    assert with_account.value.retry_at == without.value.retry_at == NOW + timedelta(minutes=1)
    with pytest.raises(operations.TooManyTexts):
        ask(NUMBER, "confirm", account=account, now=NOW)


def test_an_address_that_asks_for_many_numbers_is_slowed_and_a_full_hall_is_not(settings: Any) -> None:
    settings.TEXTS_MAX_NUMBERS_OF_ADDRESS, settings.TEXTS_PACE_OF_ADDRESS = 4, 2
    # Families behind one address, each of whom comes in.
    for turn in range(6):
        family(f"+861380013810{turn}")
    for turn in range(6):
        ask(f"+861380013820{turn}")
    with pytest.raises(operations.TooManyFailures) as refusal:
        ask("+8613800138299")
    assert not isinstance(refusal.value, operations.TooManyTexts)
    ask("+8613800138299", address="198.51.100.9")
    ask("+8613800138298", now=NOW + timedelta(minutes=1))
    assert [entry.subject for entry in entries() if entry.code == "identity.texts.slow"] == ["texts:address"]


def test_text_messages_and_the_door_do_not_slow_each_other(settings: Any) -> None:
    settings.SIGN_IN_MAX_ACCOUNTS = settings.SIGN_IN_MAX_ACCOUNTS_OF_ADDRESS = 3
    settings.SIGN_IN_PACE = settings.SIGN_IN_PACE_OF_ADDRESS = 1
    for turn in range(6):
        ask(f"+861380013820{turn}")
    for turn in range(2):
        operations.begin_attempt(username=f"name{turn}", address=HERE, device="", now=NOW)
    assert queries.spraying(now=NOW).in_all == 2


def test_where_no_gateway_is_set_nobody_waits_for_a_code(settings: Any) -> None:
    settings.TEXT_GATEWAY = ""
    family_number_refused = []
    give_phone(person("linlan"))
    for number in (NUMBER, OTHER):
        with pytest.raises(operations.UnableToRequestPhoneCode, match="没有接通短信") as refusal:
            ask(number)
        family_number_refused.append(refusal.value.message)
    assert len(set(family_number_refused)) == 1
    assert not PhoneCode.objects.exists()


def test_what_is_no_number_is_refused_before_anything_is_counted() -> None:
    with pytest.raises(operations.UnableToRequestPhoneCode, match="不是手机号") as refusal:
        ask("12345")
    assert refusal.value.field == "number"
    assert not Failures.objects.exists()


# Reset, change, forget ------------------------------------------------------------------------------------------


def test_a_reset_ends_every_session_and_tells_the_telephone() -> None:
    account = family()
    SignIn(account=account, session_key="k" * 32, method="password", device="?", opened_at=NOW, seen_at=NOW).store()
    assert reset(code_for(NUMBER, "reset", now=LATER), now=LATER) == account
    account.refresh_from_db()
    assert account.check_password(NEW)
    assert not SignIn.objects.exists()
    assert "密码刚刚用短信验证码重设" in latest()
    assert "identity.password.reset" in [entry.code for entry in entries()]


def test_a_weak_password_resets_nothing_and_leaves_the_code_good() -> None:
    family()
    code = code_for(NUMBER, "reset", now=LATER)
    with pytest.raises(UnableToChangePassword):
        reset(code, password="13800138000-a", now=LATER)
    reset(code, now=LATER)


def test_another_telephone_takes_the_place_of_the_former_which_is_told() -> None:
    account = family()
    change(account, code_for(OTHER, "change", account=account))
    phone = queries.phone_of(account=account)
    assert phone is not None
    assert (phone.number, phone.display_name) == (OTHER, "林女士")
    assert queries.find_phone(number=NUMBER) is None
    assert "已经更换" in latest(NUMBER)
    assert entries()[0].detail_data == {"replaces": True}


def test_a_number_that_belongs_to_another_account_is_not_taken_from_it() -> None:
    family(OTHER)
    account = person("linlan")
    words = ask(OTHER, "change", account=account, now=LATER)
    assert "已经绑定了账号" in words
    for code in ("000000", "123456"):
        with pytest.raises(operations.UnableToChangePhone):
            change(account, code, now=LATER)
    fresh = code_for(NUMBER, "change", account=account)
    give_phone(person("zhouyi"), NUMBER)
    with pytest.raises(operations.UnableToChangePhone):
        change(account, fresh, number=NUMBER)
    assert queries.phone_of(account=account) is None


def test_a_telephone_is_forgotten_with_its_owner() -> None:
    account = family()
    assert operations.forget_phone(actor=None, account=account, now=NOW)
    assert not operations.forget_phone(actor=None, account=account, now=NOW)
    assert queries.find_phone(number=NUMBER) is None
    assert entries()[0].code == "identity.phone.forget"


def test_codes_are_cleared_once_they_count_against_no_limit() -> None:
    ask()
    assert operations.forget_phone_codes(now=NOW + timedelta(hours=23)) == 0
    assert operations.forget_phone_codes(now=NOW + timedelta(hours=24)) == 1
    assert texts.forget_texts(before=NOW + timedelta(seconds=1)) == 1


def test_the_operator_reads_the_outbox_and_the_journal_says_so() -> None:
    code = code_for()
    out = StringIO()
    call_command("read_texts", stdout=out)
    assert code in out.getvalue()
    assert NUMBER in out.getvalue()
    assert (entries()[0].code, entries()[0].detail_data) == ("identity.texts.read", {"count": 1})


# Presence -------------------------------------------------------------------------------------------------------


def confirm(account: Account, *, now: datetime = NOW, **given: Any) -> bool:
    return operations.confirm_presence(account=account, holder=BROWSER, address=HERE, now=now, **given)


def test_presence_is_shown_by_password_or_by_a_code_once() -> None:
    account = family()
    assert confirm(account, password=PASSWORD) is False
    code = code_for(NUMBER, "confirm", account=account, now=LATER)
    assert confirm(account, code=code, now=LATER) is False
    for wrong in ({"password": NEW}, {"code": code}, {"password": ""}, {}):
        with pytest.raises(operations.UnableToConfirmPresence):
            confirm(account, now=LATER, **wrong)
    means = [entry.detail_data["means"] for entry in entries() if entry.code == "identity.presence.confirm"]
    assert sorted(means) == ["password", "phone"]


def test_whoever_has_a_second_factor_shows_it_and_nothing_less() -> None:
    account = family()
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    operations.set_up_totp(account=account, secret=secret, code=code_at(secret, NOW), now=NOW)
    code = code_for(NUMBER, "confirm", account=account, now=LATER)
    for less in ({"password": PASSWORD}, {"code": code}):
        with pytest.raises(operations.UnableToConfirmPresence):
            confirm(account, now=LATER, **less)
    assert confirm(account, code=code_at(secret, LATER), now=LATER) is True


def test_presence_cannot_be_guessed() -> None:
    account = family()
    for _guess in range(5):
        with pytest.raises(operations.UnableToConfirmPresence):
            confirm(account, password="wrong")
    with pytest.raises(operations.TooManyFailures):
        confirm(account, password=PASSWORD)


def test_a_code_for_confirming_goes_to_ones_own_telephone_only() -> None:
    family(OTHER)
    account = family()
    words = ask(OTHER, "confirm", account=account, now=LATER)
    assert "不是您本人操作的" in words
    assert "验证码 " not in words
