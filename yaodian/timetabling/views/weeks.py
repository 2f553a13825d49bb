"""Published timetables: of a class, a teacher, a room by the week; one's own; a pupil's by name; what is free."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yaodian.foundation.answering import absent_is_404, day_in, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted, signed_in
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms.weeks import PupilsForm

# What is typed is never longer.
_LONGEST = 60
KINDS = {"class": _("班级"), "teacher": _("教师"), "room": _("教室")}


def week_context(request: HttpRequest, today: date, **kept: str) -> dict[str, Any]:
    """What a page with a week says beside it: the address of the same week's other days, and whether a phone shows all of them."""
    view = "week" if request.GET.get("view") == "week" else ""
    base = urlencode({name: value for name, value in kept.items() if value})
    return {"today": today, "view": view, "base": f"?{base}&" if base else "?"}


@permitted("timetabling.view")
@require_GET
@absent_is_404
def week(request: HttpRequest, public_id: str) -> HttpResponse:
    """A week of a class, a teacher or a room, which can be searched for."""
    today = timezone.localdate()
    kind = request.GET.get("kind", "class")
    kind = kind if kind in KINDS else "class"
    search = request.GET.get("q", "")[:_LONGEST]
    page = queries.week_page(
        account=request.user, public_id=public_id, kind=kind, code=request.GET.get("code", "")[:_LONGEST], search=search,
        day=day_in(request.GET, "day") or today, today=today,
    )  # fmt: skip
    code = page.week.attendee.code if page.week is not None else ""
    context = {
        "page": page, "term": page.term, "week": page.week, "kinds": KINDS, "q": search,
        **week_context(request, today, kind=kind, code=code, q=search),
    }  # fmt: skip
    return render(request, "timetabling/weeks/week.html", context)


@signed_in
@require_GET
@absent_is_404
def my_week(request: HttpRequest) -> HttpResponse:
    """The week of whoever is signed in, if he teaches."""
    today = timezone.localdate()
    page = queries.my_week_page(
        account=account_of(request), public_id=request.GET.get("term", "")[:12], day=day_in(request.GET, "day") or today,
        today=today,
    )  # fmt: skip
    kept = page.term.public_id if page.term is not None and len(page.terms) > 1 else ""
    context = {"page": page, "term": page.term, "week": page.week, **week_context(request, today, term=kept)}
    return render(request, "timetabling/weeks/my_week.html", context)


@permitted("timetabling.view")
@never_cache
@require_GET
@absent_is_404
def pupils(request: HttpRequest, public_id: str) -> HttpResponse:
    """The names of a class for a purpose that was chosen, and the week of one of them; without a purpose, the question alone."""
    page = queries.pupils_page(account=request.user, public_id=public_id, today=timezone.localdate())
    form = PupilsForm(request.GET if "purpose" in request.GET else None, classes=page.classes)
    found: dict[str, Any] = {}
    status, now = 200, timezone.now()
    if form.is_bound:
        chosen = request.GET.get("pupil", "")[:12]

        def act() -> None:
            given = {"actor": account_of(request), "term": page.term, "now": now, **form.cleaned_data}
            if chosen:
                day = day_in(request.GET, "day") or timezone.localdate(now)
                found["opened"] = operations.open_pupil_week(pupil=chosen, day=day, **given)
            else:
                found["members"] = operations.list_pupils(**given)

        status = done(form, act) or 200
    kept = {name: request.GET.get(name, "")[:_LONGEST] for name in ("school_class", "purpose")}
    opened = found.get("opened")
    context = {
        "page": page, "term": page.term, "form": form, **found, "names": resolve_url("timetabling:week_pupils", public_id) + f"?{urlencode(kept)}",
        "week": opened.week if opened is not None else None,
        **week_context(request, timezone.localdate(now), **kept, pupil=request.GET.get("pupil", "")[:12]),
    }  # fmt: skip
    return render(request, "timetabling/weeks/pupils.html", context, status=status)


@permitted("timetabling.view")
@require_GET
@absent_is_404
def free(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rooms and teachers that are free, now or at the time that was asked for."""
    page = queries.free_page(
        account=request.user, public_id=public_id, day=day_in(request.GET, "day"), period=number_in(request.GET, "period", most=99),
        schedule=number_in(request.GET, "bells"), seats=number_in(request.GET, "seats", most=1_000) or 0,
        subject=request.GET.get("subject", "")[:_LONGEST], now=timezone.now(),
    )  # fmt: skip
    context = {
        "page": page, "term": page.term, "seats": number_in(request.GET, "seats", most=1_000) or "",
        "subject": request.GET.get("subject", "")[:_LONGEST],
    }  # fmt: skip
    return render(request, "timetabling/weeks/free.html", context)
