"""Offers, house numbers, reference lists, and the lists of a round of scores: the pages of `foundation.sheets`, one set for each."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest

from yaodian.admissions import sheets
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted


def _scope(permission: str) -> Callable[[HttpRequest], str]:
    return lambda request: sheets.scope_word(account=request.user, permission=permission)


def _pages(importers: Mapping[str, Importer]) -> dict[str, ImportPages]:
    return {
        name: ImportPages(
            importer=importer, namespace="admissions", prefix=f"import_{name}", guard=permitted(sheets.PERMISSIONS[name]),
            scope_of=_scope(sheets.PERMISSIONS[name]), is_given_out=name != "references",
        )
        for name, importer in importers.items()
    }  # fmt: skip


PAGES = _pages(sheets.IMPORTERS)
SCORE_PAGES = _pages(sheets.SCORE_IMPORTERS)
