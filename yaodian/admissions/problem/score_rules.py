"""The rules of a round of scores as plain data, with one canonical form; and how points and subjects are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from yaodian.admissions.models import BatchKind, BatchSeats, ScoreRound, Subject
from yaodian.admissions.problem.inputs import canonical, sha256
from yaodian.engines.matching import band_floors

_POINTS = re.compile(r"\d{1,6}(?:\.\d{1,2})?", re.ASCII)
MOST_BANDS = 100


def rules_of_round(row: ScoreRound) -> dict[str, Any]:
    """What is announced: subjects, tie rules, batches with their seats by codes of schools. Two queries."""
    batches = list(row.batches.all())
    seats: dict[int, list[dict[str, Any]]] = {one.pk: [] for one in batches}
    codes = {one.pk: one.code for one in batches}
    rows = BatchSeats.objects.filter(batch__in=batches).select_related("school", "origin")
    for one in sorted(rows, key=lambda each: (each.school.code, each.origin.code if each.origin else "")):
        seats[one.batch_id].append(
            {
                "school": one.school.code,
                "origin": one.origin.code if one.origin else "",
                "seats": one.seats,
                "least": one.least,
            }
        )
    return {
        "title": row.title,
        "subjects": [list(one) for one in row.subjects],
        "ties": [list(one) for one in row.ties],
        "batches": [
            {
                "code": one.code,
                "label": one.label,
                "position": one.position,
                "kind": one.kind,
                "most_wishes": one.most_wishes,
                "line": one.line,
                "band_first": one.band_first,
                "band_width": one.band_width,
                "unused_to": codes.get(one.unused_to_id or 0, ""),
                "seats": seats[one.pk],
            }
            for one in batches
        ],
    }


def sha256_of_round(rules: dict[str, Any]) -> str:
    """The fingerprint of the canonical JSON."""
    return sha256(canonical(rules))


def floors_of(*, kind: str, line: int | None, band_first: int | None, band_width: int | None) -> tuple[int, ...]:
    """The least total of each band, in hundredths; none where there are no bands. Raises UnableToPlace."""
    if kind != BatchKind.BANDS or band_first is None or band_width is None:
        return ()
    return tuple(int(one) for one in band_floors(band_first, band_width, line or 0))


def points(hundredths: int | None) -> str:
    """700, 699.5, 0.25; empty where there are none."""
    if hundredths is None:
        return ""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


def read_points(text: str) -> int | None:
    """Hundredths of points as people write them, at most two decimals; None for what is none."""
    said = text.strip()
    if not _POINTS.fullmatch(said):
        return None
    whole, _dot, rest = said.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def tie_label(tie: Sequence[str]) -> str:
    """How a tie rule is called: 数学, or 语文、数学、外语之和."""
    names = [str(Subject(code).label) for code in tie]
    return names[0] if len(names) == 1 else _("%(subjects)s之和") % {"subjects": _("、").join(names)}


def compared_labels(ties: Sequence[Sequence[str]]) -> dict[str, str]:
    """The words for what is compared, as the engine's columns are called."""
    return {"total": _("总分"), **{f"tie-{place}": tie_label(one) for place, one in enumerate(ties, 1)}}
