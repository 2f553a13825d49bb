"""Commitments and monthly reports by reference: their words and their page, for whoever may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from yaodian.organisations.queries import Referent, Visitor, may, scope_of
from yaodian.plans.models import Commitment, PlanState
from yaodian.plans.queries.binding import units_of_plans
from yaodian.plans.queries.commitments import asked_of
from yaodian.plans.queries.reports import visible_reports
from yaodian.plans.queries.visibility import visible_plans

CORRECT = "plans.correct"


def commitments(account: Visitor, ids: Collection[int], _today: date) -> Mapping[int, Referent]:
    """Those of published plans that the account may know of: of its office all, else those that ask something of it."""
    rows = Commitment.objects.filter(
        pk__in=set(ids), plan__in=visible_plans(account).filter(state=PlanState.PUBLISHED)
    ).select_related("plan")
    found = list(rows.defer("plan__text", "plan__header_read"))
    own: list[int] = []
    if found and may(account=account, permission=CORRECT):
        homes = units_of_plans(list({one.plan_id: one.plan for one in found}.values()))
        scope = scope_of(account=account, permission=CORRECT)
        reached = set(scope.unit_ids().filter(descendant_id__in={unit.pk for unit in homes.values()}))
        own = [plan for plan, home in homes.items() if home.pk in reached]
    seen = set(
        Commitment.objects.filter(Q(plan__in=own) | Q(pk__in=asked_of(account, rows).values("pk")), pk__in=set(ids))
        .order_by()
        .values_list("pk", flat=True)
    )
    return {
        one.pk: Referent(
            one.text, reverse("plans:commitment", args=[one.plan.public_id, one.pk]), str(one.due_on or "")
        )
        for one in found
        if one.pk in seen
    }


def reports(account: Visitor, ids: Collection[int], _today: date) -> Mapping[int, Referent]:
    """The monthly reports that the account may know of."""
    rows = visible_reports(account).filter(pk__in=set(ids)).select_related("plan")
    return {
        one.pk: Referent(
            f"{one.month:%Y-%m} {one.plan.title}",
            reverse("plans:report", args=[one.public_id]),
            f"{one.first_due_on} → {one.first_submitted_at:%Y-%m-%d}"
            if one.first_submitted_at
            else str(one.first_due_on),
        )
        for one in rows.defer("plan__text", "plan__header_read").distinct()
    }


def commitment_shown(account: Visitor, named: Mapping[str, Any], today: date) -> str:
    """The reference of the commitment that a page shows, for whoever may know of it."""
    pk = named["commitment_id"]
    return f"plans.commitment:{pk}" if pk < 2**62 and pk in commitments(account, [pk], today) else ""


def report_shown(account: Visitor, named: Mapping[str, Any], _today: date) -> str:
    """The same of a monthly report."""
    pk = visible_reports(account).filter(public_id=named["report"]).values_list("pk", flat=True).first()
    return f"plans.report:{pk}" if pk is not None else ""
