"""What is done to seasons, applications and places; each in one transaction, with its journal entry."""

from yaodian.admissions.operations.appealing import decide_appeal, file_appeal
from yaodian.admissions.operations.drawing import draw_intake, promise_draw, void_draw
from yaodian.admissions.operations.errors import (
    UnableToAcceptPlace,
    UnableToAskRun,
    UnableToDecideAppeal,
    UnableToDraw,
    UnableToFileAppeal,
    UnableToOpenRun,
    UnableToPromiseDraw,
    UnableToVoidDraw,
    WrongState,
)
from yaodian.admissions.operations.places import accept_place, call_waiting, decline_place, lapse_places
from yaodian.admissions.operations.running import ask_run, ask_trial, compute_run, drop_run, open_run
from yaodian.foundation.refusing import UnableTo

__all__ = [
    "UnableTo",
    "UnableToAcceptPlace",
    "UnableToAskRun",
    "UnableToDecideAppeal",
    "UnableToDraw",
    "UnableToFileAppeal",
    "UnableToOpenRun",
    "UnableToPromiseDraw",
    "UnableToVoidDraw",
    "WrongState",
    "accept_place",
    "ask_run",
    "ask_trial",
    "call_waiting",
    "compute_run",
    "decide_appeal",
    "decline_place",
    "draw_intake",
    "drop_run",
    "file_appeal",
    "lapse_places",
    "open_run",
    "promise_draw",
    "void_draw",
]
