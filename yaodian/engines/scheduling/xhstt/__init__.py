"""XHSTT, the exchange format of high-school timetabling, in and out (``docs/algorithms/timetable-formats.md``).

``read`` makes an ``Archive`` of a file's bytes: instances as problems, solutions as timetables. ``write`` makes the bytes of an archive; ``losses``
tells beforehand what has no place in the format, ``expressed`` says in its kinds what a problem of our own says otherwise.
"""

from .archive import (
    Archive,
    EventGroup,
    Instance,
    Metadata,
    Report,
    ReportLine,
    ResourceGroup,
    ResourceType,
    Solution,
    SolutionGroup,
    TimeGroup,
)
from .completing import losses
from .expressing import expressed
from .reading import read
from .refusals import Loss, UnfitForXhstt, UnreadableXhstt
from .writing import write

__all__ = [
    "Archive",
    "EventGroup",
    "Instance",
    "Loss",
    "Metadata",
    "Report",
    "ReportLine",
    "ResourceGroup",
    "ResourceType",
    "Solution",
    "SolutionGroup",
    "TimeGroup",
    "UnfitForXhstt",
    "UnreadableXhstt",
    "expressed",
    "losses",
    "read",
    "write",
]
