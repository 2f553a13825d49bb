"""What is done to seasons, applications and places; each in one transaction, with its journal entry."""

from yaodian.admissions.operations.checking import (
    Checked,
    check_application,
    close_checking,
    reopen_decision,
    settle_objection,
)
from yaodian.admissions.operations.checking_access import list_applicants, open_dossier, open_proof
from yaodian.admissions.operations.errors import (
    UnableToCheckApplication,
    UnableToCloseChecking,
    UnableToLoadReferences,
    UnableToReopenDecision,
    UnableToSettleObjection,
    WrongState,
)
from yaodian.admissions.operations.references import Loaded, load_references
from yaodian.foundation.refusing import UnableTo

__all__ = [
    "Checked",
    "Loaded",
    "UnableTo",
    "UnableToCheckApplication",
    "UnableToCloseChecking",
    "UnableToLoadReferences",
    "UnableToReopenDecision",
    "UnableToSettleObjection",
    "WrongState",
    "check_application",
    "close_checking",
    "list_applicants",
    "load_references",
    "open_dossier",
    "open_proof",
    "reopen_decision",
    "settle_objection",
]
