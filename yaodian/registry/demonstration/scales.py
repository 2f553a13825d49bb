"""How large a city is: its schools by type, and the children born in a year at index 100."""

from __future__ import annotations

from dataclasses import dataclass

KINDERGARTEN, PRIMARY, TEACHING_POINT = "111", "211", "218"
JUNIOR, NINE_YEAR, COMPLETE, SENIOR, TWELVE_YEAR = "311", "312", "341", "342", "345"
VOCATIONAL, SPECIAL = "361", "511"

# The stages of a school type and the number of grades in each.
STAGES: dict[str, tuple[tuple[str, int], ...]] = {
    KINDERGARTEN: (("preschool", 3),),
    PRIMARY: (("primary", 6),),
    TEACHING_POINT: (("primary", 4),),
    JUNIOR: (("junior", 3),),
    NINE_YEAR: (("primary", 6), ("junior", 3)),
    COMPLETE: (("junior", 3), ("senior", 3)),
    SENIOR: (("senior", 3),),
    TWELVE_YEAR: (("primary", 6), ("junior", 3), ("senior", 3)),
    VOCATIONAL: (("vocational", 3),),
    SPECIAL: (("special", 9),),
}
# Years a child has lived, at least, on the first day of the first grade of a stage.
AGE_AT_ENTRY = {"preschool": 3, "primary": 6, "junior": 12, "senior": 15, "vocational": 15, "special": 6}


@dataclass(frozen=True)
class Scale:
    """`schools` says how many of each type stand today; `births` how many children a year has at index 100."""

    name: str
    counties: int
    schools: dict[str, int]
    closed: int
    births: int
    areas_in_county: int
    cities: int = 1

    @property
    def institutions(self) -> int:
        return sum(self.schools.values())


SMALL = Scale(
    name="small",
    counties=5,
    schools={
        KINDERGARTEN: 64, PRIMARY: 74, TEACHING_POINT: 20, JUNIOR: 22, NINE_YEAR: 10, COMPLETE: 2, SENIOR: 4,
        TWELVE_YEAR: 1, VOCATIONAL: 2, SPECIAL: 1,
    },
    closed=8,
    births=1_200,
    areas_in_county=5,
)  # fmt: skip
CITY = Scale(
    name="city",
    counties=10,
    schools={
        KINDERGARTEN: 380, PRIMARY: 250, TEACHING_POINT: 60, JUNIOR: 105, NINE_YEAR: 45, COMPLETE: 12, SENIOR: 26,
        TWELVE_YEAR: 4, VOCATIONAL: 10, SPECIAL: 8,
    },
    closed=36,
    births=27_650,
    areas_in_county=12,
)  # fmt: skip
PROVINCE = Scale(
    name="province",
    counties=CITY.counties,
    schools=CITY.schools,
    closed=CITY.closed,
    births=CITY.births,
    areas_in_county=CITY.areas_in_county,
    cities=20,
)
SCALES = {scale.name: scale for scale in (SMALL, CITY, PROVINCE)}
