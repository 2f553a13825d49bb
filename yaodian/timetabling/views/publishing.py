"""Publication of a timetable: what stands in the way and what changes, then the press."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yaodian.foundation.answering import absent_is_404, day_in, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms.publishing import PublishForm


@permitted("timetabling.publish")
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """The gate; posted, the timetable is published."""
    now = timezone.now()
    data = request.POST if request.method == "POST" else request.GET
    page = queries.publish_page(
        account=request.user, public_id=public_id, day=timezone.localdate(now), holds_from=day_in(data, "holds_from")
    )
    status = 200
    refused: list[operations.UnableTo] = []
    if request.method == "POST":
        form = PublishForm(request.POST, page=page)

        def act() -> None:
            try:
                operations.publish_timetable(
                    actor=account_of(request), timetable=page.timetable, now=now,
                    expected_version=number_in(request.POST, "version"), **form.cleaned_data,
                )  # fmt: skip
            except operations.UnableTo as problem:
                refused.append(problem)
                raise

        status = done(form, act)
        if not status:
            messages.success(request, _("已公布。有账号的任课教师会收到消息。"))
            return redirect("timetabling:publish", public_id)
    else:
        form = PublishForm(initial={"holds_from": day_in(data, "holds_from") or page.first_day}, page=page)
    context: dict[str, Any] = {
        "page": page, "timetable": page.timetable, "term": page.term, "form": form, "refused": refused[0] if refused else None,
    }  # fmt: skip
    return render(request, "timetabling/boards/publish.html", context, status=status)
