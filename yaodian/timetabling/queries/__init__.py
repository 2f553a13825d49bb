"""Reading: rounds and how far they are, forecasts, a pupil's own choice, what waits, the district, tables of requirements."""

from yaodian.timetabling.queries.choosing import ChooserPage, chooser_page, letter_by_digest, opening_for, openings_for
from yaodian.timetabling.queries.deciding import WaitingPage, find_choice, waiting_page
from yaodian.timetabling.queries.district import DistrictPage, district_page, newest_binding, wishes_of
from yaodian.timetabling.queries.forecasting import Forecast, forecast, groups_needed
from yaodian.timetabling.queries.group_comparing import Comparison, compare_groupings
from yaodian.timetabling.queries.group_names import GROUP_PURPOSES, GroupPupil
from yaodian.timetabling.queries.groupings import (
    GroupingList,
    GroupingPage,
    find_group,
    find_grouping,
    grouping_list,
    grouping_page,
    progress_of,
    rounds_to_plan,
)
from yaodian.timetabling.queries.listing import PURPOSES, NameLine
from yaodian.timetabling.queries.offering import Offered, OfferingPage, offered, offering_page
from yaodian.timetabling.queries.opening import Opening, opening_of, openings
from yaodian.timetabling.queries.reach import find_term, visible_terms
from yaodian.timetabling.queries.requirements import TableList, TablePage, find_table, table_list, table_page
from yaodian.timetabling.queries.rounds import (
    RoundList,
    RoundPage,
    find_round,
    round_list,
    round_page,
    schools_to_prepare,
    visible_rounds,
)

__all__ = [
    "GROUP_PURPOSES",
    "PURPOSES",
    "ChooserPage",
    "Comparison",
    "DistrictPage",
    "Forecast",
    "GroupPupil",
    "GroupingList",
    "GroupingPage",
    "NameLine",
    "Offered",
    "OfferingPage",
    "Opening",
    "RoundList",
    "RoundPage",
    "TableList",
    "TablePage",
    "WaitingPage",
    "chooser_page",
    "compare_groupings",
    "district_page",
    "find_choice",
    "find_group",
    "find_grouping",
    "find_round",
    "find_table",
    "find_term",
    "forecast",
    "grouping_list",
    "grouping_page",
    "groups_needed",
    "letter_by_digest",
    "newest_binding",
    "offered",
    "offering_page",
    "opening_for",
    "opening_of",
    "openings",
    "openings_for",
    "progress_of",
    "round_list",
    "round_page",
    "rounds_to_plan",
    "schools_to_prepare",
    "table_list",
    "table_page",
    "visible_rounds",
    "visible_terms",
    "waiting_page",
    "wishes_of",
]
