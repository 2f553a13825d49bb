"""Who stands under whom on which days: the closure of dated memberships, in plain Python, of plain numbers and days.

All spans are half open: `from_on` is the first day, `until_on` the first day after, None while nobody has said. Costs
the number of rows it returns, times their distance: every unit walks up to its roots, with the span narrowing at
each step, so that units which change places in the course of time need no care, and only a circle on one and the same
day is an error.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple


class Span(NamedTuple):
    """From a day, inclusive, to a day, exclusive; None: without end."""

    from_on: date
    until_on: date | None

    @property
    def end(self) -> date:
        return self.until_on or date.max

    def meets(self, other: "Span") -> "Span | None":
        """The days that both hold, or None."""
        start, end = max(self.from_on, other.from_on), min(self.end, other.end)
        return Span(start, None if end == date.max else end) if start < end else None

    def covers(self, other: "Span") -> bool:
        return self.from_on <= other.from_on and other.end <= self.end


class Edge(NamedTuple):
    """A unit stands directly under a parent over a span."""

    unit: int
    parent: int
    span: Span


class Line(NamedTuple):
    """`descendant` lies `distance` steps under `ancestor` over a span; a unit lies at 0 under itself."""

    ancestor: int
    descendant: int
    distance: int
    from_on: date
    until_on: date | None


class Circle(ValueError):
    """Units stand above themselves on a day: `units` in the order of climbing, the first once more at the end."""

    def __init__(self, units: tuple[int, ...], day: date) -> None:
        super().__init__(f"units {units} stand in a circle on {day}")
        self.units = units
        self.day = day


class Fault(NamedTuple):
    """A membership that cannot be: `kind` is overlap, outside-unit, outside-parent or unknown."""

    kind: str
    edge: Edge
    other: Edge | None = None


def faults(edges: Iterable[Edge], lives: Mapping[int, Span]) -> Iterator[Fault]:
    """The memberships that overlap another of the same unit, or reach beyond the life of the unit or its parent."""
    by_unit: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        by_unit[edge.unit].append(edge)
        if edge.unit not in lives or edge.parent not in lives:
            yield Fault("unknown", edge)
            continue
        if not lives[edge.unit].covers(edge.span):
            yield Fault("outside-unit", edge)
        if not lives[edge.parent].covers(edge.span):
            yield Fault("outside-parent", edge)
    for own in by_unit.values():
        own.sort(key=lambda edge: edge.span.from_on)
        for before, after in pairwise(own):
            if after.span.from_on < before.span.end:
                yield Fault("overlap", after, before)


def gaps(spans: Iterable[Span], life: Span) -> Iterator[Span]:
    """The days of a life on which none of the spans holds."""
    reached = life.from_on
    for span in sorted(spans, key=lambda one: one.from_on):
        if span.from_on > reached:
            yield Span(reached, span.from_on)
        reached = max(reached, span.end)
    if reached < life.end:
        yield Span(reached, life.until_on)


def closure(edges: Iterable[Edge], lives: Mapping[int, Span], *, units: Collection[int] | None = None) -> list[Line]:
    """All lines of one hierarchy, or those in which one of `units` is the descendant, sorted, neighbours joined.

    `lives` must know every unit that is asked for; `edges` must have those of the units asked for and of all above
    them. Raises Circle for units that stand above themselves on any day.
    """
    above: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
    for edge in edges:
        above[edge.unit].append((edge.parent, edge.span.from_on, edge.span.end))
    lines: list[Line] = []
    for unit in lives if units is None else units:
        life = lives[unit]
        lines.extend(_lines_of(unit, life.from_on, life.end, above))
    lines.sort(key=lambda line: (line.ancestor, line.descendant, line.from_on))
    return lines


def _lines_of(unit: int, start: date, end: date, above: Mapping[int, list[tuple[int, date, date]]]) -> Iterator[Line]:
    """The lines of one unit: a walk upwards, with the days on which that path exists."""
    found: dict[tuple[int, int], list[tuple[date, date]]] = {}
    stack: list[tuple[int, int, date, date, tuple[int, ...]]] = [(unit, 0, start, end, (unit,))]
    while stack:
        at, distance, since, until, path = stack.pop()
        found.setdefault((at, distance), []).append((since, until))
        for parent, edge_since, edge_until in above.get(at, ()):
            low = edge_since if edge_since > since else since
            high = edge_until if edge_until < until else until
            if low < high:
                if parent in path:
                    raise Circle((*path[path.index(parent) :], parent), low)
                stack.append((parent, distance + 1, low, high, (*path, parent)))
    for (ancestor, distance), spans in found.items():
        spans.sort()
        held_since, held_until = spans[0]
        for since, until in spans[1:]:
            if since > held_until:
                yield _line(ancestor, unit, distance, held_since, held_until)
                held_since = since
            held_until = max(held_until, until)
        yield _line(ancestor, unit, distance, held_since, held_until)


def _line(ancestor: int, descendant: int, distance: int, since: date, until: date) -> Line:
    return Line(ancestor, descendant, distance, since, None if until == date.max else until)
