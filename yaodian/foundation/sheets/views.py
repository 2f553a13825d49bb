"""The pages of imports as building blocks: a slice names its importer and who may, and takes the addresses.

    pupils = ImportPages(
        importer=IMPORT_PUPILS, namespace="registry", prefix="pupils_import",
        guard=permitted("registry.import"), scope_of=lambda request: queries.scope_of(request.user),
    )
    urlpatterns = [path("pupils/import/", include(pupils.urls)), …]

`guard` decorates every view, so that each address declares its permission; `scope_of` says for which rows the account acts,
and an import of another scope is not found. The export asks `importer.target(...)`, which is bound to the same scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from yaodian.foundation.answering import as_file
from yaodian.foundation.models import Import
from yaodian.foundation.sheets import importing, limits, writing
from yaodian.foundation.sheets.declaring import Problem, in_files
from yaodian.foundation.sheets.reading import UnableToReadSheet

View = Callable[..., HttpResponseBase]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {
    Import.State.UPLOADED: "neutral", Import.State.CHECKING: "running", Import.State.CHECKED: "waiting",
    Import.State.COMMITTING: "running", Import.State.COMMITTED: "good", Import.State.UNDOING: "running",
    Import.State.UNDONE: "off", Import.State.FAILED: "wrong", Import.State.CANCELLED: "off",
}  # fmt: skip
_ACTIONS = {
    "check": importing.check_again,
    "commit": importing.commit_import,
    "undo": importing.undo_import,
    "cancel": importing.cancel_import,
}


def _kind(batch: Import) -> str:
    return "attention" if batch.state == Import.State.CHECKED and batch.errors else _KINDS[Import.State(batch.state)]


@dataclass(frozen=True)
class ImportPages:
    """The list with the upload, one page for an import in each of its states, the template and the export."""

    importer: Any
    """An `Importer`; of an `ArchiveImporter` in a class made from this one."""
    namespace: str
    prefix: str
    guard: Callable[[View], View]
    scope_of: Callable[[HttpRequest], str]
    template: str = "foundation/sheets/base.html"
    """What the pages extend: a template with the blocks of foundation/base.html."""
    is_given_out: bool = True
    """Whether there is an export; lists of people that were lent for one purpose have none."""

    list_template: ClassVar[str] = "foundation/sheets/list.html"
    is_marked: ClassVar[bool] = True
    """Whether the file is given back with its problems marked."""

    @property
    def views(self) -> dict[str, tuple[str, View]]:
        """By name each route under the importer's address, and its view."""
        views: dict[str, tuple[str, View]] = {
            "list": ("", require_http_methods(["GET", "POST"])(self._list)),
            "template": ("template.xlsx", require_GET(self._template)),
            "export": ("export.<str:kind>", require_GET(self._export)),
            "import": ("<int:import_id>/", require_GET(self._import)),
            "status": ("<int:import_id>/status/", require_GET(self._status)),
            "marked": ("<int:import_id>/marked.xlsx", require_GET(self._marked)),
            "act": ("<int:import_id>/<str:action>/", require_POST(self._act)),
        }
        if not self.is_given_out:
            del views["export"]
        return views

    @cached_property
    def urls(self) -> list[URLPattern]:
        """The addresses, to be included under one of the slice's."""
        return [
            path(route, self.guard(view), name=f"{self.prefix}_{name}") for name, (route, view) in self.views.items()
        ]

    @property
    def links(self) -> dict[str, str]:
        """Where a page of the slice sends somebody: `list`, `template`, `xlsx`, `csv`."""
        return {
            "list": self.url("list"),
            "template": self.url("template"),
            "xlsx": self.url("export", "xlsx"),
            "csv": self.url("export", "csv"),
        }

    def url(self, name: str, *arguments: Any) -> str:
        return reverse(f"{self.namespace}:{self.prefix}_{name}", args=arguments)

    def _context(self, **more: Any) -> dict[str, Any]:
        sheet = self.importer.sheet
        return {
            "base": self.template, "sheet": sheet, "list_url": self.url("list"), "template_url": self.url("template"),
            "xlsx_url": self.url("export", "xlsx") if self.is_given_out else "",
            "csv_url": self.url("export", "csv") if self.is_given_out else "",
            "limit_mb": limits.UPLOAD_BYTES // limits.MEGABYTE, "most_rows": limits.ROWS, **more,
        }  # fmt: skip

    def _find(self, request: HttpRequest, import_id: int) -> Import:
        try:
            batch = importing.settle(importer=self.importer, import_id=import_id)
        except Import.DoesNotExist:
            raise Http404 from None
        if batch.scope != self.scope_of(request):
            raise Http404
        return batch

    def _list(self, request: HttpRequest) -> HttpResponse:
        scope = self.scope_of(request)
        error = ""
        if request.method == "POST":
            file = request.FILES.get("sheet")
            if file is None:
                error = _("请先选择要导入的文件。")
            else:
                try:
                    batch = importing.upload_sheet(
                        importer=self.importer, actor_id=request.user.pk, scope=scope, name=file.name or "",
                        size=file.size or 0, chunks=file.chunks(), now=timezone.now(),
                    )  # fmt: skip
                except importing.UnableTo as problem:
                    error = problem.message
                else:
                    return redirect(self.url("import", batch.pk))
        page = Paginator(importing.list_imports(importer=self.importer, scope=scope), 20).get_page(
            request.GET.get("page")
        )
        lines = [(batch, _kind(batch), self.url("import", batch.pk)) for batch in page]
        context = self._context(page=page, lines=lines, error=error)
        return render(request, self.list_template, context, status=422 if error else 200)

    def _import(self, request: HttpRequest, import_id: int) -> HttpResponse:
        batch = self._find(request, import_id)
        findings = importing.get_findings(batch=batch)
        is_open = batch.state == Import.State.CHECKED
        shown = findings.problems[: limits.PROBLEMS_SHOWN]
        context = self._context(
            batch=batch, kind=_kind(batch), findings=findings, shown=shown, groups=_grouped(shown), all_problems=batch.errors + batch.warnings,
            preview=importing.get_preview(importer=self.importer, batch=batch) if is_open and not batch.errors else [],
            writes=batch.created + batch.changed, is_open=is_open, status_url=self.url("status", batch.pk),
            marked_url=self.url("marked", batch.pk) if self.is_marked and is_open and findings.problems else "",
            urls={action: self.url("act", batch.pk, action) for action in _ACTIONS},
        )  # fmt: skip
        return render(request, "foundation/sheets/import.html", context)

    def _status(self, request: HttpRequest, import_id: int) -> HttpResponse:
        batch = self._find(request, import_id)
        if not batch.is_busy:
            return HttpResponseClientRefresh()
        context = {"batch": batch, "status_url": self.url("status", batch.pk)}
        return render(request, "foundation/sheets/_progress.html", context)

    def _act(self, request: HttpRequest, import_id: int, action: str) -> HttpResponse:
        if action not in _ACTIONS:
            raise Http404
        batch = self._find(request, import_id)
        try:
            _ACTIONS[action](importer=self.importer, actor_id=request.user.pk, import_id=batch.pk, now=timezone.now())
        except importing.UnableTo as problem:
            messages.error(request, problem.message)
        return redirect(self.url("import", batch.pk))

    def _template(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(writing.template(self.importer.sheet), content_type=XLSX)
        return as_file(response, _("%(label)s-模板.xlsx") % {"label": in_files(self.importer.sheet.label)})

    def _export(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        if kind not in {"xlsx", "csv"}:
            raise Http404
        self.importer.authorise(
            actor_id=request.user.pk, scope=self.scope_of(request), action="export", now=timezone.now()
        )
        rows = self.importer.target(scope=self.scope_of(request), actor_id=request.user.pk).export()
        write = writing.export_xlsx if kind == "xlsx" else writing.export_csv
        response = StreamingHttpResponse(
            write(self.importer.sheet, rows), content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
        )
        return as_file(response, f"{in_files(self.importer.sheet.label)}.{kind}")

    def _marked(self, request: HttpRequest, import_id: int) -> HttpResponseBase:
        batch = self._find(request, import_id)
        if batch.state != Import.State.CHECKED:
            raise Http404
        chunks: Iterator[bytes] = importing.marked_workbook(importer=self.importer, batch=batch)
        try:
            first = next(chunks, b"")
        except UnableToReadSheet as problem:
            messages.error(request, problem.message)
            return redirect(self.url("import", batch.pk))

        def whole() -> Iterator[bytes]:
            yield first
            yield from chunks

        response = StreamingHttpResponse(whole(), content_type=XLSX)
        return as_file(response, _("%(name)s-标出问题.xlsx") % {"name": batch.name.rpartition(".")[0]})


@dataclass(frozen=True)
class ProblemGroup:
    """What is wrong in the same words in several cells."""

    is_warning: bool
    message: str
    addresses: list[str]
    count: int


CELLS_NAMED = 12


def _grouped(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """Errors first; a thousand cells with one fault are one line, which names the first of them."""
    groups: dict[tuple[bool, str], list[str]] = {}
    for problem in sorted(problems, key=lambda one: one.is_warning):
        groups.setdefault((problem.is_warning, problem.message), []).append(problem.address)
    return [
        ProblemGroup(is_warning, message, [cell for cell in cells[:CELLS_NAMED] if cell], len(cells))
        for (is_warning, message), cells in groups.items()
    ]
