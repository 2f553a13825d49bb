"""What several kinds of constraint share: bounds, runs of times, and the sum of what is missed at one point of application."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .base import Deviation


@dataclass(frozen=True, slots=True)
class Missed:
    """A bound and the figure that is outside it, by ``amount``."""

    amount: int
    expected: int
    found: int


def outside(found: int, minimum: int, maximum: int | None) -> Missed | None:
    """By how much ``found`` is outside its bounds; None where it is within them."""
    if found < minimum:
        return Missed(minimum - found, minimum, found)
    if maximum is not None and found > maximum:
        return Missed(found - maximum, maximum, found)
    return None


def positions(busy: Collection[int], group: Sequence[int]) -> list[int]:
    """The places in the group, in its order, of the times that are busy."""
    return [place for place, time in enumerate(group) if time in busy]


def runs(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and the last place of every unbroken run of ascending places."""
    first = last = None
    for place in places:
        if last is not None and place == last + 1:
            last = place
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = place
    if first is not None and last is not None:
        yield first, last


@dataclass(slots=True)
class Tally:
    """The sum of what is missed at one point of application; its figures are those of the part (a week, a time group) that misses most."""

    amount: int = 0
    worst: Missed | None = None
    events: set[int] = field(default_factory=set)
    resources: set[int] = field(default_factory=set)
    times: set[int] = field(default_factory=set)

    def add(
        self,
        missed: Missed | None,
        *,
        events: Iterable[int] = (),
        resources: Iterable[int] = (),
        times: Iterable[int] = (),
    ) -> None:
        if missed is None or missed.amount <= 0:
            return
        self.amount += missed.amount
        if self.worst is None or missed.amount > self.worst.amount:
            self.worst = missed
        self.events.update(events)
        self.resources.update(resources)
        self.times.update(times)

    def deviation(self) -> Iterator[Deviation]:
        """The deviation of this point, if there is one."""
        if self.worst is not None:
            yield Deviation(
                self.amount,
                events=tuple(sorted(self.events)),
                resources=tuple(sorted(self.resources)),
                times=tuple(sorted(self.times)),
                expected=self.worst.expected,
                found=self.worst.found,
            )
