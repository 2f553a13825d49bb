"""Accounts, the table of permissions, and the check of a password."""

from dataclasses import dataclass

from django.contrib.auth.backends import BaseBackend
from django.db.models import QuerySet
from django.http import HttpRequest

from yaodian.organisations.models import Account
from yaodian.organisations.queries.rights import with_rights
from yaodian.organisations.roles import PERMISSIONS, PERMISSIONS_OF, Role


def accounts() -> QuerySet[Account]:
    """All accounts with their grants, two queries."""
    return Account.objects.prefetch_related("grants").order_by("username")


def find_account(*, username: str) -> Account | None:
    """The account of that name, or None."""
    return Account.objects.filter(username=Account.normalize_username(username)).first()


@dataclass(frozen=True)
class PermissionRow:
    """A line of the table of permissions: its code, what it allows, and the roles that hold it."""

    code: str
    label: str
    roles: tuple[Role, ...]


def permission_table() -> tuple[PermissionRow, ...]:
    """Every permission with the roles that hold it, in the order of roles.py."""
    return tuple(
        PermissionRow(code, str(label), tuple(role for role in Role if code in PERMISSIONS_OF[role]))
        for code, label in PERMISSIONS.items()
    )


class AccountBackend(BaseBackend):
    """Checks the password in about the same time whether or not the account exists."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_credentials: object,
    ) -> Account | None:
        if username is None or password is None:
            return None
        try:
            account = Account.objects.get_by_natural_key(username)
        except Account.DoesNotExist:
            # The work of one hash, so that the time of the answer does not tell which names exist.
            Account().set_password(password)
            return None
        if not account.check_password(password) or not account.is_active:
            return None
        return account

    def get_user(self, user_id: int) -> Account | None:
        """The account of a session, with its rights, so that a page may ask for permissions without a query each."""
        account = Account.objects.filter(pk=user_id, is_active=True).first()
        return with_rights(account) if account is not None else None
