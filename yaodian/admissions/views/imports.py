"""Offers, house numbers and reference lists: the pages of `foundation.sheets`, one set for each."""

from collections.abc import Callable

from django.http import HttpRequest

from yaodian.admissions import sheets
from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted


def _scope(permission: str) -> Callable[[HttpRequest], str]:
    return lambda request: sheets.scope_word(account=request.user, permission=permission)


PAGES = {
    name: ImportPages(
        importer=importer, namespace="admissions", prefix=f"import_{name}", guard=permitted(sheets.PERMISSIONS[name]),
        scope_of=_scope(sheets.PERMISSIONS[name]), is_given_out=name != "references",
    )
    for name, importer in sheets.IMPORTERS.items()
}  # fmt: skip
