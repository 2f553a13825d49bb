"""What everybody may read: announced seasons in the words of their rules, and which school answers for an address.

Rules are read from the bytes that were announced, so that nobody sees others than the fingerprint is of. Nothing here is about a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Catchment,
    CatchmentRange,
    CatchmentSchool,
    Intake,
    Offer,
    PriorityClass,
    Season,
    SeasonState,
    Stage,
)
from yaodian.admissions.problem.addresses import engine_number, read_home, street_of
from yaodian.admissions.problem.rules import canonical
from yaodian.admissions.queries.addresses import NOWHERE, codes_of, locator_of
from yaodian.engines.matching import Address
from yaodian.organisations.queries import names_of_units

MOST_SEASONS = 60
MOST_SUGGESTIONS = 8
_BEGINNING = 2


def announced() -> Any:
    """The seasons that everybody may read."""
    return Season.objects.exclude(state=SeasonState.DRAFT)


@dataclass(frozen=True)
class Listed:
    """A season in the public list."""

    season: Season
    office_name: str
    intakes: tuple[Intake, ...]


def announced_seasons(*, day: date) -> tuple[Listed, ...]:
    """Newest year first. Three queries."""
    rows = list(announced().prefetch_related("intakes").order_by("-year", "title", "pk")[:MOST_SEASONS])
    names = names_of_units(ids={row.office_id for row in rows}, day=day)
    return tuple(Listed(row, names[row.office_id], tuple(row.intakes.all())) for row in rows)


@dataclass(frozen=True)
class DayLine:
    """A day or a span of the calendar; `place` is past, now or later."""

    label: str
    first: date
    last: date
    place: str


@dataclass(frozen=True)
class ClassLine:
    """A priority class in the words of the rule, with what must and must not hold, and what shows it."""

    rank: int
    label: str
    words: str
    needs: tuple[str, ...]
    lacks: tuple[str, ...]
    proofs: tuple[str, ...]


@dataclass(frozen=True)
class SchoolLine:
    """A school's places. `public_id` is that of the offer; `added` came by decisions on appeals after the announcement."""

    public_id: str
    code: str
    name: str
    seats: int
    added: int
    is_open: bool
    is_public: bool
    quotas: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Announced:
    """An intake as it was announced. `contested`: addresses, each with what families are told."""

    intake: Intake
    label: str
    days: tuple[DayLine, ...]
    born_from: date
    born_until: date
    most_wishes: int
    overflow_m: int
    proofs: tuple[str, ...]
    note: str
    classes: tuple[ClassLine, ...]
    offers: tuple[SchoolLine, ...]
    catchments: int
    contested: tuple[tuple[str, str], ...]

    @property
    def seats(self) -> int:
        return sum(each.seats + each.added for each in self.offers)


@dataclass(frozen=True)
class FurtherRound:
    """A round for those who were left over: its intake, and the schools with the places that are still free."""

    intake: Intake
    schools: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True)
class PublicSeason:
    season: Season
    office_name: str
    intakes: tuple[Announced, ...]
    rounds: tuple[FurtherRound, ...] = ()


def find_announced(*, public_id: str) -> Season:
    """Raises Season.DoesNotExist, also while it is in preparation."""
    season: Season = announced().get(public_id=public_id)
    return season


def rules_bytes(season: Season) -> bytes:
    """What was announced, to the byte: of it the fingerprint is."""
    return canonical(season.rules)


def public_season(*, public_id: str, day: date) -> PublicSeason:
    """A season with all its rules. Raises Season.DoesNotExist. Four queries, however many schools there are."""
    row = find_announced(public_id=public_id)
    rounds = list(row.intakes.prefetch_related("offers__school"))
    intakes = {each.stage: each for each in rounds if each.round == 1}
    offers = [offer for each in rounds for offer in each.offers.all()]
    names = names_of_units(ids={row.office_id, *(offer.school_id for offer in offers)}, day=day)
    said = sorted(
        (each for each in row.rules["intakes"] if each["stage"] in intakes),
        key=lambda each: list(Stage.values).index(each["stage"]),
    )
    return PublicSeason(
        row, names[row.office_id], tuple(_announced(intakes[each["stage"]], each, names, day) for each in said),
        tuple(
            FurtherRound(
                each, tuple((names[one.school_id], one.seats, one.is_open) for one in each.offers.all()),
            )
            for each in rounds if each.round > 1
        ),
    )  # fmt: skip


def _announced(intake: Intake, said: Mapping[str, Any], names: Mapping[int, str], day: date) -> Announced:
    criteria = {each["code"]: each for each in said["criteria"]}
    rows = {each.school.code: each for each in intake.offers.all()}
    born_from, born_until = (date.fromisoformat(one) for one in said["born"])
    return Announced(
        intake=intake,
        label=str(Stage(intake.stage).label),
        days=calendar_of(said["days"], day=day),
        born_from=born_from,
        born_until=born_until,
        most_wishes=said["most_wishes"],
        overflow_m=said["overflow_m"],
        proofs=tuple(said["proofs"]),
        note=said["note"],
        classes=tuple(
            ClassLine(
                each["rank"], each["label"], each["words"],
                tuple(criteria[code]["words"] for code in each["needs"]),
                tuple(criteria[code]["words"] for code in each["lacks"]),
                tuple(dict.fromkeys(proof for code in each["needs"] for proof in criteria[code]["proofs"])),
            )
            for each in said["classes"]
        ),
        offers=tuple(
            SchoolLine(
                rows[each["school"]].public_id, each["school"], names[rows[each["school"]].school_id], each["seats"],
                rows[each["school"]].added_seats, each["is_open"], each["is_public"],
                tuple(
                    {**quota, "criterion_words": criteria[quota["criterion"]]["words"]} for quota in each["quotas"]
                ),
            )
            for each in said["offers"]
            if each["school"] in rows
        ),
        catchments=len(said["catchments"]),
        contested=tuple(
            (str(Address(street, engine_number(number), lane[0] if lane else None)), words)
            for street, number, words, *lane in said["contested"]
        ),
    )  # fmt: skip


def calendar_of(days: Mapping[str, Any], *, day: date) -> tuple[DayLine, ...]:
    """The days of an intake in their order, each with where today stands to it."""
    opens, closes, checked, published = (
        date.fromisoformat(days[name]) for name in ("opens_on", "closes_on", "check_until", "publishes_on")
    )
    lines = (
        (_("报名"), opens, closes),
        (_("核验材料"), opens, checked),
        (_("公布结果"), published, published),
        (_("确认入学"), published, published + timedelta(days=days["accept_days"])),
        (_("申诉"), published, published + timedelta(days=days["appeal_days"])),
    )
    return tuple(
        DayLine(label, first, last, "later" if day < first else "past" if day > last else "now")
        for label, first, last in lines
    )


@dataclass(frozen=True)
class FoundSchool:
    """A school that answers for an address, in published order."""

    offer: Offer
    code: str
    name: str
    seats: int


@dataclass(frozen=True)
class FoundCatchment:
    public_id: str
    label: str
    is_single: bool
    schools: tuple[FoundSchool, ...]


@dataclass(frozen=True)
class Found:
    """What the rules say of an address in an intake.

    `address`: the door as it was read, empty where only a point was given. `contested`: what a family is told where it is not
    settled. `suggestions`: streets that begin alike, where the street is not known; `is_street_known` without catchments: the
    street is, the number is not.
    """

    intake: Intake
    address: str
    number: str
    point: tuple[float, float] | None
    catchments: tuple[FoundCatchment, ...]
    contested: str
    is_street_known: bool
    suggestions: tuple[str, ...]
    classes: tuple[PriorityClass, ...]
    open_schools: tuple[FoundSchool, ...]


def intakes_with_catchments() -> tuple[Intake, ...]:
    """Where one may look up an address: of announced seasons, newest first. One query."""
    rows = Intake.objects.exclude(season__state=SeasonState.DRAFT).filter(catchments__isnull=False, round=1).distinct()
    return tuple(rows.select_related("season").order_by("-season__year", "season_id", "opens_on", "pk")[:MOST_SEASONS])


def find_announced_intake(*, public_id: str) -> Intake:
    """An intake of an announced season. Raises Intake.DoesNotExist."""
    return Intake.objects.exclude(season__state=SeasonState.DRAFT).select_related("season").get(public_id=public_id)


def find_schools(
    *, intake: Intake, street: str, number: str, day: date, point: tuple[float, float] | None = None
) -> Found:
    """Which schools answer for a house number of a street, for a point (longitude, latitude, GCJ-02), or for both.

    Raises UnableToReadAddress. At most eight queries, whatever the size of the city.
    """
    address = read_home(street, number) if street_of(street) or point is None else NOWHERE
    located = locator_of(intake).locate(address, point)
    codes = codes_of(intake, located)
    hit = list(Catchment.objects.filter(intake=intake, code__in=codes).order_by("code")) if codes else []
    is_known = bool(codes) or located.is_listed
    if not is_known and address is not NOWHERE:
        is_known = CatchmentRange.objects.filter(catchment__intake=intake, street=address.street).exists()
    led = list(
        CatchmentSchool.objects.filter(catchment__in=hit)
        .select_related("offer__school")
        .order_by("catchment_id", "position", "pk")
    )
    opened = list(intake.offers.filter(is_open=True).select_related("school").order_by("school__code"))
    names = names_of_units(ids={each.offer.school_id for each in led} | {each.school_id for each in opened}, day=day)

    def school(offer: Offer) -> FoundSchool:
        return FoundSchool(offer, offer.school.code, names[offer.school_id], offer.seats + offer.added_seats)

    return Found(
        intake=intake,
        address="" if address is NOWHERE else str(address),
        number=number,
        point=point,
        catchments=tuple(
            FoundCatchment(
                one.public_id, one.label, one.is_single,
                tuple(school(each.offer) for each in led if each.catchment_id == one.pk),
            )
            for one in hit
        ),
        contested=located.words,
        is_street_known=is_known,
        suggestions=() if is_known or address is NOWHERE else _suggestions(intake, address.street),
        classes=tuple(intake.classes.order_by("rank")),
        open_schools=tuple(school(each) for each in opened),
    )  # fmt: skip


def _suggestions(intake: Intake, street: str) -> tuple[str, ...]:
    """Streets that begin with the same two characters, else with the same one; the likest first. At most two queries."""
    rows = CatchmentRange.objects.filter(catchment__intake=intake).order_by("street").values_list("street", flat=True)
    for length in (_BEGINNING, 1):
        found: Sequence[str] = list(rows.filter(street__startswith=street[:length]).distinct()[:200])
        if found:
            likeness = {one: SequenceMatcher(None, street, one).ratio() for one in found}
            return tuple(sorted(found, key=lambda one: (-likeness[one], one))[:MOST_SUGGESTIONS])
    return ()
