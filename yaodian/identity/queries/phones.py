"""What is known of the telephones of accounts, and whom the words mean that are typed at the door."""

from collections.abc import Iterable
from dataclasses import dataclass

from yaodian.foundation.keys import blind_index, blind_indexes
from yaodian.identity.models import Phone
from yaodian.identity.numbers import looks_like_number
from yaodian.organisations.models import Account
from yaodian.organisations.queries import find_account

_INDEX = "identity.phone"


def index_of_number(*, number: str) -> bytes:
    """By what a number in E.164 is found, and counted."""
    return blind_index(number, purpose=_INDEX)


def counted_as(*, number: str) -> str:
    """The name under which attempts for a number are counted, with or without an account: no user name looks like it."""
    return f"phone:{index_of_number(number=number).hex()}"


def find_phone(*, number: str) -> Phone | None:
    """The telephone with this number in E.164, with its account."""
    found = Phone.objects.filter(number_index__in=blind_indexes(number, purpose=_INDEX))
    return found.select_related("account").first()


def accounts_of_numbers(*, numbers: Iterable[str]) -> dict[str, Account]:
    """The accounts whose telephones these are, by number in E.164; those of which there is no account are left out. One query."""
    wanted = {index: number for number in set(numbers) for index in blind_indexes(number, purpose=_INDEX)}
    found = Phone.objects.filter(number_index__in=wanted).select_related("account")
    return {wanted[bytes(one.number_index)]: one.account for one in found}


def phone_of(*, account: Account) -> Phone | None:
    """The telephone of an account."""
    return Phone.objects.filter(account_id=account.pk).first()


@dataclass(frozen=True)
class Knock:
    """What was typed into the field for the user name: whose it is, if anybody's, and under which name it is counted."""

    account: Account | None
    username: str
    counted_as: str


def knock(*, typed: str) -> Knock:
    """Whom a user name or a telephone number means.

    A number is counted as the number, however it is written, and not as the account's name: else a stranger who has used up the
    attempts of a name would learn from the next refusal which number belongs to it.
    """
    account, number = find_account(username=typed), looks_like_number(typed)
    if account is not None or not number:
        return Knock(account, typed, typed)
    phone = find_phone(number=number)
    if phone is None:
        return Knock(None, number, counted_as(number=number))
    return Knock(phone.account, phone.account.username, counted_as(number=number))
