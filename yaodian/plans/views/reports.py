"""Monthly reports: those of a person's units, one, a line of it on a telephone; and the office's look at a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.foundation.files.sending import answer_with_file
from yaodian.foundation.files.taking import TakenFile, UnableToTakeFile, take_file
from yaodian.organisations.access import account_of, permitted, signed_in
from yaodian.plans import operations
from yaodian.plans.forms import StatementForm
from yaodian.plans.models import ReportState
from yaodian.plans.operations import reports as changing
from yaodian.plans.operations.reports import StatementValues
from yaodian.plans.queries import reports as reading
from yaodian.plans.views.answers import back


@permitted("plans.answer")
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The reports of the units for which somebody answers: what is open first."""
    cards = reading.list_reports(account=request.user, today=timezone.localdate())
    context = {
        "open": [card for card in cards if card.is_open],
        "closed": [card for card in cards if not card.report.is_open],
        "ended": [card for card in cards if card.report.is_open and not card.is_asked],
    }
    return render(request, "plans/reports/list.html", context)


@signed_in
@require_GET
@absent_is_404
def report(request: HttpRequest, report: str) -> HttpResponse:
    """A report: for its unit to write and hand in, for the office to approve or return."""
    page = reading.get_report(account=request.user, public_id=report, today=timezone.localdate())
    return render(request, "plans/reports/one.html", {"page": page, "report": page.report, "plan": page.report.plan})


@permitted("plans.answer")
@require_http_methods(["GET", "POST"])
@absent_is_404
def line(request: HttpRequest, report: str, commitment_id: int) -> HttpResponse:
    """One line, made for a telephone: what is known stands above, a sentence, a forecast and photographs are asked."""
    page = reading.get_report(account=request.user, public_id=report, today=timezone.localdate())
    place = next((place for place, row in enumerate(page.rows) if row.commitment.pk == commitment_id), None)
    if place is None:
        raise Http404
    row = page.rows[place]
    initial = {
        "version": row.version,
        "sentence": row.sentence,
        "forecast": row.forecast,
        "forecast_reason": row.forecast_reason,
        "reached": ["|".join(one) for one in row.reached],
    }
    stops = [(stop.key, f"{stop.due_on:%Y-%m-%d} {stop.label}") for stop in row.stops if not stop.is_known]
    form = StatementForm(request.POST or None, request.FILES or None, initial=initial, stops=stops)
    if request.method == "POST":
        answer = _write(request, form, page, row)
        if answer is not None:
            return answer
    following = [*page.rows[place + 1 :], *page.rows[:place]]
    context = {
        "page": page,
        "report": page.report,
        "plan": page.report.plan,
        "row": row,
        "form": form,
        "number": place + 1,
        "total": len(page.rows),
        "before": page.rows[place - 1] if place else None,
        "after": page.rows[place + 1] if place + 1 < len(page.rows) else None,
        "next": next((one for one in following if one.is_needed and not one.is_said), None),
    }
    return render(request, "plans/reports/line.html", context, status=422 if form.is_bound and form.errors else 200)


def _write(
    request: HttpRequest, form: StatementForm, page: reading.ReportPage, row: reading.ReportRow
) -> HttpResponse | None:
    """Takes the form; nothing where it must be shown again with what is wrong."""
    if not page.may_write:
        messages.error(request, _("这份月报现在不能填写。%(why)s") % {"why": page.submit.why_not})
        return back(request, "plans:report", page.report.public_id)
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        changing.write_statement(
            actor=account_of(request),
            now=timezone.now(),
            public_id=page.report.public_id,
            commitment_id=row.commitment.pk,
            values=StatementValues(said["sentence"], said["forecast"], said["forecast_reason"], said.get("reached")),
            expected_version=said["version"],
            files=_taken(said["files"]),
        )
    except UnableToTakeFile as problem:
        form.add_error("files", problem.message)
        return None
    except operations.UnableTo as problem:
        form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        return None
    messages.success(request, _("已保存。"))
    following = [one for one in page.missing if one.commitment.pk != row.commitment.pk]
    if request.POST.get("then") == "next" and following:
        later = [one for one in following if one.commitment.position > row.commitment.position]
        target = (later or following)[0].commitment.pk
        return back(request, "plans:report_line", page.report.public_id, target)
    return back(request, "plans:report", page.report.public_id, anchor=row.commitment.ref)


def _taken(files: Any) -> list[TakenFile]:
    """Every file looked at before any row is locked. Raises UnableToTakeFile."""
    return [take_file(name=one.name, chunks=one.chunks()) for one in (files or ())[: changing.MOST_FILES + 1]]


@permitted("plans.answer")
@require_POST
@absent_is_404
def remove_file(request: HttpRequest, report: str, commitment_id: int) -> HttpResponse:
    """Takes a file off a line before the report is handed in."""

    def act() -> str:
        changing.remove_statement_file(
            actor=account_of(request),
            now=timezone.now(),
            public_id=report,
            commitment_id=commitment_id,
            file_id=request.POST.get("file", ""),
        )
        return _("材料已移除。")

    return _told(request, act, "plans:report_line", report, commitment_id)


@signed_in
@require_GET
@absent_is_404
def file(request: HttpRequest, report: str, file_id: str) -> HttpResponse:
    """A file of a report, or with `small` the small picture of it."""
    stored = reading.file_of(account=request.user, public_id=report, file_id=file_id, today=timezone.localdate())
    return answer_with_file(request, stored, back=reverse("plans:report", args=[report]))


@permitted("plans.answer")
@require_POST
@absent_is_404
def submit(request: HttpRequest, report: str) -> HttpResponse:
    """Hands a report in."""

    def act() -> str:
        changing.submit_report(
            actor=account_of(request),
            now=timezone.now(),
            public_id=report,
            expected_version=number_in(request.POST, "version"),
        )
        return _("已报送，等待审核。")

    return _told(request, act, "plans:report", report)


@permitted("plans.approve_reports")
@require_POST
@absent_is_404
def decide(request: HttpRequest, report: str) -> HttpResponse:
    """Approves a report, or gives it back with the reason."""
    common: dict[str, Any] = {
        "actor": account_of(request),
        "now": timezone.now(),
        "public_id": report,
        "expected_version": number_in(request.POST, "version"),
    }

    def act() -> str:
        if request.POST.get("answer") == "return":
            changing.return_report(**common, reason=request.POST.get("reason", ""))
            return _("已退回，填报单位会看到理由。")
        changing.approve_report(**common)
        return _("已审核通过。")

    return _told(request, act, "plans:report", report)


@signed_in
@require_GET
@absent_is_404
def overview(request: HttpRequest, public_id: str) -> HttpResponse:
    """The office's look at the reports on a plan: units by months, and one month; `?month=2026-10`."""
    page = reading.get_overview(
        account=request.user,
        public_id=public_id,
        today=timezone.localdate(),
        month=request.GET.get("month", ""),
    )
    states = [(state.value, state.label, page.counts[state.value]) for state in ReportState]
    return render(request, "plans/reports/overview.html", {"page": page, "plan": page.plan, "states": states})


@permitted("plans.approve_reports")
@require_POST
@absent_is_404
def set_rule(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sets the working day on which reports are due."""

    def act() -> str:
        rule = changing.set_report_rule(
            actor=account_of(request),
            now=timezone.now(),
            public_id=public_id,
            working_day=number_in(request.POST, "working_day") or 0,
        )
        return _("已设为次月第 %(number)s 个工作日，从下一次开始填报起执行。") % {"number": rule.working_day}

    return _told(request, act, "plans:plan_reports", public_id)


@permitted("plans.answer")
@require_GET
@absent_is_404
def history(request: HttpRequest, public_id: str, commitment_id: int) -> HttpResponse:
    """What was reported on a commitment, month by month, and on what hangs under it."""
    found = reading.get_line_history(
        account=request.user, public_id=public_id, commitment_id=commitment_id, today=timezone.localdate()
    )
    return render(
        request, "plans/reports/history.html", {"history": found, "plan": found.plan, "one": found.commitment}
    )


def _told(request: HttpRequest, act: Callable[[], str], url_name: str, *arguments: Any) -> HttpResponse:
    try:
        messages.success(request, act())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    return back(request, url_name, *arguments)
