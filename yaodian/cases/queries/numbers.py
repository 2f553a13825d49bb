"""How many cases there are within the right, off the tallies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count as Counted
from django.db.models import Q, QuerySet, Sum

from yaodian.cases.declaring import NOT_OVER, Confidentiality
from yaodian.cases.models import Case, Tally
from yaodian.cases.queries.standing import HANDLE, VIEW, VIEW_RESTRICTED, had_a_part, unit_ids_of
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor


@dataclass(frozen=True)
class Count:
    """How many cases of a kind stand in a phase, and how many of them are late."""

    kind: str
    phase: str
    count: int
    overdue: int


@dataclass(frozen=True)
class Countable:
    """What the numbers of an account are made of: the units whose cases are counted by unit, those that supervise and
    whose restricted cases are, and the restricted cases beyond them in which the account takes part itself."""

    viewed: tuple[int, ...]
    trusted: tuple[int, ...]
    own: QuerySet[Case]

    @property
    def kept(self) -> Q:
        """The rows of tallies and day counts."""
        return Q(unit_id__in=self.viewed, is_restricted=False) | Q(
            supervising_unit_id__in=self.trusted, is_restricted=True
        )

    @property
    def cases(self) -> Q:
        """The cases that these rows count."""
        return Q(doing_unit_id__in=self.viewed, confidentiality=Confidentiality.INTERNAL) | Q(
            supervising_unit_id__in=self.trusted, confidentiality=Confidentiality.RESTRICTED
        )


def countable(*, account: Account, today: date) -> Countable:
    """Three queries for the units, and one more for whoever holds the right to restricted cases."""
    trusted = unit_ids_of(account, VIEW_RESTRICTED, today)
    handled = unit_ids_of(account, HANDLE, today)
    part = Q(opened_by_id=account.pk) | Q(assignee_id=account.pk) | had_a_part(account)
    if handled:
        part |= Q(assignee__isnull=True, doing_unit_id__in=handled)
    own = Case.objects.filter(part, confidentiality=Confidentiality.RESTRICTED)
    if trusted:
        # Whoever reaches all that supervise has none beyond them, and need not look through all that he ever did.
        beyond = Tally.objects.filter(is_restricted=True).exclude(supervising_unit_id__in=trusted).order_by()
        units = list(beyond.values_list("supervising_unit_id", flat=True).distinct())
        own = own.filter(supervising_unit_id__in=units) if units else own.none()
    return Countable(tuple(unit_ids_of(account, VIEW, today)), tuple(trusted), own)


def tallied(of: Countable) -> QuerySet[Tally]:
    """The tallies of what the account's right reaches."""
    return Tally.objects.filter(of.kept).order_by()


def counts(*, account: Visitor, today: date) -> tuple[Count, ...]:
    """How many cases lie in the units that the account's right reaches, by kind and phase, off the tallies.

    Those of restricted kinds are counted off them as well where the account's right reaches the unit that supervises;
    the others are those in which it takes part itself. Six queries at most.
    """
    if not isinstance(account, Account) or account.pk is None:
        return ()
    of, late = countable(account=account, today=today), Q(due_on__lt=today)
    rows = [
        *tallied(of).values_list("kind", "phase").annotate(number=Sum("count"), late=Sum("count", filter=late)),
        *of.own.order_by().values_list("kind", "phase").annotate(number=Counted("pk"), late=Counted("pk", filter=late)),
    ]
    sums: dict[tuple[str, str], list[int]] = {}
    for kind, phase, *numbers in rows:
        entry = sums.setdefault((kind, phase), [0, 0])
        for place, number in enumerate(numbers):
            entry[place] += number or 0
    return tuple(Count(kind, phase, *entry) for (kind, phase), entry in sorted(sums.items()) if entry[0])


def open_numbers(*, account: Account, today: date, unit_id: int) -> dict[str, int]:
    """How many cases that are not over lie in a unit, and how many of them are late and escalated. Six queries at most."""
    of = countable(account=account, today=today)
    late, escalated = Q(due_on__lt=today), Q(is_escalated=True)
    rows = (
        tallied(of)
        .filter(unit_id=unit_id, phase__in=NOT_OVER)
        .aggregate(open=Sum("count"), overdue=Sum("count", filter=late), escalated=Sum("count", filter=escalated)),
        of.own.filter(doing_unit_id=unit_id, phase__in=NOT_OVER).aggregate(
            open=Counted("pk"), overdue=Counted("pk", filter=late), escalated=Counted("pk", filter=escalated)
        ),
    )
    return {name: sum(row[name] or 0 for row in rows) for name in ("open", "overdue", "escalated")}
