"""Which points of which constraints a piece has part in, and a constraint stated for those points alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from .constraints.base import Constraint
from .constraints.busyness import ShareFairly
from .constraints.times import EndDay
from .live import Live
from .problem import Problem


class Touching:
    """Built once for a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        #: For each event the constraints that judge it, with the points of each; likewise for resources.
        self._of_event: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._of_resource: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._ends: list[tuple[int, Counter[int]]] = []
        for at, constraint in enumerate(problem.constraints):
            name = _points(constraint)
            if isinstance(constraint, EndDay):
                self._ends.append((at, Counter(constraint.events)))
            elif name in ("events", "resources"):
                index = self._of_event if name == "events" else self._of_resource
                for point in getattr(constraint, name):
                    index[point][at].append(point)
            else:
                index = self._of_resource if isinstance(constraint, ShareFairly) else self._of_event
                for place, group in enumerate(getattr(constraint, name)):
                    for member in set(group):
                        index[member][at].append((place, group))

    def constraints(self, live: Live, event: int, resources: Iterable[int]) -> Iterator[tuple[int, Constraint]]:
        """The constraints in which the event or one of the resources has part, each for those points alone, by index."""
        found: dict[int, list[Any]] = defaultdict(list)
        for at, points in self._of_event.get(event, {}).items():
            found[at] += points
        whose = dict.fromkeys(resources)
        for resource in whose:
            for at, points in self._of_resource.get(resource, {}).items():
                found[at] += points
        for at, ends in self._ends:
            attended = {event}
            for resource in whose:
                for there in live.busy[resource]:
                    attended.update(piece.event for pieces in there.values() for piece in pieces)
            found[at] += [one for one in sorted(attended) for _ in range(ends[one])]
        for at in sorted(found):
            constraint = self.problem.constraints[at]
            name, points = _points(constraint), found[at]
            if name not in ("events", "resources"):
                # A group that several of the resources are of is one point.
                points = [group for _place, group in sorted(dict.fromkeys(points))]
            limited: dict[str, Any] = {name: tuple(points)}
            yield at, replace(constraint, **limited)


def _points(constraint: Constraint) -> str:
    """The field that names the points of application. Raises TypeError for a kind that has none."""
    for name in ("groups", "pairs", "events", "resources"):
        if hasattr(constraint, name) and not isinstance(getattr(constraint, name), frozenset):
            return name
    raise TypeError(
        f"{type(constraint).__name__} names no points of application: groups, pairs, events or resources are needed."
    )
