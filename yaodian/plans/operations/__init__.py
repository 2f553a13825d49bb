"""Everything that changes a plan. One call does one thing in one transaction, or raises and changes nothing.

Every operation takes ``actor`` and ``now``; it checks permission, state, version and rule, changes rows, and writes
the correction and the journal entry. See :mod:`.errors` for what can be raised.
"""

from yaodian.plans.operations.binding import bind_target, decline_binding, release_binding
from yaodian.plans.operations.corrections import (
    CERTAIN,
    add_deadline,
    add_mention,
    add_responsibility,
    add_target,
    confirm_all_certain,
    confirm_item,
    correct_clause,
    correct_deadline,
    correct_header,
    correct_mention,
    correct_responsibility,
    correct_target,
    dismiss_warning,
    reject_item,
    restore_item,
)
from yaodian.plans.operations.demonstration import load_demonstration, load_demonstration_commitments
from yaodian.plans.operations.documents import (
    MAX_DOCUMENT_BYTES,
    Upload,
    amend_plan,
    cancel_reading,
    read_again,
    upload_document,
)
from yaodian.plans.operations.errors import (
    NotSecondPerson,
    StaleVersion,
    UnableTo,
    UnableToAddItem,
    UnableToAmendPlan,
    UnableToApplySheet,
    UnableToBindTarget,
    UnableToCancelReading,
    UnableToConfirmItem,
    UnableToCorrectItem,
    UnableToDeleteDraft,
    UnableToMergeClauses,
    UnableToPublishPlan,
    UnableToRejectItem,
    UnableToRestoreItem,
    UnableToReturnPlan,
    UnableToSplitClause,
    UnableToSubmitPlan,
    UnableToUndoSheet,
    UnableToUploadDocument,
    UnableToWithdrawPlan,
    WrongState,
)
from yaodian.plans.operations.overdue import open_overdue_cases
from yaodian.plans.operations.publication import (
    BLOCKING_WARNINGS,
    delete_draft,
    publish_plan,
    reopen_plan,
    return_plan,
    submit_plan,
    withdraw_plan,
)
from yaodian.plans.operations.readings import read_document, record_failed_reading, record_reading
from yaodian.plans.operations.reopening import reopen_item
from yaodian.plans.operations.sheets import (
    SheetChange,
    SheetError,
    SheetPreview,
    apply_sheet_edits,
    preview_sheet,
    undo_sheet_edits,
)
from yaodian.plans.operations.structure import merge_clauses, split_clause
from yaodian.plans.operations.values import (
    ClauseValues,
    DeadlineValues,
    HeaderValues,
    MentionValues,
    ResponsibilityValues,
    TargetValues,
)
