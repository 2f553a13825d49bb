"""The HTTP API of admissions: announced seasons and which schools answer for an address, open to everyone; nothing about a person."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import Field, StringConstraints

from yaodian.admissions import queries
from yaodian.foundation.api import ABSENT, REFUSALS
from yaodian.organisations.access import EVERYONE

router = Router(tags=["admissions"])

PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]
Street = Annotated[str, StringConstraints(max_length=80)]
HouseNumber = Annotated[str, StringConstraints(max_length=30)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class IntakeOut(Schema):
    """One stage of a season; days are included. `round` is above 1 where it is for those whom the round before left over."""

    public_id: str
    stage: str
    round: int
    state: str
    opens_on: date
    closes_on: date
    publishes_on: date


class AnnouncedOut(Schema):
    """An announced season. `rules_sha256` is the fingerprint of its rules."""

    public_id: str
    title: str
    year: int
    state: str
    rules_sha256: str
    intakes: list[IntakeOut]


class AnnouncedListOut(Schema):
    """Announced seasons, the newest year first."""

    items: list[AnnouncedOut]


class SeasonOut(Schema):
    """A season with its rules as they were announced: the very content of `rules.json`, of which the fingerprint is."""

    season: AnnouncedOut
    rules: dict[str, Any]


class SchoolOut(Schema):
    """A school and the places it has in the intake."""

    code: str
    name: str
    seats: int


class CatchmentOut(Schema):
    """A catchment in which the address lies, its schools in published order."""

    label: str
    is_single: bool
    schools: list[SchoolOut]


class AddressIn(Schema):
    """A house number of a street, without a room; a point in degrees, GCJ-02; or both."""

    street: Street = ""
    number: HouseNumber = ""
    longitude: Longitude | None = None
    latitude: Latitude | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.longitude is None or self.latitude is None else (self.longitude, self.latitude)


class FoundOut(Schema):
    """What the rules say of an address. `address` is the door as it was read, empty where only a point was given; `contested` is a
    sentence where it is not settled; `suggestions` are streets that begin alike, where the street is not known."""

    address: str
    is_street_known: bool
    contested: str
    suggestions: list[str]
    catchments: list[CatchmentOut]
    open_schools: list[SchoolOut]


@router.get("/seasons", operation_id="list_seasons", response={200: AnnouncedListOut, **REFUSALS}, auth=EVERYONE)
def list_seasons(request: HttpRequest) -> AnnouncedListOut:
    """All announced seasons."""
    lines = queries.announced_seasons(day=timezone.localdate())
    return AnnouncedListOut(items=[_season(line.season, line.intakes) for line in lines])


@router.get("/seasons/{public_id}", operation_id="get_season", response={200: SeasonOut, **ABSENT}, auth=EVERYONE)
def get_season(request: HttpRequest, public_id: Path[PublicId]) -> SeasonOut:
    """A season with all its rules."""
    try:
        row = queries.find_announced(public_id=public_id)
    except ObjectDoesNotExist as absent:
        raise Http404 from absent
    return SeasonOut(season=_season(row, row.intakes.all()), rules=row.rules)


@router.get(
    "/intakes/{public_id}/schools", operation_id="find_schools", response={200: FoundOut, **ABSENT}, auth=EVERYONE
)
def find_schools(request: HttpRequest, public_id: Path[PublicId], address: Query[AddressIn]) -> FoundOut:
    """Which schools answer for an address."""
    try:
        intake = queries.find_announced_intake(public_id=public_id)
    except ObjectDoesNotExist as absent:
        raise Http404 from absent
    try:
        found = queries.find_schools(
            intake=intake, street=address.street, number=address.number, point=address.point, day=timezone.localdate()
        )
    except queries.UnableToReadAddress as problem:
        raise ValidationError([{"loc": ("query", "number"), "msg": queries.why_unread(problem)}]) from problem
    return FoundOut(
        address=found.address,
        is_street_known=found.is_street_known,
        contested=found.contested,
        suggestions=list(found.suggestions),
        catchments=[
            CatchmentOut(label=each.label, is_single=each.is_single, schools=[_school(one) for one in each.schools])
            for each in found.catchments
        ],
        open_schools=[_school(one) for one in found.open_schools],
    )


def _season(row: Any, intakes: Any) -> AnnouncedOut:
    return AnnouncedOut(
        public_id=row.public_id,
        title=row.title,
        year=row.year,
        state=row.state,
        rules_sha256=row.rules_sha256,
        intakes=[
            IntakeOut(
                public_id=each.public_id,
                stage=each.stage,
                round=each.round,
                state=each.state,
                opens_on=each.opens_on,
                closes_on=each.closes_on,
                publishes_on=each.publishes_on,
            )
            for each in intakes
        ],
    )


def _school(one: queries.FoundSchool) -> SchoolOut:
    return SchoolOut(code=one.code, name=one.name, seats=one.seats)
