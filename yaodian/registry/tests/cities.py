"""A city small enough for tests that make or load it many times."""

from dataclasses import replace

from yaodian.registry.demonstration.scales import SMALL

TINY = replace(
    SMALL,
    name="tiny",
    counties=2,
    schools={"111": 12, "211": 14, "218": 2, "311": 5, "312": 2, "342": 1},
    closed=4,
    births=200,
    areas_in_county=4,
)
