"""Counties with schools that have reported, some of them short of what the law asks. Every name and number is invented."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from yaodian.indicators import operations
from yaodian.indicators.models import Assessment
from yaodian.organisations.models import Unit
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
YEAR = 2026
GOOD: dict[str, Any] = {
    "pupils_by_grade": [20, 20, 20, 20, 20, 20],
    "classes_by_grade": [1, 1, 1, 1, 1, 1],
    "largest_class": 20,
    "full_time": 12,
    "by_title": {"first": 6, "second": 6},
    "above_required_qualification": 8,
    "backbone_county_or_above": 3,
    "sports": 1,
    "music": 1,
    "art": 1,
    "certified": 12,
    "trained_360": 12,
    "exchanged": 2,
    "exchange_eligible": 10,
    "music_rooms": 1,
    "art_rooms": 1,
    "music_rooms_area": 100,
    "art_rooms_area": 100,
    "multimedia_classrooms": 6,
    "computers": 30,
    "books": 4000,
    "teaching_rooms": 1200,
    "indoor_sports": 200,
    "sports_ground": 1500,
    "equipment_value_10k_yuan": 40,
    "public_funds_per_pupil": 800,
    "training_funds": 10000,
}


def reported(school: Unit, *, year: int = YEAR, **changed: Any) -> None:
    """A return of the school's primary stage, good but for what is changed."""
    registry.store_return(
        actor=None,
        public_id=school.public_id,
        year=year,
        stage="primary",
        figures={**GOOD, **changed},
        now=NOW,
    )


def county(name: str = "青禾县", *, schools: int = 3, years: tuple[int, ...] = (YEAR,), code: str = "") -> Unit:
    """A county with so many schools; the second has too few multimedia rooms and too small a ground, growing by year."""
    made = factories.county(name, code)
    for number in range(schools):
        place = factories.school(
            made,
            name=f"{name[:2]}第{number + 1}小学",
            longitude=122.5 + number / 100,
            latitude=32.7 + (number % 7) / 100,
        )
        for year in years:
            short = {"multimedia_classrooms": 1, "sports_ground": 400 + year % 100} if number == 1 else {}
            reported(place.unit, year=year, **short)
    return made


def assessed(*counties: Unit, statute: str = "quality_balance", years: tuple[int, ...] = (YEAR,)) -> list[Assessment]:
    """Counties held against a statute, with the demonstration's facts; in the order of the units given."""
    operations.load_demonstration(years=years, now=NOW)
    for year in years:
        operations.assess(actor=None, statute=statute, year=year, now=NOW)
    rows = Assessment.objects.filter(county__in=counties, statute=statute).order_by("-year")
    return sorted(rows, key=lambda one: [unit.pk for unit in counties].index(one.county_id))
