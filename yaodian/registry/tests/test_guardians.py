"""Guardians are known again by their paper or their own telephone, and nobody by nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from yaodian.foundation.keys import blind_index
from yaodian.organisations.models import Account
from yaodian.registry import queries
from yaodian.registry.models import INDEXED, Guardian
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db


def guardian(name: str, number: str, phone: str, account: Account | None = None) -> Guardian:
    row = Guardian(name=name, id_number=number, phone=phone, account=account)
    for column, (index, purpose) in INDEXED[Guardian].items():
        value = getattr(row, column)
        setattr(row, index, blind_index(value, purpose=purpose) if value else None)
    return row.store()


def test_a_guardian_is_found_by_paper_or_by_a_telephone_of_his_own() -> None:
    unit = factories.root()
    one, two, three = (factories.account(unit) for _turn in range(3))
    guardian("林远山", "490105198804120019", "13800000001", one)
    guardian("周月华", "490105199007220027", "13800000002", two)
    guardian("陈江", "490105199007220035", "13800000002", three)
    guardian("无账号", "490105199007220043", "13800000004")
    found = queries.guardian_accounts(
        numbers=["49010519880412 0019", "490105199007220043"], phones=["13800000002", "+86 138-0000-0001"]
    )
    assert found.of(number="490105198804120019", phone="") == one.pk
    assert found.of(number="", phone="13800000001") == one.pk
    # A telephone of two people is nobody's.
    assert found.of(number="", phone="13800000002") is None
    assert found.of(number="490105199007220043", phone="13800000004") is None
    assert queries.guardian_of_account(account=one) == ("490105198804120019", "13800000001")
    assert queries.guardian_of_account(account=AnonymousUser()) is None
    assert queries.guardian_accounts(numbers=[], phones=[""]).of(number="", phone="") is None
