"""Who may do what."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account, RoleGrant
from yaodian.organisations.roles import PERMISSIONS, PERMISSIONS_OF, Role

Visitor = Account | AnonymousUser | AbstractBaseUser | None


class PermissionMissing(PermissionDenied):
    """The person may not do this; the message says so in his words, and whom to ask."""

    def __init__(self, message: str, *, permission: str) -> None:
        super().__init__(message)
        self.permission = permission

    @property
    def message(self) -> str:
        return str(self.args[0])


def _check_known(permission: str) -> None:
    if permission not in PERMISSIONS:
        raise LookupError(
            f"{permission!r} is no permission, so nobody could ever hold it. Add it to yaodian/organisations/roles.py."
        )


def _permissions(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(PERMISSIONS_OF[Role(role)] for role in roles))


def may(*, account: Visitor, permission: str) -> bool:
    """Whether the account holds a permission; what pages ask in order to show or hide a button.

    Costs no query for `request.user`, whose grants are fetched with the session, and one for any other account.
    """
    _check_known(permission)
    if not isinstance(account, Account) or not account.is_active:
        return False
    return permission in _permissions(grant.role for grant in account.role_grants.all())


def require(*, account: Visitor, permission: str) -> None:
    """Raises PermissionMissing unless the account holds the permission now; what operations ask.

    Reads the database afresh: a role withdrawn a second ago no longer works, whatever the caller's object remembers.
    """
    _check_known(permission)
    if not isinstance(account, Account) or account.pk is None:
        raise PermissionMissing(
            _("您还没有登录，不能进行“%(what)s”。请先登录。") % {"what": PERMISSIONS[permission]}, permission=permission
        )
    roles = RoleGrant.objects.filter(account_id=account.pk, account__is_active=True).values_list("role", flat=True)
    if permission not in _permissions(roles):
        raise PermissionMissing(
            _("您的账号“%(name)s”没有“%(what)s”的权限。如工作需要，请联系系统管理员授予角色。")
            % {"name": account.name, "what": PERMISSIONS[permission]},
            permission=permission,
        )


def role_of(*, account: Visitor) -> str:
    """The role's name for display, empty for a visitor."""
    if not isinstance(account, Account):
        return ""
    return "、".join(str(Role(grant.role).label) for grant in account.role_grants.all())


def accounts() -> QuerySet[Account]:
    """All accounts with their roles, two queries."""
    return Account.objects.prefetch_related("role_grants").order_by("username")


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
        """The account of a session, with its roles, so that a page may ask for permissions without a query each."""
        return Account.objects.prefetch_related("role_grants").filter(pk=user_id, is_active=True).first()
