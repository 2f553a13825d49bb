"""Who may call an address: said once where its view is written, enforced here, and read by the permission matrix.

Every view and every call of the API carries one of these declarations; `config/tests/test_matrix.py` walks all
addresses and fails for one that carries none. A declaration bars whoever holds the permission nowhere; which rows the
others reach is decided by the queries and operations below, through the scope of the same permission.

    @permitted("registry.view")
    def school_list(request): ...
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import SessionAuth

from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing, may
from yaodian.organisations.roles import PERMISSIONS

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """`kind` is public, signed-in or permission; `permissions` has the permission for each method, "*" for the rest."""

    kind: str
    permissions: Mapping[str, str] = field(default_factory=dict)

    def permission_for(self, method: str) -> str | None:
        return self.permissions.get(method, self.permissions.get("*"))


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]  # What the matrix reads.
    return view


def public(view: View) -> View:
    """Everyone may call it; what it shows is decided by what it asks for."""
    return _declare(view, Access("public"))


def _guarded(view: View, access: Access) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> Any:
        account = request.user
        permission = access.permission_for(request.method or "GET")
        if not isinstance(account, Account):
            return redirect_to_login(request.get_full_path())
        if permission is not None and not may(account=account, permission=permission):
            raise PermissionMissing(_missing(account, permission), permission=permission)
        return view(request, *arguments, **named)

    return _declare(guarded, access)  # type: ignore[return-value]  # Same signature, by functools.wraps.


def signed_in(view: View) -> View:
    """Whoever has an account may call it, for what is his own."""
    return _guarded(view, Access("signed-in"))


def permitted(permission: str, **by_method: str) -> Callable[[View], View]:
    """Whoever holds the permission somewhere may call it; `POST="registry.edit"` asks another for one method.

    Raises LookupError, when the module is imported, for a permission that does not exist.
    """
    access = Access("permission", _known({"*": permission, **by_method}))

    def declare(view: View) -> View:
        return _guarded(view, access)

    return declare


def account_of(request: HttpRequest) -> Account:
    """Who asks, in a view or a call that one of these declarations guards: they let nobody else by."""
    assert isinstance(request.user, Account)
    return request.user


def _missing(account: Account, permission: str) -> str:
    return _("您的账号“%(name)s”没有“%(what)s”的权限。如工作需要，请联系安全管理员授予角色。") % {
        "name": account.name,
        "what": PERMISSIONS[permission],
    }


def _known(permissions: Mapping[str, str]) -> Mapping[str, str]:
    for one in permissions.values():
        if one not in PERMISSIONS:
            raise LookupError(f"{one!r} is no permission. Add it to yaodian/organisations/roles.py.")
    return permissions


class SessionHolding(SessionAuth):
    """What a call of the API declares: `auth=SessionHolding("registry.view")`, a session, a token where it writes, and
    the permission somewhere; without a permission any account. It is asked before the values of the call are looked at,
    so that a refusal tells nothing about them. A call for everyone says `auth=EVERYONE`.
    """

    def __init__(self, permission: str | None = None) -> None:
        super().__init__()
        known = _known({"*": permission}) if permission is not None else {}
        self.access = Access("permission" if known else "signed-in", known)

    def authenticate(self, request: HttpRequest, key: str | None) -> Account | None:
        """The account, or None for a visitor. Raises PermissionMissing."""
        account = request.user
        if not isinstance(account, Account):
            return None
        permission = self.access.permission_for("*")
        if permission is not None and not may(account=account, permission=permission):
            raise PermissionMissing(_missing(account, permission), permission=permission)
        return account


class _Everyone:
    """Lets everybody in. Its answer must be true for ninja, and is the visitor himself."""

    access = Access("public")

    def __call__(self, request: HttpRequest) -> object:
        return request.user


EVERYONE = _Everyone()
