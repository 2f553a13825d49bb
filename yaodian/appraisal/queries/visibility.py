"""Who sees what: an office all of its rounds, a unit its own sheet from the feedback on; and who is too near to judge."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from yaodian.appraisal.models import Appraisal, Round, RoundState, Sheet
from yaodian.organisations.models import Account, Ancestry, Hierarchy, Post, Unit, holds_on
from yaodian.organisations.queries import Visitor, exists_on, named, rights_of, scope_of

VIEW = "appraisal.view"
RUN = "appraisal.run"
# From here on a unit sees what it was given.
TOLD = (RoundState.FEEDBACK, RoundState.DECIDED, RoundState.PUBLISHED)


def appraised_units(*, office: Unit, kind: str, day: date) -> QuerySet[Unit]:
    """The units of a kind below an office on a day, named, by code; no query by itself."""
    below = Ancestry.objects.filter(
        holds_on(day), hierarchy=Hierarchy.ADMINISTRATIVE, ancestor=office, distance__gt=0
    ).values("descendant")
    return named(Unit.objects.filter(exists_on(day), kind=kind, pk__in=below), day=day).order_by("code")


def own_unit_ids(*, account: Account, day: date) -> frozenset[int]:
    """The units that are a person's own: where he has a right or a post, and all that those belong to. Three queries.

    So a teacher judges neither his school nor the county it is of. Rights that he has as a deputy count as well.
    """
    stood = {right.unit_id for right in rights_of(account=account, is_fresh=True)}
    if account.person_id is not None:
        stood.update(Post.objects.filter(holds_on(day), person_id=account.person_id).values_list("unit", flat=True))
    above = Ancestry.objects.filter(
        holds_on(day), hierarchy=Hierarchy.ADMINISTRATIVE, descendant_id__in=stood
    ).values_list("ancestor", flat=True)
    return frozenset(stood | set(above))


def stands_in(*, account: Account, unit_id: int, permission: str) -> bool:
    """Whether the account holds a permission in this very unit, not in one above it. One query."""
    return any(
        right.unit_id == unit_id and permission in right.permissions
        for right in rights_of(account=account, is_fresh=True)
    )


def visible_rounds(account: Visitor) -> QuerySet[Round]:
    """The rounds of offices that the account reaches, and those in which a unit of his was told its marks."""
    scope = scope_of(account=account, permission=VIEW)
    if scope.is_empty:
        return Round.objects.none()
    told = Appraisal.objects.filter(unit__in=scope.unit_ids()).values("round")
    return Round.objects.filter(Q(office__in=scope.unit_ids()) | Q(state__in=TOLD, pk__in=told))


def is_of_office(*, account: Visitor, round_: Round) -> bool:
    """Whether the account sees the whole round. One query."""
    return scope_of(account=account, permission=VIEW).includes(round_.office_id)


def visible_appraisals(account: Visitor, round_: Round) -> QuerySet[Appraisal]:
    """The sheets of a round that the account sees: all for its office, else those of its own units once they were told."""
    rows = Appraisal.objects.filter(round=round_)
    if is_of_office(account=account, round_=round_):
        return rows
    if round_.state not in TOLD:
        return rows.none()
    return scope_of(account=account, permission=VIEW).rows(rows)


def find_round(*, account: Visitor, public_id: str) -> Round:
    """Raises Round.DoesNotExist, alike for what is not there and for what the account may not know of."""
    return visible_rounds(account).select_related("office", "sheet", "decided_by", "published_by").get(
        public_id=_plain(public_id)
    )  # fmt: skip


def find_appraisal(*, account: Visitor, public_id: str, unit: str) -> Appraisal:
    """One unit's sheet. Raises Round.DoesNotExist, Appraisal.DoesNotExist."""
    round_ = find_round(account=account, public_id=public_id)
    found = visible_appraisals(account, round_).select_related("unit").get(unit__public_id=_plain(unit))
    found.round = round_
    return found


def visible_sheets(account: Visitor) -> QuerySet[Sheet]:
    """The score sheets of the offices that the account reaches."""
    scope = scope_of(account=account, permission=VIEW)
    return scope.rows(Sheet.objects.all(), unit="office_id").select_related("office")


def find_sheet(*, account: Visitor, public_id: str) -> Sheet:
    """Raises Sheet.DoesNotExist."""
    return visible_sheets(account).get(public_id=_plain(public_id))


def _plain(public_id: str) -> str:
    """PostgreSQL takes no NUL, and what is no id need not be asked for."""
    return public_id if public_id.isascii() and public_id.isalnum() else ""
