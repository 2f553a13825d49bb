"""What the page of a unit shows of plans: its commitments by light, what presses first; its duties that come round."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Panel, Visitor
from yaodian.plans.models import Light
from yaodian.plans.queries.commitments import get_unit_page
from yaodian.plans.queries.responsibilities import visible_duties

MOST_ROWS = 6


def unit_panel(unit: Unit, account: Visitor, on: date) -> Panel | None:
    """The commitments that ask something of a unit in the latest year, and how many duties it has; nothing for whoever
    may neither sign for it nor correct its plans. A constant number of queries."""
    try:
        page = get_unit_page(account=account, unit=unit.public_id, today=on)
    except Unit.DoesNotExist:
        return None
    recurring = visible_duties(account=account).filter(unit=unit, until_on__isnull=True).count()
    if not page.rows and not recurring:
        return None
    context = {
        "unit": unit,
        "page": page,
        "rows": page.rows[:MOST_ROWS],
        "lights": [(one.value, one.label, page.counts[one.value]) for one in Light if page.counts[one.value]],
        "recurring": recurring,
    }
    return Panel("commitments", _("工作任务"), "plans/commitments/_panel.html", context)
