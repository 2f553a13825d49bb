"""Schools and returns as plain data, for rules that need no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from yaodian.indicators.queries.findings import Reported
from yaodian.indicators.queries.needs import needs_of
from yaodian.registry.queries import SchoolIn

YEAR = 2026
DAY = date(2026, 9, 1)
COUNTY = 900
_EMPTY: dict[str, Any] = {
    **{name: [] for name in ("pupils_by_grade", "classes_by_grade")},
    **{name: {} for name in ("class_size_bands", "by_qualification", "by_title")},
    **dict.fromkeys(
        (
            *("largest_class", "girls", "minority", "migrant", "left_behind", "boarding", "disabled", "entrants"),
            *("graduates", "moved_in", "moved_out", "dropped_out", "deaths", "full_time"),
            *("above_required_qualification", "backbone_county_or_above", "sports", "music", "art", "certified"),
            *("trained_360", "in_establishment", "exchanged", "exchange_eligible", "ordinary_rooms", "music_rooms"),
            *("art_rooms", "multimedia_classrooms", "computers", "books", "site", "sports_ground", "indoor_sports"),
            *("teaching_rooms", "living", "dangerous", "music_rooms_area", "art_rooms_area"),
            *("equipment_value_10k_yuan", "public_funds_per_pupil", "training_funds"),
        )
    ),
}


class Row(SimpleNamespace):
    """The figures of a return, with the sums that the registry's row has."""

    @property
    def pupils(self) -> int | None:
        return sum(self.pupils_by_grade) if self.pupils_by_grade else None

    @property
    def classes(self) -> int | None:
        return sum(self.classes_by_grade) if self.classes_by_grade else None


def row(stage: str = "primary", *, year: int = YEAR, **figures: Any) -> Row:
    """A return with these figures and no others."""
    unknown = set(figures) - set(_EMPTY)
    assert not unknown, unknown
    return Row(**{**_EMPTY, "stage": stage, "year": year, **figures})


def full(stage: str = "primary", **figures: Any) -> Row:
    """A return that lacks nothing and contradicts nothing."""
    grades = {"primary": 6, "junior": 3, "preschool": 3, "senior": 3}.get(stage, 9)
    whole: dict[str, Any] = {
        "pupils_by_grade": [40] * grades, "classes_by_grade": [1] * grades, "class_size_bands": {"36-40": grades},
        "largest_class": 40, "entrants": 40, "graduates": 40, "moved_in": 0, "moved_out": 0, "dropped_out": 0, "deaths": 0,
        "girls": 18 * grades, "full_time": 16, "above_required_qualification": 15, "backbone_county_or_above": 3,
        "sports": 2, "music": 1, "art": 1, "certified": 16, "trained_360": 16, "in_establishment": 15, "exchanged": 1,
        "exchange_eligible": 8, "by_title": {"first": 16}, "by_qualification": {"bachelor": 16}, "music_rooms": 1,
        "art_rooms": 1, "multimedia_classrooms": 7, "computers": 40, "books": 7000, "site": Decimal(9000),
        "sports_ground": Decimal(2000), "indoor_sports": Decimal(100), "teaching_rooms": Decimal(1200),
        "music_rooms_area": Decimal(96), "art_rooms_area": Decimal(90), "equipment_value_10k_yuan": Decimal(50),
        "public_funds_per_pupil": Decimal(760), "training_funds": Decimal(9000),
    }  # fmt: skip
    assert set(needs_of(stage, DAY)) <= set(whole)
    return row(stage, **{**whole, **figures})


def place(number: int = 1, kind: str = "211", **columns: Any) -> SchoolIn:
    """A school whose keys are its number."""
    given: dict[str, Any] = {
        "office_id": COUNTY, "school_id": number, "unit_id": 100 + number, "public_id": f"school{number}",
        "code": f"21990000{number:02d}", "name": f"栖禾第{number}小学", "school_type": kind, "is_public": True,
        "is_inclusive": False, "area": "town", "founded_year": 1990, "opened_on": date(1990, 9, 1), "closed_on": None,
        "longitude": None, "latitude": None,
    }  # fmt: skip
    return SchoolIn(**{**given, **columns})


def reported(*given: tuple[SchoolIn, Row | None], **more: Any) -> Reported:
    """What is known of these schools and their returns."""
    places = {each.school_id: each for each, _row in given}
    rows = {(each.school_id, one.stage): one for each, one in given if one is not None}
    return Reported(YEAR, DAY, COUNTY, tuple(places.values()), rows, **more)
