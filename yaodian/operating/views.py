"""The pages of background work, of alarms and of the working-day calendar.

None of them asks the server again by itself while nothing is under way: an open page would keep a session alive that
nobody uses.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import is_partial, whole_numbers
from yaodian.operating import operations, queries
from yaodian.operating.forms import AcknowledgeForm, AllowReadsForm, CalendarChangeForm, JobFilter, TakeBackForm
from yaodian.organisations.access import account_of, permitted, signed_in
from yaodian.organisations.queries import may


def _operates(request: HttpRequest) -> bool:
    return may(account=request.user, permission="foundation.operate")


@signed_in
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """The account's own jobs, or all of them with workers and schedules for whoever may operate."""
    operates = _operates(request)
    form = JobFilter(request.GET, operates=operates)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = queries.jobs_for(account=account_of(request), **chosen)
    context = {
        "operates": operates,
        "form": form,
        "is_filtered": any(chosen.values()),
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "overview": queries.get_overview(now=timezone.now()) if operates else None,
        "watches": may(account=request.user, permission="operating.watch"),
        "open_alarms": queries.count_open_alarms() if operates else 0,
    }
    return render(request, "operating/jobs.html", context)


@signed_in
@require_GET
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job: how far it is, and what became of it; the part that moves is asked for again until it has ended."""
    row = queries.find_job(account=account_of(request), job_id=job_id)
    if row is None:
        raise Http404
    context = {"job": row, "operates": _operates(request)}
    return render(request, "operating/_job.html" if is_partial(request) else "operating/job.html", context)


@permitted("foundation.operate")
@require_POST
def cancel_job(request: HttpRequest, job_id: int) -> HttpResponse:
    try:
        operations.cancel_job(actor=account_of(request), job_id=job_id, now=timezone.now())
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
        return redirect("operating:jobs")
    messages.success(request, _("任务已取消，或将在当前步骤后停止。"))
    return redirect("operating:job", job_id)


@permitted("foundation.operate")
@require_POST
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    try:
        operations.retry_job(actor=account_of(request), job_id=job_id, now=timezone.now())
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
        return redirect("operating:jobs")
    messages.success(request, _("任务已重新排队。"))
    return redirect("operating:job", job_id)


@permitted("operating.watch")
@require_GET
def alarm_list(request: HttpRequest) -> HttpResponse:
    """Alarms, open ones first, and how far the journal has been checked."""
    context = {
        "page": Paginator(queries.alarms(), 30).get_page(request.GET.get("page")),
        "checked": queries.last_journal_check(),
        "operates": _operates(request),
    }
    return render(request, "operating/alarms.html", context)


@permitted("operating.watch", POST="foundation.operate")
@require_http_methods(["GET", "POST"])
def alarm(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """One alarm and what to do; whoever may operate closes it here with what was found out."""
    row = queries.find_alarm(alarm_id=alarm_id)
    if row is None:
        raise Http404
    form, status = AcknowledgeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
    if form.is_valid():
        try:
            operations.acknowledge_alarm(
                actor=account_of(request), alarm_id=alarm_id, note=form.cleaned_data["note"], now=timezone.now()
            )
        except operations.UnableToOperate as error:
            # Not in the form: where somebody else was faster there is none any more.
            messages.error(request, str(error))
        else:
            messages.success(request, _("告警已确认。"))
            return redirect("operating:alarms")
    context = {"alarm": row, "form": form, "operates": _operates(request)}
    return render(request, "operating/alarm.html", context, status=status)


@permitted("foundation.operate")
@require_http_methods(["GET", "POST"])
def allow_reads(request: HttpRequest) -> HttpResponse:
    """Raises somebody's budget of reads for today."""
    form = AllowReadsForm(request.POST or None, initial={"username": request.GET.get("username", "")[:150]})
    if form.is_valid():
        try:
            operations.allow_more_reads(actor=account_of(request), now=timezone.now(), **form.cleaned_data)
        except operations.UnableToOperate as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("今天的查阅额度已增加。"))
            return redirect("operating:alarms")
    return render(request, "operating/allow_reads.html", {"form": form}, status=422 if form.errors else 200)


@permitted("foundation.operate")
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What could not be sent out of the house, newest first, with the reason; `?all=1` with what was given up."""
    with_given_up = request.GET.get("all") == "1"
    rows = queries.troubled_messages(with_given_up=with_given_up)
    context = {
        "channels": queries.channels(),
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "with_given_up": with_given_up,
        "most_tries": queries.MOST_TRIES,
    }
    return render(request, "operating/outbox.html", context)


@permitted("foundation.operate")
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Tries the messages that were ticked once more, or the one beside the button."""
    chosen = whole_numbers(request.POST.getlist("message"), most=10**18 - 1)
    try:
        count = operations.send_again(actor=account_of(request), message_ids=chosen, now=timezone.now())
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%d 条消息将在一分钟内重新发送。") % count)
    return redirect("operating:outbox")


@permitted("foundation.operate")
@require_POST
def give_up_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Ends the tries of one message."""
    try:
        operations.give_up_message(actor=account_of(request), message_id=message_id, now=timezone.now())
    except operations.UnableToOperate as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已放弃发送。"))
    return redirect("operating:outbox")


@permitted("foundation.operate")
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The years of the working-day calendar, what was entered by hand, and the form that enters more."""
    today = timezone.localdate()
    form = CalendarChangeForm(request.POST or None, initial={"known_from_on": today})
    if form.is_valid():
        try:
            rows = operations.enter_calendar_change(actor=account_of(request), now=timezone.now(), **form.cleaned_data)
        except operations.UnableToOperate as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已录入 %d 天。") % len(rows))
            return redirect("operating:calendar")
    context = {
        "form": form,
        "years": queries.calendar_years(today=today),
        "page": Paginator(queries.calendar_changes(), 50).get_page(request.GET.get("page")),
    }
    return render(request, "operating/calendar.html", context, status=422 if form.errors else 200)


@permitted("foundation.operate")
@require_http_methods(["GET", "POST"])
def take_back_calendar_change(request: HttpRequest, change_id: int) -> HttpResponse:
    """Takes back one change with a reason."""
    row = queries.find_calendar_change(change_id=change_id)
    if row is None:
        raise Http404
    form = TakeBackForm(request.POST or None)
    if form.is_valid():
        try:
            operations.take_back_calendar_change(
                actor=account_of(request), change_id=change_id, now=timezone.now(), **form.cleaned_data
            )
        except operations.UnableToOperate as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("调整已撤回，从今天起不再计算。"))
        return redirect("operating:calendar")
    context = {"change": row, "form": form}
    return render(request, "operating/take_back.html", context, status=422 if form.errors else 200)
