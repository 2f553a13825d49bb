"""From verified applications to the inputs of a placement, and to the lines of a draw. Facts decide, never claims."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yaodian.admissions.content import Content, Home
from yaodian.admissions.models import Application, ApplicationState, Intake, Offer, PriorityClass, Quota, Stage
from yaodian.admissions.problem.inputs import Applicant, Inputs, OfferSeats, QuotaSeats
from yaodian.admissions.problem.varying import Variant

# Stages to which every child has a right: catchment schools are wished for by rule, and who is left is placed by the office.
COMPULSORY = frozenset({Stage.PRIMARY, Stage.JUNIOR})
# IUGG mean radius of the Earth.
EARTH_M = 6_371_008.8
ANNOUNCED = Variant()


@dataclass(frozen=True)
class _Rules:
    offers: Sequence[Offer]
    quotas: Mapping[int, Sequence[Quota]]
    classes: Sequence[PriorityClass]
    schools_of: Mapping[int, Sequence[int]]


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
    rules = _rules(intake, variant)
    rows = verified(intake)
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


def _rules(intake: Intake, variant: Variant) -> _Rules:
    offers = list(Offer.objects.filter(intake=intake).order_by("public_id"))
    quotas: dict[int, list[Quota]] = {}
    for quota in Quota.objects.filter(offer__intake=intake).select_related("criterion").order_by("step"):
        quotas.setdefault(quota.offer_id, []).append(quota)
    schools: dict[int, list[int]] = {}
    keys = {offer.public_id: offer.pk for offer in offers}
    for catchment in intake.catchments.prefetch_related("schools"):
        tried = variant.catchments.get(catchment.public_id)
        schools[catchment.pk] = (
            [one.offer_id for one in catchment.schools.all()] if tried is None else [keys[one] for one in tried]
        )
    return _Rules(offers, quotas, variant.ordered(intake.classes.order_by("rank")), schools)


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
        metres=tuple(metres_between(content.home, offer) for offer in rules.offers),
        twins=twins,
        is_together=bool(twins) and content.together,
    )


def metres_between(home: Home, offer: Offer) -> int:
    """Whole metres along the great circle (haversine), -1 where one of the two places is not known."""
    if home.longitude is None or home.latitude is None or offer.longitude is None or offer.latitude is None:
        return -1
    north = math.radians(offer.latitude - home.latitude)
    east = math.radians(offer.longitude - home.longitude)
    chord = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(home.latitude)) * math.cos(math.radians(offer.latitude)) * math.sin(east / 2) ** 2
    )
    return round(2 * EARTH_M * math.asin(math.sqrt(chord)))
