"""What leaves the monitoring desk as a document."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yaodian.foundation.answering import absent_is_404, as_file, number_in
from yaodian.indicators import reports
from yaodian.organisations.access import account_of, permitted

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@permitted("indicators.view")
@require_GET
@absent_is_404
def report(request: HttpRequest, statute: str, public_id: str) -> HttpResponse:
    """The self-assessment of a county as Word; without `?year=` that of the newest year assessed."""
    found = reports.self_assessment(
        actor=account_of(request), statute=statute, public_id=public_id,
        year=number_in(request.GET, "year", least=1000, most=9999), now=timezone.now(),
    )  # fmt: skip
    if not isinstance(found, reports.Report):
        return render(request, "indicators/no_report.html", {"page": found})
    return as_file(HttpResponse(found.content, content_type=DOCX), found.name)
