"""What is kept of people in an intake, until when, and why not longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yaodian.admissions.models import Appeal, AppealState, Application, ApplicationState, Intake, Reference
from yaodian.admissions.problem.numbering import tidy_number
from yaodian.admissions.queries.keeping_days import drafts_until, lists_until, names_until
from yaodian.admissions.queries.progress import intake_at_desk
from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import Visitor, may


def has_open_appeal() -> Exists:
    """Of an application: an appeal is not decided."""
    return Exists(Appeal.objects.filter(application=OuterRef("pk"), state=AppealState.FILED))


def unheld(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Those for which no matter is open."""
    return rows.filter(~has_open_appeal(), held_at__isnull=True)


@dataclass(frozen=True)
class HeldRow:
    """An application that stays beyond its time, and why."""

    public_id: str
    number: str
    reason: str
    by: str
    since: date


@dataclass(frozen=True)
class Keeping:
    """What is erased when. Days are the last ones on which something is kept; while the result is not published, the last ones if it
    never is."""

    intake: Intake
    drafts: int
    drafts_until: date
    lines: int
    lists_until: date
    named: int
    names_until: date
    erased: int
    appealed: int
    held: Sequence[HeldRow]
    may_hold: bool


def keeping_of(*, account: Visitor, public_id: str) -> Keeping:
    """The office's page about an intake. A constant number of queries. Raises Intake.DoesNotExist."""
    intake = intake_at_desk(account=account, public_id=public_id)
    rows = Application.objects.filter(intake=intake)
    handed_in = ~Q(state=ApplicationState.DRAFT)
    held = (
        rows.filter(held_at__isnull=False, erased_at__isnull=True).select_related("held_by").order_by("held_at", "pk")
    )
    return Keeping(
        intake=intake,
        drafts=rows.exclude(handed_in).count(),
        drafts_until=drafts_until(intake),
        lines=Reference.objects.filter(intake=intake).count(),
        lists_until=lists_until(intake),
        named=rows.filter(handed_in, erased_at__isnull=True).count(),
        names_until=names_until(intake),
        erased=rows.filter(erased_at__isnull=False).count(),
        appealed=rows.filter(has_open_appeal()).count(),
        held=[
            HeldRow(
                one.public_id,
                one.number or "",
                one.hold,
                one.held_by.name if one.held_by else "",
                timezone.localdate(one.held_at),
            )
            for one in held
            if one.held_at is not None
        ],
        may_hold=may(account=account, permission="admissions.appeals", unit_id=intake.season.office_id),
    )


def find_in_intake(*, intake: Intake, number: str) -> Application:
    """An application that still names people, by its number. Raises Absent."""
    row = Application.objects.filter(intake=intake, number=tidy_number(number)[:20], erased_at__isnull=True).first()
    if row is None:
        raise Absent(number)
    return row
