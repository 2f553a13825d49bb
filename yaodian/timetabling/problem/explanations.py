"""Why a school can have no timetable, as plain data: the smallest sets of wishes that contradict each other, and what giving way costs.

What takes part is a wish of the school, or what teachers, rooms and lessons bring with them (`standing`, a field of the engine's `Standing`). What no
school can give up (nobody is at two places at once) takes part in nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from yaodian.engines.scheduling.timetabling.explaining import Conflict, Relaxation, explain
from yaodian.engines.scheduling.timetabling.refusals import unfit
from yaodian.engines.scheduling.timetabling.school import School
from yaodian.engines.scheduling.timetabling.school_problem import PUPILS, TEACHER, Laid, Standing
from yaodian.engines.scheduling.timetabling.wishes import Wish
from yaodian.timetabling.problem.breaches import plain_breach
from yaodian.timetabling.problem.rows import laid_of
from yaodian.timetabling.problem.wish_words import values_of
from yaodian.timetabling.problem.wishes import kind_of

SECONDS = 10.0
MOST_COURSES, MOST_PEOPLE, MOST_PLACES, MOST_WAYS = 12, 6, 3, 5
#: What somebody might change in the data, though it is no wish; dear, so that wishes are given up before.
CHANGEABLE = ("away", "closed", "fixed", "hours", "a_day", "on_end", "days")
STANDING_PRICE = 1_000


def wishes_digest(wishes: Iterable[Wish]) -> str:
    """A fingerprint of what is wished, whatever it is called: it changes where a wish does."""
    said = sorted(json.dumps([kind_of(one), values_of(one), one.required, one.weight]) for one in wishes)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def explained(school: School, *, seconds: float = SECONDS) -> dict[str, Any]:
    """The engine's explanation under the school's own names, as JSON."""
    laid = laid_of(school)
    taking = _Taking(laid)
    said = explain(laid.problem, wishes=taking.chosen, prices=taking.prices, seconds=seconds)
    ways: dict[tuple[int, ...], dict[str, Any]] = {}
    for one in said.relaxations:
        way = _way(laid, taking, one)
        # One way may be found at several places; the dearest of its prices is what must be paid.
        key = tuple(each["of"] for each in way["misses"])
        if key and (key not in ways or ways[key]["price"] < way["price"]):
            ways[key] = way
    return {
        "is_infeasible": said.is_infeasible,
        "is_complete": said.is_complete,
        "seconds": round(said.seconds, 2),
        "wishes": wishes_digest(school.wishes),
        "conflicts": [_conflict(laid, taking, one) for one in said.conflicts],
        "ways": sorted(ways.values(), key=lambda way: way["price"])[:MOST_WAYS],
        "taking": taking.told,
    }


class _Taking:
    """Who takes part, in the order in which each is first named."""

    def __init__(self, laid: Laid) -> None:
        self.laid = laid
        standing = {getattr(laid.names, one.name): one.name for one in fields(Standing)}
        self.chosen: list[int] = []
        self.prices: dict[int, int] = {}
        self._keys: dict[int, tuple[str, int | str]] = {}
        for at, constraint in enumerate(laid.problem.constraints):
            wish = laid.wish_of[at]
            if not constraint.required:
                continue
            if wish is not None:
                self._keys[at] = ("wish", wish)
                self.prices[at] = max(1, constraint.weight)
            elif standing.get(constraint.name) in CHANGEABLE:
                self._keys[at] = ("standing", standing[constraint.name])
                self.prices[at] = STANDING_PRICE
            else:
                continue
            self.chosen.append(at)
        self.told: list[dict[str, Any]] = []
        self._places: dict[tuple[str, int | str], int] = {}

    def place(self, at: int) -> int:
        """The index in `told` of whom a constraint belongs to."""
        key = self._keys[at]
        if key not in self._places:
            self._places[key] = len(self.told)
            self.told.append(self._tell(*key))
        return self._places[key]

    def _tell(self, what: str, which: int | str) -> dict[str, Any]:
        if what == "standing":
            return {"standing": which}
        wish = self.laid.school.wishes[int(which)]
        return told_wish(wish)


def told_wish(wish: Wish) -> dict[str, Any]:
    """A wish as JSON, whole enough to be put into words later."""
    return {
        "kind": kind_of(wish),
        "name": wish.name,
        "values": values_of(wish),
        "required": wish.required,
        "weight": wish.weight,
        "reason": wish.reason,
    }


def _conflict(laid: Laid, taking: _Taking, conflict: Conflict) -> dict[str, Any]:
    concerned = [laid.events[one] for one in conflict.events]
    resources = [laid.resources[one] for one in conflict.resources]
    if not resources:
        wanted = set(conflict.events)
        resources = _attending(laid, wanted) if len(wanted) < len(laid.events) else []
    said: dict[str, Any] = {
        "of": list(dict.fromkeys(taking.place(at) for at in conflict.wishes)),
        "is_minimal": conflict.is_minimal,
        "courses": [one.id for one in concerned][:MOST_COURSES],
        "count": len(concerned),
        "hours": sum(one.duration for one in concerned),
        "is_whole": len(concerned) == len(laid.events),
        "who": [[one.kind, one.id] for one in resources if one.kind in (TEACHER, PUPILS)][:MOST_PEOPLE],
    }
    if not conflict.wishes:
        said["finding"] = _finding(laid, conflict)
    return said


def _attending(laid: Laid, events: set[int]) -> list[Any]:
    """Those who attend most of the events, first of all."""
    counted: dict[int, int] = defaultdict(int)
    for event in events:
        for need in laid.events[event].needs:
            if need.resource is not None:
                counted[need.resource] += 1
    order = sorted(counted, key=lambda one: (-counted[one], one))
    return [laid.resources[one] for one in order]


def _finding(laid: Laid, conflict: Conflict) -> dict[str, Any] | None:
    """What counting says of a place that no wish can be blamed for."""
    place, whose = set(conflict.events), set(conflict.resources)
    for one in unfit(laid.problem, teaching=()):
        if one.is_certain and (whose & set(one.resources) or place & set(one.events)):
            return {"code": one.code.value, "needed": one.needed, "there": one.there, "name": one.name}
    return None


def _way(laid: Laid, taking: _Taking, relaxation: Relaxation) -> dict[str, Any]:
    by_wish: dict[int, list[Any]] = defaultdict(list)
    for breach in relaxation.breaches:
        by_wish[taking.place(breach.constraint)].append(breach)
    return {
        "price": relaxation.price,
        "is_cheapest": relaxation.is_cheapest,
        "is_whole": relaxation.is_whole,
        "misses": [
            {
                "of": place,
                "amount": sum(one.deviation.amount for one in breaches),
                "cost": sum(one.cost for one in breaches),
                "places": [plain_breach(laid, one) for one in breaches[:MOST_PLACES]],
            }
            for place, breaches in sorted(by_wish.items())
        ],
    }


def names_in(told: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the wishes that take part."""
    return [str(one["name"]) for one in told if "name" in one]
