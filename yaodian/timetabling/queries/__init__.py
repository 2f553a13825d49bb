"""Reading: rounds and how far they are, forecasts, a pupil's own choice, what waits, the district, tables of requirements."""

from yaodian.timetabling.queries.choosing import ChooserPage, chooser_page, letter_by_digest, opening_for, openings_for
from yaodian.timetabling.queries.deciding import WaitingPage, find_choice, waiting_page
from yaodian.timetabling.queries.district import DistrictPage, district_page, newest_binding, wishes_of
from yaodian.timetabling.queries.forecasting import Forecast, forecast, groups_needed
from yaodian.timetabling.queries.links import HeldPage, LinksPage, held_feed, held_page, links_page
from yaodian.timetabling.queries.listing import PURPOSES, NameLine
from yaodian.timetabling.queries.opening import Opening, opening_of, openings
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
from yaodian.timetabling.queries.week_pages import (
    FreePage,
    MyWeekPage,
    WeekPage,
    free_page,
    my_week_page,
    week_page,
)
from yaodian.timetabling.queries.week_papers import print_paper, week_workbook
from yaodian.timetabling.queries.week_pupils import WEEK_PURPOSES, PupilsPage, PupilWeek, pupils_page

__all__ = [
    "PURPOSES",
    "WEEK_PURPOSES",
    "ChooserPage",
    "DistrictPage",
    "Forecast",
    "FreePage",
    "HeldPage",
    "LinksPage",
    "MyWeekPage",
    "NameLine",
    "Opening",
    "PupilWeek",
    "PupilsPage",
    "RoundList",
    "RoundPage",
    "TableList",
    "TablePage",
    "WaitingPage",
    "WeekPage",
    "chooser_page",
    "district_page",
    "find_choice",
    "find_round",
    "find_table",
    "forecast",
    "free_page",
    "groups_needed",
    "held_feed",
    "held_page",
    "letter_by_digest",
    "links_page",
    "my_week_page",
    "newest_binding",
    "opening_for",
    "opening_of",
    "openings",
    "openings_for",
    "print_paper",
    "pupils_page",
    "round_list",
    "round_page",
    "schools_to_prepare",
    "table_list",
    "table_page",
    "visible_rounds",
    "waiting_page",
    "week_page",
    "week_workbook",
    "wishes_of",
]
