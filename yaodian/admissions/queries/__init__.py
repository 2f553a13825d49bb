"""What is read of seasons, applications and places; each list with a constant number of queries."""

from yaodian.admissions.queries.applying import (
    CheckedNumber,
    OwnRow,
    ProgressPage,
    Receipt,
    StepPage,
    check_receipt,
    content_of,
    find_intake,
    find_own,
    open_intakes,
    own_applications,
    progress_page,
    proof_file,
    receipt_of,
    step_page,
)
from yaodian.admissions.queries.asking import asked_of, catchments_covering, offers_covering
from yaodian.admissions.queries.guardians import WardApplication, ward_application, ward_applications

__all__ = [
    "CheckedNumber",
    "OwnRow",
    "ProgressPage",
    "Receipt",
    "StepPage",
    "WardApplication",
    "asked_of",
    "catchments_covering",
    "check_receipt",
    "content_of",
    "find_intake",
    "find_own",
    "offers_covering",
    "open_intakes",
    "own_applications",
    "progress_page",
    "proof_file",
    "receipt_of",
    "step_page",
    "ward_application",
    "ward_applications",
]
