"""Reading: rounds and how far they are, forecasts, a pupil's own choice, what waits, the district, tables of requirements."""

from yaodian.timetabling.queries.boards import BoardPage, board_page, find_board, moves_of
from yaodian.timetabling.queries.choosing import ChooserPage, chooser_page, letter_by_digest, opening_for, openings_for
from yaodian.timetabling.queries.deciding import WaitingPage, find_choice, waiting_page
from yaodian.timetabling.queries.district import DistrictPage, district_page, newest_binding, wishes_of
from yaodian.timetabling.queries.forecasting import Forecast, forecast, groups_needed
from yaodian.timetabling.queries.listing import PURPOSES, NameLine
from yaodian.timetabling.queries.opening import Opening, opening_of, openings
from yaodian.timetabling.queries.publishing import GateFinding, PublishPage, publish_page
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
    "PURPOSES",
    "BoardPage",
    "ChooserPage",
    "DistrictPage",
    "Forecast",
    "GateFinding",
    "NameLine",
    "Opening",
    "PublishPage",
    "RoundList",
    "RoundPage",
    "TableList",
    "TablePage",
    "WaitingPage",
    "board_page",
    "chooser_page",
    "district_page",
    "find_board",
    "find_choice",
    "find_round",
    "find_table",
    "forecast",
    "groups_needed",
    "letter_by_digest",
    "moves_of",
    "newest_binding",
    "opening_for",
    "opening_of",
    "openings",
    "openings_for",
    "publish_page",
    "round_list",
    "round_page",
    "schools_to_prepare",
    "table_list",
    "table_page",
    "visible_rounds",
    "waiting_page",
    "wishes_of",
]
