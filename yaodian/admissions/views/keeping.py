"""What is held of a family: its copy and its erasure, for itself; what goes when, and what is kept back, for the office."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.keeping import HoldForm
from yaodian.foundation.answering import absent_is_404, as_file, zipped
from yaodian.foundation.forms import done
from yaodian.foundation.refusing import Absent
from yaodian.identity.session import recently_proved
from yaodian.organisations.access import account_of, permitted, signed_in


@signed_in
@recently_proved
@never_cache
@require_GET
@absent_is_404
def copy(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """All that is held on an own application, as a file."""
    files = operations.copy_application(account=account_of(request), public_id=public_id, now=timezone.now())
    return as_file(StreamingHttpResponse(zipped(files), content_type="application/zip"), f"{public_id}.zip")


@signed_in
@recently_proved
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def erase(request: HttpRequest, public_id: str) -> HttpResponse:
    """Erases a withdrawn application, after asking."""
    account = account_of(request)
    page = queries.progress_page(account=account, public_id=public_id, now=timezone.now())
    if request.method == "GET":
        if not page.can_erase:
            return redirect("admissions:application", public_id)
        return render(request, "admissions/apply/erase.html", {"page": page})
    try:
        operations.erase_withdrawn(account=account, public_id=public_id, now=timezone.now())
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
        return redirect("admissions:application", public_id)
    messages.success(request, _("这份申请里您和孩子的信息已经删除。"))
    return redirect("admissions:apply")


@permitted("admissions.view", POST="admissions.appeals")
@require_http_methods(["GET", "POST"])
@absent_is_404
def keeping(request: HttpRequest, public_id: str) -> HttpResponse:
    """What of an intake is erased when; posted, an application is kept back by its number, or `release`d."""
    if request.method == "POST" and "release" in request.POST:
        return _release(request, public_id)
    form = HoldForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _hold(request, public_id, form)
        if not status:
            messages.success(request, _("已暂缓删除。事项办结以后，请在这里解除。"))
            return redirect("admissions:keeping", public_id)
    page = queries.keeping_of(account=request.user, public_id=public_id)
    context = {"page": page, "intake": page.intake, "form": form}
    return render(request, "admissions/keeping.html", context, status=status)


def _hold(request: HttpRequest, public_id: str, form: HoldForm) -> int:
    intake = queries.intake_at_desk(account=request.user, public_id=public_id)

    def act() -> Any:
        try:
            row = queries.find_in_intake(intake=intake, number=form.cleaned_data["number"])
        except Absent:
            raise operations.UnableToHoldApplication(
                _("这个学段没有这个报名号，或它的信息已经删除。请照回执核对。"), code="absent", field="number"
            ) from None
        return operations.hold_application(
            actor=account_of(request), application=row, reason=form.cleaned_data["reason"], now=timezone.now()
        )

    return done(form, act)


def _release(request: HttpRequest, public_id: str) -> HttpResponse:
    intake = queries.intake_at_desk(account=request.user, public_id=public_id)
    row = queries.find_in_intake(intake=intake, number=request.POST["release"])
    operations.release_application(actor=account_of(request), application=row, now=timezone.now())
    messages.success(request, _("已解除。过了保存期限的，下一次夜间任务时删除。"))
    return redirect("admissions:keeping", public_id)
