"""What is read of seasons, applications and places; each list with a constant number of queries."""

from yaodian.admissions.queries.checking import (
    LOOKS,
    WARNINGS,
    DeskRow,
    QueueFilters,
    QueueRow,
    desk,
    find_application,
    find_decided,
    find_intake,
    next_to_check,
    queue_of,
)
from yaodian.admissions.queries.checking_schools import (
    SchoolApplicants,
    SchoolOffer,
    applicants_of_school,
    find_school_offer,
    school_offers,
)
from yaodian.admissions.queries.checking_warnings import Doubt
from yaodian.admissions.queries.dossier import Dossier, differing, dossier_of

__all__ = [
    "LOOKS",
    "WARNINGS",
    "DeskRow",
    "Dossier",
    "Doubt",
    "QueueFilters",
    "QueueRow",
    "SchoolApplicants",
    "SchoolOffer",
    "applicants_of_school",
    "desk",
    "differing",
    "dossier_of",
    "find_application",
    "find_decided",
    "find_intake",
    "find_school_offer",
    "next_to_check",
    "queue_of",
    "school_offers",
]
