"""iCalendar out: the timetable of one teacher, class or room through a term (``docs/algorithms/timetable-formats.md``)."""

from .refusals import UnfitForCalendar
from .terms import MadeUp, Term
from .writing import calendar_of

__all__ = ["MadeUp", "Term", "UnfitForCalendar", "calendar_of"]
