"""Reading: the monitoring desk, from stored assessments; one county or school live where it is asked for."""

from yaodian.indicators.queries.comparing import Comparison, compare
from yaodian.indicators.queries.desk import (
    Absent,
    CountyLine,
    CountyPage,
    DeskPage,
    Explained,
    SchoolLine,
    SchoolPage,
    StagePage,
    chosen,
    county_page,
    desk_page,
    find_county,
    school_page,
    shown,
    statute_of,
    years_of,
)
from yaodian.indicators.queries.mapping import MapChart, MapPage, Marked, Spot, map_page
from yaodian.indicators.queries.reporting import Material, Unassessed, material
from yaodian.indicators.queries.stating import FactLine, FactsPage, facts_page

__all__ = [
    "Absent",
    "Comparison",
    "CountyLine",
    "CountyPage",
    "DeskPage",
    "Explained",
    "FactLine",
    "FactsPage",
    "MapChart",
    "MapPage",
    "Marked",
    "Material",
    "SchoolLine",
    "SchoolPage",
    "Spot",
    "StagePage",
    "Unassessed",
    "chosen",
    "compare",
    "county_page",
    "desk_page",
    "facts_page",
    "find_county",
    "map_page",
    "material",
    "school_page",
    "shown",
    "statute_of",
    "years_of",
]
