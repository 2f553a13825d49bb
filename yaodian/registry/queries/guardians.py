"""Which account a guardian signs in with: for slices that must tell guardians something, or know one again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from yaodian.foundation.keys import blind_indexes
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor
from yaodian.registry.codes import canonical_id_number, canonical_phone
from yaodian.registry.models import INDEXED, Guardian


@dataclass(frozen=True)
class GuardianAccounts:
    """Keys of accounts by the number of a guardian's paper, and by a telephone that is one guardian's only."""

    by_number: Mapping[str, int]
    by_phone: Mapping[str, int]

    def of(self, *, number: str, phone: str) -> int | None:
        """By the paper, else by the telephone."""
        return self.by_number.get(canonical_id_number(number)) or self.by_phone.get(canonical_phone(phone))


def guardian_accounts(*, numbers: Collection[str], phones: Collection[str]) -> GuardianAccounts:
    """The accounts of guardians with these papers or telephones; for operations, never for a page of somebody else. One query."""
    with walls.lifted():
        rows = [
            (account, canonical_id_number(number), canonical_phone(phone))
            for account, number, phone in Guardian.objects.filter(
                _among("id_number", {canonical_id_number(one) for one in numbers})
                | _among("phone", {canonical_phone(one) for one in phones}),
                account__is_active=True,
                erased_at__isnull=True,
            ).values_list("account_id", "id_number", "phone")
        ]
    shared = Counter(phone for _account, _number, phone in rows)
    return GuardianAccounts(
        {number: account for account, number, _phone in rows if number},
        {phone: account for account, _number, phone in rows if phone and shared[phone] == 1},
    )


def guardian_of_account(*, account: Visitor) -> tuple[str, str] | None:
    """The paper's number and the telephone of the guardian who signs in with the account; for him alone."""
    if not isinstance(account, Account):
        return None
    with walls.lifted():
        return (
            Guardian.objects.filter(account_id=account.pk, erased_at__isnull=True)
            .values_list("id_number", "phone")
            .first()
        )


def _among(column: str, values: Collection[str]) -> Q:
    index, purpose = INDEXED[Guardian][column]
    found = [one for value in values if value for one in blind_indexes(value, purpose=purpose)]
    return Q(**{f"{index}__in": found})
