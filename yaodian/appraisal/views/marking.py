"""The assessor's own pages, made for a phone: what waits, and one item at a time."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yaodian.appraisal import operations, queries
from yaodian.appraisal.forms import MarkForm
from yaodian.appraisal.views.rounds import done, taken
from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.files.sending import answer_with_file
from yaodian.organisations.access import account_of, permitted


@permitted("appraisal.assess")
@require_GET
def seats(request: HttpRequest) -> HttpResponse:
    """What the assessor has to mark, the open first."""
    lines = queries.seats_of(account=account_of(request), day=timezone.localdate())
    waiting = sum(1 for line in lines if line.judgement.mark is None and line.is_needed)
    return render(request, "appraisal/seats.html", {"lines": lines, "waiting": waiting})


@permitted("appraisal.assess")
@require_http_methods(["GET", "POST"])
@absent_is_404
def seat(request: HttpRequest, public_id: str) -> HttpResponse:
    """One item of one unit: the criteria, and the assessor's own mark."""
    account = account_of(request)
    line = queries.find_seat(account=account, public_id=public_id, day=timezone.localdate())
    row = line.judgement
    is_posted = request.method == "POST"
    form = MarkForm(
        request.POST if is_posted else None,
        request.FILES if is_posted else None,
        initial={"mark": queries.shown(str(row.mark)) if row.mark is not None else "", "evidence": row.evidence,
                 "link": row.link},
    )  # fmt: skip
    status = 200
    if is_posted:
        status = done(
            form, lambda: operations.give_mark(actor=account, judgement=row, now=timezone.now(), **taken(form))
        )
        if not status:
            messages.success(request, _("评分已保存。"))
            return redirect("appraisal:seats")
    return render(request, "appraisal/seat.html", {"line": line, "form": form}, status=status)


@permitted("appraisal.assess")
@require_GET
@absent_is_404
def seat_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponse:
    """A file that the assessor gave with his own mark."""
    stored = queries.seat_file(account=account_of(request), public_id=public_id, file_id=file_id)
    return answer_with_file(request, stored, back=reverse("appraisal:seat", args=[public_id]))
