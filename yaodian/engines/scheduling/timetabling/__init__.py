"""Timetables: lessons of groups with teachers and rooms in a week (``docs/algorithms/timetabling.md``).

``Problem`` says what there is and what is wished, ``verify`` judges a ``Timetable`` apart from whoever made it.
"""

from .justifying import Justification, justify, kind_of
from .problem import Event, Need, Piece, Problem, Resource, Time, Timetable
from .verifying import Breach, Verdict, verify

__all__ = [
    "Breach",
    "Event",
    "Justification",
    "Need",
    "Piece",
    "Problem",
    "Resource",
    "Time",
    "Timetable",
    "Verdict",
    "justify",
    "kind_of",
    "verify",
]
