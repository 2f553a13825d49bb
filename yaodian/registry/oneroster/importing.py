"""A OneRoster file set comes in the same way as a sheet: checked, shown, written in one transaction, taken back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.importers import ArchiveImporter
from yaodian.registry.oneroster import standard
from yaodian.registry.oneroster.reading import RosterReading
from yaodian.registry.oneroster.targets import TABLES, roster_targets
from yaodian.registry.sheets import CLASSES, PUPILS, SCHOOLS, TEACHERS
from yaodian.registry.sheets.rows import authorise, journal

IMPORT_ROSTER = ArchiveImporter(
    code="registry.oneroster",
    label=_("OneRoster 名册"),
    sheets=TABLES,
    targets=roster_targets,
    members=standard.READ,
    reading=RosterReading,
    authorise=authorise,
    journal=journal,
    alongside=tuple(sheet.code for sheet in (SCHOOLS, CLASSES, TEACHERS, PUPILS)),
)
