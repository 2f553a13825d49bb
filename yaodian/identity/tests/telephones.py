"""Telephones for the tests of this folder: what they are sent, and families that have opened an account."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from yaodian.foundation.models import TextMessage
from yaodian.identity import operations
from yaodian.identity.models import Phone
from yaodian.identity.tests.people import NOW, PASSWORD
from yaodian.organisations.models import Account

NUMBER = "+8613800138000"
OTHER = "+8613900139000"
HERE = "192.0.2.1"
BROWSER = "browser"


def ask(
    number: str = NUMBER,
    purpose: str = "open",
    *,
    holder: str = BROWSER,
    address: str = HERE,
    now: datetime = NOW,
    account: Account | None = None,
) -> str:
    """Asks for a code, and gives the words of the text message."""
    operations.request_phone_code(
        number=number, purpose=purpose, holder=holder, address=address, now=now, account=account
    )
    return latest(number)


def latest(number: str = NUMBER) -> str:
    return next(row.text for row in TextMessage.objects.order_by("-pk") if row.number == number)


def code_in(words: str) -> str:
    found = re.search(r"验证码 (\d{6})", words)
    assert found, words
    return found.group(1)


def code_for(number: str = NUMBER, purpose: str = "open", **more: Any) -> str:
    return code_in(ask(number, purpose, **more))


def another(code: str) -> str:
    """Six digits that are not these."""
    return f"{(int(code) + 1) % 10**6:06d}"


def open_one(
    code: str,
    *,
    number: str = NUMBER,
    holder: str = BROWSER,
    password: str = PASSWORD,
    name: str = "林女士",
    now: datetime = NOW,
) -> Account:
    return operations.open_account_by_phone(
        number=number, code=code, holder=holder, new_password=password, display_name=name, address=HERE, now=now
    )


def family(number: str = NUMBER, *, now: datetime = NOW) -> Account:
    """A family that has opened its account."""
    return open_one(code_for(number, now=now), number=number, now=now)


def give_phone(account: Account, number: str = NUMBER) -> Phone:
    """A telephone that an account has had for long, without a text message."""
    from yaodian.identity.queries import index_of_number

    return Phone(account=account, number=number, number_index=index_of_number(number=number), verified_at=NOW).store()
