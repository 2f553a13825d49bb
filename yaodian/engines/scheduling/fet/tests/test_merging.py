"""Constraints that differ in their points alone become one."""

from __future__ import annotations

import time

from yaodian.engines.scheduling.fet.merging import merged
from yaodian.engines.scheduling.timetabling.constraints import AvoidUnavailableTimes, DaysBetween, LimitSpan


def days(*groups: tuple[int, ...], weight: int = 1, required: bool = True, minimum: int = 1) -> DaysBetween:
    return DaysBetween(name="", required=required, weight=weight, groups=groups, minimum=minimum)


def test_what_must_hold_twice_must_hold_once() -> None:
    assert merged([days((3, 4)), days((1, 2)), days((3, 4))]) == (days((1, 2), (3, 4)),)


def test_what_is_wished_twice_is_two_wishes() -> None:
    wishes = [days((1, 2), required=False), days((3, 4), required=False), days((1, 2), required=False)]
    assert merged(wishes) == (days((1, 2), (3, 4), required=False), days((1, 2), required=False))


def test_what_differs_stays_apart_in_the_order_of_the_first() -> None:
    closed = AvoidUnavailableTimes(name="", resources=(2,), times=frozenset({0}))
    span = LimitSpan(name="", resources=(1,), time_groups=((0, 1),), maximum=1)
    other = AvoidUnavailableTimes(name="", resources=(0,), times=frozenset({0}))
    apart = [closed, days((1, 2)), days((1, 2), minimum=2), span, other]
    assert merged(apart) == (
        AvoidUnavailableTimes(name="", resources=(0, 2), times=frozenset({0})),
        days((1, 2)),
        days((1, 2), minimum=2),
        span,
    )


def test_forty_thousand_are_put_together_at_once() -> None:
    many = [days((number, number + 1)) for number in range(40_000)]
    began = time.process_time()
    (one,) = merged(many)
    assert len(one.groups) == 40_000  # type: ignore[attr-defined]
    assert time.process_time() - began < 10, "one by one against all the others it takes a minute"
