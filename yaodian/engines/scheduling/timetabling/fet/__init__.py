"""FET's files: ``read_fet`` makes a ``Problem`` of one, (``docs/algorithms/timetable-formats.md``)."""

from .reading import read_fet
from .refusals import UnfitFetFile
