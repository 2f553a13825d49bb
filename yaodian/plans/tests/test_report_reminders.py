"""Who is reminded of a monthly report: whoever holds the right on the day, of what is still asked, whatever else fails."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from yaodian.foundation.models import Message
from yaodian.organisations.models import Account, Deputyship, Grant, Person, Post, Unit
from yaodian.plans.operations import reports
from yaodian.plans.tests.commitments import NOW, OPENED_ON, signer
from yaodian.plans.tests.reports import opened

pytestmark = pytest.mark.django_db

# Three working days before DUE, and the first day after it.
WARNED = datetime(2026, 4, 3, 1, tzinfo=UTC)
LATE = datetime(2026, 4, 9, 1, tzinfo=UTC)


def at_post(where: Unit, *, until: date | None, role: str = "handler") -> Account:
    """Somebody who answers for a unit by a post, which ends on a day."""
    row = signer(where, role)
    person = Person.objects.create(name=row.name)
    post = Post.objects.create(person=person, unit=where, title="副科长", from_on=OPENED_ON, until_on=until)
    Grant.objects.filter(account=row).update(post=post)
    return row


def told(**of: Any) -> set[int]:
    """The accounts that have a message about a report."""
    return set(Message.objects.filter(key__startswith="plans.report:", **of).values_list("recipient_id", flat=True))


def test_whoever_has_left_his_post_is_not_reminded_and_a_deputy_is() -> None:
    made = opened()
    gone, there, away = (at_post(made.basic, until=day) for day in (date(2026, 4, 3), date(2026, 4, 4), None))
    deputy, former = signer(made.school), signer(made.school)
    common: dict[str, Any] = {"principal": away, "reason": "外出学习", "granted_at": NOW}
    Deputyship.objects.create(deputy=deputy, from_on=date(2026, 4, 1), until_on=date(2026, 5, 1), **common)
    Deputyship.objects.create(deputy=former, from_on=date(2026, 3, 1), until_on=date(2026, 4, 3), **common)
    reports.remind_reports(now=WARNED)
    assert told() == {there.pk, away.pk, deputy.pk}, (gone.pk, former.pk)
