"""Where a stated address belongs: the catchments that cover it, what they lead to, and whether it is contested.

Answers come from the announced rules, through a locator that is made once for them and kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yaodian.admissions.content import Home
from yaodian.admissions.models import Catchment, Intake, SeasonState
from yaodian.admissions.problem.addresses import NO_NUMBER, read_home, street_of, why_unread
from yaodian.admissions.problem.rulebook import rulebook_of
from yaodian.admissions.problem.rules import rules_of
from yaodian.admissions.queries.at_hand import rules_at_hand
from yaodian.engines.matching import Address, Locator, UnableToReadAddress
from yaodian.engines.matching import Located as EngineLocated

# Announced rules whose locators are kept: seasons of this year and the last, of every county of a city.
MOST_LOCATORS = 32
# A door of no street: of such only the point speaks.
NOWHERE = Address("", 1)
_kept: dict[tuple[str, str], Locator] = {}


@dataclass(frozen=True)
class Located:
    """`covering` is what street, house number or point say. `possible` has beside them the areas of which, without a point, nobody
    can say that the home lies outside; a clerk will. `contested` is what families are told, or empty: by the list of contested
    addresses, or, where `sources_disagree`, because house numbers and areas cannot all be right. `unread` says why the address
    could not be read; `door` is how it was read."""

    catchments: tuple[Catchment, ...]
    covering: tuple[Catchment, ...]
    possible: tuple[Catchment, ...]
    contested: str
    unread: str = ""
    door: str = ""
    sources_disagree: bool = False

    @property
    def offers(self) -> frozenset[int]:
        """Keys of the offers to which the covering catchments lead."""
        return _offers(self.covering)

    @property
    def possible_offers(self) -> frozenset[int]:
        return _offers(self.possible)


def _offers(catchments: Iterable[Catchment]) -> frozenset[int]:
    return frozenset(school.offer_id for one in catchments for school in one.schools.all())


def locator_of(intake: Intake) -> Locator:
    """The locator of an intake's rules; of announced ones it is made once. They are told apart by their fingerprint."""
    season = intake.season
    if season.state == SeasonState.DRAFT:
        return Locator(rulebook_of(rules_of(season)), intake.stage)
    key = season.rules_sha256, intake.stage
    found = _kept.get(key)
    if found is None:
        found = Locator(rulebook_of(season.rules), intake.stage)
        while len(_kept) >= MOST_LOCATORS:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = found
    return found


def codes_of(intake: Intake, found: EngineLocated) -> tuple[str, ...]:
    """The codes of the catchments that any source names."""
    return tuple(one.name.removeprefix(f"{intake.stage}-") for one in found.catchments)


def locate(intake: Intake, home: Home) -> Located:
    """Two queries, however many house numbers the catchments have; none once the rules are announced and at hand."""
    address, unread = NOWHERE, ""
    if street_of(home.street) and street_of(home.number) not in ("", NO_NUMBER):
        try:
            address = read_home(home.street, home.number)
        except UnableToReadAddress as problem:
            unread = why_unread(problem)
    point = None if home.longitude is None or home.latitude is None else (home.longitude, home.latitude)
    found = locator_of(intake).locate(address, point)
    codes = set(codes_of(intake, found))
    catchments = rules_at_hand(intake).catchments
    is_open = not found.by_address and point is None
    return Located(
        catchments,
        covering=tuple(one for one in catchments if one.code in codes),
        possible=tuple(one for one in catchments if one.code in codes or (is_open and one.polygon)),
        contested=found.words,
        unread=unread,
        door="" if address is NOWHERE else str(address),
        sources_disagree=bool(found.words) and not found.is_listed,
    )
