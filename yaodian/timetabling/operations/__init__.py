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
    UnableToOpenLetter,
    UnableToOpenRound,
    UnableToPublishTimetable,
    UnableToRemind,
    UnableToSettleRound,
    WrongState,
)
from yaodian.timetabling.operations.letters import Letter, issue_letters, open_letter
from yaodian.timetabling.operations.moving import move_piece, redo_edit, swap_pieces, undo_edit
from yaodian.timetabling.operations.publishing import publish_timetable
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
from yaodian.timetabling.problem.moves import UnableToMovePiece

__all__ = [
    "REQUIREMENT_VALUES",
    "Letter",
    "Reminded",
    "UnableTo",
    "UnableToChoose",
    "UnableToDecideChoice",
    "UnableToIssueLetters",
    "UnableToKeepRequirements",
    "UnableToKeepRound",
    "UnableToListMissing",
    "UnableToMovePiece",
    "UnableToOpenLetter",
    "UnableToOpenRound",
    "UnableToPublishTimetable",
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
    "load_demonstration",
    "make_round",
    "make_table",
    "move_piece",
    "note_export",
    "offer_combinations",
    "open_letter",
    "open_round",
    "open_waiting",
    "publish_timetable",
    "put_requirements",
    "read_combination",
    "redo_edit",
    "remind_missing",
    "remove_requirements",
    "reopen_round",
    "settle_round",
    "swap_pieces",
    "undo_edit",
    "withdraw_choices",
    "withdraw_round",
]
