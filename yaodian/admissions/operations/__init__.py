"""What is done to seasons, applications and places; each in one transaction, with its journal entry."""

from yaodian.admissions.operations.appealing import decide_appeal, file_appeal
from yaodian.admissions.operations.checking import (
    Checked,
    check_application,
    close_checking,
    reopen_decision,
    settle_objection,
)
from yaodian.admissions.operations.checking_access import list_applicants, open_dossier, open_proof
from yaodian.admissions.operations.drawing import draw_intake, promise_draw, void_draw
from yaodian.admissions.operations.errors import (
    UnableToAcceptPlace,
    UnableToAskRun,
    UnableToCheckApplication,
    UnableToCloseChecking,
    UnableToDecideAppeal,
    UnableToDraw,
    UnableToFileAppeal,
    UnableToLoadReferences,
    UnableToOpenRun,
    UnableToPromiseDraw,
    UnableToReopenDecision,
    UnableToSettleObjection,
    UnableToVoidDraw,
    WrongState,
)
from yaodian.admissions.operations.places import accept_place, call_waiting, decline_place, lapse_places
from yaodian.admissions.operations.references import Loaded, load_references
from yaodian.admissions.operations.running import ask_run, ask_trial, compute_run, drop_run, open_run
from yaodian.foundation.refusing import UnableTo

__all__ = [
    "Checked",
    "Loaded",
    "UnableTo",
    "UnableToAcceptPlace",
    "UnableToAskRun",
    "UnableToCheckApplication",
    "UnableToCloseChecking",
    "UnableToDecideAppeal",
    "UnableToDraw",
    "UnableToFileAppeal",
    "UnableToLoadReferences",
    "UnableToOpenRun",
    "UnableToPromiseDraw",
    "UnableToReopenDecision",
    "UnableToSettleObjection",
    "UnableToVoidDraw",
    "WrongState",
    "accept_place",
    "ask_run",
    "ask_trial",
    "call_waiting",
    "check_application",
    "close_checking",
    "compute_run",
    "decide_appeal",
    "decline_place",
    "draw_intake",
    "drop_run",
    "file_appeal",
    "lapse_places",
    "list_applicants",
    "load_references",
    "open_dossier",
    "open_proof",
    "open_run",
    "promise_draw",
    "reopen_decision",
    "settle_objection",
    "void_draw",
]
