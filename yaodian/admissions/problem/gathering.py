"""From verified applications to the inputs of a placement, and to the lines of a draw. Facts decide, never claims."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yaodian.admissions.content import Content, Home
from yaodian.admissions.models import (
    Application,
    ApplicationState,
    Catchment,
    Intake,
    Offer,
    PriorityClass,
    Quota,
    Stage,
)
from yaodian.admissions.problem.inputs import AREA, SCHOOL, Applicant, Inputs, OfferSeats, QuotaSeats
from yaodian.admissions.problem.varying import Variant
from yaodian.engines.matching import Polygon

# Stages to which every child has a right: catchment schools are wished for by rule, and who is left is placed by the office.
COMPULSORY = frozenset({Stage.PRIMARY, Stage.JUNIOR})
# IUGG mean radius of the Earth.
EARTH_M = 6_371_008.8
ANNOUNCED = Variant()


Spot = tuple[float, float]
"""Longitude and latitude in degrees, GCJ-02."""
StandIn = tuple[Spot | None, str]
"""From where distances are measured for a home without a point, and the word for it."""


@dataclass(frozen=True)
class _Rules:
    offers: Sequence[Offer]
    quotas: Mapping[int, Sequence[Quota]]
    classes: Sequence[PriorityClass]
    schools_of: Mapping[int, Sequence[int]]
    stand_ins: Mapping[int, StandIn]


def verified(intake: Intake) -> list[Application]:
    """Those who take part, by number, with wishes; two queries."""
    return list(
        Application.objects.filter(intake=intake, state=ApplicationState.VERIFIED)
        .prefetch_related("wishes")
        .order_by("number")
    )


def twins_of(rows: Iterable[Application]) -> dict[str, tuple[str, ...]]:
    """Who is drawn as one with whom: by number, those who name each other, all of them, in an application that was verified."""
    named = {str(row.number): frozenset(Content.from_json(row.content).twins) for row in rows}
    together: dict[str, tuple[str, ...]] = {}
    for number, others in named.items():
        family = {number, *others}
        if others and all(named.get(one, frozenset()) | {one} == family for one in family):
            together[number] = tuple(sorted(family - {number}))
    return together


def lines_of(intake: Intake) -> list[str]:
    """The lines of a draw: a number, or the numbers of twins joined by +."""
    rows = verified(intake)
    twins = twins_of(rows)
    families = {tuple(sorted((str(row.number), *twins.get(str(row.number), ())))) for row in rows}
    return sorted("+".join(family) for family in families)


def inputs_of(intake: Intake, *, order: Sequence[str], seed: str, variant: Variant = ANNOUNCED) -> Inputs:
    """Everything that a placement is made from. `order` are numbers as they were drawn, `variant` other rules to be tried.

    Who is no longer verified is left out of the order; who is verified and not in it makes the inputs contradict themselves,
    which the placement refuses. Seven queries.
    """
    rows = verified(intake)
    rules = _rules(intake, variant, rows)
    twins = twins_of(rows)
    asked = {quota.criterion.code for quotas in rules.quotas.values() for quota in quotas}
    at_of = {offer.pk: at for at, offer in enumerate(rules.offers)}
    applicants = tuple(
        _applicant(row, rules, at_of, asked, twins.get(str(row.number), ()), is_compulsory=intake.stage in COMPULSORY)
        for row in rows
    )
    known = {each.number for each in applicants}
    return Inputs(
        stage=intake.stage,
        rules_sha256=intake.season.rules_sha256,
        seed=seed,
        overflow_m=intake.overflow_m if intake.stage in COMPULSORY else 0,
        class_labels=tuple(each.label for each in rules.classes),
        offers=tuple(_offer(offer, rules.quotas.get(offer.pk, ()), variant) for offer in rules.offers),
        applicants=applicants,
        order=tuple(number for number in order if number in known),
    )


def _rules(intake: Intake, variant: Variant, rows: Iterable[Application]) -> _Rules:
    offers = list(Offer.objects.filter(intake=intake).order_by("public_id"))
    quotas: dict[int, list[Quota]] = {}
    for quota in Quota.objects.filter(offer__intake=intake).select_related("criterion").order_by("step"):
        quotas.setdefault(quota.offer_id, []).append(quota)
    schools: dict[int, list[int]] = {}
    keys = {offer.public_id: offer.pk for offer in offers}
    stand_ins: dict[int, StandIn] = {}
    pointless = {row.catchment_id for row in rows if spot_of(Content.from_json(row.content).home) is None}
    by_key = {offer.pk: offer for offer in offers}
    for catchment in intake.catchments.prefetch_related("schools"):
        tried = variant.catchments.get(catchment.public_id)
        schools[catchment.pk] = (
            [one.offer_id for one in catchment.schools.all()] if tried is None else [keys[one] for one in tried]
        )
        if catchment.pk in pointless:
            stand_ins[catchment.pk] = stand_in_of(catchment, [by_key[key] for key in schools[catchment.pk]])
    return _Rules(offers, quotas, variant.ordered(intake.classes.order_by("rank")), schools, stand_ins)


def stand_in_of(catchment: Catchment, schools: Iterable[Offer]) -> StandIn:
    """From where the office measures for a home of a verified catchment that has no point of its own: the middle of the
    catchment's area; where it has none, the first of its schools, in published order, of which the place is known."""
    if catchment.polygon:
        longitude, latitude = Polygon.of(catchment.polygon).middle
        return (float(longitude), float(latitude)), AREA
    spots = (spot_of(offer) for offer in schools)
    found = next((spot for spot in spots if spot is not None), None)
    return found, SCHOOL if found else ""


def _offer(offer: Offer, quotas: Sequence[Quota], variant: Variant) -> OfferSeats:
    return OfferSeats(
        offer.public_id,
        variant.seats_of(offer),
        offer.is_open,
        tuple(
            QuotaSeats(
                quota.label, quota.criterion.code, variant.reserved(quota, offer), quota.step, quota.is_passed_on
            )
            for quota in quotas
        ),
    )


def class_at(offer: Offer, facts: Iterable[str], classes: Sequence[PriorityClass]) -> int:
    """From 0: the first class all of whose needs hold and none of whose lacks; after the last where none fits.

    Schools that are open to all know no classes.
    """
    return 0 if offer.is_open else home_class(facts, classes)


def home_class(facts: Iterable[str], classes: Sequence[PriorityClass]) -> int:
    held = frozenset(facts)
    fitting = (at for at, one in enumerate(classes) if frozenset(one.needs) <= held and not frozenset(one.lacks) & held)
    return next(fitting, len(classes))


def _applicant(
    row: Application,
    rules: _Rules,
    at_of: Mapping[int, int],
    asked: set[str],
    twins: tuple[str, ...],
    *,
    is_compulsory: bool,
) -> Applicant:
    content = Content.from_json(row.content)
    own = rules.schools_of.get(row.catchment_id or 0, ())
    by_key = {offer.pk: offer for offer in rules.offers}
    spot, measured_from = spot_of(content.home), ""
    if spot is None:
        spot, measured_from = rules.stand_ins.get(row.catchment_id or 0, (None, ""))
    wished = [wish.offer_id for wish in sorted(row.wishes.all(), key=lambda wish: wish.position)]
    # What a catchment does not lead to is no wish: the facts decide, whatever the form said.
    wishes = [key for key in wished if by_key[key].is_open or key in own]
    if is_compulsory:
        wishes += [key for key in own if key not in wishes]
    return Applicant(
        number=str(row.number),
        wishes=tuple(at_of[key] for key in wishes),
        classes=tuple(class_at(by_key[key], row.facts, rules.classes) for key in wishes),
        home_class=home_class(row.facts, rules.classes),
        traits=tuple(sorted(asked & set(row.facts))),
        metres=tuple(metres_between(spot, offer) for offer in rules.offers),
        twins=twins,
        is_together=bool(twins) and content.together,
        measured_from=measured_from,
    )


def spot_of(place: Home | Offer) -> Spot | None:
    """Where a home or a school lies, if that is known."""
    return None if place.longitude is None or place.latitude is None else (place.longitude, place.latitude)


def metres_between(spot: Spot | None, offer: Offer) -> int:
    """Whole metres along the great circle (haversine), -1 where one of the two places is not known."""
    school = spot_of(offer)
    if spot is None or school is None:
        return -1
    east, north = (math.radians(school[axis] - spot[axis]) for axis in (0, 1))
    chord = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(spot[1])) * math.cos(math.radians(school[1])) * math.sin(east / 2) ** 2
    )
    return round(2 * EARTH_M * math.asin(math.sqrt(chord)))
