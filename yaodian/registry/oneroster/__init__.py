"""OneRoster 1.2 as CSV, in and out: schools, classes, teachers, pupils.

The importer makes the rows of the registry's sheets out of the joined files, so that the same checks, operations and rights
hold; the exporter streams a ZIP.
"""

from yaodian.registry.oneroster.importing import IMPORT_ROSTER
from yaodian.registry.oneroster.writing import Roster
