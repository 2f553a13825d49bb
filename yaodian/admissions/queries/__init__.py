"""What is read of seasons, applications and places; each list with a constant number of queries."""

from yaodian.admissions.queries.desk import (
    Desk,
    IntakeRow,
    Protocol,
    RunPage,
    bundle_of,
    desk_page,
    file_of_draw,
    find_intake,
    intake_rows,
    next_step,
    protocol_of,
    run_page,
)
from yaodian.admissions.queries.placing import Answer, Outcome, answers_to, appeals_of, outcome_of, own_application
from yaodian.engines.lottery import Reveal, Source, WitnessReveal

__all__ = [
    "Answer",
    "Desk",
    "IntakeRow",
    "Outcome",
    "Protocol",
    "Reveal",
    "RunPage",
    "Source",
    "WitnessReveal",
    "answers_to",
    "appeals_of",
    "bundle_of",
    "desk_page",
    "file_of_draw",
    "find_intake",
    "intake_rows",
    "next_step",
    "outcome_of",
    "own_application",
    "protocol_of",
    "run_page",
]
