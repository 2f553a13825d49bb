"""Several at once, each with a connection of his own: one place is given once, and one pupil has one choice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yaodian.foundation.tests.together import at_once
from yaodian.timetabling import operations
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import ChoiceState, PupilChoice
from yaodian.timetabling.queries.rounds import counts_of
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_place_is_given_once_and_a_form_that_is_sent_often_is_one_choice() -> None:
    world = factories.world()
    row = factories.round_(world, offered={"PCB": 1, "HOG": None}, is_first_come=True)
    letters = [factories.letter(row, pupil)[0] for pupil in world.pupils]

    def try_for(letter: object) -> Callable[[], str]:
        def act() -> str:
            try:
                operations.choose(letter=letter, subjects=COMBINATIONS["PCB"].subjects, now=NOW)  # type: ignore[arg-type]
            except operations.UnableToChoose as refused:
                return refused.code
            return "chosen"

        return act

    answers = at_once(*[try_for(one) for one in letters])
    assert sorted(answers) == ["chosen", "full", "full", "full"]
    assert counts_of(row) == {"PCB": 1}
    at_once(*[lambda: operations.choose(letter=letters[0], subjects=COMBINATIONS["HOG"].subjects, now=NOW)] * 4)
    standing = PupilChoice.objects.filter(pupil=world.pupils[0], state=ChoiceState.STANDING)
    assert [one.combination for one in standing] == ["HOG"]
    assert PupilChoice.objects.filter(pupil=world.pupils[0], combination="HOG").count() == 1
