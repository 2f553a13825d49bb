"""Reading: rounds and how far they are, forecasts, a pupil's own choice, what waits, the district, tables of requirements; terms and their data."""

from yaodian.timetabling.queries.amiss import Amiss, amiss_of
from yaodian.timetabling.queries.choosing import ChooserPage, chooser_page, letter_by_digest, opening_for, openings_for
from yaodian.timetabling.queries.deciding import WaitingPage, find_choice, waiting_page
from yaodian.timetabling.queries.district import DistrictPage, district_page, newest_binding, wishes_of
from yaodian.timetabling.queries.findings import say_finding, say_unknown
from yaodian.timetabling.queries.forecasting import Forecast, forecast, groups_needed
from yaodian.timetabling.queries.listing import PURPOSES, NameLine
from yaodian.timetabling.queries.opening import Opening, opening_of, openings
from yaodian.timetabling.queries.reach import find_term, visible_terms
from yaodian.timetabling.queries.requirements import TableList, TablePage, find_table, table_list, table_page
from yaodian.timetabling.queries.rounds import (
    STAGE,
    RoundList,
    RoundPage,
    find_round,
    round_list,
    round_page,
    schools_to_prepare,
    visible_rounds,
)
from yaodian.timetabling.queries.term_data import (
    BellsPage,
    CourseFilters,
    CoursePage,
    CoursesPage,
    DataPage,
    bells_page,
    course_page,
    courses_page,
    data_page,
    one_bells,
)
from yaodian.timetabling.queries.terms import TermList, TermPage, name_of_term, term_before, term_list, term_page

__all__ = [
    "PURPOSES",
    "STAGE",
    "Amiss",
    "BellsPage",
    "ChooserPage",
    "CourseFilters",
    "CoursePage",
    "CoursesPage",
    "DataPage",
    "DistrictPage",
    "Forecast",
    "NameLine",
    "Opening",
    "RoundList",
    "RoundPage",
    "TableList",
    "TablePage",
    "TermList",
    "TermPage",
    "WaitingPage",
    "amiss_of",
    "bells_page",
    "chooser_page",
    "course_page",
    "courses_page",
    "data_page",
    "district_page",
    "find_choice",
    "find_round",
    "find_table",
    "find_term",
    "forecast",
    "groups_needed",
    "letter_by_digest",
    "name_of_term",
    "newest_binding",
    "one_bells",
    "opening_for",
    "opening_of",
    "openings",
    "openings_for",
    "round_list",
    "round_page",
    "say_finding",
    "say_unknown",
    "schools_to_prepare",
    "table_list",
    "table_page",
    "term_before",
    "term_list",
    "term_page",
    "visible_rounds",
    "visible_terms",
    "waiting_page",
    "wishes_of",
]
