"""What a school sees of its own applicants: nothing before the result is out, then numbers, states, and names of whom it got."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from yaodian.admissions.content import Content
from yaodian.admissions.models import HOLDING, Application, IntakeState, Offer, Place, Wish
from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import Visitor, names_of_units, scope_of

# After these the result is known to families, and so to schools.
OUT = (IntakeState.PUBLISHED, IntakeState.ENDED)


@dataclass(frozen=True)
class SchoolOffer:
    """An offer of a school within reach. Counts are 0 before the result is out."""

    offer: Offer
    school: str
    is_out: bool
    wished: int
    placed: int


@dataclass(frozen=True)
class ApplicantLine:
    """`name` of a child whose place is held at this school, empty for every other; `wish` is the position, 0 for none."""

    number: str
    state: str
    wish: int
    place: str
    how: str
    name: str


@dataclass(frozen=True)
class SchoolApplicants:
    offer: Offer
    school: str
    lines: tuple[ApplicantLine, ...]


def school_offers(*, account: Visitor, day: date) -> tuple[SchoolOffer, ...]:
    """The offers of schools that the account may see, the newest season first. A constant number of queries."""
    scope = scope_of(account=account, permission="admissions.view")
    rows = list(
        scope.rows(Offer.objects.select_related("intake__season"), unit="school_id")
        .exclude(intake__state=IntakeState.PLANNED)
        .order_by("-intake__season__year", "intake_id", "id")[:500]
    )
    out = [row.pk for row in rows if row.intake.state in OUT]
    wished = _counted(Wish.objects.filter(offer__in=out))
    placed = _counted(Place.objects.filter(offer__in=out, state__in=HOLDING))
    names = names_of_units(ids=[row.school_id for row in rows], day=day)
    return tuple(
        SchoolOffer(row, names.get(row.school_id, ""), row.intake.state in OUT, wished[row.pk], placed[row.pk])
        for row in rows
    )


def _counted(rows: QuerySet[Any]) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list("offer_id").annotate(count=Count("pk"))))


def find_school_offer(*, account: Visitor, public_id: str) -> Offer:
    """An offer of a school that the account may see. Raises Absent."""
    scope = scope_of(account=account, permission="admissions.view")
    found = scope.rows(
        Offer.objects.filter(public_id=public_id).select_related("intake__season"), unit="school_id"
    ).first()
    if found is None:
        raise Absent(public_id)
    return found


def applicants_of_school(*, account: Visitor, offer: Offer, day: date) -> SchoolApplicants:
    """Who wished for a school or has a place there, by number; none before the result is out. Four queries."""
    found = find_school_offer(account=account, public_id=offer.public_id)
    name = names_of_units(ids=[found.school_id], day=day).get(found.school_id, "")
    if found.intake.state not in OUT:
        return SchoolApplicants(found, name, ())
    wishes = dict(Wish.objects.filter(offer=found).values_list("application_id", "position"))
    places: dict[int, Place] = {}
    for place in Place.objects.filter(offer=found).order_by("pk"):
        places[place.application_id] = place
    rows = Application.objects.filter(pk__in={*wishes, *places}, number__isnull=False, erased_at__isnull=True).order_by(
        "number"
    )
    return SchoolApplicants(found, name, tuple(_line(row, wishes.get(row.pk, 0), places.get(row.pk)) for row in rows))


def _line(row: Application, wish: int, place: Place | None) -> ApplicantLine:
    is_held = place is not None and place.state in HOLDING
    return ApplicantLine(
        number=row.number or "",
        state=row.get_state_display(),
        wish=wish,
        place=place.get_state_display() if place else "",
        how=place.get_how_display() if place else "",
        name=Content.from_json(row.content).child.name if is_held else "",
    )
