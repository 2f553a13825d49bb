"""The demonstration: a settled trial, an open binding round, some without a choice, one letter; laid once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from yaodian.timetabling import operations
from yaodian.timetabling.models import ChoiceRound, MajorRequirement, RoundKind, RoundState
from yaodian.timetabling.queries.rounds import counts_of, missing_of
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_school_is_laid_once_and_its_letter_opens() -> None:
    world = factories.world(pupils=30)
    code = operations.load_demonstration(office=world.county, schools=[world.unit], now=NOW)
    trial = ChoiceRound.objects.get(kind=RoundKind.TRIAL)
    binding = ChoiceRound.objects.get(kind=RoundKind.BINDING)
    assert (trial.state, binding.state, binding.before) == (RoundState.SETTLED, RoundState.OPEN, trial)
    assert sum(counts_of(trial).values()) == 30
    assert 0 < missing_of(binding).count() < 15
    assert set(counts_of(binding)) <= set(binding.offered.values_list("combination", flat=True))
    letter = operations.open_letter(code=code, address="198.51.100.7", now=NOW)
    assert letter.pupil_id in set(missing_of(binding).values_list("pk", flat=True))
    assert MajorRequirement.objects.count() > 100
    assert operations.load_demonstration(office=world.county, schools=[world.unit], now=NOW) == ""
    assert ChoiceRound.objects.count() == 2
