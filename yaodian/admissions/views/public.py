"""What everybody may read: seasons, their rules to the byte, which school answers for an address, and the signed snapshots."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yaodian.admissions import queries
from yaodian.admissions.forms.public import FindForm
from yaodian.foundation import snapshots
from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.organisations.access import public


@public
@require_GET
def seasons(request: HttpRequest) -> HttpResponse:
    """All announced seasons."""
    return render(request, "admissions/seasons.html", {"seasons": queries.announced_seasons(day=timezone.localdate())})


@public
@require_GET
@absent_is_404
def season(request: HttpRequest, public_id: str) -> HttpResponse:
    """Calendar, steps, proofs, order of fulfilment and places of a season."""
    page = queries.public_season(public_id=public_id, day=timezone.localdate())
    return render(request, "admissions/season.html", {"page": page, "season": page.season})


@public
@require_GET
@absent_is_404
def rules_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The rules to the byte, so that anybody can recompute their fingerprint."""
    row = queries.find_announced(public_id=public_id)
    return as_file(
        HttpResponse(queries.rules_bytes(row), content_type="application/json"), f"rules-{row.public_id}.json"
    )


@public
@require_GET
@absent_is_404
def find(request: HttpRequest) -> HttpResponse:
    """Which school is mine: an address without a room, of nobody."""
    intakes = queries.intakes_with_catchments()
    is_asked = "street" in request.GET
    form = FindForm(request.GET if is_asked else None, intakes=intakes, initial=request.GET.dict())
    found = None
    if is_asked and form.is_valid():
        said = form.cleaned_data
        try:
            found = queries.find_schools(
                intake=next(each for each in intakes if each.public_id == said["intake"]),
                street=said["street"],
                number=said["number"],
                day=timezone.localdate(),
                point=form.point(),
            )
        except queries.UnableToReadAddress as problem:
            form.add_error("number", queries.why_unread(problem))
    status = 422 if form.errors else 200
    shown = found.intake if found else intakes[0] if len(intakes) == 1 else None
    plan = queries.plan_of(intake=shown, day=timezone.localdate()) if shown else None
    context = {"form": form, "found": found, "intakes": intakes, "plan": plan}
    return render(request, "admissions/find.html", context, status=status)


@public
@require_GET
def snapshot_list(request: HttpRequest) -> HttpResponse:
    """Which pages are laid down as files, and how anybody can check that they are as they were signed."""
    manifest = snapshots.read_manifest()
    pages = sorted(manifest.pages.values(), key=lambda one: (one.path, one.language)) if manifest else []
    made_at = datetime.fromisoformat(manifest.made_at) if manifest else None
    context = {"pages": pages, "made_at": made_at, "public_key": snapshots.public_key().decode("ascii")}
    return render(request, "admissions/snapshots.html", context)


@public
@require_GET
def snapshot_file(request: HttpRequest, name: str) -> HttpResponse:
    """The manifest to the byte, its signature, or the key."""
    manifest = snapshots.read_manifest()
    files = {snapshots.PUBLIC_KEY: snapshots.public_key()}
    if manifest is not None:
        files |= {snapshots.MANIFEST: manifest.content, snapshots.SIGNATURE: manifest.signature}
    if name not in files:
        raise Http404
    return as_file(HttpResponse(files[name], content_type="application/octet-stream"), name)
