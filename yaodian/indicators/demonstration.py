"""The facts of the synthetic city: invented, the same for the same county and year, and not all of them good."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

BASIS = "虚构数据，仅供演示"
STAGES = ("primary", "junior")

# Yes or no: in which counties (by their place, modulo five) the answer is not the good one.
_FLAGS = {
    **dict.fromkeys(("is_layout_planned", "is_building_unified", "is_staffing_unified", "is_funding_unified"), ()),
    "is_equipment_unified": (4,),
    "is_posts_allocated": (),
    "is_quota_to_rural": (),
    "is_left_behind_care": (),
    "has_charter": (),
    "is_informatised": (3,),
    "is_equipment_used": (),
    "is_moral_education_good": (),
    "is_curriculum_complete": (4,),
    "is_practice_effective": (),
    "is_burden_light": (3,),
    **dict.fromkeys(("is_preschool_led", "is_preschool_planned", "is_preschool_network", "is_residential_regular"), ()),
    "is_fee_reasonable": (),
    "is_preschool_safe": (),
    "is_preschool_overseen": (2,),
    "is_teaching_scientific": (),
    "is_free_of_primary_teaching": (3,),
}
_BAD = ("has_entrance_exams", "has_school_choice", "has_key_schools")
# From, to, and places behind the point.
_NUMBERS: dict[str, tuple[float, float, int]] = {
    "special_school_funds_per_pupil": (7_500, 9_800, 0),
    "civil_servant_income": (92_000, 98_000, 0),
    "teacher_income": (95_000, 103_000, 0),
    "exchanged_backbone": (4, 7, 0),
    "senior_places": (900, 1_400, 0),
    "eligible_migrants": (600, 900, 0),
    "migrants_in_public": (520, 590, 0),
    "migrants_in_bought": (0, 9, 0),
    "moved_in": (10, 40, 0),
    "moved_out": (10, 40, 0),
    "deaths": (0, 2, 0),
    "disabled_children": (80, 120, 0),
    "monitoring_level": (3, 3, 0),
    "monitoring_difference": (0.08, 0.15, 3),
    "recognition": (0.82, 0.93, 3),
    "public_funds_standard": (720, 720, 0),
    "allocated_public_funds": (72_000, 74_000, 0),
    "government_score": (84, 96, 1),
    "satisfaction": (0.84, 0.95, 3),
    "children_3_to_5": (1_010, 1_200, 0),
    "kindergarten_funds_per_child": (560, 700, 0),
    "subsidy_per_child": (490, 560, 0),
    "tenured_pay": (88_000, 95_000, 0),
    "untenured_pay": (72_000, 86_000, 0),
    "kindergarten_classes_met": (54, 60, 0),
    "heads_and_teachers": (112, 112, 0),
    "heads_and_teachers_certified": (111, 112, 0),
    "preschool_recognition": (0.83, 0.94, 3),
}
# Not stated by every county: so that the desk shows what «cannot be decided» looks like.
_UNSTATED = {1: ("monitoring_level", "monitoring_difference"), 2: ("children_3_to_5",), 4: ("recognition",)}


def facts_of(place: int, year: int) -> Iterator[tuple[str, str, str]]:
    """(quantity, stage, value as text) of the county at a place in the list, for a school year."""
    left_out = _UNSTATED.get(place % 5, ())
    for name, bad in _FLAGS.items():
        yield name, "", "false" if place % 5 in bad else "true"
    for name in _BAD:
        yield name, "", "false"
    for name, value in _numbers(place, year):
        if name not in left_out:
            yield name, "", value
    for group, standing in (("from_2017", 4), ("before_2017", 9)):
        yield "kindergartens", group, str(standing)
        yield "kindergartens_premises_met", group, str(standing if place % 5 != 4 else standing - 1)
    numbers = dict(_numbers(place, year))
    yield "senior_quota", "", str(round(int(numbers["senior_places"]) * (0.5 + 0.12 * _part("quota", place, year))))
    disabled = int(numbers["disabled_children"])
    for name, share in (("disabled_in_ordinary", 0.6), ("disabled_in_special", 0.3), ("disabled_at_home", 0.07)):
        yield name, "", str(round(disabled * share))
    for stage in STAGES:
        pupils = round(2_000 + 900 * _part("urban_public_pupils", place, year, stage))
        yield "urban_public_pupils", stage, str(pupils)
        share = 1 if stage == "primary" else 0.985
        yield "nearby_pupils", stage, str(round(pupils * share))


def _numbers(place: int, year: int) -> Iterator[tuple[str, str]]:
    for name, (least, most, places) in _NUMBERS.items():
        yield name, f"{least + (most - least) * _part(name, place, year):.{places}f}"


def _part(*of: object) -> float:
    """A number from 0 to 1 that belongs to its words."""
    return zlib.crc32(" ".join(map(str, of)).encode()) / 0xFFFFFFFF
