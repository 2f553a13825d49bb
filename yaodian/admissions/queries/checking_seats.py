"""Who may look at an application next: seats 1 and 2 apart, seat 3 where they differ."""

from __future__ import annotations

from collections.abc import Mapping

from yaodian.admissions.models import Check


def agreed(one: Check, other: Check) -> bool:
    """The same verdict, and what is verified is the same. Reasons may be in other words."""
    return (one.verdict, sorted(one.facts), one.catchment_id) == (
        other.verdict,
        sorted(other.facts),
        other.catchment_id,
    )


def seat_for(seats: Mapping[int, Check]) -> int | None:
    """The seat that is free; None where two agree, or three have looked."""
    if 1 not in seats:
        return 1
    if 2 not in seats:
        return 2
    if 3 not in seats and not agreed(seats[1], seats[2]):
        return 3
    return None
