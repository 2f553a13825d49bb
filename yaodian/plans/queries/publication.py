"""What the second person looks at before a plan goes out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yaodian.organisations.queries import Visitor, may
from yaodian.plans.models import Plan, PlanState
from yaodian.plans.queries.pages import ReviewPage, get_review_page
from yaodian.plans.queries.words import HistoryEntry, history_entry

# What changes the content; to look at an item and find it right is not shown one by one.
_SILENT_VERBS = (
    "confirm",
    "confirm_all_certain",
    "read",
    "upload",
    "submit",
    "return",
    "publish",
    "withdraw",
    "reopen",
)
MAX_CORRECTIONS = 300


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """The state of the review, what people changed since the first reading, and why this person may not publish.

    ``hindrance`` is empty where he may. ``more`` counts the changes beyond those listed.
    """

    review: ReviewPage
    corrections: tuple[HistoryEntry, ...]
    by_action: tuple[tuple[str, int], ...]
    more: int
    hindrance: str


def get_publication_page(*, account: Visitor, public_id: str) -> PublicationPage:
    """For the one who publishes. Raises ``Plan.DoesNotExist`` unless the account works on plans. Ten queries."""
    review = get_review_page(account=account, public_id=public_id)
    rows = review.plan.corrections.select_related("made_by")
    entries = [history_entry(row) for row in rows if row.action.rpartition(".")[2] not in _SILENT_VERBS]
    counted = Counter(entry.action_label for entry in entries)
    return PublicationPage(
        review=review,
        corrections=tuple(entries[:MAX_CORRECTIONS]),
        by_action=tuple(counted.most_common()),
        more=max(0, len(entries) - MAX_CORRECTIONS),
        hindrance=_hindrance(account, review.plan),
    )


def _hindrance(account: Visitor, plan: Plan) -> str:
    if plan.state != PlanState.SUBMITTED:
        return _("这份要点现在是“%(state)s”，只有“待发布”的要点才能发布。") % {"state": plan.get_state_display()}
    if not may(account=account, permission="plans.publish"):
        return _("您的账号没有发布的权限。请联系发布人核对并发布。")
    pk = account.pk if account is not None else None
    if pk == plan.submitted_by_id:
        return _("这份要点是您自己提交的。为防止差错，须由另一位发布人核对后发布。")
    if pk == plan.last_corrected_by_id:
        return _("这份要点最后由您更正。为防止差错，须由另一位发布人核对后发布。")
    return ""
