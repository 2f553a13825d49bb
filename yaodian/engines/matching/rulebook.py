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


@dataclass(frozen=True)
class Address:
    street: str
    number: int


@dataclass(frozen=True)
class AddressRange:
    """House numbers ``first`` to ``last`` of a street, both included, on one side or on both."""

    street: str
    first: int
    last: int
    side: Side = Side.BOTH

    def __contains__(self, address: Address) -> bool:
        is_side = self.side == Side.BOTH or (address.number % 2 == 1) == (self.side == Side.ODD)
        return address.street == self.street and self.first <= address.number <= self.last and is_side


@dataclass(frozen=True)
class Catchment:
    """学区. ``is_single``: 单校划片, every address belongs to this one school; else 多校划片, and an address may lie in several."""

    name: str
    stage: str
    label: str
    schools: tuple[str, ...]
    is_single: bool
    ranges: tuple[AddressRange, ...]


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
    """All rules of a season. ``addresses``: every known address, for which there must be a school."""

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
        }

    def references(self) -> Iterator[tuple[str, str, str]]:
        """Every reference: the rule (as kind and name), the kind that it refers to, the name."""
        staged = {
            "window": [(one.name, one.stage) for one in self.windows],
            "birth": [(one.name, one.stage) for one in self.births],
            "form": [(one.name, one.stage) for one in self.forms],
            "class": [(one.name, one.stage) for one in self.classes],
            "catchment": [(one.name, one.stage) for one in self.catchments],
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
    """The catchments in which an address lies: none, one, or several of 多校划片."""
    return tuple(
        one for one in rulebook.catchments if one.stage == stage and any(address in part for part in one.ranges)
    )
