"""Requirements, choices and scores as lists: the pages of `foundation.sheets`, one set for each."""

from collections.abc import Callable

from django.http import HttpRequest

from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted
from yaodian.timetabling import sheets


def _scope(permission: str) -> Callable[[HttpRequest], str]:
    return lambda request: sheets.scope_word(account=request.user, permission=permission)


PAGES = {
    name: ImportPages(
        importer=importer, namespace="timetabling", prefix=f"import_{name}", guard=permitted(sheets.PERMISSIONS[name]),
        scope_of=_scope(sheets.PERMISSIONS[name]),
    )
    for name, importer in sheets.IMPORTERS.items()
}  # fmt: skip
