"""Between the rows of a term and the engine of timetables: the school as it stands, its frozen copy, its timetables as plain lists."""

from yaodian.timetabling.problem.frozen import freeze, sha256, thaw
from yaodian.timetabling.problem.pieces import PieceLine, StalePieces, in_order, lines_of, piece_of, timetable_of
from yaodian.timetabling.problem.rows import laid_of, school_of, standing
from yaodian.timetabling.problem.wishes import KINDS, Kind, Part, UnfitWish, wish_of

__all__ = [
    "KINDS",
    "Kind",
    "Part",
    "PieceLine",
    "StalePieces",
    "UnfitWish",
    "freeze",
    "in_order",
    "laid_of",
    "lines_of",
    "piece_of",
    "school_of",
    "sha256",
    "standing",
    "thaw",
    "timetable_of",
    "wish_of",
]
