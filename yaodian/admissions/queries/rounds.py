"""A further round as a family sees it: the schools that still have places, and what it chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from yaodian.admissions.content import Content
from yaodian.admissions.models import Application, Intake
from yaodian.admissions.queries.applying import find_own
from yaodian.admissions.queries.asking import asked_in_round
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account


@dataclass(frozen=True)
class RestatePage:
    """`schools` may be wished for (public ids of offers with names); `wishes` is what stands."""

    application: Application
    intake: Intake
    child: str
    schools: Sequence[tuple[str, str]]
    wishes: Sequence[str]


def restate_page(*, account: Account, public_id: str, now: datetime) -> RestatePage:
    """Raises Absent, for an application of the first round too. A constant number of queries."""
    row = find_own(account=account, public_id=public_id)
    if row.carried_from_id is None:
        raise Absent(public_id)
    asked = asked_in_round(row, today=timezone.localdate(now))
    content = Content.from_json(row.content)
    return RestatePage(
        application=row,
        intake=row.intake,
        child=content.child.name,
        schools=[(one, name) for one, name in asked.offers.items() if one in asked.wishable],
        wishes=content.wishes,
    )
