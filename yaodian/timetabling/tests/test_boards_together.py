"""Several at one board at once: of those who saw the same version one is kept, and the board that the process keeps is the row's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yaodian.engines.scheduling.timetabling import verify
from yaodian.foundation.tests.together import at_once
from yaodian.timetabling import operations
from yaodian.timetabling.models import Lesson, Timetable
from yaodian.timetabling.problem import boards, in_order
from yaodian.timetabling.problem.moves import Way, take
from yaodian.timetabling.tests import term_factories
from yaodian.timetabling.tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_four_steps_on_one_version_one_is_kept_and_two_who_publish_publish_once() -> None:
    boards.forget()
    made = term_factories.term()
    row = term_factories.solved(made, asked_by=made.made.account("教务"))
    with boards.opened(row) as board:
        taken = take(board, next(at for at, line in enumerate(row.pieces) if "体育" in line[0]))
    ways = [
        place for place, spots in zip(taken.places, taken.spots, strict=True) if spots[0].way in (Way.FINE, Way.COSTS)
    ]

    def move(name: str, start: boards.Place) -> Callable[[], str]:
        actor = made.made.account(name)

        def act() -> str:
            try:
                operations.move_piece(
                    actor=actor, timetable=row, piece=taken.piece, start=start, now=NOW, expected_version=row.version
                )
            except operations.UnableToMovePiece as refused:
                return refused.code
            return "kept"

        return act

    answers = at_once(*[move(f"同事{number}", start) for number, start in enumerate(ways[:4])])
    assert sorted(answers) == ["kept", "stale", "stale", "stale"]
    kept = Timetable.objects.get(pk=row.pk)
    assert kept.version == row.version + 1
    with boards.opened(kept) as board:
        assert board.check.timetable == in_order(board.laid, kept.pieces)
        assert (board.check.required, board.check.optional) == (kept.required, kept.optional)
        assert verify(board.laid.problem, board.check.timetable).optional == kept.optional

    def publish(name: str) -> Callable[[], str]:
        actor = made.made.account(name, "head")

        def act() -> str:
            try:
                operations.publish_timetable(actor=actor, timetable=kept, holds_from=TODAY, now=NOW)
            except operations.UnableToPublishTimetable as refused:
                return refused.code
            return "out"

        return act

    assert sorted(at_once(publish("校长"), publish("副校长"))) == ["out", "state"]
    assert Lesson.objects.filter(timetable=kept).count() == len(kept.pieces)
