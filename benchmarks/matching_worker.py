"""Makes one market, places it, and prints processor seconds and the peak of memory; started by ``matching.py``.

Reads ``{"what", "size"}`` from standard input. With ``peer`` nothing of yaodian is imported: the public library gets the same
market. All else is measured in the order in which it is used, so that peaks can be read off on the way.
"""

from __future__ import annotations

import gc
import heapq
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROUNDS = 15
CLASSES = 3


def peak() -> int:
    """The high-water mark of this process in MB."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1000  # type: ignore[index]


def taken(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of ``work``, once, and what it gave."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def least(work: Callable[[], Any]) -> tuple[float, Any]:
    """The least of ``ROUNDS``, after one that warms up."""
    work()
    rounds = [taken(work) for _ in range(ROUNDS)]
    return min(each[0] for each in rounds), rounds[0][1]


def square(n: int, k: int, w: int) -> tuple[NDArray[Any], ...]:
    chance = np.random.default_rng(n)
    pupils, schools, popular = chance.random((n, 2)), chance.random((k, 2)), chance.random(k)
    wishes = np.empty((n, w), np.int32)
    for first in range(0, n, 10_000):
        piece = slice(first, first + 10_000)
        distance = np.linalg.norm(pupils[piece, None] - schools, axis=2)
        worth = popular - 1.5 * distance + chance.normal(0, 0.15, distance.shape)
        wishes[piece] = np.argsort(-worth, axis=1)[:, :w]
    return wishes, chance.integers(0, CLASSES, (n, w), dtype=np.int16), chance.permutation(n)


def country(n: int, k: int, w: int) -> tuple[NDArray[Any], ...]:
    chance = np.random.default_rng(n)
    wishes, classes = np.empty((n, w), np.int32), np.empty((n, w), np.int16)
    for first in range(0, n, 1 << 18):
        piece = slice(first, first + (1 << 18))
        count = len(wishes[piece])
        start = (k * chance.random(count) ** 1.5).astype(np.int32)
        steps = chance.integers(1, max(2, k // (2 * w)), (count, w), dtype=np.int32)
        wishes[piece] = (start[:, None] + np.cumsum(steps, axis=1, dtype=np.int32)) % k
        classes[piece] = chance.choice(CLASSES, (count, w), p=[0.2, 0.5, 0.3])
    return wishes, classes, chance.permutation(n)


def of_yaodian(made: tuple[NDArray[Any], ...], k: int) -> Any:
    from yaodian.engines.matching import Market

    wishes, classes, draw = made
    n, w = wishes.shape
    return Market(np.arange(n + 1) * w, wishes.ravel(), classes.ravel(), draw, np.full(k, -(-n // k)))


def plain(starts: list[int], schools: list[int], classes: list[int], draw: list[int], places: list[int]) -> list[int]:
    """A careful plain Python version over lists that are ready: a heap a school."""
    at = starts[:-1]
    held: list[list[tuple[int, int, int]]] = [[] for _ in places]
    asking = list(range(len(at)))
    while asking:
        who = asking.pop()
        here, end = at[who], starts[who + 1]
        while here < end:
            school = schools[here]
            own, heap = (-classes[here], -draw[who], who), held[school]
            at[who] = here
            if len(heap) < places[school]:
                heapq.heappush(heap, own)
                break
            out = heapq.heappushpop(heap, own)[2]
            if out == who:
                here += 1
                continue
            who = out
            here, end = at[who] + 1, starts[who + 1]
        at[who] = here
    return [here - first if here < end else -1 for here, first, end in zip(at, starts[:-1], starts[1:], strict=True)]


def measure_square(n: int, k: int, w: int) -> dict[str, Any]:
    from yaodian.engines.matching import solve, verify

    made = square(n, k, w)
    checked, market = least(lambda: of_yaodian(made, k))
    solved, placement = least(lambda: solve(market))
    found = {"check": checked, "solve": solved, "peak": peak(), "seats": placement.schools(market).tolist()}
    lists = [getattr(market, each).tolist() for each in ("starts", "schools", "classes", "draw", "capacities")]
    found["reference"], seats = taken(lambda: plain(*lists))
    if seats != placement.seats.tolist() or verify(market, placement):
        sys.exit("the plain version or the check disagrees")
    return found


def measure_country(n: int, k: int, w: int, *, with_sentences: bool) -> dict[str, Any]:
    from yaodian.engines.matching import explain_all, solve, tell, verify

    made = country(n, k, w)
    found: dict[str, Any] = {}
    found["check"], market = taken(lambda: of_yaodian(made, k))
    found["solve"], placement = taken(lambda: solve(market))
    found["solved_peak"] = peak()
    found["verify"], wrong = taken(lambda: verify(market, placement))
    if wrong:
        sys.exit(f"{len(wrong)} faults")
    found["explain"], explained = taken(lambda: explain_all(market, placement))
    if with_sentences:
        found["sentences"], _ = taken(lambda: sum(len(tell(each)) for each in explained))
    found["peak"] = peak()
    return found | measure_argsort(market, found["solve"])


def measure_argsort(market: Any, solved: float) -> dict[str, Any]:
    _, class_bits, draw_bits = market.key_bits
    draw = np.repeat(market.draw, market.lengths())
    keys = (market.schools.astype(np.int64) << (class_bits + draw_bits)) | (
        market.classes.astype(np.int64) << draw_bits
    )
    keys |= draw
    del draw
    gc.collect()
    argsort, _ = taken(lambda: np.argsort(keys))
    return {"argsort": argsort, "times": solved / argsort}


def measure_ladder(n: int, k: int, w: int) -> dict[str, Any]:
    from yaodian.engines.matching import solve

    market = of_yaodian(country(n, k, w), k)
    repeated = least if n <= 100_000 else taken
    solved, _ = repeated(lambda: solve(market))
    return {"solve": solved, **measure_argsort(market, solved)}


def measure_twins(n: int, k: int, w: int) -> dict[str, Any]:
    """One child in a hundred has a twin of the same list and classes; all choose to be together."""
    from yaodian.engines.matching import AtTheCutOff, Fault, place_together, spread, verify_together

    wishes, classes, _ = country(n, k, w)
    pairs = n // 200 * 2
    wishes[1:pairs:2], classes[1:pairs:2] = wishes[0:pairs:2], classes[0:pairs:2]
    household = np.concatenate([np.repeat(np.arange(pairs // 2), 2), np.arange(pairs // 2, n - pairs // 2)])
    draw = spread(household, np.random.default_rng(n).permutation(n - pairs // 2))
    market = of_yaodian((wishes, classes, draw), k)
    groups = [(first, first + 1) for first in range(0, pairs, 2)]
    found: dict[str, Any] = {"pairs": len(groups)}
    for rule in AtTheCutOff:
        cpu, outcome = taken(lambda rule=rule: place_together(market, groups, rule))
        wrong, exceptions = verify_together(outcome)
        if wrong:
            sys.exit(f"{rule}: {len(wrong)} faults")
        has_room = sum(each.fault is Fault.ROOM_FOR_ALL for each in exceptions) // 2
        found[rule] = {
            "cpu": cpu,
            "rounds": outcome.rounds,
            "added": sum(outcome.added.values()),
            "moved on": len(outcome.withdrawn) // 2,
            "room in the end": has_room,
        }
    return found


def measure_pools(n: int, k: int, w: int) -> dict[str, Any]:
    """At each school two places for each of 300 sending schools, and 50 for children from elsewhere."""
    from yaodian.engines.matching import Pool, Pools, allowed_envy, explain_all, solve, verify

    market = of_yaodian(country(n, k, w), k)
    chance = np.random.default_rng(n)
    traits = {"sender": chance.integers(0, 300, n), "elsewhere": (chance.random(n) < 0.2).astype(np.int32)}
    pools = [Pool(f"{school}-{sender}", school, 2, 0, "sender", sender) for school in range(k) for sender in range(300)]
    pools += [Pool(f"{school}", school, 50, 1, "elsewhere") for school in range(k)]
    rule = Pools(market, pools, traits)
    found: dict[str, Any] = {"pools": len(pools)}
    found["solve"], placement = taken(lambda: solve(market, pools=rule))
    found["verify"], wrong = taken(lambda: verify(market, placement, pools=rule))
    if wrong:
        sys.exit(f"{len(wrong)} faults")
    found["explain"], _ = taken(lambda: explain_all(market, placement, rule))
    found["list"], listed = taken(lambda: allowed_envy(market, placement, rule))
    return found | {"allowed": len(listed), "peak": peak()}


def measure_peer(n: int, k: int, w: int) -> dict[str, Any]:
    """The library with its recursion limit raised; its input checks are part of it, the making of its dictionaries is not."""
    import importlib.metadata

    from matching.games import HospitalResident

    sys.setrecursionlimit(10**6)
    wishes, classes, draw = square(n, k, w)
    asked: list[list[tuple[int, int, int]]] = [[] for _ in range(k)]
    for who in range(n):
        for wish, school in enumerate(wishes[who].tolist()):
            asked[school].append((int(classes[who, wish]), int(draw[who]), who))
    residents = {f"r{who}": [f"h{school}" for school in row] for who, row in enumerate(wishes.tolist())}
    hospitals = {f"h{school}": [f"r{who}" for *_, who in sorted(each)] for school, each in enumerate(asked) if each}
    capacities = dict.fromkeys(hospitals, -(-n // k))

    def work() -> Any:
        return HospitalResident.create_from_dictionaries(residents, hospitals, capacities).solve(optimal="resident")

    cpu, solved = taken(work)
    seats = [-1] * n
    for hospital, matched in solved.items():
        for resident in matched:
            seats[int(resident.name[1:])] = int(hospital.name[1:])
    return {
        "version": f"matching {importlib.metadata.version('matching')}",
        "solve": cpu,
        "seats": seats,
        "peak": peak(),
    }


def main() -> None:
    asked = json.load(sys.stdin)
    size = asked["size"]
    match asked["what"]:
        case "square":
            found = measure_square(*size)
        case "country":
            found = measure_country(*size, with_sentences=size[0] == 500_000)
        case "ladder":
            found = measure_ladder(*size)
        case "twins":
            found = measure_twins(*size)
        case "pools":
            found = measure_pools(*size)
        case _:
            found = measure_peer(*size)
    print(json.dumps(found))


main()
