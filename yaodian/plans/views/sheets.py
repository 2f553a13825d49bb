"""A sheet goes out, is edited offline, and comes back: preview, commit, undo."""

from __future__ import annotations

import base64
import binascii

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations, queries
from yaodian.plans.forms import SheetForm
from yaodian.plans.views.answers import back, refusal

# The sheet travels inside the preview's form as text, a third longer, and a form may hold 4 MB.
MAX_SHEET_BYTES = 2 * 1024 * 1024


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """The sheets read in so far; a sheet posted here is only looked at."""
    plan = queries.get_header(account=request.user, public_id=public_id)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    context = {"plan": plan, "form": form, "preview": None}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["sheet"]
            if file.size > MAX_SHEET_BYTES:
                form.add_error(
                    "sheet",
                    _("“%(name)s”超过了 2 MB。请只保留从本页导出的几张表，去掉图片后再上传。") % {"name": file.name},
                )
            else:
                content = file.read()
                try:
                    preview = operations.preview_sheet(
                        account=request.user, public_id=public_id, name=file.name, content=content
                    )
                except operations.UnableTo as problem:
                    form.add_error("sheet", problem.message)
                else:
                    status = 200
                    context |= {"preview": preview, "name": file.name, "content": base64.b64encode(content).decode()}
    context |= {
        "edits": queries.list_sheet_edits(account=request.user, public_id=public_id),
        "actions": queries.get_actions(account=account_of(request), plan=plan),
    }
    return render(request, "plans/sheet.html", context, status=status)


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
        operations.apply_sheet_edits(
            actor=account_of(request),
            now=timezone.now(),
            public_id=public_id,
            name=request.POST.get("name", "")[:255],
            content=content,
            digest=request.POST.get("digest", ""),
        )
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:sheet", public_id)
    messages.success(request, _("表格中的修改已读入。如有差错，可以整份撤销。"))
    return back(request, "plans:sheet", public_id)


@permitted("plans.correct")
@require_POST
@absent_is_404
def undo_sheet(request: HttpRequest, public_id: str, sheet_edit_id: int) -> HttpResponse:
    """Takes all changes of one sheet back."""
    try:
        operations.undo_sheet_edits(actor=account_of(request), now=timezone.now(), sheet_edit_id=sheet_edit_id)
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:sheet", public_id)
    messages.success(request, _("这份表格的修改已全部撤销。"))
    return back(request, "plans:sheet", public_id)
