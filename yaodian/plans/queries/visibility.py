"""Who sees which plan, and what a person may do with it now. Every query of the slice begins here."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from yaodian.organisations.queries import Visitor, may
from yaodian.plans.models import Plan, PlanState

# operation → permission, states in which it is open
_ACTIONS: Mapping[str, tuple[str, frozenset[str]]] = {
    "correct": ("plans.correct", frozenset({PlanState.REVIEW})),
    "apply_sheet_edits": ("plans.correct", frozenset({PlanState.REVIEW})),
    "read_again": ("plans.upload", frozenset({PlanState.REVIEW, PlanState.FAILED})),
    "amend_plan": ("plans.upload", frozenset({PlanState.REVIEW, PlanState.FAILED})),
    "cancel_reading": ("plans.upload", frozenset({PlanState.READING})),
    "submit_plan": ("plans.submit", frozenset({PlanState.REVIEW})),
    "return_plan": ("plans.publish", frozenset({PlanState.SUBMITTED})),
    "publish_plan": ("plans.publish", frozenset({PlanState.SUBMITTED})),
    "withdraw_plan": ("plans.publish", frozenset({PlanState.PUBLISHED})),
    "reopen_plan": ("plans.correct", frozenset({PlanState.WITHDRAWN})),
    "delete_draft": ("plans.upload", frozenset({PlanState.REVIEW, PlanState.FAILED})),
}


def is_staff(account: Visitor) -> bool:
    """Whether the account works on plans, and so sees drafts."""
    return may(account=account, permission="plans.correct")


def visible_plans(account: Visitor) -> QuerySet[Plan]:
    """The plans a visitor may know of: published ones for everyone, all of them for those who work on plans."""
    plans = Plan.objects.all()
    return plans if is_staff(account) else plans.filter(state=PlanState.PUBLISHED)


def visible_plan(account: Visitor, public_id: str) -> Plan:
    """One plan, or ``Plan.DoesNotExist`` where there is none or the visitor may not know of it."""
    people = ("document", "created_by", "submitted_by", "published_by", "last_corrected_by")
    return visible_plans(account).select_related(*people).get(public_id=public_id)


def get_actions(*, account: Visitor, plan: Plan) -> frozenset[str]:
    """The operations open to this person on this plan now; ``publish_plan`` only for a second person."""
    open_now = {
        name
        for name, (permission, states) in _ACTIONS.items()
        if plan.state in states and may(account=account, permission=permission)
    }
    if account is not None and account.pk in (plan.submitted_by_id, plan.last_corrected_by_id):
        open_now.discard("publish_plan")
    if may(account=account, permission="plans.upload"):
        open_now.add("upload_document")
    return frozenset(open_now)
