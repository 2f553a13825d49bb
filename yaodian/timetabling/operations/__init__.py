"""Writing: rounds, letters, choices, looks at them, reminders, tables of requirements. Each in one transaction with its entry."""

from yaodian.foundation.refusing import UnableTo
from yaodian.timetabling.operations.adopting import adopt_grouping
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
    UnableToRemind,
    UnableToSettleRound,
    WrongState,
)
from yaodian.timetabling.operations.group_names import export_members, open_group
from yaodian.timetabling.operations.grouping_rows import (
    UnableToAdoptGrouping,
    UnableToDropGrouping,
    UnableToMovePupil,
    UnableToOpenGroup,
    UnableToPlanGroups,
)
from yaodian.timetabling.operations.groupings import (
    ask_change,
    ask_grouping,
    cancel_grouping,
    compute_grouping,
    drop_grouping,
)
from yaodian.timetabling.operations.letters import Letter, issue_letters, open_letter
from yaodian.timetabling.operations.regrouping import Consequence, move_pupil, swap_pupils, weigh_move
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

__all__ = [
    "REQUIREMENT_VALUES",
    "Consequence",
    "Letter",
    "Reminded",
    "UnableTo",
    "UnableToAdoptGrouping",
    "UnableToChoose",
    "UnableToDecideChoice",
    "UnableToDropGrouping",
    "UnableToIssueLetters",
    "UnableToKeepRequirements",
    "UnableToKeepRound",
    "UnableToListMissing",
    "UnableToMovePupil",
    "UnableToOpenGroup",
    "UnableToOpenLetter",
    "UnableToOpenRound",
    "UnableToPlanGroups",
    "UnableToRemind",
    "UnableToSettleRound",
    "WrongState",
    "adopt_grouping",
    "ask_change",
    "ask_grouping",
    "cancel_grouping",
    "change_round",
    "choose",
    "close_round",
    "compute_grouping",
    "decide_choice",
    "drop_grouping",
    "enter_choice",
    "enter_choices",
    "export_members",
    "issue_letters",
    "list_names",
    "load_demonstration",
    "make_round",
    "make_table",
    "move_pupil",
    "note_export",
    "offer_combinations",
    "open_group",
    "open_letter",
    "open_round",
    "open_waiting",
    "put_requirements",
    "read_combination",
    "remind_missing",
    "remove_requirements",
    "reopen_round",
    "settle_round",
    "swap_pupils",
    "weigh_move",
    "withdraw_choices",
    "withdraw_round",
]
