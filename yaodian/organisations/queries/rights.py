"""Who may do what, and on which rows.

A right is a role in a unit from a day to a day. A permission therefore comes with a scope: the rows of the units at
and below those in which the account holds a role with that permission. The same `Scope` filters the rows of a page, of
an API answer, of a search, a count, an export and a file, so that no outlet can show what another hides.

Rights are about this very moment, so this module reads the clock itself where no day is given; `as_of` asks for the
units under the boundaries of another day, never for the rights of another day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connections, router
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account, Ancestry, Deputyship, Grant, Hierarchy, holds_on
from yaodian.organisations.roles import PERMISSIONS, PERMISSIONS_OF, SENSITIVE_PERMISSIONS, SEPARATED_ROLES, Role

Visitor = Account | AnonymousUser | AbstractBaseUser | None
Row = TypeVar("Row", bound=Model)


class PermissionMissing(PermissionDenied):
    """The person may not do this; the message says so in his words, and whom to ask."""

    def __init__(self, message: str, *, permission: str) -> None:
        super().__init__(message)
        self.permission = permission

    @property
    def message(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Right:
    """A role that an account holds in a unit on a day; `principal_id` is the account it stands in for, if any."""

    grant_id: int
    role: Role
    unit_id: int
    hierarchy: str
    principal_id: int | None = None

    @property
    def permissions(self) -> frozenset[str]:
        return PERMISSIONS_OF[self.role]

    @property
    def key(self) -> str:
        """What a session remembers of it."""
        return f"{self.grant_id}" if self.principal_id is None else f"{self.grant_id}/{self.principal_id}"


@dataclass(frozen=True)
class _Held:
    """A right with the days that bound it: its own, those of its post, those of the deputyship that brings it."""

    right: Right
    spans: tuple[tuple[date, date | None], ...]

    def holds_on(self, day: date) -> bool:
        return all(start <= day and (end is None or day < end) for start, end in self.spans)


def grants_on(day: date) -> "QuerySet[Grant]":
    """The rights that hold on a day: on a day of their own, and of the post that they were given for."""
    return Grant.objects.filter(holds_on(day)).filter(Q(post__isnull=True) | holds_on(day, prefix="post__"))


def _check_known(permission: str) -> None:
    if permission not in PERMISSIONS:
        raise LookupError(
            f"{permission!r} is no permission, so nobody could ever hold it. Add it to yaodian/organisations/roles.py."
        )


def _today() -> date:
    return timezone.localdate()


_ANY_ACCOUNT = -1


@cache
def _statement(alias: str) -> tuple[str, tuple[Any, ...]]:
    """What `_held_by` asks, put into words once: it is asked before every step that anybody takes."""
    rows = (
        Grant.objects.using(alias)
        .filter(
            Q(account_id=_ANY_ACCOUNT, account__is_active=True)
            | Q(account__deputies__deputy_id=_ANY_ACCOUNT, account__is_active=True)
        )
        .annotate(
            deputy_id=F("account__deputies__deputy_id"),
            deputy_from=F("account__deputies__from_on"),
            deputy_until=F("account__deputies__until_on"),
        )
        .values_list(
            "id", "role", "unit_id", "hierarchy", "account_id", "from_on", "until_on",
            "post__from_on", "post__until_on", "deputy_id", "deputy_from", "deputy_until",
        )
        .order_by("id")
    )  # fmt: skip
    sql, params = rows.query.get_compiler(alias).as_sql()
    return sql, tuple(params)


def _held_by(account_id: int) -> tuple[_Held, ...]:
    """All rights that an account has, had or will have, own ones and those of whom it stands in for. One query."""
    alias = router.db_for_read(Grant)
    sql, params = _statement(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, [account_id if one == _ANY_ACCOUNT else one for one in params])
        rows = cursor.fetchall()
    found: dict[tuple[Any, ...], _Held] = {}
    for row in rows:
        grant_id, role, unit_id, hierarchy, holder_id, from_on, until_on, post_from, post_until = row[:9]
        deputy_id, deputy_from, deputy_until = row[9:]
        spans = [(from_on, until_on)]
        if post_from is not None:
            spans.append((post_from, post_until))
        if holder_id == account_id:
            # Who stands in for this account does not matter to its own rights.
            right = Right(grant_id, Role(role), unit_id, hierarchy)
        elif deputy_id == account_id:
            right = Right(grant_id, Role(role), unit_id, hierarchy, holder_id)
            spans.append((deputy_from, deputy_until))
        else:
            continue
        found[(right, *spans)] = _Held(right, tuple(spans))
    return tuple(found.values())


def held_together(*, account_id: int) -> tuple[Role, Role, date] | None:
    """Two of SEPARATED_ROLES that an account holds on one and the same day, whenever that is, and the first such day.

    Own rights and those of whom it stands in for count alike. None: it never does.
    """
    spans: list[tuple[Role, date, date]] = []
    for held in _held_by(account_id):
        if held.right.role in SEPARATED_ROLES:
            since = max(start for start, _end in held.spans)
            until = min(end or date.max for _start, end in held.spans)
            if since < until:
                spans.append((held.right.role, since, until))
    for place, (role, since, until) in enumerate(spans):
        for other, other_since, other_until in spans[:place]:
            first = max(since, other_since)
            if role != other and first < min(until, other_until):
                return other, role, first
    return None


def holders_of(
    *, permissions: Collection[str], units: Collection[int], day: date
) -> dict[str, dict[int, tuple[Account, ...]]]:
    """Who holds permissions on a day in these very units, by permission and unit, or stands in for somebody who does there.
    Whoever reaches a unit from above is not among them: he is told where he stands. Two queries."""
    for permission in permissions:
        _check_known(permission)
    roles = [role for role, held in PERMISSIONS_OF.items() if not held.isdisjoint(permissions)]
    grants = list(
        grants_on(day)
        .filter(unit__in=units, role__in=roles, account__is_active=True)
        .select_related("account")
        .order_by("pk")
    )
    people: dict[int, list[Account]] = {grant.account_id: [grant.account] for grant in grants}
    standing_in = Deputyship.objects.filter(holds_on(day), principal__in=people, deputy__is_active=True)
    for one in standing_in.select_related("deputy").order_by("pk"):
        people[one.principal_id].append(one.deputy)
    found: dict[str, dict[int, dict[int, Account]]] = {permission: {} for permission in permissions}
    for grant in grants:
        for permission in found.keys() & PERMISSIONS_OF[Role(grant.role)]:
            there = found[permission].setdefault(grant.unit_id, {})
            there.update((account.pk, account) for account in people[grant.account_id])
    return {
        permission: {unit: tuple(there.values()) for unit, there in by_unit.items()}
        for permission, by_unit in found.items()
    }


def with_rights(account: Account) -> Account:
    """The account with its rights fetched, so that pages may ask for many permissions without a query each."""
    account._held = _held_by(account.pk)  # type: ignore[attr-defined]  # A cache beside the columns.
    return account


def rights_of(*, account: Visitor, on: date | None = None, is_fresh: bool = False) -> tuple[Right, ...]:
    """The rights that hold on a day (today), oldest grant first; none for a visitor or a closed account.

    Costs no query where `with_rights` has been called, unless `is_fresh`.
    """
    if not isinstance(account, Account) or account.pk is None:
        return ()
    held: tuple[_Held, ...] | None = None if is_fresh else getattr(account, "_held", None)
    if held is None:
        held = _held_by(account.pk)
    elif not account.is_active:
        return ()
    day = on or _today()
    return tuple(one.right for one in held if one.holds_on(day))


def has_ever_held_rights(*, account: Account) -> bool:
    """Whether an account has, had or will have any right, its own or as a deputy: it is one of staff. One query."""
    return bool(_held_by(account.pk))


def permissions_of(*, account: Visitor) -> frozenset[str]:
    """Every permission that the account holds anywhere today."""
    return frozenset().union(*(right.permissions for right in rights_of(account=account)))


@dataclass(frozen=True)
class Scope:
    """The units that a permission reaches: those at and below `roots`, pairs of hierarchy and unit, on `as_of`."""

    permission: str
    roots: frozenset[tuple[str, int]]
    as_of: date
    _units: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_empty(self) -> bool:
        return not self.roots

    @property
    def word(self) -> str:
        """The roots as one word, kept with an import, so that it goes on only with the right that it began with."""
        return ",".join(f"{hierarchy}:{unit}" for hierarchy, unit in sorted(self.roots))[:200]

    def unit_ids(self) -> QuerySet[Ancestry, int]:
        """The ids of the units, as a subquery over one index range for each hierarchy; no query by itself."""
        wanted = Q(pk__in=())
        for hierarchy in Hierarchy.values:
            units = sorted(unit for named, unit in self.roots if named == hierarchy)
            if units:
                wanted |= Q(hierarchy=hierarchy, ancestor_id__in=units)
        return Ancestry.objects.filter(wanted & holds_on(self.as_of)).order_by().values_list("descendant_id", flat=True)

    def rows(self, rows: "QuerySet[Row]", *, unit: str = "unit_id") -> "QuerySet[Row]":
        """The rows whose unit, under the path `unit`, lies in the scope."""
        if self.is_empty:
            return rows.none()
        return rows.filter(**{f"{unit}__in": self.unit_ids()})

    def includes(self, unit_id: int | None) -> bool:
        """Whether a unit lies in the scope. One query."""
        if unit_id is None or self.is_empty:
            return False
        return self.unit_ids().filter(descendant_id=unit_id).exists()


def scope_of(*, account: Visitor, permission: str, as_of: date | None = None, is_fresh: bool = False) -> Scope:
    """Where the account holds the permission today, with the boundaries of `as_of` (today)."""
    _check_known(permission)
    roots = frozenset(
        (right.hierarchy, right.unit_id)
        for right in rights_of(account=account, is_fresh=is_fresh)
        if permission in right.permissions
    )
    return Scope(permission, roots, as_of or _today())


def may(*, account: Visitor, permission: str, unit_id: int | None = None) -> bool:
    """Whether the account holds a permission, anywhere or for one unit; what pages ask to show or hide a button.

    Anywhere: no query for `request.user`, whose rights are fetched with the session. For a unit: one more.
    """
    scope = scope_of(account=account, permission=permission)
    return scope.includes(unit_id) if unit_id is not None else not scope.is_empty


def require(*, account: Visitor, permission: str, unit_id: int | None = None) -> Scope:
    """Raises PermissionMissing unless the account holds the permission now; what operations ask. Returns its scope.

    Reads the database afresh: a right withdrawn a second ago no longer works, whatever the caller's object remembers.
    With `unit_id`, the right must reach that unit.
    """
    _check_known(permission)
    if not isinstance(account, Account) or account.pk is None:
        raise PermissionMissing(
            _("您还没有登录，不能进行“%(what)s”。请先登录。") % {"what": PERMISSIONS[permission]}, permission=permission
        )
    scope = scope_of(account=account, permission=permission, is_fresh=True)
    if scope.is_empty:
        raise PermissionMissing(
            _("您的账号“%(name)s”没有“%(what)s”的权限。如工作需要，请联系安全管理员授予角色。")
            % {"name": account.name, "what": PERMISSIONS[permission]},
            permission=permission,
        )
    if unit_id is not None and not scope.includes(unit_id):
        raise PermissionMissing(
            _("您的“%(what)s”权限不包括这个单位。如工作需要，请联系该单位或上级单位的安全管理员。")
            % {"what": PERMISSIONS[permission]},
            permission=permission,
        )
    return scope


def needs_second_factor(*, account: Visitor) -> bool:
    """Whether the account holds a permission that asks for a second factor; demonstration accounts are exempt."""
    if not isinstance(account, Account) or account.is_demonstration:
        return False
    return not SENSITIVE_PERMISSIONS.isdisjoint(permissions_of(account=account))


def role_of(*, account: Visitor) -> str:
    """The roles' names for display, each once, empty for a visitor."""
    return "、".join(dict.fromkeys(str(right.role.label) for right in rights_of(account=account)))


def keys_of(rights: Iterable[Right]) -> list[str]:
    """What a session keeps of the rights it began with, in a stable order."""
    return sorted(right.key for right in rights)
