"""Kill the server at any moment, correct the same target at once: nothing acknowledged is lost, nothing is half done.

The same as ``python -m benchmarks.adversity``, with numbers small enough for every run.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import adversity
from tests.journeys.conftest import Laid, drop_database

ROUNDS = 3
TRIALS = 15


@pytest.fixture(scope="module")
def house(laid: Laid, tmp_path_factory: pytest.TempPathFactory) -> Iterator[adversity.House]:
    """A house beside the journeys' own, with data of its own: it is killed again and again."""
    folder = tmp_path_factory.mktemp("adversity") / "data"
    opened = adversity.House(folder, laid.copy(folder))
    opened.start()
    yield opened
    opened.stop()
    drop_database(opened.variables)


def test_of_two_people_one_wins_and_the_other_loses_nothing(house: adversity.House) -> None:
    tally = adversity.race(house, TRIALS)
    assert tally.faults == []
    assert tally.acknowledged == 2 * TRIALS


def test_whatever_is_killed_no_acknowledged_work_is_lost(house: adversity.House) -> None:
    tally = adversity.kill(house, ROUNDS)
    assert tally.faults == []
    assert tally.acknowledged > 0
    assert tally.uploads > 0
