"""What everybody may read of a draw and of a placement: the record, every file to the byte, and all of them as one bundle."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yaodian.admissions import queries
from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.organisations.access import public


@public
@require_GET
@absent_is_404
def protocol(request: HttpRequest, public_id: str) -> HttpResponse:
    """Promise, sources, seed, order and how to check them at home."""
    page = queries.protocol_of(public_id=public_id, day=timezone.localdate())
    placement = queries.placement_published(intake=page.intake)
    context = {"protocol": page, "draw": page.draw, "intake": page.intake, "placement": placement}
    return render(request, "admissions/protocol.html", context)


@public
@require_GET
@absent_is_404
def file(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """A published file as it is, to be saved."""
    try:
        content = queries.file_of_draw(public_id=public_id, name=name)
    except LookupError as absent:
        raise Http404 from absent
    return as_file(HttpResponse(content, content_type="application/octet-stream"), name)


@public
@require_GET
@absent_is_404
def placement(request: HttpRequest, public_id: str) -> HttpResponse:
    """What everybody may check of a published placement, and why no more."""
    page = queries.public_placement(public_id=public_id, day=timezone.localdate())
    return render(request, "admissions/placement.html", {"page": page, "run": page.run, "intake": page.intake})


@public
@require_GET
@absent_is_404
def placement_file(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """A published file as it is, to be saved."""
    try:
        content = queries.file_of_placement(public_id=public_id, name=name)
    except LookupError as absent:
        raise Http404 from absent
    return as_file(HttpResponse(content, content_type="application/octet-stream"), name)


@public
@require_GET
@absent_is_404
def placement_bundle(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything as a ZIP: unpack it, and check it without a network."""
    content = queries.placement_bundle(public_id=public_id)
    return as_file(HttpResponse(content, content_type="application/zip"), f"placement-{public_id}.zip")


@public
@require_GET
@absent_is_404
def bundle(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything as a ZIP: unpack it, and check it without a network."""
    content = queries.bundle_of(public_id=public_id)
    return as_file(HttpResponse(content, content_type="application/zip"), f"draw-{public_id}.zip")
