"""Which measure each target means: proposals, and the decision of a person."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.answering import absent_is_404
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations, queries
from yaodian.plans.views.answers import back


@permitted("plans.correct")
@require_GET
@absent_is_404
def bindings(request: HttpRequest, public_id: str) -> HttpResponse:
    """All targets of a plan, those first for which there is a proposal, each with the measures it may mean."""
    page = queries.get_progress(
        account=request.user, public_id=public_id, today=timezone.localdate(), with_proposals=True
    )
    rows = [queries.with_choices(row) for row in page.rows]
    context = {
        "page": page,
        "plan": page.plan,
        "open_rows": [row for row in rows if row.row.is_open and row.proposed],
        "other_rows": [row for row in rows if row.row.is_open and not row.proposed],
        "decided_rows": [row for row in rows if not row.row.is_open],
    }
    return render(request, "plans/bindings.html", context)


@permitted("plans.correct")
@require_POST
@absent_is_404
def bind(request: HttpRequest, public_id: str, item_id: int) -> HttpResponse:
    """Takes a proposal, or a measure chosen from the list: `measure`, `stage` and `filter`, parted by a stroke."""
    measure, _stroke, rest = request.POST.get("choice", "").partition("|")
    stage, _stroke, narrowed = rest.partition("|")

    def act() -> str:
        operations.bind_target(
            actor=account_of(request),
            now=timezone.now(),
            public_id=public_id,
            target_id=item_id,
            measure=measure,
            stage=stage,
            narrowed=narrowed,
        )
        return _("已对应。以后同样的目标不再询问。")

    return _decided(request, public_id, item_id, act)


@permitted("plans.correct")
@require_POST
@absent_is_404
def decline(request: HttpRequest, public_id: str, item_id: int) -> HttpResponse:
    """Says that no measure fits."""

    def act() -> str:
        operations.decline_binding(
            actor=account_of(request), now=timezone.now(), public_id=public_id, target_id=item_id
        )
        return _("已记下：没有合适的指标。")

    return _decided(request, public_id, item_id, act)


@permitted("plans.correct")
@require_POST
@absent_is_404
def release(request: HttpRequest, public_id: str, item_id: int) -> HttpResponse:
    """Takes the decision back."""

    def act() -> str:
        operations.release_binding(
            actor=account_of(request), now=timezone.now(), public_id=public_id, target_id=item_id
        )
        return _("已取消，可以重新选择。")

    return _decided(request, public_id, item_id, act)


def _decided(request: HttpRequest, public_id: str, item_id: int, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    return back(request, "plans:bindings", public_id, anchor=f"target-{item_id}")
