"""Lists of timetabling: the pages of `foundation.sheets`, one set for each; those of a term lie under its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse

from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted
from yaodian.timetabling import queries, sheets
from yaodian.timetabling.models import Term
from yaodian.timetabling.queries.reach import PLAN


def _scope(permission: str) -> Callable[[HttpRequest], str]:
    return lambda request: sheets.scope_word(account=request.user, permission=permission)


PAGES = {
    name: ImportPages(
        importer=importer, namespace="timetabling", prefix=f"import_{name}", guard=permitted(sheets.PERMISSIONS[name]),
        scope_of=_scope(sheets.PERMISSIONS[name]),
    )
    for name, importer in sheets.IMPORTERS.items()
}  # fmt: skip


@dataclass(frozen=True)
class TermImportPages(ImportPages):
    """The pages of a list of one term; `term` is the one of this request."""

    term: Term | None = None
    what: str = ""

    @cached_property
    def urls(self) -> list[URLPattern]:
        """Those of every list, each for the term that the address names."""
        return [
            path(route, self.guard(absent_is_404(self._of_term(name))), name=f"{self.prefix}_{name}")
            for name, (route, _view) in self.views.items()
        ]

    def _of_term(self, name: str) -> Callable[..., HttpResponseBase]:
        def view(request: HttpRequest, public_id: str, **given: Any) -> HttpResponseBase:
            row = queries.find_term(account=request.user, public_id=public_id, permission=PLAN)
            scope = sheets.scope_of_term(account=request.user, term=row)
            mine = replace(self, term=row, scope_of=lambda _request: scope)
            return mine.views[name][1](request, **given)

        return view

    def url(self, name: str, *arguments: Any) -> str:
        assert self.term is not None
        return reverse(f"{self.namespace}:{self.prefix}_{name}", args=(self.term.public_id, *arguments))

    def _context(self, **more: Any) -> dict[str, Any]:
        return super()._context(term=self.term, what=self.what, **more)


TERM_PAGES = {
    name: TermImportPages(
        importer=importer, namespace="timetabling", prefix=f"load_{name}", guard=permitted(PLAN), scope_of=lambda _request: "",
        template="timetabling/terms/import.html", what="courses" if name == "tasks" else name,
    )
    for name, importer in sheets.TERM_IMPORTERS.items()
}  # fmt: skip


def links_of(name: str, public_id: str) -> dict[str, str]:
    """Where a list of a term is loaded from: `list`, `template`, `xlsx`, `csv`; nothing for one that is not."""
    if name not in TERM_PAGES:
        return {}
    return {
        link: reverse(f"timetabling:load_{name}_{page}", args=(public_id, *more))
        for link, page, more in (
            ("list", "list", ()), ("template", "template", ()), ("xlsx", "export", ("xlsx",)), ("csv", "export", ("csv",)),
        )
    }  # fmt: skip
