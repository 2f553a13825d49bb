"""What the page of a unit shows of its cases."""

from __future__ import annotations

from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from yaodian.cases.declaring import NOT_OVER
from yaodian.cases.queries.lists import lines_of
from yaodian.cases.queries.numbers import open_numbers
from yaodian.cases.queries.standing import VIEW, visible
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import Panel, Visitor, may

MOST_LINES = 6


def unit_panel(unit: Unit, account: Visitor, on: date) -> Panel | None:
    """The open cases that lie with a unit, what is due first; as far as the account may know of them. Eleven queries at most."""
    if not may(account=account, permission=VIEW, unit_id=unit.pk):
        return None
    assert isinstance(account, Account)  # A visitor may see none.
    numbers = open_numbers(account=account, today=on, unit_id=unit.pk)
    if not numbers["open"]:
        return None
    cases = visible(account=account, today=on).filter(doing_unit_id=unit.pk, phase__in=NOT_OVER)
    first = cases.select_related("assignee").order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST_LINES]
    context = {"unit": unit, "numbers": numbers, "lines": lines_of(list(first), today=on)}
    return Panel("cases", _("督办事项"), "cases/_panel.html", context)
