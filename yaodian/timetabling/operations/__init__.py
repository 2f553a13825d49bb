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
    UnableToListMissing,
    UnableToMakeLinks,
    UnableToOpenLetter,
    UnableToOpenLink,
    UnableToOpenRound,
    UnableToOpenTimetables,
    UnableToRemind,
    UnableToSettleRound,
    WrongState,
)
from yaodian.timetabling.operations.letters import Letter, issue_letters, open_letter
from yaodian.timetabling.operations.links import MadeLink, make_links, make_pupil_links, open_link, revoke_links
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
from yaodian.timetabling.operations.telling import Reminded, list_names, note_export, open_waiting, remind_missing
from yaodian.timetabling.operations.week_reading import list_pupils, open_pupil_week

__all__ = [
    "REQUIREMENT_VALUES",
    "Letter",
    "MadeLink",
    "Reminded",
    "UnableTo",
    "UnableToChoose",
    "UnableToDecideChoice",
    "UnableToIssueLetters",
    "UnableToKeepRequirements",
    "UnableToKeepRound",
    "UnableToListMissing",
    "UnableToMakeLinks",
    "UnableToOpenLetter",
    "UnableToOpenLink",
    "UnableToOpenRound",
    "UnableToOpenTimetables",
    "UnableToRemind",
    "UnableToSettleRound",
    "WrongState",
    "change_round",
    "choose",
    "close_round",
    "decide_choice",
    "enter_choice",
    "enter_choices",
    "issue_letters",
    "list_names",
    "list_pupils",
    "load_demonstration",
    "make_links",
    "make_pupil_links",
    "make_round",
    "make_table",
    "note_export",
    "offer_combinations",
    "open_letter",
    "open_link",
    "open_pupil_week",
    "open_round",
    "open_waiting",
    "put_requirements",
    "read_combination",
    "remind_missing",
    "remove_requirements",
    "reopen_round",
    "revoke_links",
    "settle_round",
    "withdraw_choices",
    "withdraw_round",
]
