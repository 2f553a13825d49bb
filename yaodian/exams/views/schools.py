"""What a school sees of a published examination, and what everybody may read of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yaodian.exams import operations, queries
from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.organisations.access import account_of, permitted, public


@permitted("exams.view")
@require_GET
@absent_is_404
def school(request: HttpRequest, public_id: str, school: str) -> HttpResponse:
    """The school's own candidates with their seats."""
    page = operations.open_school_list(
        actor=account_of(request), public_id=public_id, school=school, now=timezone.now()
    )
    return render(request, "exams/school.html", {"page": page, "exam": page.exam})


@permitted("exams.view")
@require_POST
@absent_is_404
def tickets(request: HttpRequest, public_id: str, school: str) -> HttpResponse:
    """Tickets of the school's own candidates as PDF."""
    page = queries.school_page(account=request.user, public_id=public_id, school=school, day=timezone.localdate())
    try:
        made = operations.print_tickets(actor=account_of(request), exam=page.exam, school=school, now=timezone.now())
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
        return redirect("exams:school", public_id, school)
    return as_file(HttpResponse(made, content_type="application/pdf"), f"tickets-{school}.pdf")


@public
@require_GET
@absent_is_404
def protocol(request: HttpRequest, public_id: str) -> HttpResponse:
    """Fingerprints and seed, for everybody."""
    page = queries.protocol_of(public_id=public_id, day=timezone.localdate())
    return render(request, "exams/protocol.html", {"page": page, "exam": page.exam, "plan": page.plan})
