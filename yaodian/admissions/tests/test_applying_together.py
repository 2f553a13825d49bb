"""Several at once, each with a connection of his own: one row, one receipt, and no child in two applications."""

from __future__ import annotations

from typing import Any

import pytest

from yaodian.admissions import operations
from yaodian.admissions.models import Application, Submission
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW
from yaodian.audit.queries import verify_journal
from yaodian.foundation.tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_form_that_is_sent_five_times_at_once_is_one_submission_and_one_receipt() -> None:
    world = factories.made()
    family = factories.family()
    row = families.draft(world, family)
    answers = at_once(*[lambda: families.submit(family, row)] * 5)
    assert {one.pk for one in answers} == {Submission.objects.get().pk}
    assert len({(one.application.number, one.sha256, one.received_at) for one in answers}) == 1
    assert Application.objects.get().revision == 1
    assert verify_journal().ok


def test_a_draft_that_is_begun_five_times_at_once_is_one() -> None:
    world = factories.made()
    family = factories.family()
    answers = at_once(*[lambda: operations.start_draft(account=family, intake=world.intake, now=NOW)] * 5)
    assert {one.pk for one in answers} == {Application.objects.get().pk}


def test_of_accounts_that_hand_in_one_child_at_once_one_holds_it_and_all_have_a_receipt() -> None:
    world = factories.made()
    said = families.stated(world)
    pairs = [(one, families.draft(world, one, said)) for one in (factories.family() for _turn in range(4))]
    answers = at_once(*[lambda one=one, row=row: families.submit(one, row) for one, row in pairs])
    assert all(isinstance(one, Submission) for one in answers)
    assert len({one.application.number for one in answers}) == 4
    rows = list(Application.objects.all())
    assert sorted(one.is_doubled for one in rows) == [False, True, True, True]
    assert len({bytes(one.child_index or one.doubled_index or b"") for one in rows}) == 1


def test_a_change_that_is_sent_twice_at_once_is_one_and_taken_back_twice_it_is_taken_back_once() -> None:
    world = factories.made()
    family = factories.family()
    row = families.submitted(world, family)
    said = families.stated(world)
    changed = type(said).from_json({**row.content, "remark": "改了"})
    given: Any = {"account": family, "public_id": row.public_id, "now": NOW}
    answers = at_once(*[lambda: operations.change_application(content=changed, client_key="change", **given)] * 3)
    assert len({one.pk for one in answers}) == 1
    at_once(*[lambda: operations.undo_change(revision=1, **given)] * 3)
    row.refresh_from_db()
    assert (row.revision, row.revisions.count(), row.content["remark"]) == (3, 2, "")
    assert verify_journal().ok
