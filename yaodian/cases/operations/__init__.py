"""Writing: cases are opened, done and ended; notices, tallies and what follows a change of units or of the calendar."""

from yaodian.cases.operations.acting import (
    ACTIONS_WITHOUT_MORE,
    accept_case,
    assign_case,
    close_case,
    decide_in_meeting,
    escalate_case,
    hand_back_case,
    link_case,
    merge_cases,
    reopen_case,
    report_progress,
    return_case,
    submit_case,
    verify_case,
    withdraw_case,
)
from yaodian.cases.operations.counting import count_days
from yaodian.cases.operations.demonstration import load_demonstration
from yaodian.cases.operations.errors import StaleCase, UnableTo, UnableToActOnCase, UnableToOpenCase
from yaodian.cases.operations.escalating import escalate_due
from yaodian.cases.operations.extending import ask_extension, decide_extension
from yaodian.cases.operations.following import follow_calendar, follow_closed_units
from yaodian.cases.operations.importing import NewCase, open_many, withdraw_many
from yaodian.cases.operations.meeting import UnableToEndMeeting, UnableToOpenMeeting, end_meeting, open_meeting
from yaodian.cases.operations.opening import open_case
from yaodian.cases.operations.performing import Given, perform
from yaodian.cases.operations.proving import MOST_PIECES, Piece, add_evidence, keeps_place, numbers_of
from yaodian.cases.operations.tallying import check_tallies, fold_tallies, recount_tallies
from yaodian.cases.operations.telling import queue_reminders, wish_mail
from yaodian.foundation.refusing import Absent
