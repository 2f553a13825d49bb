"""What is done to seasons, applications and places; each in one transaction, with its journal entry."""

from yaodian.admissions.operations.applying import discard_draft, save_draft, start_draft, submit_application
from yaodian.admissions.operations.applying_changes import (
    change_application,
    take_up_again,
    undo_change,
    withdraw_application,
)
from yaodian.admissions.operations.applying_proofs import MOST_PROOFS, add_proof, remove_proof
from yaodian.admissions.operations.errors import (
    UnableToAddProof,
    UnableToChangeApplication,
    UnableToObjectAsGuardian,
    UnableToRemoveProof,
    UnableToSaveDraft,
    UnableToStartDraft,
    UnableToSubmitApplication,
    UnableToUndoChange,
    WrongState,
)
from yaodian.admissions.operations.objecting import object_as_guardian
from yaodian.foundation.refusing import UnableTo

__all__ = [
    "MOST_PROOFS",
    "UnableTo",
    "UnableToAddProof",
    "UnableToChangeApplication",
    "UnableToObjectAsGuardian",
    "UnableToRemoveProof",
    "UnableToSaveDraft",
    "UnableToStartDraft",
    "UnableToSubmitApplication",
    "UnableToUndoChange",
    "WrongState",
    "add_proof",
    "change_application",
    "discard_draft",
    "object_as_guardian",
    "remove_proof",
    "save_draft",
    "start_draft",
    "submit_application",
    "take_up_again",
    "undo_change",
    "withdraw_application",
]
