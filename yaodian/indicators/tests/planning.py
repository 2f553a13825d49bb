"""A county with schools whose returns meet item 1.1 but for what a test takes away. Every name and number is invented."""

from __future__ import annotations

from typing import Any

from yaodian.indicators import operations
from yaodian.indicators.models import Scenario
from yaodian.organisations.models import Account, Unit
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

NOW = factories.NOW
YEAR = 2025
# A primary school of 200 pupils just above each of the seven thresholds.
MEETING: dict[str, Any] = {
    "pupils_by_grade": [34, 34, 33, 33, 33, 33],
    "classes_by_grade": [1, 1, 1, 1, 1, 1],
    "largest_class": 34,
    "full_time": 16,
    "above_required_qualification": 9,
    "backbone_county_or_above": 2,
    "sports": 1,
    "music": 1,
    "art": 0,
    "certified": 16,
    "trained_360": 16,
    "teaching_rooms": "1000.00",
    "sports_ground": "1500.00",
    "indoor_sports": "100.00",
    "music_rooms": 1,
    "art_rooms": 1,
    "music_rooms_area": "90.00",
    "art_rooms_area": "90.00",
    "multimedia_classrooms": 6,
    "equipment_value_10k_yuan": "45.00",
    "computers": 30,
    "books": 6000,
}


def school(county: Unit, *, name: str = "", **figures: Any) -> Any:
    """A primary school (a row of the registry) with a return of YEAR; a figure of None was not reported."""
    made = factories.school(county, name=name)
    report(made, **{**MEETING, **figures})
    return made


def report(of: Any, **figures: Any) -> None:
    """Corrects the return of a school, as its own clerk would."""
    registry.store_return(actor=None, public_id=of.unit.public_id, year=YEAR, stage="primary", figures=figures, now=NOW)


def scenario(actor: Account, county: Unit, *, name: str = "补齐教师", **values: Any) -> Scenario:
    return operations.keep_scenario(
        actor=actor, county=county, now=NOW, name=name, **{"statute": "quality_balance", "year": YEAR, **values}
    )


def hiring(of: Any, **numbers: int) -> dict[str, Any]:
    """New teachers as a change."""
    return {"kind": "hire_teachers", "code": of.unit.code, "stage": "primary", "numbers": numbers}
