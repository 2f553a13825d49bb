"""What the page of a unit shows of its cases."""

from __future__ import annotations

from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from yaodian.cases.declaring import Phase
from yaodian.cases.queries.lists import lines_of
from yaodian.cases.queries.numbers import counts
from yaodian.cases.queries.standing import VIEW, visible
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Panel, Visitor, may

MOST_LINES = 6


def unit_panel(unit: Unit, account: Visitor, on: date) -> Panel | None:
    """The open cases that lie with a unit, what is due first; as far as the account may know of them. Eleven queries at most."""
    if not may(account=account, permission=VIEW, unit_id=unit.pk):
        return None
    found = [one for one in counts(account=account, today=on, unit_id=unit.pk) if one.phase != Phase.ENDED]
    numbers = {
        "open": sum(one.count for one in found),
        "overdue": sum(one.overdue for one in found),
        "escalated": sum(one.escalated for one in found),
    }
    if not numbers["open"]:
        return None
    cases = visible(account=account, today=on).filter(doing_unit_id=unit.pk).exclude(phase=Phase.ENDED)
    first = cases.select_related("assignee").order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST_LINES]
    context = {"unit": unit, "numbers": numbers, "lines": lines_of(list(first), today=on)}
    return Panel("cases", _("督办事项"), "cases/_panel.html", context)
