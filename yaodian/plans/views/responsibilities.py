"""Responsibility lists: what each post must do again and again; maintained here, out as Excel."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.foundation.sheets.views import XLSX
from yaodian.foundation.sheets.writing import export_xlsx
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.queries import scope_of, units_as_of
from yaodian.plans import operations
from yaodian.plans.forms import RecurringDutyForm
from yaodian.plans.operations import responsibilities as changing
from yaodian.plans.queries import responsibilities as reading
from yaodian.plans.views.answers import back

MOST_SUGGESTED = 400


def _page(request: HttpRequest) -> reading.ResponsibilityPage:
    today = timezone.localdate()
    return reading.list_duties(
        account=request.user, today=today, calendar=calendar_as_of(today), unit=request.GET.get("unit", "")[:12]
    )


@permitted("plans.answer")
@require_GET
def responsibilities(request: HttpRequest) -> HttpResponse:
    """The lists of all units within reach, or of one and those below it."""
    return render(request, "plans/responsibilities/list.html", {"page": _page(request)})


@permitted("plans.answer")
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook; in Chinese as every file is."""
    with override("zh-hans"):
        content = b"".join(export_xlsx(changing.RESPONSIBILITIES, reading.exported(_page(request))))
    answer = StreamingHttpResponse([content], content_type=XLSX)
    as_file(answer, "责任清单.xlsx")
    return answer


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new duty."""
    form = RecurringDutyForm(
        request.POST if request.method == "POST" else None, initial={"from_on": timezone.localdate(), "days_before": 7}
    )
    if request.method == "POST" and form.is_valid():
        try:
            duty = changing.add_recurring_duty(actor=account_of(request), now=timezone.now(), values=form.values())
        except operations.UnableTo as problem:
            form.add_error(problem.field or None, problem.message)
        else:
            messages.success(request, _("已列入责任清单，到期前会自动提出。"))
            return back(request, "plans:responsibility", duty.pk)
    return _form_page(request, form, None)


@permitted("plans.answer")
@require_GET
@absent_is_404
def responsibility(request: HttpRequest, recurring_id: int) -> HttpResponse:
    """One duty, with the times it was opened."""
    today = timezone.localdate()
    page = reading.get_duty(account=request.user, duty_id=recurring_id, today=today, calendar=calendar_as_of(today))
    return render(request, "plans/responsibilities/one.html", {"page": page, "row": page.row, "duty": page.row.duty})


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def change(request: HttpRequest, recurring_id: int) -> HttpResponse:
    """Changes what comes from now on."""
    today = timezone.localdate()
    row = reading.get_duty(account=request.user, duty_id=recurring_id, today=today, calendar=calendar_as_of(today)).row
    duty = row.duty
    initial = {
        **{name: getattr(duty, name) for name in ("post", "words", "basis", "rhythm", "days_before")},
        **{name: getattr(duty, name) for name in ("from_on", "until_on", "version")},
        "unit": f"{duty.unit.code} {row.unit}",
        "supervising_unit": f"{duty.supervising_unit.code} {row.supervising}",
    }
    form = RecurringDutyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changing.change_recurring_duty(
                actor=account_of(request),
                now=timezone.now(),
                duty_id=recurring_id,
                values=form.values(),
                expected_version=form.cleaned_data["version"],
            )
        except operations.UnableTo as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        else:
            messages.success(request, _("已保存，从下一次起生效。"))
            return back(request, "plans:responsibility", recurring_id)
    return _form_page(request, form, row)


def _form_page(request: HttpRequest, form: RecurringDutyForm, row: reading.DutyRow | None) -> HttpResponse:
    scope = scope_of(account=request.user, permission="plans.correct")
    units = units_as_of(day=timezone.localdate(), scope=scope)[:MOST_SUGGESTED]
    context = {"form": form, "row": row, "units": units}
    return render(request, "plans/responsibilities/form.html", context, status=422 if form.is_bound else 200)


@permitted("plans.correct")
@require_POST
@absent_is_404
def end(request: HttpRequest, recurring_id: int) -> HttpResponse:
    """Nothing comes any more."""
    changing.end_recurring_duty(actor=account_of(request), now=timezone.now(), duty_id=recurring_id)
    messages.success(request, _("已结束，不再自动提出；已提出的照常办理。"))
    return back(request, "plans:responsibility", recurring_id)
