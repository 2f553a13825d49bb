"""Writing: rounds, letters, choices, looks at them, reminders, tables of requirements, mock examinations. Each in one transaction with its entry."""

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
    UnableToExplain,
    UnableToIssueLetters,
    UnableToKeepRequirements,
    UnableToKeepRound,
    UnableToKeepTimetable,
    UnableToKeepWish,
    UnableToListMissing,
    UnableToMakeLinks,
    UnableToOpenLetter,
    UnableToOpenLink,
    UnableToOpenRound,
    UnableToOpenTimetables,
    UnableToPublishTimetable,
    UnableToReadTimetable,
    UnableToRemind,
    UnableToSettleRound,
    UnableToSolveTimetable,
    WrongState,
)
from yaodian.timetabling.operations.explaining import ask_explanation, compute_explanation
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
from yaodian.timetabling.operations.links import MadeLink, make_links, make_pupil_links, open_link, revoke_links
from yaodian.timetabling.operations.mock_converting import convert_mock, drop_conversion, publish_mock, reopen_mock
from yaodian.timetabling.operations.mock_demonstration import load_mock_demonstration
from yaodian.timetabling.operations.mock_errors import (
    UnableToConvertScores,
    UnableToKeepMock,
    UnableToListScores,
    UnableToLoadScores,
    UnableToPublishMock,
    UnableToReopenMock,
)
from yaodian.timetabling.operations.mock_names import list_sheets
from yaodian.timetabling.operations.mock_scores import note_scores_export, put_scores
from yaodian.timetabling.operations.mocks import change_mock, erase_mock, erase_past_mocks, make_mock
from yaodian.timetabling.operations.moving import UnableToMovePiece, move_piece, redo_edit, swap_pieces, undo_edit
from yaodian.timetabling.operations.publishing import publish_timetable
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
from yaodian.timetabling.operations.week_reading import list_pupils, open_pupil_week
from yaodian.timetabling.operations.wishes import add_usual_wishes, put_wish, relax_wish, remove_wish, toggle_wish

__all__ = [
    "MOST_FILE_BYTES",
    "REQUIREMENT_VALUES",
    "Consequence",
    "Letter",
    "MadeLink",
    "Reminded",
    "UnableTo",
    "UnableToAdoptGrouping",
    "UnableToChoose",
    "UnableToConvertScores",
    "UnableToDecideChoice",
    "UnableToDropGrouping",
    "UnableToExplain",
    "UnableToIssueLetters",
    "UnableToKeepMock",
    "UnableToKeepRequirements",
    "UnableToKeepRound",
    "UnableToKeepTimetable",
    "UnableToKeepWish",
    "UnableToListMissing",
    "UnableToListScores",
    "UnableToLoadScores",
    "UnableToMakeLinks",
    "UnableToMovePiece",
    "UnableToMovePupil",
    "UnableToOpenGroup",
    "UnableToOpenLetter",
    "UnableToOpenLink",
    "UnableToOpenRound",
    "UnableToOpenTimetables",
    "UnableToPlanGroups",
    "UnableToPublishMock",
    "UnableToPublishTimetable",
    "UnableToReadTimetable",
    "UnableToRemind",
    "UnableToReopenMock",
    "UnableToSettleRound",
    "UnableToSolveTimetable",
    "WrongState",
    "add_usual_wishes",
    "adopt_grouping",
    "ask_change",
    "ask_explanation",
    "ask_grouping",
    "ask_timetable",
    "cancel_grouping",
    "cancel_timetable",
    "change_mock",
    "change_round",
    "choose",
    "close_round",
    "compute_explanation",
    "compute_grouping",
    "compute_timetable",
    "convert_mock",
    "copy_timetable",
    "decide_choice",
    "drop_conversion",
    "drop_grouping",
    "drop_timetable",
    "enter_choice",
    "enter_choices",
    "erase_mock",
    "erase_past_mocks",
    "export_members",
    "export_timetable",
    "import_timetable",
    "issue_letters",
    "list_names",
    "list_pupils",
    "list_sheets",
    "load_demonstration",
    "load_mock_demonstration",
    "make_links",
    "make_mock",
    "make_pupil_links",
    "make_round",
    "make_table",
    "move_piece",
    "move_pupil",
    "note_export",
    "note_scores_export",
    "offer_combinations",
    "open_group",
    "open_letter",
    "open_link",
    "open_pupil_week",
    "open_round",
    "open_waiting",
    "publish_mock",
    "publish_timetable",
    "put_requirements",
    "put_scores",
    "put_wish",
    "read_combination",
    "redo_edit",
    "relax_wish",
    "remind_missing",
    "remove_requirements",
    "remove_wish",
    "rename_timetable",
    "reopen_mock",
    "reopen_round",
    "resume_timetable",
    "revoke_links",
    "settle_round",
    "swap_pieces",
    "swap_pupils",
    "toggle_wish",
    "undo_edit",
    "weigh_move",
    "withdraw_choices",
    "withdraw_round",
]
