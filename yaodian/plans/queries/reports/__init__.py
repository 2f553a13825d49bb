"""Reading monthly reports: what a unit is asked, how far each has come, what a line has said month by month."""

from yaodian.plans.queries.reports.asking import Ask, list_asks
from yaodian.plans.queries.reports.lines import (
    ReportRow,
    StopAsked,
    asked_in,
    asked_still,
    duties_asked,
    rows_from,
    rows_of,
    statement_keys,
    was_asked,
    with_asked,
)
from yaodian.plans.queries.reports.overview import (
    DEFAULT_WORKING_DAY,
    HistoryLine,
    LineHistory,
    MatrixCell,
    MatrixUnit,
    Overview,
    get_line_history,
    get_overview,
    working_day_of,
)
from yaodian.plans.queries.reports.pages import (
    ReportCard,
    ReportPage,
    file_of,
    get_report,
    list_reports,
)
from yaodian.plans.queries.reports.standing import (
    DECIDE_LADDER,
    HAND_IN_LADDER,
    Possible,
    ReportRung,
    days_late,
    had_a_hand_in,
    has_written,
    is_own_unit,
    ladder_of,
    nothing_asked_words,
    rung_day,
    unproved_words,
    visible_reports,
    why_not_decide,
    why_not_submit,
    withdrawn_words,
)
