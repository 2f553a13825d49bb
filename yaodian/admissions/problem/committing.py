"""What everybody may check of a placement without learning of any child: a sealed row for each application, and counts by school.

Wishes, class and place in the draw of a child, under whatever number, tell where it lives and how it is registered: with a neighbour's
knowledge a row is somebody's. So a row is published as SHA-256 of itself with a secret salt, and only its family gets what opens it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from typing import Any

from yaodian.admissions.problem.inputs import Applicant, Inputs, canonical, sha256
from yaodian.admissions.problem.placing import Result

OPENING, COUNTS, RECORD, LIST = (
    f"yaodian-admissions-{name}/1" for name in ("opening", "counts", "record", "commitments")
)
# A school that took fewer is counted as «fewer», lest its children be recognised.
FEWEST = 5


def opening_of(
    inputs: Inputs, result: Result, applicant: Applicant, *, drawn: int, run: str, key: str
) -> dict[str, Any]:
    """An application's own row, with its salt: what its commitment is the hash of. `drawn`: its place in the draw, from 1; `key`: the run's
    secret, in hexadecimal."""
    place = result.places.get(applicant.number)
    wishes = [
        {"offer": inputs.offers[offer].public_id, "class": _label(inputs, rank)}
        for offer, rank in zip(applicant.wishes, applicant.classes, strict=True)
    ]
    return {
        "form": OPENING,
        "run": run,
        "number": applicant.number,
        "salt": hmac.new(bytes.fromhex(key), applicant.number.encode(), hashlib.sha256).hexdigest(),
        "drawn": drawn,
        "wishes": wishes,
        "place": None if place is None else {"offer": place.offer, "how": place.how, "wish": place.wish},
    }


def _label(inputs: Inputs, rank: int) -> str:
    """Schools that are open to all know no class."""
    return inputs.class_labels[rank] if rank < len(inputs.class_labels) else ""


def commitment(opening: Mapping[str, Any]) -> str:
    return sha256(canonical(opening))


def commitments(inputs: Inputs, result: Result, *, run: str, key: str) -> bytes:
    """A row for each application, by their hashes, so that their order tells nothing."""
    drawn = {number: place for place, number in enumerate(inputs.order, 1)}
    rows = sorted(
        commitment(opening_of(inputs, result, one, drawn=drawn[one.number], run=run, key=key))
        for one in inputs.applicants
    )
    return "\n".join([f"{LIST} {run}", *rows, ""]).encode("ascii")


def counts(inputs: Inputs, result: Result, *, names: Mapping[str, str]) -> bytes:
    """Places and placed by school, by the offers' public ids. Fewer than FEWEST are not told; where that hides one school alone, which
    the sum would tell, the sum is not told either."""
    placed = Counter(one.offer for one in result.places.values())
    hidden = [offer.public_id for offer in inputs.offers if 0 < placed[offer.public_id] < FEWEST]
    schools = [
        {
            "offer": offer.public_id,
            "school": names.get(offer.public_id, ""),
            "seats": offer.seats,
            "placed": None if offer.public_id in hidden else placed[offer.public_id],
        }
        for offer in inputs.offers
    ]
    is_told = len(hidden) != 1
    return canonical(
        {
            "form": COUNTS,
            "stage": inputs.stage,
            "applications": len(inputs.applicants),
            "placed": len(result.places) if is_told else None,
            "fewest": FEWEST,
            "schools": schools,
        }
    )


def record_of(inputs: Inputs, *, run: str, inputs_sha256: str, result_sha256: str, files: Mapping[str, bytes]) -> bytes:
    """What was sealed, by fingerprints, and the files that are published of it."""
    return canonical(
        {
            "form": RECORD,
            "run": run,
            "rules": inputs.rules_sha256,
            "seed": inputs.seed,
            "inputs": inputs_sha256,
            "result": result_sha256,
            "files": {name: sha256(content) for name, content in files.items()},
        }
    )
