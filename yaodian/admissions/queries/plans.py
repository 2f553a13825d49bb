"""What is drawn on the plan of an intake: the areas of its catchments and its schools. No tiles, no other host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yaodian.admissions.models import Catchment, Intake, Offer
from yaodian.organisations.queries import names_of_units

Spot = tuple[float, float]
"""Longitude and latitude in degrees, GCJ-02."""


@dataclass(frozen=True)
class PlanArea:
    """The area of a catchment, by rings."""

    code: str
    label: str
    rings: Sequence[Sequence[Sequence[float]]]


@dataclass(frozen=True)
class PlanSchool:
    name: str
    spot: Spot


@dataclass(frozen=True)
class Plan:
    """Areas and schools, and the point that is asked about, where there is one."""

    areas: tuple[PlanArea, ...] = ()
    schools: tuple[PlanSchool, ...] = ()
    point: Spot | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing tells where in the world the plan would lie."""
        return not self.areas and not self.schools and self.point is None


def plan_from(
    *, catchments: Iterable[Catchment], offers: Iterable[Offer], names: Mapping[int, str], point: Spot | None = None
) -> Plan:
    """Of rows that are there already; `names` of schools by their unit's key."""
    return Plan(
        tuple(PlanArea(one.code, one.label, one.polygon) for one in catchments if one.polygon),
        tuple(
            PlanSchool(names.get(one.school_id, ""), (one.longitude, one.latitude))
            for one in offers
            if one.longitude is not None and one.latitude is not None
        ),
        point,
    )


def plan_of(*, intake: Intake, day: date, point: Spot | None = None) -> Plan:
    """The plan of an intake, its schools by their names on a day. Three queries."""
    offers = list(Offer.objects.filter(intake=intake, longitude__isnull=False).order_by("pk"))
    names = names_of_units(ids={one.school_id for one in offers}, day=day)
    return plan_from(catchments=Catchment.objects.filter(intake=intake), offers=offers, names=names, point=point)
