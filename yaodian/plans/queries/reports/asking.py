"""What plans ask of a person today: reports that are due, reports that wait for approval, duties that wait to be signed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from yaodian.cases.queries import harm_of_delay
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import Visitor, may, named, names_of_units, rights_of, scope_of
from yaodian.plans.models import (
    CommitmentState,
    Duty,
    DutyState,
    MonthlyReport,
    Plan,
    PlanState,
    ReportState,
)
from yaodian.plans.queries.binding import units_of_plans
from yaodian.plans.queries.commitments.pages import ANSWER
from yaodian.plans.queries.reports.lines import asked_still
from yaodian.plans.queries.reports.standing import APPROVE, had_a_hand_in
from yaodian.plans.queries.words import month_words

MOST_ASKS = 100
# A report that comes up within so many days is shown.
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that waits for a person. ``kind`` is report, decide or sign; ``public_id`` the report's, or of a unit whose
    duties wait; the harm of delay is on the scale of ``cases.queries.harm_of_delay``."""

    kind: str
    public_id: str
    title: str
    note: str
    due_on: date | None
    days_late: int
    harm: float


def list_asks(*, account: Visitor, today: date) -> tuple[Ask, ...]:
    """What plans ask of a person, what harms most first. Nine queries at most."""
    asks = [*_to_hand_in(account, today), *_to_decide(account, today), *_to_sign(account, today)]
    return tuple(sorted(asks, key=lambda one: (-one.harm, one.kind, one.title)))


def _to_hand_in(account: Visitor, today: date) -> list[Ask]:
    """Of units in which the person himself stands: whoever reaches a whole city is not asked for each school's."""
    units = _own_units(account, ANSWER)
    if not units:
        return []
    rows = list(
        MonthlyReport.objects.filter(
            asked_still(),
            unit__in=units,
            state__in=(ReportState.DRAFT, ReportState.RETURNED),
            due_on__lte=today + SOON,
        )
        .select_related("plan")
        .defer("plan__text", "plan__header_read")
        .order_by("due_on", "pk")[:MOST_ASKS]
    )
    names = names_of_units(ids={row.unit_id for row in rows}, day=today) if rows else {}
    return [
        Ask(
            "report",
            row.public_id,
            _("%(month)s月报：%(plan)s") % {"month": month_words(row.month), "plan": row.plan.title},
            " · ".join(filter(None, (names.get(row.unit_id, ""), str(row.get_state_display()), row.return_reason))),
            row.due_on,
            max(0, (today - row.due_on).days),
            harm_of_delay(weight=2 if row.state == ReportState.RETURNED else 1, due_on=row.due_on, today=today),
        )
        for row in rows
    ]


def _own_units(account: Visitor, permission: str) -> set[int]:
    scope = scope_of(account=account, permission=permission)
    return {unit for _hierarchy, unit in scope.roots}


def _to_decide(account: Visitor, today: date) -> list[Ask]:
    """What is no report of his own: neither of a unit in which he stands nor one that he has had a hand in."""
    if not isinstance(account, Account) or not may(account=account, permission=APPROVE):
        return []
    scope = scope_of(account=account, permission=APPROVE)
    waiting = Plan.objects.filter(state=PlanState.PUBLISHED, reports__state=ReportState.SUBMITTED)
    plans = list(waiting.distinct().only("pk", "issuer"))
    if not plans:
        return []
    homes = units_of_plans(plans)
    reached = set(
        scope.rows(Unit.objects.filter(pk__in={home.pk for home in homes.values()}), unit="pk").values_list(
            "pk", flat=True
        )
    )
    rows = list(
        MonthlyReport.objects.filter(
            plan__in=[pk for pk, home in homes.items() if home.pk in reached], state=ReportState.SUBMITTED
        )
        .exclude(had_a_hand_in(account.pk))
        .exclude(unit__in={right.unit_id for right in rights_of(account=account)})
        .select_related("plan")
        .defer("plan__text", "plan__header_read")
        .order_by("decide_by", "pk")[:MOST_ASKS]
    )
    names = names_of_units(ids={row.unit_id for row in rows}, day=today) if rows else {}
    return [
        Ask(
            "decide",
            row.public_id,
            _("审核月报：%(unit)s %(month)s") % {"unit": names.get(row.unit_id, ""), "month": month_words(row.month)},
            row.plan.title,
            row.decide_by,
            max(0, (today - row.decide_by).days) if row.decide_by else 0,
            harm_of_delay(weight=1, due_on=row.decide_by or today, today=today),
        )
        for row in rows
    ]


def _to_sign(account: Visitor, today: date) -> list[Ask]:
    """One for each unit in which the person stands, however many duties wait there."""
    own = _own_units(account, ANSWER)
    if not own:
        return []
    waiting = Counter(
        Duty.objects.filter(
            unit__in=own,
            state=DutyState.WAITING,
            commitment__state=CommitmentState.ACCEPTED,
            commitment__plan__state=PlanState.PUBLISHED,
        ).values_list("unit_id", flat=True)
    )
    if not waiting:
        return []
    return [
        Ask(
            "sign",
            unit.public_id,
            _("%(count)s 项任务等待签收") % {"count": waiting[unit.pk]},
            str(unit.name_then),  # type: ignore[attr-defined]  # Annotated.
            None,
            0,
            # Without a day of its own, it stands above what is due in a fortnight and below what is due now.
            0.2,
        )
        for unit in named(Unit.objects.filter(pk__in=list(waiting)), day=today).order_by("code")
    ]
