"""Reading: rounds and how far they are, forecasts, a pupil's own choice, what waits, the district, tables of requirements."""

from yaodian.timetabling.queries.absences import (
    AbsencePage,
    AbsencesPage,
    absence_page,
    absences_page,
    find_absence,
)
from yaodian.timetabling.queries.amiss import Amiss, amiss_of
from yaodian.timetabling.queries.boards import BoardPage, board_page, find_board, moves_of
from yaodian.timetabling.queries.choosing import ChooserPage, chooser_page, letter_by_digest, opening_for, openings_for
from yaodian.timetabling.queries.comparing import Comparison, comparison
from yaodian.timetabling.queries.deciding import WaitingPage, find_choice, waiting_page
from yaodian.timetabling.queries.district import DistrictPage, district_page, newest_binding, wishes_of
from yaodian.timetabling.queries.duties import MyDutiesPage, duties_workbook, my_duties
from yaodian.timetabling.queries.explaining import Missed, Told, missed_wishes, told_of_timetable
from yaodian.timetabling.queries.findings import say_finding, say_unknown
from yaodian.timetabling.queries.forecasting import Forecast, forecast, groups_needed
from yaodian.timetabling.queries.group_comparing import compare_groupings
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
from yaodian.timetabling.queries.links import HeldPage, LinksPage, held_feed, held_page, links_page
from yaodian.timetabling.queries.listing import PURPOSES, NameLine
from yaodian.timetabling.queries.mock_names import MOCK_PURPOSES, PupilSheet
from yaodian.timetabling.queries.mock_subjects import SubjectPage, subject_page
from yaodian.timetabling.queries.mocks import MockList, MockPage, find_mock, mock_list, mock_page, visible_mocks
from yaodian.timetabling.queries.offering import Offered, OfferingPage, offered, offering_page
from yaodian.timetabling.queries.opening import Opening, opening_of, openings
from yaodian.timetabling.queries.proposals import Proposals, proposals_of
from yaodian.timetabling.queries.publishing import GateFinding, PublishPage, publish_page
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
from yaodian.timetabling.queries.teaching import TeachingPage, teaching_page
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
from yaodian.timetabling.queries.term_days import name_of_term
from yaodian.timetabling.queries.terms import TermList, TermPage, term_before, term_list, term_page
from yaodian.timetabling.queries.timetables import (
    TimetableList,
    TimetablePage,
    find_timetable,
    timetable_list,
    timetable_page,
)
from yaodian.timetabling.queries.week_pages import FreePage, MyWeekPage, WeekPage, free_page, my_week_page, week_page
from yaodian.timetabling.queries.week_papers import print_paper, week_workbook
from yaodian.timetabling.queries.week_pupils import WEEK_PURPOSES, PupilsPage, PupilWeek, pupils_page

__all__ = [
    "GROUP_PURPOSES",
    "MOCK_PURPOSES",
    "PURPOSES",
    "STAGE",
    "WEEK_PURPOSES",
    "AbsencePage",
    "AbsencesPage",
    "Amiss",
    "BellsPage",
    "BoardPage",
    "ChooserPage",
    "Comparison",
    "CourseFilters",
    "CoursePage",
    "CoursesPage",
    "DataPage",
    "DistrictPage",
    "Forecast",
    "FreePage",
    "GateFinding",
    "GroupPupil",
    "GroupingList",
    "GroupingPage",
    "HeldPage",
    "LinksPage",
    "Missed",
    "MockList",
    "MockPage",
    "MyDutiesPage",
    "MyWeekPage",
    "NameLine",
    "Offered",
    "OfferingPage",
    "Opening",
    "Proposals",
    "PublishPage",
    "PupilSheet",
    "PupilWeek",
    "PupilsPage",
    "RoundList",
    "RoundPage",
    "SubjectPage",
    "TableList",
    "TablePage",
    "TeachingPage",
    "TermList",
    "TermPage",
    "TimetableList",
    "TimetablePage",
    "Told",
    "WaitingPage",
    "WeekPage",
    "absence_page",
    "absences_page",
    "amiss_of",
    "bells_page",
    "board_page",
    "chooser_page",
    "compare_groupings",
    "comparison",
    "course_page",
    "courses_page",
    "data_page",
    "district_page",
    "duties_workbook",
    "find_absence",
    "find_board",
    "find_choice",
    "find_group",
    "find_grouping",
    "find_mock",
    "find_round",
    "find_table",
    "find_term",
    "find_timetable",
    "forecast",
    "free_page",
    "grouping_list",
    "grouping_page",
    "groups_needed",
    "held_feed",
    "held_page",
    "letter_by_digest",
    "links_page",
    "missed_wishes",
    "mock_list",
    "mock_page",
    "moves_of",
    "my_duties",
    "my_week_page",
    "name_of_term",
    "newest_binding",
    "offered",
    "offering_page",
    "one_bells",
    "opening_for",
    "opening_of",
    "openings",
    "openings_for",
    "print_paper",
    "progress_of",
    "proposals_of",
    "publish_page",
    "pupils_page",
    "round_list",
    "round_page",
    "rounds_to_plan",
    "say_finding",
    "say_unknown",
    "schools_to_prepare",
    "subject_page",
    "table_list",
    "table_page",
    "teaching_page",
    "term_before",
    "term_list",
    "term_page",
    "timetable_list",
    "timetable_page",
    "told_of_timetable",
    "visible_mocks",
    "visible_rounds",
    "visible_terms",
    "waiting_page",
    "week_page",
    "week_workbook",
    "wishes_of",
]
