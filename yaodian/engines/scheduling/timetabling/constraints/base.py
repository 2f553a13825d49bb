"""What every constraint has: a name, whether it must hold, a weight, a cost function, and a reason that a teacher can read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaodian.engines.scheduling.timetabling.occupancy import Occupancy


class Cost(Enum):
    """How a deviation becomes a cost at one point of application (XHSTT's three functions)."""

    LINEAR = "Linear"
    QUADRATIC = "Quadratic"
    STEP = "Step"

    def of(self, amount: int) -> int:
        if self is Cost.QUADRATIC:
            return amount * amount
        if self is Cost.STEP:
            return int(amount > 0)
        return amount


@dataclass(frozen=True, slots=True)
class Deviation:
    """By how much a constraint is missed at one point of application, and what has part in it.

    ``events``, ``resources`` and ``times`` are indices of the problem; ``expected`` and ``found`` are the figures of the justification, in the
    constraint's own unit. Where a point is judged in parts (weeks, time groups, pairs), ``amount`` is their sum and the two figures are those of the part that
    misses most, the first of these.
    """

    amount: int
    events: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    times: tuple[int, ...] = ()
    expected: int | None = None
    found: int | None = None


@dataclass(frozen=True, kw_only=True)
class Constraint(ABC):
    """One wish. ``required`` ones must hold; of the others a deviation costs ``weight`` times ``cost.of(amount)``."""

    name: str
    required: bool = True
    weight: int = 1
    cost: Cost = Cost.LINEAR
    reason: str = ""

    @abstractmethod
    def deviations(self, seen: Occupancy) -> Iterator[Deviation]:
        """Every point of application at which the constraint is missed, with its amount (> 0)."""
