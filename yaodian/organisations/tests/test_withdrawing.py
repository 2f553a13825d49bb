"""Units that were set up by mistake are taken back as if they had never been."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from yaodian.audit.queries import entries
from yaodian.organisations.models import Account, Ancestry, Grant, Membership, Unit, UnitKind, UnitName
from yaodian.organisations.operations import (
    NewUnit,
    UnableToWithdrawUnits,
    create_units,
    ensure_root,
    withdraw_units,
)
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2020, 9, 1)


def made() -> list[Unit]:
    root = ensure_root(now=NOW)
    wanted = [
        NewUnit("990001", UnitKind.COUNTY, "青禾县", DAY, root.code),
        NewUnit("2199000001", UnitKind.SCHOOL, "栖禾小学", DAY, "990001"),
        NewUnit("2199000002", UnitKind.SCHOOL, "东岭小学", DAY, "990001"),
    ]
    return create_units(actor=None, units=wanted, now=NOW)


def test_nothing_of_them_stays_and_their_codes_are_free() -> None:
    _county, first, second = made()
    withdraw_units(actor=None, units=[first, second], now=NOW)
    for model in (UnitName, Membership):
        assert not model._default_manager.filter(unit_id__in=[first.pk, second.pk]).exists()
    assert not Ancestry.objects.filter(descendant_id__in=[first.pk, second.pk]).exists()
    call_command("check_units")
    again = NewUnit(first.code, UnitKind.SCHOOL, "栖禾小学", DAY, "990001")
    assert create_units(actor=None, units=[again], now=NOW)[0].code == first.code
    assert "organisations.unit.withdraw_many" in {entry.code for entry in entries()}


def test_a_unit_with_others_below_it_stays_unless_they_go_with_it() -> None:
    county, first, second = made()
    with pytest.raises(UnableToWithdrawUnits, match="之下有其他单位"):
        withdraw_units(actor=None, units=[county, first], now=NOW)
    assert Unit.objects.filter(pk__in=[county.pk, first.pk]).count() == 2
    withdraw_units(actor=None, units=[county, first, second], now=NOW)
    assert not Unit.objects.filter(pk=county.pk).exists()


def test_a_unit_in_which_somebody_holds_a_right_stays_whole() -> None:
    _county, first, _second = made()
    account = Account.objects.create(username="lin", name="林", created_at=NOW)
    Grant.objects.create(account=account, role="viewer", unit=first, from_on=DAY, granted_at=NOW)
    with pytest.raises(UnableToWithdrawUnits, match="撤销单位"):
        withdraw_units(actor=None, units=[first], now=NOW)
    assert first.names.count() == first.memberships.count() == 1
    call_command("check_units")


def test_whoever_may_not_run_units_takes_none_back() -> None:
    _county, first, _second = made()
    account = Account.objects.create(username="lin", name="林", created_at=NOW)
    Grant.objects.create(account=account, role="registrar", unit=first, from_on=DAY, granted_at=NOW)
    with pytest.raises(PermissionMissing):
        withdraw_units(actor=account, units=[first], now=NOW)
