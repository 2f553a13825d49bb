"""Writing: sheets, rounds, marks and appeals."""

from yaodian.appraisal.operations.appeals import decide_appeal, file_appeal
from yaodian.appraisal.operations.attaching import MOST_FILES
from yaodian.appraisal.operations.demonstration import load_demonstration
from yaodian.appraisal.operations.errors import (
    UnableTo,
    UnableToAdvanceRound,
    UnableToAssignAssessors,
    UnableToDecideAppeal,
    UnableToDecideMark,
    UnableToEnterOccurrence,
    UnableToFileAppeal,
    UnableToGiveMark,
    UnableToKeepSheet,
    UnableToMakeRound,
    WrongState,
)
from yaodian.appraisal.operations.marking import (
    Assigned,
    assign_assessors,
    decide_mark,
    enter_occurrence,
    give_mark,
    take_back_occurrence,
)
from yaodian.appraisal.operations.rounds import (
    decide_round,
    freeze_round,
    make_round,
    open_round,
    publish_round,
    start_feedback,
)
from yaodian.appraisal.operations.sheets import (
    change_sheet,
    make_sheet,
    put_item,
    remove_item,
    renew_sheet,
    replace_items,
)
from yaodian.appraisal.operations.telling import tell_deadlines
