"""Published instances, and what their published solutions cost.

The costs are those of the archive's pages and of a scorer that was written apart from this one. Where the published files do not lie beside the checkout
(``../shared/xhstt``), the school made by hand is held to the same, and the tests' names say so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from yaodian.engines.scheduling.timetabling import verify
from yaodian.engines.scheduling.xhstt import Archive, losses, read, write

from .documents import document

PUBLISHED = Path(__file__).resolve().parents[5].parent / "shared" / "xhstt"

# File → times, resources, events, and (what must hold, what is wished) of its solutions in order.
Costs = tuple[tuple[int, int, int], list[tuple[int, int]]]
COSTS: dict[str, Costs] = {
    "ArtificialSudoku4x4": ((4, 12, 16), [(0, 0)]),
    "BrazilInstance1": ((25, 11, 21), [(0, 42), (0, 41)]),
    "BrazilInstance2": ((25, 20, 63), [(0, 38), (0, 5)]),
    "BrazilInstance6": ((25, 44, 140), [(0, 209), (0, 60), (0, 59), (0, 35)]),
    "SouthAfricaLewitt2009": ((148, 37, 185), [(0, 58), (0, 0)]),
    "SpainSchool": ((35, 91, 225), [(3, 5966), (0, 357), (0, 336)]),
}
BY_HAND: Costs = ((4, 6, 3), [(12, 29)])
ABSENT = "only-the-school-made-by-hand-because-there-is-no-shared-xhstt-beside-the-checkout"


@pytest.fixture(scope="module", params=COSTS if PUBLISHED.is_dir() else [ABSENT])
def published(request: pytest.FixtureRequest) -> tuple[Archive, Costs]:
    if request.param == ABSENT:
        return read(document()), BY_HAND
    return read((PUBLISHED / f"{request.param}.xml").read_bytes()), COSTS[request.param]


def test_solutions_cost_what_was_published(published: tuple[Archive, Costs]) -> None:
    archive, (sizes, costs) = published
    (instance,) = archive.instances
    problem = instance.problem
    assert (len(problem.times), len(problem.resources), len(problem.events)) == sizes
    verdicts = [verify(problem, solution.timetable) for group in archive.groups for solution in group.solutions]
    assert [(verdict.required, verdict.optional) for verdict in verdicts] == costs
    assert all(verdict.faults == () for verdict in verdicts)


def test_instances_are_written_and_read_the_same(published: tuple[Archive, Costs]) -> None:
    archive, _ = published
    assert losses(archive.instances[0].problem) == ()
    assert read(write(archive)) == archive
