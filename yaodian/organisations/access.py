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

from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing, may
from yaodian.organisations.roles import PERMISSIONS

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """`kind` is public, signed-in or permission; `permissions` has the permission for each method, "*" for the rest.

    `is_api` calls answer a missing sign-in with an error instead of leading to the door.
    """

    kind: str
    permissions: Mapping[str, str] = field(default_factory=dict)
    is_api: bool = False

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
            if access.is_api:
                raise PermissionMissing(_not_signed_in(), permission=permission or "")
            return redirect_to_login(request.get_full_path())
        if permission is not None and not may(account=account, permission=permission):
            raise PermissionMissing(_missing(account, permission), permission=permission)
        return view(request, *arguments, **named)

    return _declare(guarded, access)  # type: ignore[return-value]  # Same signature, by functools.wraps.


def signed_in(view: View) -> View:
    """Whoever has an account may call it, for what is his own."""
    return _guarded(view, Access("signed-in"))


def permitted(permission: str, *, is_api: bool = False, **by_method: str) -> Callable[[View], View]:
    """Whoever holds the permission somewhere may call it; `POST="registry.edit"` asks another for one method.

    Raises LookupError, when the module is imported, for a permission that does not exist.
    """
    for one in (permission, *by_method.values()):
        if one not in PERMISSIONS:
            raise LookupError(f"{one!r} is no permission. Add it to yaodian/organisations/roles.py.")
    access = Access("permission", {"*": permission, **by_method}, is_api)

    def declare(view: View) -> View:
        return _guarded(view, access)

    return declare


def _missing(account: Account, permission: str) -> str:
    return _("您的账号“%(name)s”没有“%(what)s”的权限。如工作需要，请联系安全管理员授予角色。") % {
        "name": account.name,
        "what": PERMISSIONS[permission],
    }


def _not_signed_in() -> str:
    return _("您还没有登录，或登录已过期。请先在网页上登录。")
