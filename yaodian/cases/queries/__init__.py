"""Reading: what somebody may do to a case, lists, one case, numbers."""

from yaodian.cases.queries.about import all_about, cases_about, holding, reference_of_number, refs_with_cases
from yaodian.cases.queries.actions import Possible, Refusal, actions
from yaodian.cases.queries.cockpit import CaseFigures, Figure, case_figures, month_before
from yaodian.cases.queries.counting import PeriodCount, period_counts
from yaodian.cases.queries.lists import (
    Day,
    Filters,
    Line,
    ListPage,
    Task,
    harm_of_delay,
    lines_of,
    list_page,
    mail_address,
    my_day,
)
from yaodian.cases.queries.meeting import (
    KEYS,
    Decision,
    ItemPage,
    MeetingLine,
    Protocol,
    ProtocolLine,
    agenda_of,
    find_meeting,
    item_page,
    list_meetings,
    protocol,
)
from yaodian.cases.queries.numbers import Count, counts
from yaodian.cases.queries.pages import Absent, CasePage, case_page, file_of, find_case
from yaodian.cases.queries.panels import unit_panel
from yaodian.cases.queries.searching import found_by, words_of
from yaodian.cases.queries.standing import Reach, Standing, reach_of, standing_of, visible
