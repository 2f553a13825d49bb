"""Import and export of what the registry keeps: the pages of `foundation.sheets`, with the registry's sheets."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

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

# In the order in which an office fills them: each refers to what stands before it.
PAGES = (schools, classes, teachers, pupils, returns)


@permitted(sheets.IMPORT)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every sheet of the registry with its template, its import and its export."""
    return render(request, "registry/imports.html", {"pages": PAGES})
