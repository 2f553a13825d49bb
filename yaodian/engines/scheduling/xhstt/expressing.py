"""A problem of our own said in what XHSTT has: rules that stand in the problem itself become constraints that must hold."""

from __future__ import annotations

from dataclasses import replace

from yaodian.engines.scheduling.timetabling import Event, Problem
from yaodian.engines.scheduling.timetabling.constraints import (
    Constraint,
    DistributeSplitEvents,
    PreferResources,
    PreferTimes,
    SplitEvents,
)


def expressed(problem: Problem) -> Problem:
    """The same problem without fixed lengths of pieces, without candidates, and with pieces that may run over the end of a day.

    What these forbade, constraints that must hold forbid instead: lengths by DistributeSplitEvents and SplitEvents, candidates by
    PreferResources, the end of the day by PreferTimes for each length. A timetable without faults costs what it did; what was a
    fault is a breach of what must hold.
    """
    return replace(
        problem,
        spans_days=True,
        events=tuple(_open(problem, event) for event in problem.events),
        constraints=(*problem.constraints, *_lengths(problem), *_candidates(problem), *_ends_of_days(problem)),
    )


def _open(problem: Problem, event: Event) -> Event:
    needs = tuple(
        replace(need, candidates=problem.of_kind(need.kind) if need.resource is None else ()) for need in event.needs
    )
    return replace(event, pieces=None, needs=needs)


def _lengths(problem: Problem) -> list[Constraint]:
    alike: dict[tuple[int, ...], list[int]] = {}
    for index, event in enumerate(problem.events):
        if event.pieces is not None:
            alike.setdefault(tuple(sorted(event.pieces)), []).append(index)
    found: list[Constraint] = []
    for lengths, listed in alike.items():
        events = tuple(listed)
        found.append(
            SplitEvents(
                name=f"Pieces of {', '.join(map(str, lengths))}",
                events=events,
                minimum_amount=len(lengths),
                maximum_amount=len(lengths),
            )
        )
        found.extend(
            DistributeSplitEvents(
                name=f"Pieces of {length}",
                events=events,
                duration=length,
                minimum=lengths.count(length),
                maximum=lengths.count(length),
            )
            for length in sorted(set(lengths))
        )
    return found


def _candidates(problem: Problem) -> list[Constraint]:
    alike: dict[tuple[str, frozenset[int]], list[int]] = {}
    for index, event in enumerate(problem.events):
        for need in event.needs:
            if need.resource is None and set(need.candidates) != set(problem.of_kind(need.kind)):
                alike.setdefault((need.role, frozenset(need.candidates)), []).append(index)
    return [
        PreferResources(name=f"Candidates for {role}", events=tuple(events), role=role, resources=candidates)
        for (role, candidates), events in alike.items()
    ]


def _ends_of_days(problem: Problem) -> list[Constraint]:
    if problem.spans_days:
        return []
    found: list[Constraint] = []
    for duration in range(2, max((event.duration for event in problem.events), default=0) + 1):
        starts = frozenset(index for index in range(len(problem.times)) if problem.span(index, duration) is not None)
        events = tuple(index for index, event in enumerate(problem.events) if event.duration >= duration)
        found.append(
            PreferTimes(name=f"Pieces of {duration} end on their day", events=events, times=starts, duration=duration)
        )
    return found
