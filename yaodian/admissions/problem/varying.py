"""Other rules than were announced, to be tried: more places, another order of the classes, other reserved seats, other catchments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from yaodian.admissions.models import Offer, PriorityClass, Quota


@dataclass(frozen=True)
class Variant:
    """What differs from the announced rules; whatever is not named stays.

    `seats` by an offer's public id. `order`: the announced ranks of all classes in another order, or nothing. `quotas`: reserved
    seats by `quota_key`. `catchments`: public ids of offers, by the catchment's.
    """

    seats: Mapping[str, int] = field(default_factory=dict)
    order: Sequence[int] = ()
    quotas: Mapping[str, int] = field(default_factory=dict)
    catchments: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Variant:
        """A variant from what a run keeps of it among its tallies."""
        return cls(**{name: given[name] for name in ("seats", "order", "quotas", "catchments") if name in given})

    def seats_of(self, offer: Offer) -> int:
        return self.seats.get(offer.public_id, offer.seats)

    def reserved(self, quota: Quota, offer: Offer) -> int:
        return self.quotas.get(quota_key(offer, quota), quota.seats)

    def ordered(self, classes: Sequence[PriorityClass]) -> list[PriorityClass]:
        """The classes, given by rank, in the order to be tried."""
        if not self.order:
            return list(classes)
        place = {rank: at for at, rank in enumerate(self.order)}
        return sorted(classes, key=lambda one: place[one.rank])


def quota_key(offer: Offer, quota: Quota) -> str:
    """What names a quota: the offer and the criterion that it asks for."""
    return f"{offer.public_id}/{quota.criterion.code}"
