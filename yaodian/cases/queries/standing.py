"""Who somebody is to a case: which of the rights over its units he holds, and whether he has worked on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connections, router
from django.db.models import BooleanField, F, Func, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone

from yaodian.cases.declaring import Confidentiality
from yaodian.cases.models import Case, CaseEvent, Tally
from yaodian.organisations.models import Account, Ancestry, holds_on
from yaodian.organisations.queries import Visitor, rights_of, scope_of

VIEW, OPEN, DISPATCH = "cases.view", "cases.open", "cases.dispatch"
HANDLE, VERIFY, VIEW_RESTRICTED = "cases.handle", "cases.verify", "cases.view_restricted"
FEW_UNITS, FEW_CASES = 20, 5_000


@dataclass(frozen=True)
class Standing:
    """`handles`: holds the right over the unit that does it; `is_free`: nobody else has signed for it; `sent`: the keys of
    the forms that it has sent for the case."""

    account_id: int | None
    sees: bool = False
    handles: bool = False
    is_free: bool = True
    dispatches: bool = False
    verifies: bool = False
    has_worked: bool = False
    is_reporter: bool = False
    sent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reach:
    """In which units an account holds which permissions of cases, and which lie below them: read once for many cases."""

    account_id: int | None
    roots: dict[str, frozenset[tuple[str, int]]]
    lines: frozenset[tuple[int, str, int]]

    def includes(self, permission: str, unit_id: int | None) -> bool:
        return unit_id is not None and any(
            (unit_id, hierarchy, root) in self.lines for hierarchy, root in self.roots.get(permission, ())
        )


def reach_of(*, account: Visitor, units: Collection[int], today: date, is_fresh: bool = False) -> Reach:
    """What the account's rights reach of some units. One query, and one more for rights that are not at hand."""
    roots: dict[str, set[tuple[str, int]]] = {}
    for right in rights_of(account=account, is_fresh=is_fresh):
        for permission in right.permissions:
            if permission.startswith("cases."):
                roots.setdefault(permission, set()).add((right.hierarchy, right.unit_id))
    lines: frozenset[tuple[int, str, int]] = frozenset()
    if roots:
        lines = frozenset(
            Ancestry.objects.filter(
                holds_on(today),
                descendant_id__in=set(units),
                ancestor_id__in={unit for found in roots.values() for _hierarchy, unit in found},
            )
            .order_by()
            .values_list("descendant_id", "hierarchy", "ancestor_id")
        )
    pk = account.pk if isinstance(account, Account) else None
    return Reach(pk, {name: frozenset(found) for name, found in roots.items()}, lines)


def units_of(case: Case) -> set[int]:
    return {unit for unit in (case.doing_unit_id, case.supervising_unit_id, case.about_unit_id) if unit is not None}


def standing_of(*, case: Case, account: Visitor, today: date, is_fresh: bool = False) -> Standing:
    """Who the account is to the case. Three queries at most."""
    if not isinstance(account, Account) or account.pk is None:
        return Standing(None)
    reach = reach_of(account=account, units=units_of(case), today=today, is_fresh=is_fresh)
    done = CaseEvent.objects.filter(case=case, by=account).order_by().values_list("is_work", "client_key")
    return standing(case, reach, list(done))


def standing(case: Case, reach: Reach, done: Collection[tuple[bool, str]]) -> Standing:
    """The same from what was read: `done` has for each thing that the account did to the case, whether it was work, and
    the key of the form."""
    pk = reach.account_id
    is_reporter = pk is not None and case.opened_by_id == pk
    is_assignee = pk is not None and case.assignee_id == pk
    handles = reach.includes(HANDLE, case.doing_unit_id)
    is_free = case.assignee_id is None or is_assignee
    if case.confidentiality == Confidentiality.RESTRICTED:
        sees = (
            is_reporter
            or is_assignee
            or bool(done)
            or reach.includes(VIEW_RESTRICTED, case.supervising_unit_id)
            or (handles and case.assignee_id is None)
        )
    else:
        sees = is_reporter or is_assignee or any(reach.includes(VIEW, unit) for unit in units_of(case))
    return Standing(
        account_id=pk,
        sees=sees,
        handles=handles,
        is_free=is_free,
        dispatches=reach.includes(DISPATCH, case.supervising_unit_id),
        verifies=reach.includes(VERIFY, case.supervising_unit_id),
        has_worked=is_assignee or any(is_work for is_work, _key in done),
        is_reporter=is_reporter,
        sent=frozenset(key for _is_work, key in done if key),
    )


def visible(*, account: Visitor, today: date | None = None) -> QuerySet[Case]:
    """The cases that an account may know of: what every outlet begins with. Three queries for its units, no more.

    A case that is restricted is there for those who take part in it, for whoever holds `cases.view_restricted` over the
    unit that supervises, and for the handlers of its unit until one of them has signed for it.
    """
    if not isinstance(account, Account) or account.pk is None:
        return Case.objects.none()
    day = today or timezone.localdate()
    wanted = Q(opened_by_id=account.pk) | Q(assignee_id=account.pk)
    viewed = unit_ids_of(account, VIEW, day)
    if viewed:
        is_open = Q(confidentiality=Confidentiality.INTERNAL)
        for column in ("doing_unit_id", "supervising_unit_id", "about_unit_id"):
            wanted |= is_open & Q(**{f"{column}__in": viewed})
    restricted = Q(confidentiality=Confidentiality.RESTRICTED)
    trusted = unit_ids_of(account, VIEW_RESTRICTED, day)
    if trusted:
        wanted |= restricted & Q(supervising_unit_id__in=trusted)
    handled = unit_ids_of(account, HANDLE, day)
    if handled:
        # Said so that no index knows it: that of the units is enough, without that of all who have no assignee beside it.
        is_free = Exact(Coalesce("assignee_id", 0), 0)
        wanted |= restricted & Q(is_free, doing_unit_id__in=handled)
    # Whoever sees most cases anyway is asked for the rest row by row; of others the few cases are read first, so that
    # each part of the condition has an index.
    part = _had_a_part_row_by_row(account) if trusted else had_a_part(account)
    return Case.objects.filter(wanted | restricted & part)


def had_a_part(account: Account) -> Q:
    """Whether the account has done something to a case, asked of the account: its cases are read once."""
    done = CaseEvent.objects.filter(by_id=account.pk).order_by().values("case_id")
    if connections[router.db_for_read(Case)].vendor != "postgresql":
        return Q(pk__in=done)
    # As an array, an index over cases can be asked for it beside other conditions; a subquery cannot. But a row is
    # looked for in the subquery by its hash, and in the array by going through it: so the subquery is asked first.
    return Q(pk__in=done) & Q(_IsAny(F("pk"), ArraySubquery(done), output_field=BooleanField()))


class _IsAny(Func):
    """`a = ANY (b)`."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("


def _had_a_part_row_by_row(account: Account) -> Q:
    """The same, asked of a case. No EXISTS, which the planner may turn into reading all that the account ever did."""
    done = CaseEvent.objects.filter(case=OuterRef("pk"), by_id=account.pk).order_by().values(is_there=Value(True))
    return Q(Subquery(done[:1], output_field=BooleanField()))


def unit_ids_of(account: Account, permission: str, day: date) -> list[int]:
    """The units themselves and not a subquery: a planner that sees ten of them goes by the index of units, and one that
    sees three thousand by the order of the list. Asked once of an account whose rights are at hand."""
    held = getattr(account, "_held", None)
    if held is None:
        return _unit_ids(account, permission, day)
    kept_for, known = getattr(account, "_reached", (None, {}))
    if kept_for is not held:
        known = {}
        account._reached = (held, known)  # type: ignore[attr-defined]  # A cache beside the columns, as the rights are.
    key = (permission, day, account.is_active)
    if key not in known:
        known[key] = _unit_ids(account, permission, day)
    return list(known[key])


def _unit_ids(account: Account, permission: str, day: date) -> list[int]:
    scope = scope_of(account=account, permission=permission, as_of=day)
    return [] if scope.is_empty else sorted(set(scope.unit_ids()))


def knows_of_few(*, account: Visitor, today: date) -> bool:
    """Whether the account may know of so few cases that a list reads them all and sorts them, rather than going through
    everybody's in the order of the list. One query, off the tallies. SQLite, which has no set of rows from many indexes,
    always goes in the order of the list."""
    if not isinstance(account, Account) or connections[router.db_for_read(Case)].vendor != "postgresql":
        return False
    viewed = unit_ids_of(account, VIEW, today)
    if len(viewed) > FEW_UNITS or unit_ids_of(account, VIEW_RESTRICTED, today):
        return False
    rows = Tally.objects.filter(Q(unit_id__in=viewed) | Q(supervising_unit_id__in=viewed))
    return (rows.aggregate(sum=Sum("count"))["sum"] or 0) <= FEW_CASES
