"""What came of a round of scores: the lines for everybody, the list of its admitted for a school, its own result for a family."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yaodian.admissions import operations, queries, sheets
from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.foundation.sheets.views import XLSX
from yaodian.foundation.sheets.writing import export_xlsx
from yaodian.organisations.access import account_of, permitted, public, signed_in


@public
@require_GET
def all_lines(request: HttpRequest) -> HttpResponse:
    """The rounds whose lines are published."""
    rows = queries.published_rounds(day=timezone.localdate())
    return render(request, "admissions/scores/all_lines.html", {"rows": rows})


@public
@require_GET
@absent_is_404
def lines(request: HttpRequest, public_id: str) -> HttpResponse:
    """The cut-off lines of a published round."""
    page = queries.public_lines(public_id=public_id, day=timezone.localdate())
    return render(request, "admissions/scores/lines.html", {"page": page, "round": page.round})


@permitted("admissions.view")
@require_GET
def schools(request: HttpRequest) -> HttpResponse:
    """The rounds of schools within reach."""
    rows = queries.school_rounds(account=request.user, day=timezone.localdate())
    return render(request, "admissions/scores/schools.html", {"rows": rows})


@permitted("admissions.view")
@require_GET
@never_cache
@absent_is_404
def school(request: HttpRequest, public_id: str, school: str) -> HttpResponse:
    """A school's own admitted."""
    page = operations.list_admitted(actor=account_of(request), public_id=public_id, school=school, now=timezone.now())
    return render(request, "admissions/scores/school.html", {"page": page, "round": page.round})


@permitted("admissions.view")
@require_GET
@never_cache
@absent_is_404
def school_file(request: HttpRequest, public_id: str, school: str) -> HttpResponseBase:
    """The same as a workbook."""
    page = operations.list_admitted(
        actor=account_of(request), public_id=public_id, school=school, now=timezone.now(), is_file=True
    )
    answer = StreamingHttpResponse(export_xlsx(sheets.ADMITTED, sheets.admitted_rows(page)), content_type=XLSX)
    return as_file(answer, _("%(school)s-录取名单.xlsx") % {"school": page.name})


@signed_in
@require_GET
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The family's own candidates."""
    rows = queries.own_candidate_rows(account=account_of(request), day=timezone.localdate())
    return render(request, "admissions/scores/mine.html", {"rows": rows})


@signed_in
@require_GET
@never_cache
@absent_is_404
def result(request: HttpRequest, public_id: str) -> HttpResponse:
    """One of them: scores and wishes, and once it is published the school with the reasons."""
    page = queries.own_scores(account=account_of(request), public_id=public_id, day=timezone.localdate())
    return render(request, "admissions/scores/result.html", {"page": page, "round": page.round})
