"""Import and export of what the registry keeps: the pages of `foundation.sheets`, with the registry's sheets."""

from django.http import HttpRequest

from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted
from yaodian.registry import sheets


def _scope(request: HttpRequest) -> str:
    return sheets.scope_word(account=request.user)


def _pages(importer: Importer, prefix: str) -> ImportPages:
    return ImportPages(
        importer=importer, namespace="registry", prefix=prefix, guard=permitted(sheets.IMPORT), scope_of=_scope
    )


schools = _pages(sheets.IMPORT_SCHOOLS, "schools_import")
classes = _pages(sheets.IMPORT_CLASSES, "classes_import")
teachers = _pages(sheets.IMPORT_TEACHERS, "teachers_import")
pupils = _pages(sheets.IMPORT_PUPILS, "pupils_import")
returns = _pages(sheets.IMPORT_RETURNS, "returns_import")
