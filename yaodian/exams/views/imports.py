"""Rooms, candidates and invigilators: the pages of `foundation.sheets`, one set for each."""

from django.http import HttpRequest

from yaodian.exams import sheets
from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted


def _scope(request: HttpRequest) -> str:
    return sheets.scope_word(account=request.user)


PAGES = {
    name: ImportPages(
        importer=importer, namespace="exams", prefix=f"import_{name}", guard=permitted(sheets.SET), scope_of=_scope
    )
    for name, importer in sheets.IMPORTERS.items()
}
