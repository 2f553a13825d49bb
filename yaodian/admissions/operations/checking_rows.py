"""What the steps of verification share: the rows under their locks, in the order intake, applications, and the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from yaodian.admissions.models import Application, Intake, IntakeState
from yaodian.admissions.operations.errors import WrongState
from yaodian.admissions.queries.checking_children import indexes_of, same_child
from yaodian.audit.operations import record
from yaodian.organisations.models import Account

CHECKED_IN = (IntakeState.OPEN, IntakeState.CHECKING)


def lock_application(given: Application) -> tuple[Application, list[Application]]:
    """The application, and whatever else was handed in for the same child in this intake, all locked in one order."""
    seen = Application.objects.get(pk=given.pk)
    wanted = Q(pk=given.pk) | (same_child(indexes_of(seen)) & Q(intake_id=seen.intake_id))
    rows = Application.objects.filter(wanted).order_by("pk").select_for_update(of=("self",), no_key=True)
    locked = list(rows)
    own = next(row for row in locked if row.pk == given.pk)
    return own, [row for row in locked if row.pk != given.pk]


def require_checked_in(intake: Intake) -> None:
    """Raises WrongState unless applications are being checked."""
    if intake.state not in CHECKED_IN:
        raise WrongState(
            _("这次招生现在是“%(state)s”，不能再核验。核验须在报名或核验期间进行。")
            % {"state": intake.get_state_display()},
            code="wrong-state",
        )


def journal(actor: Account | None, code: str, row: Application, now: datetime, **detail: Any) -> None:
    """Numbers of children and names of people never stand in the journal."""
    record(
        actor=actor,
        code=f"admissions.{code}",
        subject=f"admissions_application:{row.pk}",
        detail={"intake": row.intake_id, "revision": row.revision, **detail},
        at=now,
    )
