"""People, posts, accounts, and who may do what where; always within a scope, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from yaodian.organisations.models import (
    Account,
    Ancestry,
    Deputyship,
    Grant,
    Membership,
    Person,
    Post,
    Unit,
    holds_on,
)
from yaodian.organisations.queries.rights import Scope, grants_on
from yaodian.organisations.queries.units import named, path_to
from yaodian.organisations.roles import PERMISSIONS, PERMISSIONS_OF, Role


def _posts(*, day: date, scope: Scope | None = None) -> "QuerySet[Post]":
    posts = Post.objects.filter(holds_on(day))
    if scope is not None:
        posts = scope.rows(posts)
    return posts.select_related("person").prefetch_related(Prefetch("unit", named(Unit.objects.all(), day=day)))


def people(*, day: date, scope: Scope, words: str = "") -> "QuerySet[Person]":
    """People who hold a post within the scope on a day, with `posts_then`; those whose name contains the words."""
    said = " ".join(words.replace("\x00", "").split())[:60]
    posts = scope.rows(Post.objects.filter(holds_on(day), person=OuterRef("pk")))
    found = Person.objects.filter(Exists(posts))
    if said:
        found = found.filter(name__icontains=said)
    return found.prefetch_related(
        Prefetch("posts", _posts(day=day, scope=scope).order_by("from_on"), to_attr="posts_then")
    ).order_by("name", "pk")


def find_person(*, public_id: str, scope: Scope) -> Person | None:
    """A person who holds, held or will hold a post in a unit that the scope reaches, or None."""
    posts = scope.rows(Post.objects.filter(person=OuterRef("pk")))
    return Person.objects.filter(Exists(posts), public_id=public_id).first()


def posts_of(*, person: Person, scope: Scope, day: date) -> list[Post]:
    """All posts of a person within the scope, the latest first; units as they are called on the day."""
    posts = scope.rows(Post.objects.filter(person=person))
    return list(
        posts.prefetch_related(Prefetch("unit", named(Unit.objects.all(), day=day))).order_by("-from_on", "-pk")
    )


def find_post(*, pk: int, scope: Scope) -> Post | None:
    """A post in a unit that the scope reaches, or None."""
    return scope.rows(Post.objects.filter(pk=pk)).select_related("person", "unit").first()


def posts_in(*, unit: Unit, day: date) -> "QuerySet[Post]":
    """The posts in a unit on a day, with the people who hold them."""
    return Post.objects.filter(holds_on(day), unit=unit).select_related("person").order_by("title", "person__name")


def accounts_in(*, scope: Scope, day: date, words: str = "") -> "QuerySet[Account]":
    """Accounts of people with a post within the scope, or with a right in it, ever; `grants_then` holds on the day.

    Whoever reaches the bureau itself sees those as well that stand nowhere yet.
    """
    posts = scope.rows(Post.objects.filter(person=OuterRef("person")))
    rights = scope.rows(Grant.objects.filter(account=OuterRef("pk")))
    condition = Q(Exists(posts)) | Q(Exists(rights))
    if scope.rows(Unit.objects.filter(kind="bureau"), unit="pk").exists():
        condition |= ~Exists(Grant.objects.filter(account=OuterRef("pk"))) & ~Exists(
            Post.objects.filter(person=OuterRef("person"))
        )
    found = Account.objects.filter(condition)
    said = " ".join(words.replace("\x00", "").split())[:60]
    if said:
        found = found.filter(Q(name__icontains=said) | Q(username__icontains=said))
    grants = scope.rows(grants_on(day)).prefetch_related(Prefetch("unit", named(Unit.objects.all(), day=day)))
    return (
        found.select_related("person")
        .prefetch_related(Prefetch("grants", grants, to_attr="grants_then"))
        .order_by("username")
    )


def find_account_in(*, username: str, scope: Scope, day: date) -> Account | None:
    """The account of that name within the scope, or None."""
    return accounts_in(scope=scope, day=day).filter(username=Account.normalize_username(username)).first()


def grants_of(*, account: Account, day: date, scope: Scope | None = None) -> list[Grant]:
    """All rights of an account that have not ended before the day began; with a scope, those within it."""
    grants = Grant.objects.filter(account=account)
    if scope is not None:
        grants = scope.rows(grants)
    return list(
        grants.select_related("post", "granted_by")
        .prefetch_related(Prefetch("unit", named(Unit.objects.all(), day=day)))
        .order_by("-from_on", "-pk")
    )


def find_grant(*, pk: int, scope: Scope) -> Grant | None:
    """A right in a unit that the scope reaches, or None."""
    return scope.rows(Grant.objects.filter(pk=pk)).select_related("account", "unit").first()


def deputyships_of(*, account: Account) -> list[Deputyship]:
    """Who stands in for the account, and for whom it stands in, the latest first."""
    return list(
        Deputyship.objects.filter(Q(principal=account) | Q(deputy=account))
        .select_related("principal", "deputy")
        .order_by("-from_on", "-pk")
    )


def find_deputyship(*, pk: int) -> Deputyship | None:
    """A deputyship, or None; whether it may be ended is for the operation to say."""
    return Deputyship.objects.filter(pk=pk).select_related("principal", "deputy").first()


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a role that reaches a unit: in the unit itself or one above it, perhaps for another."""

    account: Account
    role: Role
    unit: Unit
    hierarchy: str
    from_on: date
    until_on: date | None
    grant_id: int
    principal: Account | None = None
    is_inherited: bool = False

    @property
    def permissions(self) -> tuple[str, ...]:
        """What it allows, in words."""
        return tuple(str(PERMISSIONS[code]) for code in PERMISSIONS if code in PERMISSIONS_OF[self.role])


def holders_in(*, unit: Unit, day: date) -> list[Holder]:
    """Who may do what in a unit on a day: rights in it, rights in units above it, and those who stand in. Three queries."""
    above = Ancestry.objects.filter(
        holds_on(day), descendant=unit, ancestor=OuterRef("unit"), hierarchy=OuterRef("hierarchy")
    )
    deputies = (
        Deputyship.objects.filter(holds_on(day), deputy__is_active=True)
        .select_related("deputy")
        .order_by("deputy__name")
    )
    grants = (
        grants_on(day)
        .filter(Exists(above), account__is_active=True)
        .select_related("account")
        .prefetch_related(
            Prefetch("unit", named(Unit.objects.all(), day=day)),
            Prefetch("account__deputies", deputies, to_attr="deputies_then"),
        )
        .order_by("role", "account__name", "pk")
    )
    found: list[Holder] = []
    for grant in grants:
        role, is_inherited = Role(grant.role), grant.unit_id != unit.pk
        found.append(
            Holder(
                grant.account, role, grant.unit, grant.hierarchy, grant.from_on, grant.until_on, grant.pk,
                is_inherited=is_inherited,
            )
        )  # fmt: skip
        for deputyship in grant.account.deputies_then:
            ends = [day for day in (grant.until_on, deputyship.until_on) if day is not None]
            found.append(
                Holder(
                    deputyship.deputy, role, grant.unit, grant.hierarchy, max(grant.from_on, deputyship.from_on),
                    min(ends), grant.pk, principal=grant.account, is_inherited=is_inherited,
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True)
class Held:
    """What an account may do itself on a day: a role, where, on whose behalf, until when."""

    role: Role
    unit: Unit
    hierarchy: str
    until_on: date | None
    principal: Account | None

    @property
    def permissions(self) -> tuple[str, ...]:
        """What it allows, in words."""
        return tuple(str(PERMISSIONS[code]) for code in PERMISSIONS if code in PERMISSIONS_OF[self.role])


def held_by(*, account: Account, day: date) -> list[Held]:
    """What an account may do on a day, own rights first, then those of whom it stands in for. Three queries."""
    deputyships = {
        one.principal_id: one
        for one in Deputyship.objects.filter(holds_on(day), deputy=account, principal__is_active=True).select_related(
            "principal"
        )
    }
    grants = (
        grants_on(day)
        .filter(account__in=[account.pk, *deputyships])
        .prefetch_related(Prefetch("unit", named(Unit.objects.all(), day=day)))
        .order_by("role", "pk")
    )
    found: list[Held] = []
    for grant in grants:
        deputyship = deputyships.get(grant.account_id)
        if deputyship is None:
            found.append(Held(Role(grant.role), grant.unit, grant.hierarchy, grant.until_on, None))
        else:
            ends = [day for day in (grant.until_on, deputyship.until_on) if day is not None]
            found.append(Held(Role(grant.role), grant.unit, grant.hierarchy, min(ends), deputyship.principal))
    return sorted(found, key=lambda held: held.principal is not None)


def way_to(*, unit: Unit, day: date) -> str:
    """A unit's names from the root down, for a line of text. One query."""
    return " / ".join(one.name_then for one in path_to(unit=unit, day=day))


@dataclass(frozen=True)
class Consequences:
    """What hangs on units that are about to end: units below them, posts in them, rights in them, from a day on."""

    children: tuple[Unit, ...]
    posts: tuple[Post, ...]
    grants: tuple[Grant, ...]


def consequences_of(*, units: Sequence[Unit], day: date) -> Consequences:
    """What is below or in the units on a day or later, itself left out. Four queries."""
    ids = [unit.pk for unit in units]
    open_then = Q(until_on__isnull=True) | Q(until_on__gt=day)
    below = Membership.objects.filter(open_then, parent__in=ids).exclude(unit__in=ids).values("unit")
    return Consequences(
        tuple(named(Unit.objects.filter(pk__in=below), day=day).order_by("code")),
        tuple(Post.objects.filter(open_then, unit__in=ids).select_related("person").order_by("person__name")),
        tuple(Grant.objects.filter(open_then, unit__in=ids).select_related("account").order_by("account__name")),
    )
