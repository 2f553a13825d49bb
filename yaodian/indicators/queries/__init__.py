"""Reading: what pages of the monitoring desk show."""

from yaodian.indicators.queries.comparing import Comparison, compare
from yaodian.indicators.queries.mapping import MapChart, MapPage, Marked, Spot, map_page
from yaodian.indicators.queries.reporting import Absent, Material, Unassessed, county_of, material

__all__ = [
    "Absent",
    "Comparison",
    "MapChart",
    "MapPage",
    "Marked",
    "Material",
    "Spot",
    "Unassessed",
    "compare",
    "county_of",
    "map_page",
    "material",
]
