"""Timetables of schools side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yaodian.organisations.access import permitted
from yaodian.timetabling import queries


@permitted("timetabling.view")
@require_GET
def teaching(request: HttpRequest) -> HttpResponse:
    """What the timetables that hold today come to, school by school."""
    page = queries.teaching_page(account=request.user, day=timezone.localdate())
    return render(request, "timetabling/teaching.html", {"page": page})
