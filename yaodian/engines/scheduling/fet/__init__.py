"""FET's files (``docs/algorithms/timetable-formats.md``): a school of FET's as a ``Problem``, and back; FET's timetables as ours, and back.

What a file holds that is not known here, and what a problem holds that FET cannot say, is named in an ``UnfitFetFile``, never left out.
"""

from .reading import read_fet
from .refusals import UnfitFetFile
from .results import read_result, write_result
from .writing import write_fet

__all__ = ["UnfitFetFile", "read_fet", "read_result", "write_fet", "write_result"]
