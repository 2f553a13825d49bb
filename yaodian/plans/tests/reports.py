"""A plan in force whose units report on March 2026. Every word is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from yaodian.foundation.files.taking import TakenFile
from yaodian.organisations.models import Account, Unit
from yaodian.plans import operations
from yaodian.plans.models import MonthlyReport, Plan
from yaodian.plans.operations import reports
from yaodian.plans.queries.reports import rows_of
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import Bureau, bureau

MARCH = date(2026, 3, 1)
# The fifth working day of April 2026: Qingming is kept from the fourth to the sixth.
DUE = date(2026, 4, 8)
OPENED = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
WORDS = reports.StatementValues("已完成摸底，台账已建立。", "yes")


def opened() -> Bureau:
    """The bureau with its commitments in force and the reports on March open."""
    made = bureau(accepted=True)
    reports.open_reports(now=OPENED)
    return made


def report_of(unit: Unit) -> MonthlyReport:
    return MonthlyReport.objects.select_related("plan").get(unit=unit)


def written(unit: Unit, account: Account, now: datetime = OPENED) -> MonthlyReport:
    """A report whose lines all have what is asked."""
    report = report_of(unit)
    for row in rows_of(report=report, account=account, today=now.date()):
        reports.write_statement(
            actor=account, now=now, public_id=report.public_id, commitment_id=row.commitment.pk, values=WORDS
        )
    return report


def submitted(unit: Unit, account: Account, now: datetime = OPENED + timedelta(days=1)) -> MonthlyReport:
    report = written(unit, account, now)
    return reports.submit_report(actor=account, now=now, public_id=report.public_id)


def withdrawn(made: Bureau, now: datetime) -> None:
    """Takes the plan off the public pages."""
    plan = Plan.objects.get(pk=made.plan.pk)
    operations.withdraw_plan(
        actor=factories.publisher(), now=now, public_id=plan.public_id, expected_version=plan.version, reason="有误"
    )


def photograph(name: str = "现场.jpg", mark: str = "a") -> TakenFile:
    """What the foundation would have made of a picture."""
    return TakenFile(
        name=name,
        kind="jpeg",
        media_type="image/jpeg",
        data=b"picture" + mark.encode(),
        sha256=mark * 64,
        received_sha256=mark * 64,
        is_stripped=True,
        is_scanned=False,
        width=10,
        height=10,
        thumbnail=b"small",
    )
