"""Several checkers at one application in the same moment, each with a connection of his own: seats are taken once."""

from __future__ import annotations

import pytest
import time_machine

from yaodian.admissions import operations
from yaodian.admissions.models import ApplicationState, Check, IntakeState, Verdict
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW
from yaodian.audit.queries import entries, verify_journal
from yaodian.foundation.messages.queueing import messages_on_page
from yaodian.foundation.tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_four_who_look_at_once_two_decide_and_one_person_sits_once() -> None:
    with time_machine.travel(NOW, tick=False):
        world = factories.made(state=IntakeState.CHECKING)
        row = factories.application(world)
        given = {"application": row, "revision": 1, "facts": ["household"], "catchment": world.catchments["east"]}
        people = [world.account(name) for name in ("one", "two", "three", "three")]
        answers = at_once(
            *(
                lambda who=who: operations.check_application(actor=who, verdict=Verdict.VERIFY, now=NOW, **given)
                for who in people
            )
        )
        row.refresh_from_db()
        assert row.state == ApplicationState.VERIFIED
        assert sorted(Check.objects.values_list("seat", flat=True)) == [1, 2]
        assert len({one.checker_id for one in Check.objects.all()}) == 2
        refused = [one for one in answers if isinstance(one, operations.UnableTo)]
        assert {one.status for one in refused} == {409}
        assert entries(code="admissions.application.decide").count() == 1
        assert messages_on_page(account=row.account, now=NOW).count() == 1
        assert verify_journal().ok


def test_of_three_verdicts_at_once_the_last_is_the_third_seat() -> None:
    with time_machine.travel(NOW, tick=False):
        world = factories.made(state=IntakeState.CHECKING)
        row = factories.application(world)
        verdicts = [Verdict.VERIFY, Verdict.RETURN, Verdict.REFUSE]
        people = [world.account(name) for name in ("one", "two", "three")]
        answers = at_once(
            *(
                lambda who=who, verdict=verdict: operations.check_application(
                    actor=who, application=row, revision=1, verdict=verdict, reason="材料不全", now=NOW
                )
                for who, verdict in zip(people, verdicts, strict=True)
            )
        )
        assert sorted(one.check.seat for one in answers) == [1, 2, 3]
        decided = next(one for one in answers if one.is_decided)
        row.refresh_from_db()
        assert decided.check.seat == 3
        assert row.state == {"verify": "verified", "return": "returned", "refuse": "refused"}[decided.check.verdict]
