"""Where a stated address belongs: the catchments that cover it, what they lead to, and whether it is contested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yaodian.admissions.content import Home
from yaodian.admissions.models import Catchment, CatchmentRange, Intake, Side
from yaodian.admissions.problem.addresses import is_inside, number_of, street_of
from yaodian.admissions.queries.at_hand import rules_at_hand


@dataclass(frozen=True)
class Located:
    """`covering` is what street, house number or point say. `possible` has beside them the areas of which, without a point, nobody
    can say that the home lies outside; a clerk will. `contested` is what families are told, or empty."""

    catchments: tuple[Catchment, ...]
    covering: tuple[Catchment, ...]
    possible: tuple[Catchment, ...]
    contested: str

    @property
    def offers(self) -> frozenset[int]:
        """Keys of the offers to which the covering catchments lead."""
        return _offers(self.covering)

    @property
    def possible_offers(self) -> frozenset[int]:
        return _offers(self.possible)


def _offers(catchments: Iterable[Catchment]) -> frozenset[int]:
    return frozenset(school.offer_id for one in catchments for school in one.schools.all())


def locate(intake: Intake, home: Home) -> Located:
    """Four queries, however many house numbers the catchments have; two once the rules are announced and at hand."""
    street, number = street_of(home.street), number_of(home.number)
    catchments = rules_at_hand(intake).catchments
    by_street: set[int] = set()
    contested = ""
    if number is not None and street:
        sides = (Side.BOTH, Side.ODD if number % 2 else Side.EVEN)
        ranges = CatchmentRange.objects.filter(
            catchment__intake=intake, street=street, first__lte=number, last__gte=number, side__in=sides
        )
        by_street = set(ranges.values_list("catchment_id", flat=True))
        words = intake.contested.filter(street=street, number=number).values_list("words", flat=True)
        contested = words.first() or ""
    covering = tuple(one for one in catchments if one.pk in by_street or _has_point(one, home))
    is_open = not by_street and (home.longitude is None or home.latitude is None)
    possible = tuple(one for one in catchments if one in covering or (is_open and one.polygon))
    return Located(catchments, covering, possible, contested)


def _has_point(catchment: Catchment, home: Home) -> bool:
    if not catchment.polygon or home.longitude is None or home.latitude is None:
        return False
    return is_inside(home.longitude, home.latitude, catchment.polygon)
