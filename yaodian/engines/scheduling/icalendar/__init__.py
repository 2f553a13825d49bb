"""iCalendar out: the timetable of one teacher, class or room through a term (``docs/algorithms/timetable-formats.md``)."""

from .refusals import UnfitForCalendar
from .terms import MadeUp, Term
from .writing import Part, Single, calendar_of, joined

__all__ = ["MadeUp", "Part", "Single", "Term", "UnfitForCalendar", "calendar_of", "joined"]
