"""OneRoster in and out: the pages of an import, for a ZIP of CSV files, and the export of one."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import as_file
from yaodian.foundation.sheets import limits
from yaodian.foundation.sheets.views import ImportPages
from yaodian.organisations.access import permitted
from yaodian.registry import sheets
from yaodian.registry.oneroster import IMPORT_ROSTER, Roster

View = Callable[..., HttpResponseBase]
FORMS = {"slim": False, "full": True}


class RosterPages(ImportPages):
    """As the pages of a sheet, without a template to fill and without marked cells: programs write these files."""

    list_template: ClassVar[str] = "registry/oneroster.html"
    is_marked: ClassVar[bool] = False

    @cached_property
    def urls(self) -> list[URLPattern]:
        """The addresses, to be included under one of the slice's."""
        views: dict[str, tuple[str, View]] = {
            "list": ("", require_http_methods(["GET", "POST"])(self._list)),
            "export": ("export-<str:kind>.zip", require_GET(self._export)),
            "import": ("<int:import_id>/", require_GET(self._import)),
            "status": ("<int:import_id>/status/", require_GET(self._status)),
            "act": ("<int:import_id>/<str:action>/", require_POST(self._act)),
        }
        return [path(route, self.guard(view), name=f"{self.prefix}_{name}") for name, (route, view) in views.items()]

    def _context(self, **more: Any) -> dict[str, Any]:
        return {
            "base": self.template, "sheet": self.importer, "list_url": self.url("list"),
            "limit_mb": limits.UPLOAD_BYTES // limits.MEGABYTE, "slim_url": self.url("export", "slim"), "full_url": self.url("export", "full"), **more,
        }  # fmt: skip

    def _export(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in FORMS:
            raise Http404
        scope, now = self.scope_of(request), timezone.now()
        self.importer.authorise(actor_id=request.user.pk, scope=scope, action="export", now=now)
        assert request.user.pk is not None
        roster = Roster(scope, request.user.pk, now, is_full=FORMS[kind])
        answer = StreamingHttpResponse(roster.stream(), content_type="application/zip")
        return as_file(answer, f"oneroster-{timezone.localdate(now):%Y%m%d}.zip")


def _scope(request: HttpRequest) -> str:
    return sheets.scope_word(account=request.user)


pages = RosterPages(
    importer=IMPORT_ROSTER, namespace="registry", prefix="oneroster", guard=permitted(sheets.IMPORT), scope_of=_scope
)
