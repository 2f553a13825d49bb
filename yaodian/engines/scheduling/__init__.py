"""Examinations: who sits where, and who invigilates (``docs/algorithms/seating.md``).

``seat`` gives every candidate of an ``Examination`` a seat, in a drawn order, without neighbours of one school; ``verify_seating``
checks a plan apart from it. ``share_duties`` gives every room its invigilators, ``verify_duties`` checks them.
"""

from .examinations import Apart, Around, Examination, Room, SeatingRules
from .invigilation import Duties, DutyFault, Invigilator, barred_schools, share_duties, verify_duties
from .refusals import UnfitExamination
from .seating import SeatingPlan, Unavoidable, seat, unavoidable
from .seating_verifying import Amiss, SeatingFault, verify_seating

__all__ = [
    "Amiss",
    "Apart",
    "Around",
    "Duties",
    "DutyFault",
    "Examination",
    "Invigilator",
    "Room",
    "SeatingFault",
    "SeatingPlan",
    "SeatingRules",
    "Unavoidable",
    "UnfitExamination",
    "barred_schools",
    "seat",
    "share_duties",
    "unavoidable",
    "verify_duties",
    "verify_seating",
]
