"""Reading: the monitoring desk, from stored assessments; one county or school live where it is asked for."""

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
from yaodian.indicators.queries.stating import FactLine, FactsPage, facts_page

__all__ = [
    "Absent",
    "CountyLine",
    "CountyPage",
    "DeskPage",
    "Explained",
    "FactLine",
    "FactsPage",
    "SchoolLine",
    "SchoolPage",
    "StagePage",
    "chosen",
    "county_page",
    "desk_page",
    "facts_page",
    "find_county",
    "school_page",
    "shown",
    "statute_of",
    "years_of",
]
