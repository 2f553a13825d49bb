"""A county with schools whose returns reach every threshold, and all facts stated; tests change what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from yaodian.engines import rules
from yaodian.indicators import operations
from yaodian.indicators.problem import day_of, fact_stages, facts_of
from yaodian.organisations.models import Unit
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories as registry_factories
from yaodian.statutes.monitored import MONITORED

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
YEAR = 2026
# 600 pupils in 15 classes. The four with a threshold in whole people or rooms lie exactly on it or just above.
PRIMARY: Mapping[str, Any] = {
    "pupils_by_grade": [100] * 6, "classes_by_grade": [3, 3, 3, 2, 2, 2], "largest_class": 45,
    "full_time": 40, "above_required_qualification": 26, "backbone_county_or_above": 6, "sports": 2, "music": 2,
    "art": 2, "certified": 40, "trained_360": 40, "exchanged": 4, "exchange_eligible": 20,
    "by_title": {"first": 10, "senior": 5}, "music_rooms": 2, "art_rooms": 2, "music_rooms_area": "192",
    "art_rooms_area": "180", "multimedia_classrooms": 14, "computers": 90, "books": 18_000,
    "teaching_rooms": "2700.00", "indoor_sports": "0", "sports_ground": "4500.00", "equipment_value_10k_yuan": "120.00",
    "public_funds_per_pupil": "800.00", "training_funds": "24000.00",
}  # fmt: skip
NUMBERS = {
    "special_school_funds_per_pupil": "8000", "civil_servant_income": "90000", "teacher_income": "90000",
    "exchanged_backbone": "2", "senior_places": "1000", "senior_quota": "500", "eligible_migrants": "100",
    "migrants_in_public": "85", "migrants_in_bought": "0", "moved_in": "0", "moved_out": "0", "deaths": "0",
    "disabled_children": "100", "disabled_in_ordinary": "60", "disabled_in_special": "30", "disabled_at_home": "5",
    "monitoring_level": "3", "monitoring_difference": "0.149", "recognition": "0.85", "public_funds_standard": "720",
    "allocated_public_funds": "72000", "urban_public_pupils": "600", "nearby_pupils": "600", "government_score": "85",
    "satisfaction": "0.85", "shared_sports_and_arts": "0", "nearby_sports_area": "0", "graduates": "100",
    "grade_seven": "100",
}  # fmt: skip
BAD = frozenset({"has_entrance_exams", "has_school_choice", "has_key_schools", "is_small_rural"})


def reporting(place: Any, **changed: Any) -> None:
    """The school's return of the year, as PRIMARY has it but for what is changed."""
    registry.store_return(
        actor=None,
        public_id=place.unit.public_id,
        year=YEAR,
        stage="primary",
        figures={**PRIMARY, **changed},
        now=NOW,
        source="统计年报导入",
    )


def stated(county: Unit, statute: str = "quality_balance", *, without: tuple[str, ...] = (), **changed: str) -> None:
    """Every fact that the statute asks of the county, good enough for each item, but for what is changed."""
    asked = MONITORED[statute]
    rows = []
    for fact in facts_of(asked, day_of(YEAR), with_fallback=True):
        name = fact.quantity.name
        if name in without:
            continue
        value = changed.get(name) or NUMBERS.get(name)
        if value is None:
            assert fact.quantity.kind is rules.Kind.FLAG, name
            value = "false" if name in BAD else "true"
        rows += [operations.Stated(name, value, "核查记录", stage) for stage in fact_stages(asked, fact.item)]
    operations.state_facts(actor=None, unit=county, statute=statute, year=YEAR, stated=rows, now=NOW)


def county_of(*returns: Mapping[str, Any], name: str = "青禾县") -> tuple[Unit, list[Any]]:
    """A county with a school for each mapping of changes to its return, and every fact stated."""
    unit = registry_factories.county(name)
    places = [registry_factories.school(unit) for _each in returns]
    for place, changed in zip(places, returns, strict=True):
        reporting(place, **changed)
    stated(unit)
    return unit, places
