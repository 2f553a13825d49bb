"""What a placement is made from, as plain data with one canonical form: numbers, classes, seats, an order. Nobody's name.

Whoever has these bytes and the program comes to the same places; whoever changes anything changes their fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

# What distances are measured from where a home has no point: the middle of the catchment's area, or its first school with a place.
AREA, SCHOOL = "area", "school"
FORM = "yaodian-admissions-inputs/1"


@dataclass(frozen=True)
class QuotaSeats:
    """`seats` of an offer for children of whom `criterion` holds, filled at `step`, before the open seats."""

    label: str
    criterion: str
    seats: int
    step: int
    is_passed_on: bool


@dataclass(frozen=True)
class OfferSeats:
    """A school's places. `public_id` is the offer's."""

    public_id: str
    seats: int
    is_open: bool
    quotas: tuple[QuotaSeats, ...] = ()


@dataclass(frozen=True)
class Applicant:
    """A verified application by its number. `wishes` are numbers of offers, `classes` the child's class at each, from 0.

    `home_class` orders those whom the office places. `metres` is the distance to every offer, -1 where it is not known.
    `measured_from` is empty where that is the home's own point, else AREA or SCHOOL. `twins` are the numbers of those who are
    drawn as one with it; `is_together`: one school for all of them.
    """

    number: str
    wishes: tuple[int, ...]
    classes: tuple[int, ...]
    home_class: int
    traits: tuple[str, ...] = ()
    metres: tuple[int, ...] = ()
    twins: tuple[str, ...] = ()
    is_together: bool = False
    measured_from: str = ""


@dataclass(frozen=True)
class Inputs:
    """Everything. `applicants` stand by number, `order` is the drawn order of their numbers, `class_labels` from class 0.

    `overflow_m`: how far the office may send a child who is left over; 0 where it sends nobody. `seed` says where the order is
    from: the seed of a draw, or `trial:…`.
    """

    stage: str
    rules_sha256: str
    seed: str
    overflow_m: int
    class_labels: tuple[str, ...]
    offers: tuple[OfferSeats, ...]
    applicants: tuple[Applicant, ...]
    order: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Canonical JSON: keys sorted, UTF-8 unescaped, one application a line would be larger; LF at the end."""
        plain = asdict(self)
        for each in plain["applicants"]:
            # Only where there is something to say: inputs that were sealed before it was asked keep their bytes.
            if not each["measured_from"]:
                del each["measured_from"]
        return canonical({"form": FORM, **plain})

    @classmethod
    def from_bytes(cls, content: bytes) -> Inputs:
        """Inputs from their bytes. Raises ValueError where the bytes are not what `to_bytes` writes."""
        try:
            given = json.loads(content)
            if given.pop("form") != FORM:
                raise ValueError("another form")
            made = cls(
                **{
                    **given,
                    "class_labels": tuple(given["class_labels"]),
                    "offers": tuple(
                        OfferSeats(**{**one, "quotas": tuple(QuotaSeats(**quota) for quota in one["quotas"])})
                        for one in given["offers"]
                    ),
                    "applicants": tuple(
                        Applicant(
                            **{name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}
                        )
                        for one in given["applicants"]
                    ),
                    "order": tuple(given["order"]),
                }
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("these are not the inputs of a placement") from error
        if made.to_bytes() != content:
            raise ValueError("these bytes are not in the canonical form")
        return made


def canonical(value: Any) -> bytes:
    """Bytes that can be compared and hashed."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return (text + "\n").encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
