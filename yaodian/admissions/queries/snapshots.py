"""Which public pages are laid down as signed files, and the version of all that they show."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from django.urls import reverse

from yaodian.admissions.models import BatchSeats, Draw, DrawFile, Offer, RunState, ScoreRun
from yaodian.admissions.queries.public import announced
from yaodian.engines.lottery.bundle import shipped
from yaodian.foundation.snapshots import Pages
from yaodian.organisations.queries import names_of_units


def public_pages(*, day: date) -> Pages:
    """The list of seasons, each season with its rules, each draw with its files, and the cut-off lines of admissions by score. Eight
    queries, however many there are.

    Rules stand once they are announced, so their fingerprint tells them; what moves afterwards is named beside it.
    """
    seasons = list(
        announced().values_list(
            "pk", "public_id", "office", "title", "year", "state", "rules_sha256", "version", "basis", "contact"
        )
    )
    keys = [row[0] for row in seasons]
    intakes = list(
        announced()
        .filter(intakes__isnull=False)
        .order_by("intakes")
        .values_list("intakes__public_id", "intakes__state", "intakes__published_on", "intakes__version")
    )
    offers = list(
        Offer.objects.filter(intake__season__in=keys).order_by("pk").values_list("public_id", "school", "added_seats")
    )
    draws = list(
        Draw.objects.filter(intake__season__in=keys)
        .order_by("pk")
        .values_list("pk", "public_id", "state", "attempt", "void_reason", "version")
    )
    files = list(
        DrawFile.objects.filter(draw__in=[row[0] for row in draws])
        .order_by("draw", "name")
        .values_list("draw__public_id", "name", "sha256")
    )
    runs = list(
        ScoreRun.objects.filter(state=RunState.OPENED)
        .order_by("pk")
        .values_list("round", "round__public_id", "round__title", "round__intake__season__office", "result_sha256")
    )
    seats = BatchSeats.objects.filter(batch__round__in=[row[0] for row in runs]).order_by()
    units = {unit for pair in seats.values_list("school", "origin").distinct() for unit in pair if unit is not None}
    units |= {row[2] for row in seasons} | {row[1] for row in offers} | {row[3] for row in runs}
    names = names_of_units(ids=units, day=day)
    shown = [seasons, intakes, offers, draws, files, runs, sorted(names.items())]
    paths = [reverse("admissions:seasons")]
    for row in seasons:
        paths += [reverse("admissions:season", args=[row[1]]), reverse("admissions:rules_file", args=[row[1]])]
    for row in draws:
        paths += [reverse("admissions:draw", args=[row[1]]), reverse("admissions:draw_bundle", args=[row[1]])]
        paths += [reverse("admissions:draw_file", args=[row[1], name]) for name in shipped()]
    paths += [reverse("admissions:draw_file", args=[draw, name]) for draw, name, _sha256 in files]
    paths.append(reverse("admissions:all_score_lines"))
    paths += [reverse("admissions:score_lines", args=[row[1]]) for row in runs]
    return Pages(hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest(), paths)
