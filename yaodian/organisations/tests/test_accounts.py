"""Accounts and roles: who may do what, and the trace each change leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from yaodian.audit.queries import entries, verify_journal
from yaodian.organisations import operations
from yaodian.organisations.models import Account, Grant
from yaodian.organisations.queries import (
    PermissionMissing,
    accounts,
    find_account,
    may,
    permission_table,
    require,
    role_of,
    with_rights,
)
from yaodian.organisations.roles import PERMISSIONS, PERMISSIONS_OF, Role

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "青禾-县-2026-spring"


def make(username: str = "linlan", role: str | None = "editor", **changed: Any) -> Account:
    given: dict[str, Any] = {"actor": None, "username": username, "name": "林岚", "password": PASSWORD, "role": role}
    return operations.create_account(**{**given, "now": NOW, **changed})


def codes() -> list[str]:
    return [entry.code for entry in entries()]


@pytest.mark.django_db
def test_an_account_is_made_with_its_role_and_an_entry_without_its_password() -> None:
    account = make()
    assert account.check_password(PASSWORD)
    assert account.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    entry, root = entries()
    assert root.code == "organisations.unit.create"
    assert (entry.code, entry.subject) == ("organisations.account.create", "account:linlan")
    assert entry.detail_data == {"name": "林岚", "role": "editor", "is_demonstration": False}
    assert PASSWORD not in entry.detail


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"username": "林岚"}, "小写字母"),
        ({"username": ""}, "无法创建"),
        ({"name": "  "}, "无法创建"),
        ({"password": "short"}, "无法创建"),
        ({"password": "12345678901234"}, "无法创建"),
        ({"password": "linlan-2026"}, "无法创建"),
        ({"role": "owner"}, "editor"),
    ],
)
def test_an_account_that_is_wrong_is_refused_and_leaves_nothing(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(operations.UnableToCreateAccount, match=words):
        make(**changed)
    assert not Account.objects.exists()
    assert codes() == []


@pytest.mark.django_db
def test_a_name_is_one_name_however_it_is_typed() -> None:
    make("LinLan")
    assert find_account(username=" ｌｉｎｌａｎ ") is not None
    with pytest.raises(operations.UnableToCreateAccount):
        make("LINLAN")


@pytest.mark.django_db
def test_the_publisher_may_all_that_the_editor_may_and_more() -> None:
    editor, publisher, nobody = make("a"), make("b", "publisher"), make("c", None)
    assert may(account=editor, permission="plans.correct")
    assert not may(account=editor, permission="plans.publish")
    assert may(account=publisher, permission="plans.correct")
    assert may(account=publisher, permission="plans.publish")
    assert not any(may(account=nobody, permission=permission) for permission in PERMISSIONS)
    assert PERMISSIONS_OF[Role.EDITOR] < PERMISSIONS_OF[Role.PUBLISHER]


@pytest.mark.django_db
@pytest.mark.parametrize("visitor", [None, AnonymousUser()])
def test_a_visitor_without_an_account_may_nothing(visitor: Any) -> None:
    assert not may(account=visitor, permission="plans.upload")
    with pytest.raises(PermissionMissing, match="请先登录"):
        require(account=visitor, permission="plans.upload")


@pytest.mark.django_db
def test_a_missing_permission_is_said_in_the_persons_words() -> None:
    editor = make()
    require(account=editor, permission="plans.upload")
    with pytest.raises(PermissionMissing, match="确认发布") as refusal:
        require(account=editor, permission="plans.publish")
    assert isinstance(refusal.value, PermissionDenied)
    assert "林岚" in refusal.value.message
    assert refusal.value.permission == "plans.publish"


def test_a_permission_nobody_knows_is_a_mistake_not_a_refusal() -> None:
    with pytest.raises(LookupError, match=r"roles\.py"):
        may(account=None, permission="plans.publsh")
    with pytest.raises(LookupError, match=r"roles\.py"):
        require(account=None, permission="plans.publsh")


@pytest.mark.django_db
def test_a_role_taken_away_works_no_longer_whatever_the_object_remembers() -> None:
    make()
    remembered = with_rights(accounts().get(username="linlan"))
    operations.set_role(actor=None, account=remembered, role=None, now=NOW)
    assert may(account=remembered, permission="plans.upload"), "the object still remembers"
    with pytest.raises(PermissionMissing):
        require(account=remembered, permission="plans.upload")


@pytest.mark.django_db
def test_a_role_is_changed_with_an_entry_and_not_twice() -> None:
    account = make()
    operations.set_role(actor=account, account=account, role="publisher", now=NOW)
    assert [grant.role for grant in Grant.objects.filter(until_on__isnull=True)] == ["publisher"]
    entry = entries()[0]
    assert (entry.code, entry.actor_id) == ("organisations.account.set_role", account.pk)
    assert entry.detail_data == {"before": ["editor"], "after": ["publisher"]}
    with pytest.raises(operations.UnableToSetRole, match="已经如此"):
        operations.set_role(actor=None, account=account, role="publisher", now=NOW)
    with pytest.raises(operations.UnableToSetRole, match="owner"):
        operations.set_role(actor=None, account=account, role="owner", now=NOW)


@pytest.mark.django_db
def test_a_closed_account_may_nothing_until_it_is_opened_again() -> None:
    account = make()
    operations.deactivate_account(actor=None, account=account, now=NOW)
    assert not may(account=account, permission="plans.upload")
    with pytest.raises(PermissionMissing):
        require(account=account, permission="plans.upload")
    with pytest.raises(operations.UnableToDeactivateAccount):
        operations.deactivate_account(actor=None, account=account, now=NOW)
    operations.activate_account(actor=None, account=account, now=NOW)
    require(account=account, permission="plans.upload")
    with pytest.raises(operations.UnableToActivateAccount):
        operations.activate_account(actor=None, account=account, now=NOW)
    assert codes()[:2] == ["organisations.account.activate", "organisations.account.deactivate"]


@pytest.mark.django_db
def test_the_database_refuses_a_role_that_does_not_exist_and_one_given_twice() -> None:
    account = make()
    for role in ("owner", "editor"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(
                account=account, role=role, unit=operations.ensure_root(now=NOW), from_on=NOW.date(), granted_at=NOW
            )


@pytest.mark.django_db
def test_a_page_may_ask_for_many_permissions_without_a_query_each(django_assert_num_queries: Any) -> None:
    make()
    account = with_rights(accounts().get(username="linlan"))
    with django_assert_num_queries(0):
        held = {permission for permission in PERMISSIONS if may(account=account, permission=permission)}
        assert held == PERMISSIONS_OF[Role.EDITOR]
        assert role_of(account=account) == "编辑"


@pytest.mark.django_db
def test_demonstration_accounts_are_made_once_with_passwords_of_their_own() -> None:
    made = operations.ensure_demo_accounts(now=NOW)
    assert [role for _username, _name, role, _password in made] == [
        "editor", "editor", "publisher", "auditor", "security_administrator", "system_administrator", "registrar",
        "privacy_officer", "supervisor", *["admissions_officer"] * 4, "exams_officer",
    ]  # fmt: skip
    assert len({password for *_rest, password in made}) == 14
    assert all(len(password) >= 16 for *_rest, password in made)
    for username, _name, _role, password in made:
        account = find_account(username=username)
        assert account is not None
        assert account.check_password(password)
        assert account.is_demonstration
    assert operations.ensure_demo_accounts(now=NOW) == []


@pytest.mark.django_db
def test_a_demonstration_account_of_a_school_is_made_when_the_school_is_there_and_reaches_no_other() -> None:
    operations.ensure_demo_accounts(now=NOW)
    bureau = operations.ensure_root(now=NOW)
    school, other = operations.create_units(
        actor=None,
        units=[
            operations.NewUnit(code=code, kind="school", name=code, opened_on=NOW.date(), parent=bureau.code)
            for code in ("one", "other")
        ],
        now=NOW,
    )
    made = operations.ensure_demo_accounts(now=NOW, places={"school": school})
    assert [(name, role) for _username, name, role, _password in made] == [
        ("萧芸", "head"),
        ("薛丹", "registrar"),
        ("景班", "handler"),
        ("演示家长", ""),
    ]
    head = find_account(username="xiaoyun")
    assert may(account=head, permission="registry.view", unit_id=school.pk)
    assert not may(account=head, permission="registry.view", unit_id=other.pk)


@pytest.mark.django_db
def test_commands_make_change_and_close_accounts_and_the_journal_knows() -> None:
    out = StringIO()
    operations.create_account(actor=None, username="zhouyi", name="周毅", role="editor", now=NOW)
    call_command("set_role", "zhouyi", "publisher", stdout=out)
    call_command("deactivate_account", "zhouyi", stdout=out)
    call_command("deactivate_account", "zhouyi", undo=True, stdout=out)
    assert [code.rsplit(".", 1)[1] for code in reversed(codes()) if ".account." in code] == [
        "create", "set_role", "deactivate", "activate",
    ]  # fmt: skip
    assert verify_journal().ok


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ("set_role", "nobody", "editor"),
        ("deactivate_account", "nobody"),
        ("createsuperuser",),
    ],
)
def test_a_command_that_cannot_says_why(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"no account|no superusers"):
        call_command(*arguments)


def test_every_permission_stands_in_a_role_and_in_the_reference(tmp_path: Path) -> None:
    assert all(row.roles for row in permission_table())
    page = tmp_path / "permissions.md"
    call_command("write_permissions", out=str(page), stdout=StringIO())
    assert all(f"`{permission}`" in page.read_text(encoding="utf-8") for permission in PERMISSIONS)
    call_command("write_permissions", out=str(page), check=True)
    page.write_text("old", encoding="utf-8")
    with pytest.raises(CommandError, match="out of date"):
        call_command("write_permissions", out=str(page), check=True)


def test_the_reference_page_is_up_to_date() -> None:
    from django.conf import settings

    page = Path(settings.PROJECT_DIR) / "docs" / "reference" / "permissions.md"
    call_command("write_permissions", out=str(page), check=True)


@pytest.mark.django_db
def test_the_last_who_gives_rights_in_the_bureau_stays() -> None:
    first, second = (
        operations.create_account(
            actor=None, username=name, name=name, password=None, role="security_administrator", now=NOW
        )
        for name in ("guanheng", "guanping")
    )
    operations.deactivate_account(actor=first, account=second, now=NOW)
    with pytest.raises(operations.UnableToSetRole, match="最后一位安全管理员"):
        operations.set_role(actor=first, account=first, role="viewer", now=NOW)
    with pytest.raises(operations.UnableToDeactivateAccount, match="最后一位安全管理员"):
        operations.deactivate_account(actor=first, account=first, now=NOW)
    with pytest.raises(operations.UnableToEndGrant, match="最后一位安全管理员"):
        operations.end_grant(actor=first, grant=first.grants.get(), reason="轮岗", now=NOW)
    operations.activate_account(actor=first, account=second, now=NOW)
    operations.end_grant(actor=second, grant=first.grants.get(), reason="轮岗", now=NOW)
    operations.deactivate_account(actor=None, account=second, now=NOW)
