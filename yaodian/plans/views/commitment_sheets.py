"""The commitments of a plan as a sheet: download, preview, take in, undo."""

from __future__ import annotations

import base64
import binascii

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.foundation.sheets.views import XLSX
from yaodian.foundation.sheets.writing import export_xlsx
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations
from yaodian.plans.forms import SheetForm
from yaodian.plans.operations import commitments as changing
from yaodian.plans.queries import commitments as reading
from yaodian.plans.views.answers import back
from yaodian.plans.views.sheets import MAX_SHEET_BYTES


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """The sheets taken in so far; one posted here is only looked at."""
    plan, sheets = reading.get_sheets(account=request.user, public_id=public_id)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    context = {"plan": plan, "form": form, "sheets": sheets, "preview": None}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["sheet"]
            if file.size > MAX_SHEET_BYTES:
                form.add_error("sheet", _("“%(name)s”超过了 2 MB。请只保留从本页导出的那张表。") % {"name": file.name})
            else:
                content = file.read()
                try:
                    preview = changing.preview_commitment_sheet(
                        account=request.user,
                        today=timezone.localdate(),
                        public_id=public_id,
                        name=file.name,
                        content=content,
                    )
                except operations.UnableTo as problem:
                    form.add_error("sheet", problem.message)
                else:
                    status = 200
                    context |= {"preview": preview, "name": file.name, "content": base64.b64encode(content).decode()}
    return render(request, "plans/commitments/sheet.html", context, status=status)


@permitted("plans.correct")
@require_GET
@absent_is_404
def export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The commitments as a workbook; in Chinese as every file is."""
    with override("zh-hans"):
        plan, rows = changing.export_commitments(account=request.user, public_id=public_id)
        content = b"".join(export_xlsx(changing.COMMITMENTS, rows))
    answer = StreamingHttpResponse([content], content_type=XLSX)
    as_file(answer, f"{plan.title or plan.public_id}-任务.xlsx")
    return answer


@permitted("plans.correct")
@require_POST
@absent_is_404
def apply_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes in what the preview showed."""
    try:
        content = base64.b64decode(request.POST.get("content", ""), validate=True)
    except binascii.Error:
        content = b""
    try:
        changing.apply_commitment_sheet(
            actor=account_of(request),
            now=timezone.now(),
            today=timezone.localdate(),
            public_id=public_id,
            name=request.POST.get("name", "")[:255],
            content=content,
            digest=request.POST.get("digest", ""),
        )
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("表格中的修改已读入。如有差错，可以整份撤销。"))
    return back(request, "plans:commitment_sheet", public_id)


@permitted("plans.correct")
@require_POST
@absent_is_404
def undo_sheet(request: HttpRequest, public_id: str, sheet_id: int) -> HttpResponse:
    """Takes all changes of one sheet back."""
    try:
        changing.undo_commitment_sheet(
            actor=account_of(request), now=timezone.now(), public_id=public_id, sheet_id=sheet_id
        )
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("这份表格的修改已全部撤销。"))
    return back(request, "plans:commitment_sheet", public_id)
