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
    UnableToExplain,
    UnableToIssueLetters,
    UnableToKeepRequirements,
    UnableToKeepRound,
    UnableToKeepWish,
    UnableToListMissing,
    UnableToOpenLetter,
    UnableToOpenRound,
    UnableToRemind,
    UnableToSettleRound,
    WrongState,
)
from yaodian.timetabling.operations.explaining import ask_explanation, compute_explanation
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
from yaodian.timetabling.operations.telling import Reminded, list_names, note_export, open_waiting, remind_missing
from yaodian.timetabling.operations.wishes import add_usual_wishes, put_wish, relax_wish, remove_wish, toggle_wish

__all__ = [
    "REQUIREMENT_VALUES",
    "Letter",
    "Reminded",
    "UnableTo",
    "UnableToChoose",
    "UnableToDecideChoice",
    "UnableToExplain",
    "UnableToIssueLetters",
    "UnableToKeepRequirements",
    "UnableToKeepRound",
    "UnableToKeepWish",
    "UnableToListMissing",
    "UnableToOpenLetter",
    "UnableToOpenRound",
    "UnableToRemind",
    "UnableToSettleRound",
    "WrongState",
    "add_usual_wishes",
    "ask_explanation",
    "change_round",
    "choose",
    "close_round",
    "compute_explanation",
    "decide_choice",
    "enter_choice",
    "enter_choices",
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
    "put_wish",
    "read_combination",
    "relax_wish",
    "remind_missing",
    "remove_requirements",
    "remove_wish",
    "reopen_round",
    "settle_round",
    "toggle_wish",
    "withdraw_choices",
    "withdraw_round",
]
