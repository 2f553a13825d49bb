"""Writing: rounds, letters, choices, looks at them, reminders, tables of requirements. Each in one transaction with its entry."""

from yaodian.foundation.refusing import UnableTo
from yaodian.timetabling.operations.choosing import (
    choose,
    enter_choice,
    enter_choices,
    read_combination,
    withdraw_choices,
)
from yaodian.timetabling.operations.deciding import decide_choice
from yaodian.timetabling.operations.demonstration import load_demonstration
from yaodian.timetabling.operations.errors import (
    UnableToChoose,
    UnableToDecideChoice,
    UnableToIssueLetters,
    UnableToKeepRequirements,
    UnableToKeepRound,
    UnableToKeepTimetable,
    UnableToListMissing,
    UnableToOpenLetter,
    UnableToOpenRound,
    UnableToReadTimetable,
    UnableToRemind,
    UnableToSettleRound,
    UnableToSolveTimetable,
    WrongState,
)
from yaodian.timetabling.operations.letters import Letter, issue_letters, open_letter
from yaodian.timetabling.operations.requirements import VALUES as REQUIREMENT_VALUES
from yaodian.timetabling.operations.requirements import make_table, put_requirements, remove_requirements
from yaodian.timetabling.operations.rounds import (
    change_round,
    close_round,
    make_round,
    offer_combinations,
    open_round,
    reopen_round,
    settle_round,
    withdraw_round,
)
from yaodian.timetabling.operations.solving import compute_timetable
from yaodian.timetabling.operations.telling import Reminded, list_names, note_export, open_waiting, remind_missing
from yaodian.timetabling.operations.timetable_files import MOST_BYTES as MOST_FILE_BYTES
from yaodian.timetabling.operations.timetable_files import export_timetable, import_timetable
from yaodian.timetabling.operations.timetables import (
    ask_timetable,
    cancel_timetable,
    copy_timetable,
    drop_timetable,
    rename_timetable,
    resume_timetable,
)

__all__ = [
    "MOST_FILE_BYTES",
    "REQUIREMENT_VALUES",
    "Letter",
    "Reminded",
    "UnableTo",
    "UnableToChoose",
    "UnableToDecideChoice",
    "UnableToIssueLetters",
    "UnableToKeepRequirements",
    "UnableToKeepRound",
    "UnableToKeepTimetable",
    "UnableToListMissing",
    "UnableToOpenLetter",
    "UnableToOpenRound",
    "UnableToReadTimetable",
    "UnableToRemind",
    "UnableToSettleRound",
    "UnableToSolveTimetable",
    "WrongState",
    "ask_timetable",
    "cancel_timetable",
    "change_round",
    "choose",
    "close_round",
    "compute_timetable",
    "copy_timetable",
    "decide_choice",
    "drop_timetable",
    "enter_choice",
    "enter_choices",
    "export_timetable",
    "import_timetable",
    "issue_letters",
    "list_names",
    "load_demonstration",
    "make_round",
    "make_table",
    "note_export",
    "offer_combinations",
    "open_letter",
    "open_round",
    "open_waiting",
    "put_requirements",
    "read_combination",
    "remind_missing",
    "remove_requirements",
    "rename_timetable",
    "reopen_round",
    "resume_timetable",
    "settle_round",
    "withdraw_choices",
    "withdraw_round",
]
