"""Rows locked in one order by everybody: the intake, then applications, then offers, then places."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from yaodian.admissions.models import NEXT_OF_INTAKE, Intake, IntakeState, Offer
from yaodian.admissions.operations.errors import WrongState


def lock_intake(intake: Intake) -> Intake:
    """The intake as it stands, locked until the end of the transaction, with its season."""
    return Intake.objects.select_for_update(of=("self",)).select_related("season__office").get(pk=intake.pk)


def hold_intake(pk: int) -> Intake:
    """The intake, which cannot change its state before this transaction ends; those who hold it do not wait for each other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM admissions_intake WHERE id = %s FOR SHARE", [pk])
    # SQLite has one writer at a time.
    return Intake.objects.select_related("season").get(pk=pk)


def require_intake(row: Intake, states: Collection[str]) -> None:
    """Raises WrongState where the intake is in none of the states."""
    if row.state not in states:
        raise WrongState(
            _("这个学段现在是“%(now)s”，这一步要在“%(then)s”时做。请刷新页面查看进度。")
            % {
                "now": IntakeState(row.state).label,
                "then": "”“".join(str(IntakeState(state).label) for state in states),
            },
            code="state",
        )


def move_intake(row: Intake, state: str) -> None:
    """Writes the new state. Raises WrongState where the table knows no such step."""
    if state not in NEXT_OF_INTAKE.get(row.state, ()):
        require_intake(row, [before for before, after in NEXT_OF_INTAKE.items() if state in after])
    row.state = state
    row.version += 1
    row.store()


def lock_offers(keys: Iterable[int]) -> dict[int, Offer]:
    """Offers by id, locked in the order of their ids."""
    rows = Offer.objects.select_for_update(of=("self",)).filter(pk__in=set(keys)).order_by("pk")
    return {row.pk: row for row in rows}


def minute(now: datetime) -> str:
    """A moment as a promise writes it: to the minute, with its offset."""
    return now.isoformat(timespec="minutes")
