"""Lists that are loaded: offers and catchments of a season; reference lists to hold claims against; scores and wishes."""

from collections.abc import Mapping

from yaodian.admissions.sheets.admitted import ADMITTED, admitted_rows
from yaodian.admissions.sheets.references import IMPORT_REFERENCES, VERIFY
from yaodian.admissions.sheets.rules import IMPORT_OFFERS, IMPORT_RANGES, SET, scope_word
from yaodian.admissions.sheets.scores import SCORE_IMPORTERS
from yaodian.foundation.sheets.importing import Importer

IMPORTERS: Mapping[str, Importer] = {
    "offers": IMPORT_OFFERS,
    "ranges": IMPORT_RANGES,
    "references": IMPORT_REFERENCES,
}
# Who may bring which; the others set rules.
PERMISSIONS: Mapping[str, str] = dict.fromkeys([*IMPORTERS, *SCORE_IMPORTERS], SET) | {"references": VERIFY}

__all__ = ["ADMITTED", "IMPORTERS", "PERMISSIONS", "SCORE_IMPORTERS", "admitted_rows", "scope_word"]
