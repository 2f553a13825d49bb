"""Lists that are loaded: reference lists to hold claims against; offers and catchments of a season."""

from yaodian.admissions.sheets.references import REFERENCES, UnableToReadReferences, read_references
from yaodian.admissions.sheets.rules import IMPORTERS, scope_word

__all__ = ["IMPORTERS", "REFERENCES", "UnableToReadReferences", "read_references", "scope_word"]
