"""The list of plans, the way in for files, and the page that shows a reading under way."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, is_partial, number_in, numbered
from yaodian.organisations.access import account_of, permitted, public
from yaodian.organisations.queries import may, require
from yaodian.plans import operations, queries
from yaodian.plans.forms import ListFilter, UploadForm
from yaodian.plans.models import PlanState
from yaodian.plans.views.answers import back, refusal

KINDS_READ = (".docx", ".pdf", ".txt", ".html", ".md")


@public
@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    """All plans the visitor may know of, narrowed by year, issuer, state and words of the title."""
    is_staff = may(account=request.user, permission="plans.correct")
    form = ListFilter(request.GET or None, choices=queries.get_filter_choices(account=request.user), is_staff=is_staff)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    filters = queries.PlanFilters(
        text=chosen.get("text", ""),
        state=chosen.get("state", ""),
        year=int(chosen["year"]) if chosen.get("year") else None,
        issuer=chosen.get("issuer", ""),
    )
    page = queries.list_plans(account=request.user, filters=filters, page=number_in(request.GET, "page") or 1)
    return render(
        request,
        "plans/_list.html" if is_partial(request) else "plans/list.html",
        {
            "form": form,
            "cards": page.items,
            "page": numbered(page),
            "is_filtered": any(chosen.values()),
            "is_staff": is_staff,
            "may_upload": may(account=request.user, permission="plans.upload"),
        },
    )


@permitted("plans.upload")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Takes a file; the same file once more leads to the plan that holds it."""
    require(account=request.user, permission="plans.upload")
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["document"]
            try:
                taken = operations.upload_document(
                    actor=account_of(request),
                    now=timezone.now(),
                    name=file.name,
                    content=file.read(),
                    make_another="another" in request.POST,
                )
            except operations.UnableTo as problem:
                form.add_error("document", problem.message)
                status = problem.status
            else:
                if not taken.is_new:
                    messages.info(request, _("这个文件以前上传过，已为您打开原来的要点，没有重复读取。"))
                    return back(request, "plans:review", taken.plan.public_id)
                return back(request, "plans:reading", taken.plan.public_id)
    context = {"form": form, "kinds": KINDS_READ, "limit_mb": settings.UPLOAD_MAX_BYTES // 1024 // 1024}
    return render(request, "plans/upload.html", context, status=status)


@permitted("plans.upload")
@require_GET
@absent_is_404
def reading(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far the reading is; leads on to the review by itself."""
    plan = queries.get_header(account=request.user, public_id=public_id)
    if plan.state not in {PlanState.READING, PlanState.FAILED}:
        return redirect("plans:review", public_id)
    progress = queries.get_reading_progress(account=request.user, public_id=public_id)
    actions = queries.get_actions(account=account_of(request), plan=plan)
    return render(request, "plans/reading.html", {"plan": plan, "progress": progress, "actions": actions})


@permitted("plans.upload")
@require_GET
@absent_is_404
def reading_status(request: HttpRequest, public_id: str) -> HttpResponse:
    """The part of that page that asks for itself every second."""
    progress = queries.get_reading_progress(account=request.user, public_id=public_id)
    if progress.is_over:
        url_name = "plans:reading" if progress.plan_state == PlanState.FAILED else "plans:review"
        return back(request, url_name, public_id)
    return render(request, "plans/_progress.html", {"public_id": public_id, "progress": progress})


@permitted("plans.upload")
@require_POST
@absent_is_404
def cancel_reading(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stops the reading."""
    try:
        operations.cancel_reading(actor=account_of(request), now=timezone.now(), public_id=public_id)
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:reading", public_id)
    messages.info(request, _("读取已取消。"))
    return back(request, "plans:reading", public_id)


@permitted("plans.upload")
@require_POST
@absent_is_404
def read_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Reads the same document once more."""
    try:
        operations.read_again(actor=account_of(request), now=timezone.now(), public_id=public_id)
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:reading", public_id)
    return back(request, "plans:reading", public_id)


@permitted("plans.upload")
@require_http_methods(["GET", "POST"])
@absent_is_404
def amend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Puts an amended document in the place of the plan's own."""
    plan = queries.get_header(account=request.user, public_id=public_id)
    require(account=request.user, permission="plans.upload")
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["document"]
            try:
                operations.amend_plan(
                    actor=account_of(request),
                    now=timezone.now(),
                    public_id=public_id,
                    name=file.name,
                    content=file.read(),
                )
            except operations.UnableTo as problem:
                form.add_error("document", problem.message)
                status = problem.status
            else:
                return back(request, "plans:reading", public_id)
    context = {"plan": plan, "form": form, "kinds": KINDS_READ, "limit_mb": settings.UPLOAD_MAX_BYTES // 1024 // 1024}
    return render(request, "plans/amend.html", context, status=status)


@permitted("plans.upload")
@require_http_methods(["GET", "POST"])
@absent_is_404
def delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks, then removes a draft."""
    plan = queries.get_header(account=request.user, public_id=public_id)
    if request.method == "POST":
        try:
            operations.delete_draft(actor=account_of(request), now=timezone.now(), public_id=public_id)
        except operations.UnableTo as problem:
            return refusal(request, problem, "plans:review", public_id)
        messages.success(request, _("《%(plan)s》已删除。") % {"plan": plan.title or plan.document.name})
        return back(request, "plans:list")
    return render(request, "plans/delete.html", {"plan": plan})
