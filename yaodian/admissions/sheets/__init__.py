"""Lists that are loaded: reference lists to hold claims against; offers and catchments of a season."""

from yaodian.admissions.sheets.references import REFERENCES, UnableToReadReferences, read_references
from yaodian.admissions.sheets.rules import IMPORTERS, scope_word
from yaodian.admissions.sheets.scores import SCORE_IMPORTERS

__all__ = ["IMPORTERS", "REFERENCES", "SCORE_IMPORTERS", "UnableToReadReferences", "read_references", "scope_word"]
