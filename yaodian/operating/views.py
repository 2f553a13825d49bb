"""The pages of background work and of alarms."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.models import Job
from yaodian.operating import operations, queries
from yaodian.organisations.access import permitted, signed_in
from yaodian.organisations.models import Account
from yaodian.organisations.queries import may


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # Every view here is declared for those signed in.
    return request.user


@signed_in
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """The account's own jobs, or all of them with workers and schedules for whoever may operate."""
    account = _account(request)
    operates = may(account=account, permission="foundation.operate")
    state = request.GET.get("state", "")
    page = Paginator(queries.jobs_for(account=account, state=state), 50).get_page(request.GET.get("page"))
    context = {
        "operates": operates,
        "page": page,
        "state": state,
        "states": Job.State.choices,
        "overview": queries.get_overview(now=timezone.now()) if operates else None,
    }
    return render(request, "operating/_jobs.html" if request.htmx else "operating/jobs.html", context)  # type: ignore[attr-defined]  # Set by the middleware of django-htmx.


@permitted("foundation.operate")
@require_POST
def cancel_job(request: HttpRequest, job_id: int) -> HttpResponse:
    try:
        operations.cancel_job(actor=_account(request), job_id=job_id, now=timezone.now())
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("任务已取消，或将在当前步骤后停止。"))
    return redirect("operating:jobs")


@permitted("foundation.operate")
@require_POST
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    try:
        operations.retry_job(actor=_account(request), job_id=job_id, now=timezone.now())
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("任务已重新排队。"))
    return redirect("operating:jobs")


@permitted("foundation.operate")
@require_GET
def alarm_list(request: HttpRequest) -> HttpResponse:
    """Alarms, open ones first."""
    page = Paginator(queries.alarms(), 50).get_page(request.GET.get("page"))
    return render(request, "operating/alarms.html", {"page": page})


@permitted("foundation.operate")
@require_POST
def acknowledge_alarm(request: HttpRequest, alarm_id: int) -> HttpResponse:
    note = request.POST.get("note", "")
    try:
        operations.acknowledge_alarm(actor=_account(request), alarm_id=alarm_id, note=note, now=timezone.now())
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("告警已确认。"))
    return redirect("operating:alarms")


@permitted("foundation.operate")
@require_POST
def allow_reads(request: HttpRequest) -> HttpResponse:
    extra = request.POST.get("extra", "")
    try:
        operations.allow_more_reads(
            actor=_account(request),
            username=request.POST.get("username", ""),
            extra=int(extra) if extra.isascii() and extra.isdigit() and len(extra) < 10 else 0,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("今天的查阅额度已增加。"))
    return redirect("operating:alarms")
