"""Lists that are loaded: reference lists to hold claims against; offers and catchments of a season."""

from yaodian.admissions.sheets.admitted import ADMITTED, admitted_rows
from yaodian.admissions.sheets.references import REFERENCES, UnableToReadReferences, read_references
from yaodian.admissions.sheets.rules import IMPORTERS, scope_word
from yaodian.admissions.sheets.scores import SCORE_IMPORTERS

__all__ = [
    "ADMITTED",
    "IMPORTERS",
    "REFERENCES",
    "SCORE_IMPORTERS",
    "UnableToReadReferences",
    "admitted_rows",
    "read_references",
    "scope_word",
]
