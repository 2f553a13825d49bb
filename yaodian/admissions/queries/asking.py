"""What an intake asks of a family: birthdays, criteria, papers, and the schools that may be wished for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yaodian.admissions.content import Home
from yaodian.admissions.models import Catchment, CatchmentRange, Contested, Intake, Offer, Side
from yaodian.admissions.problem.stating import Asked, house_number
from yaodian.organisations.queries import names_of_units


def asked_of(intake: Intake, home: Home, *, today: date) -> Asked:
    """What `problem.stating` holds a content against. A constant number of queries."""
    offers = list(Offer.objects.filter(intake=intake).order_by("id"))
    names = names_of_units(ids=[one.school_id for one in offers], day=today)
    covered = offers_covering(intake, home)
    others = Intake.objects.filter(season_id=intake.season_id).exclude(pk=intake.pk)
    return Asked(
        stage=intake.get_stage_display(),
        year=intake.season.year,
        born_from=intake.born_from,
        born_until=intake.born_until,
        most_wishes=intake.most_wishes,
        offers={one.public_id: names.get(one.school_id, "") for one in offers},
        wishable={one.public_id for one in offers if one.is_open or one.pk in covered},
        criteria=set(intake.criteria.values_list("code", flat=True)),
        proofs=tuple(intake.proofs),
        neighbours=tuple((one.get_stage_display(), one.born_from, one.born_until) for one in others),
    )


def catchments_covering(intake: Intake, home: Home) -> list[Catchment]:
    """The catchments in which a stated address lies: by street and house number, or by the point inside an area.

    An area cannot be asked about without a point; it is then left to the clerks, and so belongs to the answer.
    """
    number = house_number(home.number)
    by_street: set[int] = set()
    if number is not None and home.street:
        sides = (Side.BOTH, Side.ODD if number % 2 else Side.EVEN)
        by_street = set(
            CatchmentRange.objects.filter(
                catchment__intake=intake, street=home.street, first__lte=number, last__gte=number, side__in=sides
            ).values_list("catchment_id", flat=True)
        )
    found = []
    for one in Catchment.objects.filter(intake=intake):
        if one.pk in by_street:
            found.append(one)
        elif one.polygon and home.longitude is None and not by_street:
            found.append(one)
        elif one.polygon and home.longitude is not None and home.latitude is not None:
            if _is_inside(home.longitude, home.latitude, one.polygon):
                found.append(one)
    return found


def offers_covering(intake: Intake, home: Home) -> set[int]:
    """Keys of the offers to which the catchments of a stated address lead."""
    catchments = catchments_covering(intake, home)
    return set(Offer.objects.filter(catchments__catchment__in=catchments).values_list("id", flat=True))


def said_of_contested(intake: Intake, home: Home) -> str:
    """What is told to whoever lives at an address of which it is not settled where it belongs; empty for the others."""
    number = house_number(home.number)
    found = Contested.objects.filter(intake=intake, street=home.street, number=number if number is not None else -1)
    return found.values_list("words", flat=True).first() or ""


def _is_inside(longitude: float, latitude: float, rings: Iterable[Iterable[tuple[float, float]]]) -> bool:
    """Whether a point lies in an area, by how often a line from it crosses the rings; holes are rings inside rings."""
    is_inside = False
    for ring in rings:
        points = list(ring)
        for (x, y), (next_x, next_y) in zip(points, points[1:] + points[:1], strict=True):
            if (y > latitude) != (next_y > latitude):
                crossing = x + (latitude - y) / (next_y - y) * (next_x - x)
                is_inside ^= longitude < crossing
    return is_inside
