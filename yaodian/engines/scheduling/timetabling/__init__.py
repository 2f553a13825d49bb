"""Timetables: lessons of groups with teachers and rooms in a week (``docs/algorithms/timetabling.md``).

``Problem`` says what there is and what is wished, ``verify`` judges a ``Timetable`` apart from whoever made it.
"""

from .problem import Event, Need, Piece, Problem, Resource, Time, Timetable
from .verifying import Breach, Verdict, verify

__all__ = ["Breach", "Event", "Need", "Piece", "Problem", "Resource", "Time", "Timetable", "Verdict", "verify"]
