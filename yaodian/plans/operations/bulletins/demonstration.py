"""The demonstration's bulletins: of the last three months issued, of the running month a draft."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from yaodian.measures.operations import take_values
from yaodian.measures.queries import latest_taking
from yaodian.organisations.models import Account
from yaodian.organisations.queries import unit_of_code
from yaodian.plans.models import Bulletin, Plan, PlanState
from yaodian.plans.operations.bulletins.composing import compose_bulletin, submit_bulletin
from yaodian.plans.operations.bulletins.issuing import issue_bulletin
from yaodian.plans.operations.bulletins.wording import save_head
from yaodian.plans.queries.bulletins import span_of

MONTHS = 3
# A month is reported on some days after it is over.
REPORTED_AFTER = timedelta(days=5)
HEAD = {
    "issuer": "云川市教育局",
    "office_code": "云教督",
    "addressees": "各县（区）教育局、局机关各科室、局属各单位",
    "copies_to": "市政府办公室、市政府教育督导委员会成员单位",
    "printed_by": "云川市教育局办公室",
}


def load_demonstration_bulletins(*, now: datetime, editor: Account, publisher: Account) -> int:
    """Composes as ``editor`` and issues as ``publisher`` what the bureau reported of the last three months, and composes a draft of
    the running one. Values of the ends of the months are taken first where they are missing. Returns how many were made.

    Does nothing where there are bulletins of the demonstration, or no published plan of it. Raises what the operations raise.
    """
    bureau = unit_of_code(code="bureau")
    plans = list(Plan.objects.filter(is_demonstration=True, state=PlanState.PUBLISHED).order_by("-year", "pk")[:1])
    if bureau is None or not plans or Bulletin.objects.filter(is_demonstration=True).exists():
        return 0
    today = timezone.localdate(now)
    spans = [span_of(kind="month", on=today)]
    for _turn in range(MONTHS + 1):
        spans.insert(0, spans[0].before)
    for day in (*(span.last for span in spans[:-1]), today):
        taking = latest_taking(day=day)
        if taking is None or taking.on != day:
            take_values(actor=None, day=day, now=now)
    with transaction.atomic():
        save_head(actor=editor, now=now, unit=bureau.public_id, kind="circular", values=HEAD)
        for span in spans[1:]:
            is_running = span.last >= today
            reported = today if is_running else min(span.last + REPORTED_AFTER, today)
            # The last moment that is not yet to come.
            at = min(_morning(reported), now)
            row = compose_bulletin(
                actor=editor, now=at, today=reported, unit=bureau.public_id, kind="circular",
                plans=[plan.public_id for plan in plans], period="month", first=span.first, is_demonstration=True,
            )  # fmt: skip
            if is_running:
                continue
            handed = at + timedelta(hours=2)
            row = submit_bulletin(actor=editor, now=handed, public_id=row.public_id, expected_version=row.version)
            issue_bulletin(
                actor=publisher, now=handed + timedelta(hours=3), today=reported, public_id=row.public_id,
                expected_version=row.version,
            )  # fmt: skip
    return MONTHS + 1


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
