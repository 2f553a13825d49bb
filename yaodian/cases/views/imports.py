"""Import of many cases: the pages of `foundation.sheets`, one set for each kind whose cases come in lists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yaodian.cases import sheets
from yaodian.cases.declaring import kind_of
from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted


def _scope(request: HttpRequest) -> str:
    return sheets.scope_word(account=request.user)


PAGES = {
    code: ImportPages(
        importer=importer, namespace="cases", prefix=f"import_{code.replace('.', '_')}",
        guard=permitted("cases.dispatch"), scope_of=_scope,
    )
    for code, importer in sheets.IMPORTERS.items()
}  # fmt: skip


@permitted("cases.dispatch")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every kind that comes in lists, with its template, its import and its export."""
    lines = [(kind_of(code), page) for code, page in PAGES.items()]
    return render(request, "cases/imports.html", {"lines": lines})
