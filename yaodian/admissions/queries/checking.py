"""The desk and the queue of verification: what waits, for whom, and what comes next. Names are masked in every list."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    LOADED_IN,
    Application,
    ApplicationGuardian,
    ApplicationState,
    Check,
    Intake,
    IntakeState,
    Reference,
    ReferenceKind,
)
from yaodian.admissions.queries.doubles import unsettled
from yaodian.foundation.fields import mask_name
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, holders_of, may, scope_of
from yaodian.registry.queries import Slice
from yaodian.registry.queries.reach import slice_of

PAGE = 50
# From so many applications of one intake on, a telephone or a guardian is worth a question.
MANY_PHONES = 3
MANY_GUARDIANS = 4
# The next one is taken from so many of the oldest, and stays the same for so long.
_SPREAD = 24
_HOLD = timedelta(minutes=15)

_LISTED = (
    ApplicationState.SUBMITTED,
    ApplicationState.RETURNED,
    ApplicationState.VERIFIED,
    ApplicationState.REFUSED,
    ApplicationState.WITHDRAWN,
)
# Filters of the queue that are no state of their own: how many have looked.
LOOKS = ("first", "second", "third")
WARNINGS = ("objection", "child", "phone", "guardian")


def intakes_checked(account: Visitor) -> QuerySet[Intake]:
    """The intakes whose applications somebody may check."""
    scope = scope_of(account=account, permission="admissions.verify")
    return scope.rows(Intake.objects.select_related("season__office"), unit="season__office_id")


def find_intake(*, account: Visitor, public_id: str) -> Intake:
    """Raises Absent, for one out of reach as for none."""
    found = intakes_checked(account).filter(public_id=public_id).first()
    if found is None:
        raise Absent(public_id)
    return found


def find_application(*, account: Visitor, public_id: str) -> Application:
    """An application that was handed in, within reach. Raises Absent."""
    found = (
        Application.objects.filter(
            public_id=public_id, state__in=_LISTED, erased_at__isnull=True, intake__in=intakes_checked(account)
        )
        .select_related("intake__season", "catchment")
        .first()
    )
    if found is None:
        raise Absent(public_id)
    return found


def find_decided(*, account: Visitor, number: str) -> Application:
    """By its number, for whoever may reopen a decision; nothing else of it is shown to him. Raises Absent."""
    scope = scope_of(account=account, permission="admissions.appeals")
    rows = Application.objects.filter(number=number.strip().upper()[:20], erased_at__isnull=True)
    rows = scope.rows(rows.select_related("intake__season"), unit="intake__season__office_id")
    found = rows.order_by("-intake").first()
    if found is None:
        raise Absent(number)
    return found


# The desk -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeskRow:
    """An intake at the desk. `first`, `second`, `third`: how many wait for which pair of eyes."""

    intake: Intake
    total: int
    first: int
    second: int
    third: int
    to_decide: int
    """Of those that wait for a third person, the ones at which this account has not looked."""
    returned: int
    verified: int
    refused: int
    objections: int
    doubles: int
    """Children of whom more than one application stands."""
    oldest: datetime | None
    checkers: int
    references: tuple[tuple[str, str, int], ...]
    """Kind of a list, its name, and how many lines it has."""

    @property
    def waiting(self) -> int:
        return self.first + self.second + self.third

    @property
    def needed(self) -> int:
        """How many people must be able to check: three where two have differed."""
        return 3 if self.third else 2

    @property
    def is_short(self) -> bool:
        return self.waiting > 0 and self.checkers < self.needed

    @property
    def may_load(self) -> bool:
        return self.intake.state in LOADED_IN

    @property
    def may_close(self) -> bool:
        return self.intake.state == IntakeState.CHECKING


def desk(*, account: Visitor, day: date) -> tuple[DeskRow, ...]:
    """The intakes that are or were checked, first those in which somebody must decide, then those that wait. A constant number of queries."""
    states = (IntakeState.PLANNED, IntakeState.OPEN, IntakeState.CHECKING, IntakeState.CHECKED)
    intakes = list(intakes_checked(account).filter(state__in=states).order_by("check_until", "pk"))
    by_state: Counter[tuple[int, str]] = Counter()
    oldest: dict[int, datetime] = {}
    rows = Application.objects.filter(intake__in=intakes, state__in=_LISTED).order_by()
    for intake, state, count, first in rows.values_list("intake_id", "state").annotate(
        count=Count("pk"), first=Min("submitted_at")
    ):
        by_state[(intake, state)] = count
        if state == ApplicationState.SUBMITTED:
            oldest[intake] = first
    seats: Counter[tuple[int, int]] = Counter()
    looks = Check.objects.filter(
        application__intake__in=intakes,
        application__state=ApplicationState.SUBMITTED,
        revision=F("application__revision"),
    ).order_by()
    for intake, seat, count in looks.values_list("application__intake_id", "seat").annotate(count=Count("pk")):
        seats[(intake, seat)] = count
    to_decide = Counter(dict(differing_for(account, intakes).values_list("intake_id").annotate(count=Count("pk"))))
    objections: Counter[int] = Counter(
        dict(
            unsettled_objections()
            .filter(application__intake__in=intakes)
            .exclude(application__state=ApplicationState.WITHDRAWN)
            .order_by()
            .values_list("application__intake_id")
            .annotate(count=Count("application", distinct=True))
        )
    )
    doubles = Counter(one["intake"] for one in unsettled(intakes))
    loaded: Counter[tuple[int, str]] = Counter()
    lists = Reference.objects.filter(intake__in=intakes).order_by()
    for intake, kind, count in lists.values_list("intake_id", "kind").annotate(count=Count("pk")):
        loaded[(intake, kind)] = count
    holders = holders_of(permissions=["admissions.verify"], units={one.season.office_id for one in intakes}, day=day)[
        "admissions.verify"
    ]
    found = [
        DeskRow(
            intake=one,
            total=sum(by_state[(one.pk, state)] for state in _LISTED),
            first=by_state[(one.pk, ApplicationState.SUBMITTED)] - seats[(one.pk, 1)],
            second=seats[(one.pk, 1)] - seats[(one.pk, 2)],
            third=seats[(one.pk, 2)] - seats[(one.pk, 3)],
            to_decide=to_decide[one.pk],
            returned=by_state[(one.pk, ApplicationState.RETURNED)],
            verified=by_state[(one.pk, ApplicationState.VERIFIED)],
            refused=by_state[(one.pk, ApplicationState.REFUSED)],
            objections=objections[one.pk],
            doubles=doubles[one.pk],
            oldest=oldest.get(one.pk),
            checkers=len(holders.get(one.season.office_id, ())),
            references=tuple((str(kind), str(kind.label), loaded[(one.pk, kind)]) for kind in ReferenceKind),
        )
        for one in intakes
    ]
    return tuple(sorted(found, key=lambda row: (row.to_decide == 0, row.waiting == 0)))


def differing_for(account: Visitor, intakes: Iterable[Intake]) -> QuerySet[Application]:
    """Applications on which two have differed and this account has not looked at, in no order."""
    looked = Check.objects.filter(application=OuterRef("pk"), revision=OuterRef("revision"), checker=account.pk or 0)
    related = ApplicationGuardian.objects.filter(application=OuterRef("pk"), account=account.pk or 0)
    rows = Application.objects.filter(
        intake__in=list(intakes), state=ApplicationState.SUBMITTED, erased_at__isnull=True
    )
    return (
        _by_state(rows, "third")
        .exclude(account=account.pk or 0)
        .exclude(Exists(looked))
        .exclude(Exists(related))
        .order_by()
    )


def unsettled_objections() -> QuerySet[ApplicationGuardian]:
    """Guardians who have objected and wait for what comes of it."""
    return ApplicationGuardian.objects.filter(objected_at__isnull=False, settled_at__isnull=True)


# The queue ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QueueFilters:
    """`state` is a state, or one of LOOKS; `warning` one of WARNINGS; `number` a whole number of an application."""

    state: str = ""
    warning: str = ""
    number: str = ""


@dataclass(frozen=True)
class QueueRow:
    """An application in a list. `looks`: how many have looked at it as it is now; what they found is not told."""

    public_id: str
    number: str
    child: str
    state: str
    state_label: str
    submitted_at: datetime | None
    looks: int
    is_own_look: bool
    flags: tuple[str, ...]


def queue_of(
    *, account: Account, intake: Intake, filters: QueueFilters, after: str = "", size: int = PAGE
) -> Slice[QueueRow]:
    """A part of an intake's applications. A constant number of queries."""
    rows = Application.objects.filter(intake=intake, state__in=_LISTED, erased_at__isnull=True)
    rows = _by_state(rows, filters.state)
    if filters.warning in WARNINGS:
        rows = rows.filter(pk__in=_flagged(intake, filters.warning))
    if filters.number.strip():
        rows = rows.filter(number=filters.number.strip().upper()[:20])
    return slice_of(rows, order=("id",), after=after, size=size, make=lambda found: _queue_rows(account, intake, found))


def _by_state(rows: QuerySet[Application], state: str) -> QuerySet[Application]:
    if state in ApplicationState.values:
        return rows.filter(state=state)
    if state not in LOOKS:
        return rows
    seat = LOOKS.index(state) + 1
    rows = rows.filter(state=ApplicationState.SUBMITTED).exclude(_has_seat(seat))
    return rows if seat == 1 else rows.filter(_has_seat(seat - 1))


def _has_seat(seat: int) -> Exists:
    return Exists(Check.objects.filter(application=OuterRef("pk"), revision=OuterRef("revision"), seat=seat))


def _flagged(intake: Intake, warning: str) -> QuerySet[Application]:
    """The applications of an intake with a warning that columns alone can tell."""
    rows = Application.objects.filter(intake=intake).order_by()
    if warning == "objection":
        return rows.filter(Exists(unsettled_objections().filter(application=OuterRef("pk")))).values("pk")
    if warning == "child":
        # A child's first application has the index, those that other accounts hand in beside it have the doubled one.
        others = (
            Application.objects.annotate(index=Coalesce("child_index", "doubled_index"))
            .filter(index=OuterRef("index"))
            .exclude(state=ApplicationState.DRAFT)
            # The same child goes on in further rounds, with its number.
            .exclude(number=OuterRef("number"))
        )
        rows = rows.annotate(index=Coalesce("child_index", "doubled_index"))
        return rows.filter(index__isnull=False).filter(Exists(others)).values("pk")
    column, least = ("phone_index", MANY_PHONES) if warning == "phone" else ("person_index", MANY_GUARDIANS)
    return rows.filter(guardians__in=_guardians_of_many(intake, column, least)).values("pk")


def _guardians_of_many(intake: Intake, column: str, least: int) -> QuerySet[ApplicationGuardian]:
    standing = ApplicationGuardian.objects.filter(application__intake=intake).exclude(
        application__state__in=[ApplicationState.DRAFT, ApplicationState.WITHDRAWN]
    )
    often = (
        standing.filter(**{f"{column}__isnull": False})
        .order_by()
        .values(column)
        .annotate(count=Count("application", distinct=True))
        .filter(count__gte=least)
        .values(column)
    )
    return standing.filter(**{f"{column}__in": often}).order_by()


def _queue_rows(account: Account, intake: Intake, found: list[Application]) -> Iterable[QueueRow]:
    keys = [row.pk for row in found]
    looks: Counter[int] = Counter()
    own: set[int] = set()
    seen = Check.objects.filter(application__in=keys, revision=F("application__revision")).order_by()
    for application, checker in seen.values_list("application_id", "checker_id"):
        looks[application] += 1
        if checker == account.pk:
            own.add(application)
    flags = {
        warning: set(_flagged(intake, warning).filter(pk__in=keys).values_list("pk", flat=True)) for warning in WARNINGS
    }
    for row in found:
        yield QueueRow(
            public_id=row.public_id,
            number=row.number or "",
            child=mask_name(Content.from_json(row.content).child.name),
            state=row.state,
            state_label=row.get_state_display(),
            submitted_at=row.submitted_at,
            looks=looks[row.pk],
            is_own_look=row.pk in own,
            flags=tuple(warning for warning in WARNINGS if row.pk in flags[warning]),
        )


# The next one ---------------------------------------------------------------------------------------------------------


def next_to_check(*, account: Account, now: datetime, intake: Intake | None = None) -> str | None:
    """The public id of one of the oldest that still need a pair of eyes which this account may lend; None where none does.
    Those on which two have differed come first.

    Two people who ask at once are spread over the oldest ones by their keys, without a reservation that could be forgotten;
    whom it stays with changes after a while, so that none is left lying for somebody who went home. Where two meet all the
    same, seats and the lock of the application decide. Two queries.
    """
    if not may(account=account, permission="admissions.verify"):
        return None
    states = (IntakeState.OPEN, IntakeState.CHECKING)
    rows = Application.objects.filter(
        intake__in=intakes_checked(account).filter(state__in=states), state=ApplicationState.SUBMITTED
    )
    if intake is not None:
        rows = rows.filter(intake=intake)
    mine = Check.objects.filter(application=OuterRef("pk"), revision=OuterRef("revision"), checker=account)
    related = ApplicationGuardian.objects.filter(application=OuterRef("pk"), account=account)
    oldest = list(
        rows.filter(erased_at__isnull=True)
        .exclude(account=account)
        .exclude(Exists(mine))
        .exclude(Exists(related))
        .annotate(is_third=_has_seat(2))
        .order_by("-is_third", "submitted_at", "pk")
        .values_list("pk", "public_id", "is_third")[:_SPREAD]
    )
    if not oldest:
        return None
    oldest = [one for one in oldest if one[2]] or oldest
    turn = int(now.timestamp() // _HOLD.total_seconds())

    def place(key: int) -> bytes:
        return hashlib.sha256(f"{account.pk}:{key}:{turn}".encode()).digest()

    return min(oldest, key=lambda one: place(one[0]))[1]
