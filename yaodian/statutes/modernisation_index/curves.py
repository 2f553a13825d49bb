"""Scoring curves: from a leaf's value to a share of its full marks, exact, never below 0 or above 1.

A closed set, each with its formula; an edition names one and its figures. A curve is data, no expression is evaluated.

==============  ====================================================  =====================================
kind            share                                                 for
==============  ====================================================  =====================================
proportional    value ÷ target                                        more is better, from nothing on
inverse         target ÷ value                                        less is better
linear          (value − zero_at) ÷ (target − zero_at)                a floor from which points begin; a
                                                                      ``zero_at`` above the target: less is better
steps           the share of the last step that is reached            grades of fulfilment
points          linear between given points, flat outside             a curve that a document draws
yes_no          1 for yes, 0 for no                                   a fact
==============  ====================================================  =====================================
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

Kind = Literal["proportional", "inverse", "linear", "steps", "points", "yes_no"]


class DefectiveCurve(ValueError):
    """A curve whose figures do not make one."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A kind, the leaf's target, and the figures of the kind: ``zero_at`` of linear, the pairs of steps and points."""

    kind: Kind
    target: Fraction
    zero_at: Fraction | None = None
    pairs: tuple[tuple[Fraction, Fraction], ...] = ()

    @property
    def is_yes_no(self) -> bool:
        return self.kind == "yes_no"

    def share(self, value: Fraction) -> Fraction:
        return min(max(self._unbounded(value), Fraction(0)), Fraction(1))

    def _unbounded(self, value: Fraction) -> Fraction:
        match self.kind:
            case "proportional":
                return value / self.target
            case "inverse":
                return self.target / value if value > 0 else Fraction(1)
            case "linear":
                assert self.zero_at is not None
                return (value - self.zero_at) / (self.target - self.zero_at)
            case "steps":
                return max((share for least, share in self.pairs if value >= least), default=Fraction(0))
            case "points":
                return _between(self.pairs, value)
            case "yes_no":
                return value


def _between(pairs: Sequence[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    if value <= pairs[0][0]:
        return pairs[0][1]
    for (left, low), (right, high) in itertools.pairwise(pairs):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return pairs[-1][1]


def curve_of(entry: Mapping[str, Any], target: Fraction) -> Curve:
    """The curve of an edition's entry; shares stand in hundredths. Raises :class:`DefectiveCurve`."""
    kind = entry["kind"]
    if kind in ("proportional", "inverse"):
        if target <= 0:
            raise DefectiveCurve(f"{kind} needs a target above 0")
        return Curve(kind, target)
    if kind == "linear":
        zero_at = Fraction(entry["zero_at"])
        if zero_at == target:
            raise DefectiveCurve("linear needs a zero_at that is not the target")
        return Curve(kind, target, zero_at=zero_at)
    if kind in ("steps", "points"):
        pairs = tuple((Fraction(at), Fraction(share) / 100) for at, share in entry["at"])
        places = [at for at, _ in pairs]
        if len(pairs) < 2 or places != sorted(set(places)):
            raise DefectiveCurve(f"{kind} needs at least two places that rise")
        if any(not 0 <= share <= 1 for _, share in pairs):
            raise DefectiveCurve(f"{kind} has a share outside 0 to 100")
        if kind == "steps" and [share for _, share in pairs] != sorted(share for _, share in pairs):
            raise DefectiveCurve("steps must not fall")
        if max(share for at, share in pairs) != 1 or Curve(kind, target, pairs=pairs).share(target) != 1:
            raise DefectiveCurve(f"{kind} must give full marks at the target")
        return Curve(kind, target, pairs=pairs)
    if kind == "yes_no":
        return Curve(kind, target)
    raise DefectiveCurve(f"no curve is called {kind}")
