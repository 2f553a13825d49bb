"""Why an operation could not be done: one class for each operation; apart from them, wrong state and stale form.

A missing permission is another thing still: ``organisations.queries.PermissionMissing``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yaodian.foundation.refusing import UnableTo


class WrongState(UnableTo):
    """The plan or the item is in a state in which this cannot be done; ``state`` is the state it is in."""

    status = 409

    def __init__(self, message: str, *, state: str) -> None:
        super().__init__(message, code="wrong-state")
        self.state = state


class StaleVersion(UnableTo):
    """Somebody changed the row since the form was opened; carries what stands there now, who wrote it, and when."""

    status = 409

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        item_id: int,
        current: dict[str, Any],
        current_version: int,
        changed_by_name: str,
        changed_at: datetime | None,
    ) -> None:
        super().__init__(message, code="stale-version")
        self.kind = kind
        self.item_id = item_id
        self.current = current
        self.current_version = current_version
        self.changed_by_name = changed_by_name
        self.changed_at = changed_at


class UnableToUploadDocument(UnableTo):
    """The file is not taken."""


class UnableToCancelReading(UnableTo):
    """There is no reading to cancel."""

    status = 409


class UnableToCorrectItem(UnableTo):
    """The new values break a rule."""


class UnableToAddItem(UnableTo):
    """The words chosen or the values break a rule."""


class UnableToConfirmItem(UnableTo):
    """The item cannot be confirmed."""


class UnableToRejectItem(UnableTo):
    """The item cannot be rejected."""


class UnableToRestoreItem(UnableTo):
    """The item cannot be restored."""


class UnableToSplitClause(UnableTo):
    """A clause cannot begin there."""


class UnableToMergeClauses(UnableTo):
    """There is no neighbour to merge with."""


class UnableToAmendPlan(UnableTo):
    """The amended document is not taken."""


class UnableToSubmitPlan(UnableTo):
    """Something must be settled before the plan goes to the second person."""


class UnableToReturnPlan(UnableTo):
    """The plan cannot be returned."""


class UnableToPublishPlan(UnableTo):
    """The plan cannot be published."""


class NotSecondPerson(UnableToPublishPlan):
    """The person who would publish is the one who submitted or last corrected the plan."""

    status = 403


class UnableToWithdrawPlan(UnableTo):
    """The plan cannot be withdrawn."""


class UnableToReopenPlan(UnableTo):
    """The plan cannot be reopened."""


class UnableToDeleteDraft(UnableTo):
    """The plan is no draft any more."""


class UnableToApplySheet(UnableTo):
    """The sheet cannot be read in; ``errors`` lists the cells."""

    def __init__(self, message: str, *, code: str, field: str = "", errors: tuple[Any, ...] = ()) -> None:
        super().__init__(message, code=code, field=field)
        self.errors = errors


class UnableToUndoSheet(UnableTo):
    """The sheet's changes cannot be undone as a whole."""

    status = 409


class UnableToBindTarget(UnableTo):
    """The target cannot be held against this measure."""


class UnableToProposeCommitments(UnableTo):
    """The plan gives nothing to propose."""


class UnableToAdjustCommitment(UnableTo):
    """The new content of a commitment breaks a rule."""


class UnableToAmendCommitment(UnableTo):
    """The amendment lacks its document, or changes nothing."""


class UnableToAnswerDuty(UnableTo):
    """The duty cannot be signed for or returned."""


class UnableToDecideUnit(UnableTo):
    """The name cannot be given to this unit."""


class UnableToAssignAnswer(UnableTo):
    """The unit cannot be asked to answer the plan."""


class UnableToAnswerPlan(UnableTo):
    """The plan is no answer to the other."""


class UnableToHangCommitment(UnableTo):
    """The commitment cannot hang under the other."""


class UnableToComposeBulletin(UnableTo):
    """There is nothing to compose a bulletin of, or its wording cannot be read."""


class UnableToWordBulletin(UnableTo):
    """The wording cannot be read, or the head lacks something."""


class UnableToSubmitBulletin(UnableTo):
    """The bulletin cannot go to a second person."""


class UnableToIssueBulletin(UnableTo):
    """The bulletin cannot be issued."""


class NotSecondPersonOfBulletin(UnableToIssueBulletin):
    """The person who would issue had a hand in the draft."""

    status = 403


class UnableToWriteStatement(UnableTo):
    """What a unit says of a commitment breaks a rule."""


class UnableToSubmitReport(UnableTo):
    """Something is missing before the report can be handed in."""


class UnableToDecideReport(UnableTo):
    """The report cannot be approved or returned so."""


class NotSecondReader(UnableToDecideReport):
    """The person who would decide is of the unit itself, or has written or handed in the report."""

    status = 403


class UnableToReturnBulletin(UnableTo):
    """The bulletin is given back without a reason."""


class UnableToWithdrawBulletin(UnableTo):
    """The bulletin is withdrawn without a reason."""


class UnableToSetDigest(UnableTo):
    """The address of the digest is none."""


class UnableToSetReportRule(UnableTo):
    """The day on which reports are due cannot be set so."""
