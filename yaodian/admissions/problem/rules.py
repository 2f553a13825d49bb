"""The rules of a season as one plain, canonical text: what is announced, hashed, and later held against every run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from yaodian.admissions.models import CatchmentRange, Intake, Season
from yaodian.admissions.problem.addresses import range_of

FORM = "yaodian-admissions-rules/1"


def rules_of(season: Season) -> dict[str, Any]:
    """All rules of a season, in one order whatever order the rows were written in. Without anything about a person,
    and without further rounds: they have no rules of their own.

    One query for each kind of row.
    """
    intakes = (
        Intake.objects.filter(season=season, round=1)
        .prefetch_related(
            "criteria",
            "classes",
            "offers__school",
            "offers__quotas__criterion",
            "catchments__schools__offer__school",
            "catchments__ranges",
            "contested",
        )
        .order_by("stage")
    )
    return {
        "form": FORM,
        "title": season.title,
        "year": season.year,
        "basis": season.basis,
        "intakes": [_intake(each) for each in intakes],
    }


def _intake(row: Intake) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "days": {
            "opens_on": row.opens_on.isoformat(),
            "closes_on": row.closes_on.isoformat(),
            "check_until": row.check_until.isoformat(),
            "publishes_on": row.publishes_on.isoformat(),
            "accept_days": row.accept_days,
            "appeal_days": row.appeal_days,
        },
        "born": [row.born_from.isoformat(), row.born_until.isoformat()],
        "most_wishes": row.most_wishes,
        "overflow_m": row.overflow_m,
        "proofs": sorted(row.proofs),
        "note": row.note,
        "criteria": sorted(
            ({"code": each.code, "words": each.words, "proofs": sorted(each.proofs)} for each in row.criteria.all()),
            key=lambda each: str(each["code"]),
        ),
        "classes": [
            {
                "rank": each.rank,
                "label": each.label,
                "words": each.words,
                "needs": sorted(each.needs),
                "lacks": sorted(each.lacks),
            }
            for each in sorted(row.classes.all(), key=lambda each: each.rank)
        ],
        "offers": sorted(
            (
                {
                    "school": offer.school.code,
                    "seats": offer.seats,
                    "is_open": offer.is_open,
                    "is_public": offer.is_public,
                    "place": [offer.longitude, offer.latitude],
                    "quotas": [
                        {
                            "label": quota.label,
                            "seats": quota.seats,
                            "criterion": quota.criterion.code,
                            "step": quota.step,
                            "is_passed_on": quota.is_passed_on,
                        }
                        for quota in sorted(offer.quotas.all(), key=lambda quota: quota.step)
                    ],
                }
                for offer in row.offers.all()
            ),
            key=lambda each: str(each["school"]),
        ),
        "catchments": sorted(
            (
                {
                    "code": each.code,
                    "label": each.label,
                    "is_single": each.is_single,
                    "polygon": each.polygon,
                    "schools": [
                        one.offer.school.code for one in sorted(each.schools.all(), key=lambda one: one.position)
                    ],
                    "ranges": [_range(one) for one in sorted(each.ranges.all(), key=_order)],
                }
                for each in row.catchments.all()
            ),
            key=lambda each: str(each["code"]),
        ),
        "contested": [
            [each.street, each.written or each.number, each.words, *([each.lane] if each.lane else ())]
            for each in sorted(
                row.contested.all(), key=lambda each: (each.street, each.lane, each.number, each.written)
            )
        ],
    }


def _order(row: CatchmentRange) -> tuple[Any, ...]:
    return row.street, row.lane, row.is_lanes, row.first, row.last, row.side, row.first_written, row.last_written


def _range(row: CatchmentRange) -> list[Any]:
    """Street, first, last and side; after them the lane, and whether lanes are counted, where there is one of the two."""
    said = list(range_of(row))
    return said if row.lane or row.is_lanes else said[:4]


def canonical(rules: Mapping[str, Any]) -> bytes:
    """The bytes that are published: keys sorted, UTF-8 unescaped, one space of indentation, LF at the end."""
    return (json.dumps(rules, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def sha256_of(rules: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(rules)).hexdigest()
