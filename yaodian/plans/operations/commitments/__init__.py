"""Changing commitments. One call does one thing in one transaction, or raises and changes nothing."""

from yaodian.plans.operations.commitments.adjusting import (
    CommitmentValues,
    accept_commitments,
    add_commitment,
    drop_commitment,
    edit_commitment,
    merge_commitments,
    override_light,
    restore_commitment,
    split_commitment,
)
from yaodian.plans.operations.commitments.amending import Basis, amend_due, amend_target
from yaodian.plans.operations.commitments.answering import (
    answer_plan,
    assign_answer,
    hang_all_sure,
    hang_commitment,
    withdraw_assignment,
)
from yaodian.plans.operations.commitments.duties import (
    accept_all_duties,
    accept_duty,
    decide_unit,
    remove_duty,
    return_duty,
    set_duty,
)
from yaodian.plans.operations.commitments.proposing import Draft, drafts_of, propose_commitments
from yaodian.plans.operations.commitments.sheets import (
    COMMITMENTS,
    CommitmentSheetPreview,
    apply_commitment_sheet,
    export_commitments,
    preview_commitment_sheet,
    undo_commitment_sheet,
)
