"""From review to the public page and back: submit, publish, return, withdraw, reopen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations
from yaodian.plans.models import Plan
from yaodian.plans.queries.publication import PublicationPage, get_publication_page
from yaodian.plans.views.answers import back, refusal


@permitted("plans.submit")
@require_http_methods(["GET", "POST"])
@absent_is_404
def submit(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is still open, and the button that hands the plan to a second person."""
    if request.method == "POST":
        return _move(
            request,
            public_id,
            operations.submit_plan,
            _("已提交。请另一位发布人核对后发布。"),
            "plans:publication",
            "plans:submit",
        )
    page = get_publication_page(account=request.user, public_id=public_id)
    return render(request, "plans/submit.html", _context(page))


@permitted("plans.correct")
@require_GET
@absent_is_404
def publication(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the second person looks at: changes since the reading, warnings and doubts left, and the two buttons."""
    page = get_publication_page(account=request.user, public_id=public_id)
    return render(request, "plans/publication.html", _context(page))


def _context(page: PublicationPage) -> dict[str, Any]:
    return {
        "page": page,
        "plan": page.review.plan,
        "actions": page.review.actions,
        "doubtful": tuple(view for view in page.review.doubtful if view.is_doubtful),
        "warnings": tuple(warning for warning in page.review.warnings if not warning.is_dismissed),
    }


@permitted("plans.publish")
@require_POST
@absent_is_404
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    done = _("已发布，所有人都可以看到这份要点。")
    return _move(request, public_id, operations.publish_plan, done, "plans:plan", "plans:publication")


@permitted("plans.publish")
@require_POST
@absent_is_404
def return_plan(request: HttpRequest, public_id: str) -> HttpResponse:
    done = _("已退回编辑继续核对。")
    return _move(
        request, public_id, operations.return_plan, done, "plans:review", "plans:publication", needs_reason=True
    )


@permitted("plans.publish")
@require_POST
@absent_is_404
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    done = _("已撤回，公众不再能看到这份要点。")
    return _move(
        request, public_id, operations.withdraw_plan, done, "plans:publication", "plans:publication", needs_reason=True
    )


@permitted("plans.correct")
@require_POST
@absent_is_404
def reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    done = _("已重新打开，可以继续核对。")
    return _move(request, public_id, operations.reopen_plan, done, "plans:review", "plans:publication")


def _move(
    request: HttpRequest,
    public_id: str,
    operation: Callable[..., Plan],
    done: str,
    onward: str,
    home: str,
    *,
    needs_reason: bool = False,
) -> HttpResponse:
    """One step of a plan: the operation, then onward with a notice, or back with the reason why not."""
    arguments: dict[str, Any] = {
        "actor": account_of(request),
        "now": timezone.now(),
        "public_id": public_id,
        "expected_version": number_in(request.POST, "expected_version") or 0,
    }
    if needs_reason:
        arguments["reason"] = request.POST.get("reason", "")[:500]
    try:
        operation(**arguments)
    except operations.UnableTo as problem:
        return refusal(request, problem, home, public_id)
    messages.success(request, done)
    return back(request, onward, public_id)
