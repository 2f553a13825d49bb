"""What leaves the house as a document is told to the journal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yaodian.audit.operations import record
from yaodian.indicators.models import Assessment
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require


def record_report(*, actor: Account, assessment: Assessment, sha256: str, now: datetime) -> None:
    """Says in the journal that somebody took a report, and of which bytes. Raises PermissionMissing."""
    with transaction.atomic():
        require(account=actor, permission="indicators.view", unit_id=assessment.county_id)
        record(
            actor=actor,
            code="indicators.report.export",
            subject=f"unit:{assessment.county_id}",
            detail={
                "statute": assessment.statute,
                "year": assessment.year,
                "assessed_at": assessment.assessed_at.isoformat(),
                "sha256": sha256,
            },
            at=now,
        )
