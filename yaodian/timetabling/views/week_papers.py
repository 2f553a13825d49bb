"""Timetables on paper and as a workbook: of the day that was asked for, as the published timetable has them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from yaodian.foundation.answering import absent_is_404, as_file, day_in
from yaodian.foundation.refusing import UnableTo
from yaodian.organisations.access import permitted
from yaodian.timetabling import queries

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@permitted("timetabling.view")
@require_GET
@absent_is_404
def paper(request: HttpRequest, public_id: str, paper: str) -> HttpResponse:
    """A paper as PDF: classes, teachers, rooms, overview."""
    now = timezone.now()
    day = day_in(request.GET, "day") or timezone.localdate(now)
    try:
        made = queries.print_paper(account=request.user, public_id=public_id, paper=paper, day=day, now=now)
    except UnableTo as refused:
        messages.error(request, refused.message)
        return redirect("timetabling:week", public_id)
    return as_file(HttpResponse(made, content_type="application/pdf"), f"{paper}-{day}.pdf")


@permitted("timetabling.view")
@require_GET
@absent_is_404
def workbook(request: HttpRequest, public_id: str) -> HttpResponse | StreamingHttpResponse:
    """The whole school as a workbook: overview, classes, teachers."""
    day = day_in(request.GET, "day") or timezone.localdate()
    try:
        made = queries.week_workbook(account=request.user, public_id=public_id, day=day, today=timezone.localdate())
    except UnableTo as refused:
        messages.error(request, refused.message)
        return redirect("timetabling:week", public_id)
    return as_file(StreamingHttpResponse(made, content_type=_XLSX), f"timetable-{day}.xlsx")
