"""Commitments that are late open cases: once for each day that is over, whatever crashes and however many workers."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.cases import operations as cases
from yaodian.cases.queries import all_about
from yaodian.organisations.models import Unit
from yaodian.plans.models import Commitment, CommitmentState, Plan, UnitPart
from yaodian.plans.queries.binding import unit_of_plan
from yaodian.plans.queries.commitments import KIND, Overdue, overdue_of, plans_with_overdue

# A title is read in a list; the whole stands in the case's body.
MOST_TITLE = 60
_PARTS = (UnitPart.LEAD, UnitPart.RESPONSIBLE, UnitPart.SUPPORT)


def open_overdue_cases(*, now: datetime) -> int:
    """Opens a case for everything in published plans that is late and has none. Returns how many.

    Each case is a transaction of its own that holds the commitment, so a pass that dies leaves whole cases, and two at
    the same time make one. Run again, it finds nothing.
    """
    today = timezone.localdate(now)
    count = 0
    for plan in plans_with_overdue(today=today):
        late = overdue_of(plan=plan, today=today)
        known = {
            (case.subject, case.fields.get("due_on"))
            for case in all_about(kind=KIND, subjects=[one.subject for one in late])
        }
        home = unit_of_plan(plan)
        for one in late:
            if home is not None and (one.subject, one.due_on.isoformat()) not in known:
                count += _open(plan, one, home, today, now)
    return count


@transaction.atomic
def _open(plan: Plan, late: Overdue, home: Unit, today: date, now: datetime) -> int:
    row = Commitment.objects.select_for_update(of=("self",)).get(pk=late.row.commitment.pk)
    # Meanwhile another worker may have been here, or the office.
    if row.state != CommitmentState.ACCEPTED or row.version != late.row.commitment.version:
        return 0
    mine = all_about(kind=KIND, subjects=[late.subject])
    if any(case.ended_at is None or case.fields.get("due_on") == late.due_on.isoformat() for case in mine):
        return 0
    clause = late.row.clause
    body = _("《%(plan)s》中的任务应于 %(day)s 完成。%(reason)s") % {
        "plan": plan.title,
        "day": late.due_on,
        "reason": late.row.standing.reason,
    }
    if len(row.text) > MOST_TITLE:
        body = f"{row.text}\n\n{body}"
    cases.open_case(
        actor=None,
        kind=KIND,
        title=f"{late.label}：{_short(row.text)}" if late.label else _short(row.text),
        body=body,
        # What weighs more than the others is what the office put forward.
        grade="key" if row.weight > 1 else "general",
        supervising_unit=home,
        doing_unit=_doing(late, today),
        subject=late.subject,
        fields={
            "clause": f"{clause.path} {clause.heading}".strip()[:500] if clause else "",
            "due_on": late.due_on.isoformat(),
        },
        now=now,
    )
    return 1


def _short(text: str) -> str:
    """What a case is called: of a commitment that says much its first words, up to where one of its parts ends."""
    if len(text) <= MOST_TITLE:
        return text
    ends = [place for mark in "；;。，,、" if (place := text.rfind(mark, 10, MOST_TITLE)) > 0]
    return f"{text[: max(ends, default=MOST_TITLE)]}……"


def _doing(late: Overdue, today: date) -> Unit | None:
    """The unit that answers first: who leads, else who is responsible, else whoever helps; none where nobody is known."""
    for part in _PARTS:
        for line in late.row.duties:
            unit = line.duty.unit
            if line.duty.part == part and unit is not None and unit.exists_on(today):
                return unit
    return None
