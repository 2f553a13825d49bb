"""Lists that come in and go out: what universities ask for, what pupils chose, scores of mock examinations, the data of a term."""

from collections.abc import Mapping

from yaodian.foundation.sheets.importing import Importer
from yaodian.timetabling.queries.requirements import LOAD
from yaodian.timetabling.queries.rounds import RUN
from yaodian.timetabling.sheets.choices import IMPORT_CHOICES
from yaodian.timetabling.sheets.mock_scores import IMPORT_MOCK_SCORES, MOCK_SCORES, lines_of
from yaodian.timetabling.sheets.requirements import IMPORT_REQUIREMENTS
from yaodian.timetabling.sheets.scoping import scope_word
from yaodian.timetabling.sheets.tasks import IMPORT_TASKS
from yaodian.timetabling.sheets.term_rows import IMPORT_CLASSES, IMPORT_CURRICULUM, IMPORT_ROOMS, IMPORT_TEACHERS
from yaodian.timetabling.sheets.term_target import scope_of_term

IMPORTERS: Mapping[str, Importer] = {
    "requirements": IMPORT_REQUIREMENTS,
    "choices": IMPORT_CHOICES,
    "mock_scores": IMPORT_MOCK_SCORES,
}
PERMISSIONS: Mapping[str, str] = {"requirements": LOAD, "choices": RUN, "mock_scores": RUN}
TERM_IMPORTERS: Mapping[str, Importer] = {
    "rooms": IMPORT_ROOMS,
    "teachers": IMPORT_TEACHERS,
    "classes": IMPORT_CLASSES,
    "curriculum": IMPORT_CURRICULUM,
    "tasks": IMPORT_TASKS,
}

__all__ = [
    "IMPORTERS",
    "MOCK_SCORES",
    "PERMISSIONS",
    "TERM_IMPORTERS",
    "lines_of",
    "scope_of_term",
    "scope_word",
]
