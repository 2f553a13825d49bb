"""Units further down answer a plan with their own: who is asked, who is late, what hangs under what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations
from yaodian.plans.operations import commitments as changing
from yaodian.plans.problem import day
from yaodian.plans.queries import commitments as reading
from yaodian.plans.views.answers import back


@permitted("plans.answer")
@require_GET
@absent_is_404
def answering(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who is to answer a plan, who is late, and which clause nobody has taken."""
    page = reading.get_answering(account=request.user, public_id=public_id, today=timezone.localdate())
    return render(request, "plans/commitments/answering.html", {"page": page, "plan": page.plan})


@permitted("plans.correct")
@require_POST
@absent_is_404
def assign(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks units to answer until a day."""

    def act() -> str:
        count = changing.assign_answer(
            actor=account_of(request),
            now=timezone.now(),
            public_id=public_id,
            units=request.POST.getlist("unit")[:1000],
            due_on=day(request.POST.get("due_on", "").strip()),
        )
        return _("已要求 %(count)s 个单位承接。") % {"count": count}

    return _told(request, act, "plans:answering", public_id)


@permitted("plans.answer")
@require_GET
@absent_is_404
def hanging(request: HttpRequest, public_id: str, assignment_id: int) -> HttpResponse:
    """The commitments of an answering plan beside the plan it answers, with proposals."""
    page = reading.get_hanging(
        account=request.user, public_id=public_id, assignment_id=assignment_id, today=timezone.localdate()
    )
    return render(request, "plans/commitments/hanging.html", {"page": page, "plan": page.plan})


@permitted("plans.answer")
@require_POST
@absent_is_404
def act_on_assignment(request: HttpRequest, public_id: str, assignment_id: int, verb: str) -> HttpResponse:
    """Answers with a plan, withdraws the request, hangs a commitment or all that are sure."""
    common: dict[str, Any] = {
        "actor": account_of(request),
        "now": timezone.now(),
        "public_id": public_id,
        "assignment_id": assignment_id,
    }

    def act() -> str:
        match verb:
            case "answer":
                changing.answer_plan(**common, answer=request.POST.get("answer", ""))
                return _("已报送。请把各项任务挂到上级任务之下。")
            case "withdraw":
                changing.withdraw_assignment(**common)
                return _("已取消对这个单位的要求。")
            case "hang":
                changing.hang_commitment(
                    **common,
                    commitment_id=number_in(request.POST, "commitment") or 0,
                    parent_id=number_in(request.POST, "parent"),
                )
                return _("已保存承接关系。")
            case "hang-all":
                count = changing.hang_all_sure(**common)
                return _("已挂接 %(count)s 项任务。") % {"count": count}
        raise Http404

    if verb in ("hang", "hang-all"):
        return _told(request, act, "plans:hanging", public_id, assignment_id)
    return _told(request, act, "plans:answering", public_id)


def _told(request: HttpRequest, act: Callable[[], str], url_name: str, *arguments: Any) -> HttpResponse:
    try:
        messages.success(request, act())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    return back(request, url_name, *arguments)
