"""A city's catchments and its overflow: CPU seconds to allocate, to verify, and to check the certificate of the overflow alone.

Zones lie at random in a square of 20 km, each with the two nearest schools as its catchment; a tenth of the seats stays free. There is no
peer: what is checked is that the verifier finds nothing, optimality by prices included.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks import report
from yaodian.engines.matching.catchment_verifying import verify_allocation
from yaodian.engines.matching.catchments import Catchments, How, allocate
from yaodian.engines.matching.overflow import certified

SIZES = ((10_000, 50, 300), (30_000, 100, 1_000), (100_000, 300, 5_000))
CAP_M = 6_000


def city(count: int, schools: int, zones: int, seed: int = 1) -> Catchments:
    """Children in zones, each with three classes and a number in the draw; a zone is a row of distances."""
    chance = np.random.default_rng(seed)
    metres = np.abs(
        chance.integers(0, 20_000, (zones, 1, 2)) - chance.integers(0, 20_000, (1, schools, 2))
    ).sum(axis=-1).astype(np.int32)  # fmt: skip
    nearest = np.argsort(metres, axis=1, kind="stable")[:, :2].astype(np.int32)
    zone = chance.integers(0, zones, count).astype(np.int32)
    return Catchments(
        zones=zone,
        zone_starts=np.arange(0, 2 * zones + 1, 2, dtype=np.int64),
        zone_schools=nearest.ravel(),
        classes=chance.integers(0, 3, count).astype(np.int16),
        drawn=chance.permutation(count),
        capacities=np.full(schools, count * 110 // 100 // schools, np.int64),
        rows=zone,
        metres=metres,
        cap_m=CAP_M,
    )


def main() -> None:
    """Measure three sizes of city."""
    facts = report.conditions() | {"numpy": np.__version__}
    rows: list[list[Any]] = []
    for size in SIZES:
        problem = city(*size)
        began = time.process_time()
        result = allocate(problem)
        allocated = time.process_time()
        faults = verify_allocation(problem, result)
        verified = time.process_time()
        over = result.overflow
        metres = np.where(over.seats > 0, problem.metres[over.rows].astype(np.int64), -1)
        began_proof = time.process_time()
        assert certified(over.flow, over.children, over.seats, metres, problem.cap_m)
        proved = time.process_time() - began_proof
        assert faults == ()
        sent, left = (int((result.how == how).sum()) for how in (How.OVERFLOW, How.SHORTAGE))
        rows.append([*size, sent, left, len(over.rows), allocated - began, verified - allocated, proved])
    heads = (
        "children", "schools", "zones", "by overflow", "left", "rows in it", "allocate CPU s", "verify CPU s", "certificate CPU s",
    )  # fmt: skip
    report.finish("catchments", heads, rows, facts)


if __name__ == "__main__":
    main()
