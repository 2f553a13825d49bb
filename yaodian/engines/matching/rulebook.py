"""The rules of a season of admissions as data: stages, birthdays, classes with their words and proofs, catchments, seats, batches, dates.

Nothing here is true of a city: every rule is handed in. :func:`.contradictions.contradictions` says which two rules cannot both be kept;
:func:`class_of` and :func:`catchments_of` answer for one child, «which class» and «which school is mine». Stages, schools, proofs and batches
are named once and referred to by name. Facts are named in the words of the rule («户籍在学区内»).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from .house_numbers import HouseNumber, Number, house_number, key_of, plain
from .polygons import Polygon

_AFTER_ALL = 10**9  # above every value of a part of a number


@dataclass(frozen=True)
class Stage:
    """学段: kindergarten, primary, lower or upper secondary."""

    name: str
    label: str


@dataclass(frozen=True)
class Window:
    """Days, both included, on which something is done; inside them the moment of arrival has no value."""

    name: str
    stage: str
    label: str
    opens_on: datetime.date
    closes_on: datetime.date


@dataclass(frozen=True)
class BirthRange:
    """Children born between two days, both included, enter one year of a stage (义务教育法 art. 11: six by 31 August)."""

    name: str
    stage: str
    label: str
    first_on: datetime.date
    last_on: datetime.date


@dataclass(frozen=True)
class Proof:
    """材料 that a family hands in."""

    name: str
    label: str


@dataclass(frozen=True)
class Form:
    """What the form of a stage asks for: names of proofs."""

    name: str
    stage: str
    label: str
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True)
class FulfilmentClass:
    """One class in the order of fulfilment. A child is in the first class, by ``rank``, all of whose ``needs`` hold of it and none of whose
    ``lacks``. ``words``: the rule as published. ``proofs``: what shows it."""

    name: str
    stage: str
    rank: int
    label: str
    words: str
    needs: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exclusion:
    """Two facts that never hold of the same child, such as 本市户籍 and 非本市户籍."""

    name: str
    facts: frozenset[str]


class Side(StrEnum):
    BOTH = "全部"
    ODD = "单号"
    EVEN = "双号"


class Counts(StrEnum):
    """What a range of a street counts: its numbers, its lanes with everything in them, or both."""

    NUMBERS = "号"
    LANES = "弄"
    BOTH = "号和弄"


@dataclass(frozen=True)
class Address:
    """A door of a street, or of a lane of it (长宁路100弄3号). ``number`` is whole where nothing follows it."""

    street: str
    number: Number
    lane: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", plain(self.number))

    @property
    def house(self) -> HouseNumber:
        """The number with its parts, if any."""
        return house_number(self.number)

    def __str__(self) -> str:
        return f"{place_of(self.street, self.lane)}{self.house}"


def place_of(street: str, lane: int | None) -> str:
    """A street or a lane of it, as written before a number."""
    return street if lane is None else f"{street}{lane}弄"


@dataclass(frozen=True)
class AddressRange:
    """House numbers ``first`` to ``last`` of a street, both included, on one side (by the main number) or on both.

    What stands under ``last`` is included (12号之一 in a range to 12号), unless it ``ends_exactly``. ``lane``: numbers inside that lane;
    otherwise ``counts`` says whether numbers of the street, its lanes, or both are meant.
    """

    street: str
    first: Number
    last: Number
    side: Side = Side.BOTH
    lane: int | None = None
    counts: Counts = Counts.NUMBERS
    ends_exactly: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", plain(self.first))
        object.__setattr__(self, "last", plain(self.last))

    def __contains__(self, address: Address) -> bool:
        if address.street != self.street:
            return False
        if address.lane == self.lane:
            return (self.lane is not None or self.counts is not Counts.LANES) and self.reaches(address.number)
        return self.lane is None and address.lane is not None and self.takes_lane(address.lane)

    def takes_lane(self, lane: int) -> bool:
        """Whether a whole lane of the street lies in the range."""
        return self.lane is None and self.counts is not Counts.NUMBERS and self.reaches(lane)

    def reaches(self, number: Number) -> bool:
        """Whether a number lies between both ends and on the side, whatever the street."""
        is_side = self.side == Side.BOTH or (house_number(number).main % 2 == 1) == (self.side == Side.ODD)
        return is_side and self.low <= key_of(number) < self.high

    @property
    def low(self) -> tuple[int, ...]:
        """The least key inside."""
        return key_of(self.first)

    @property
    def high(self) -> tuple[int, ...]:
        """A key above all inside and below all others: after the last number itself, or after everything under it."""
        return (*key_of(self.last), -1 if self.ends_exactly else _AFTER_ALL)

    def __str__(self) -> str:
        place, word = (
            place_of(self.street, self.lane),
            "弄" if self.counts is Counts.LANES and self.lane is None else "号",
        )
        ends = [f"{one}{word}" if isinstance(one, int) else str(one) for one in (self.first, self.last)]
        return f"{place}{ends[0]}至{ends[1]}" + ("" if self.side is Side.BOTH else f"（{self.side}）")


@dataclass(frozen=True)
class Catchment:
    """学区. ``is_single``: 单校划片, every address belongs to this one school; else 多校划片, and an address may lie in several.
    It is told by ranges of house numbers, by a ``polygon``, or by both."""

    name: str
    stage: str
    label: str
    schools: tuple[str, ...]
    is_single: bool
    ranges: tuple[AddressRange, ...]
    polygon: Polygon | None = None


@dataclass(frozen=True)
class ContestedAddress:
    """争议地址: a door, with all under it, of which it is not settled where it belongs; ``words``: what a family is told."""

    name: str
    stage: str
    address: Address
    words: str


@dataclass(frozen=True)
class School:
    """``seats``: all places of the year's plan at this stage."""

    name: str
    stage: str
    label: str
    seats: int


@dataclass(frozen=True)
class AdmissionBatch:
    """批次 with its control line. ``exclusive_from``: whoever reaches this total takes part in this batch only; None if nobody is kept.
    ``is_exclusive``: its seats are its own and are not shared with other batches."""

    name: str
    stage: str
    label: str
    line: int = 0
    exclusive_from: int | None = None
    is_exclusive: bool = True


@dataclass(frozen=True)
class BatchSeats:
    """Places of a school in a batch."""

    name: str
    batch: str
    school: str
    seats: int


@dataclass(frozen=True)
class Quota:
    """Seats of a school kept for some (指标到校, 随迁子女, 寄宿). ``batch``: out of that batch's seats, or empty: out of the school's plan."""

    name: str
    label: str
    school: str
    seats: int
    batch: str = ""


@dataclass(frozen=True)
class Rulebook:
    """All rules of a season. ``addresses``: every known address, for which there must be a school.

    ``school_year``: the year in which it begins; catchments hold for it and no other. ``address_prefixes``: names of city, district and
    subdistrict that may stand before a street and are left out when an address is read.
    """

    stages: tuple[Stage, ...] = ()
    windows: tuple[Window, ...] = ()
    births: tuple[BirthRange, ...] = ()
    proofs: tuple[Proof, ...] = ()
    forms: tuple[Form, ...] = ()
    classes: tuple[FulfilmentClass, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    catchments: tuple[Catchment, ...] = ()
    addresses: tuple[Address, ...] = ()
    schools: tuple[School, ...] = ()
    batches: tuple[AdmissionBatch, ...] = ()
    batch_seats: tuple[BatchSeats, ...] = ()
    quotas: tuple[Quota, ...] = ()
    contested: tuple[ContestedAddress, ...] = ()
    school_year: int | None = None
    address_prefixes: tuple[str, ...] = ()

    def classes_of(self, stage: str) -> tuple[FulfilmentClass, ...]:
        """The order of fulfilment of a stage, first class first."""
        return tuple(sorted((one for one in self.classes if one.stage == stage), key=lambda one: one.rank))

    def names(self) -> dict[str, list[str]]:
        """The names of the rules of every kind."""
        return {
            "stage": [one.name for one in self.stages],
            "window": [one.name for one in self.windows],
            "birth": [one.name for one in self.births],
            "proof": [one.name for one in self.proofs],
            "form": [one.name for one in self.forms],
            "class": [one.name for one in self.classes],
            "exclusion": [one.name for one in self.exclusions],
            "catchment": [one.name for one in self.catchments],
            "school": [one.name for one in self.schools],
            "batch": [one.name for one in self.batches],
            "batch_seats": [one.name for one in self.batch_seats],
            "quota": [one.name for one in self.quotas],
            "contested": [one.name for one in self.contested],
        }

    def references(self) -> Iterator[tuple[str, str, str]]:
        """Every reference: the rule (as kind and name), the kind that it refers to, the name."""
        staged = {
            "window": [(one.name, one.stage) for one in self.windows],
            "birth": [(one.name, one.stage) for one in self.births],
            "form": [(one.name, one.stage) for one in self.forms],
            "class": [(one.name, one.stage) for one in self.classes],
            "catchment": [(one.name, one.stage) for one in self.catchments],
            "contested": [(one.name, one.stage) for one in self.contested],
            "school": [(one.name, one.stage) for one in self.schools],
            "batch": [(one.name, one.stage) for one in self.batches],
        }
        for kind, rules in staged.items():
            yield from ((f"{kind}:{name}", "stage", stage) for name, stage in rules)
        for form in self.forms:
            yield from ((f"form:{form.name}", "proof", proof) for proof in form.proofs)
        for one in self.classes:
            yield from ((f"class:{one.name}", "proof", proof) for proof in one.proofs)
        for catchment in self.catchments:
            yield from ((f"catchment:{catchment.name}", "school", school) for school in catchment.schools)
        for seats in self.batch_seats:
            yield f"batch_seats:{seats.name}", "batch", seats.batch
            yield f"batch_seats:{seats.name}", "school", seats.school
        for quota in self.quotas:
            yield f"quota:{quota.name}", "school", quota.school
            if quota.batch:
                yield f"quota:{quota.name}", "batch", quota.batch


def class_of(rulebook: Rulebook, stage: str, facts: Set[str]) -> FulfilmentClass | None:
    """The class of a child of whom ``facts`` hold; None if no class takes it."""
    return next((one for one in rulebook.classes_of(stage) if one.needs <= facts and not one.lacks & facts), None)


def catchments_of(rulebook: Rulebook, stage: str, address: Address) -> tuple[Catchment, ...]:
    """The catchments whose ranges hold an address: none, one, or several of 多校划片. A point is asked about with a :class:`Locator`."""
    return tuple(
        one for one in rulebook.catchments if one.stage == stage and any(address in part for part in one.ranges)
    )
