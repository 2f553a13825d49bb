"""Score sheets: built and changed in the page and as Excel, each change shown before it is made; tried on another year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.appraisal import operations, queries
from yaodian.appraisal.forms import SETTINGS, ItemForm, SheetSettingsForm, UploadForm
from yaodian.appraisal.sheets import UnableToReadItems, read_items, steps_text, write_items
from yaodian.appraisal.views.rounds import done
from yaodian.foundation.answering import absent_is_404, as_file, day_in, number_in
from yaodian.foundation.forms import RefusableForm
from yaodian.organisations.access import account_of, permitted

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@permitted("appraisal.view")
@require_GET
@absent_is_404
def sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """A sheet with its items; `?item=1.1` opens one to be changed, `?below=1` a new one below another."""
    return _sheet(request, public_id)


def _sheet(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    """The page; `given` are forms that were sent, and what the change would do (`preview`, of which form: `previewed`)."""
    page = queries.sheet_page(account=request.user, public_id=public_id, day=timezone.localdate())
    asked = request.POST.get("was", "") or request.GET.get("item", "")
    chosen = next((item for item, *_more in page.lines if item.code == asked), None)
    context = {
        "page": page,
        "sheet": page.sheet,
        "chosen": chosen,
        "settings": _settings_form(page),
        "form": _item_form(page, chosen=chosen, below=request.GET.get("below", "")),
        "upload": UploadForm(),
        **given,
    }
    return render(request, "appraisal/sheet.html", context, status=status)


def _settings_form(page: queries.SheetPage, data: Any = None) -> SheetSettingsForm:
    initial = {name: getattr(page.sheet, name) for name in SETTINGS}
    initial["full"] = queries.shown(str(page.sheet.full))
    return SheetSettingsForm(data, initial=initial)


def _item_form(page: queries.SheetPage, data: Any = None, *, chosen: Any = None, below: str = "") -> ItemForm:
    parents = [
        (item.code, f"{item.code} {item.label}")
        for item, *_more in page.lines
        if not item.rule and (chosen is None or item.code != chosen.code)
    ]
    form = ItemForm(data, measures=queries.measure_choices(), places=queries.place_choices(), parents=parents)
    if data is None and chosen is not None:
        form.initial = {name: _typed(chosen, name) for name in form.fields if name != "steps"}
        form.initial["steps"] = steps_text(chosen.steps)
    elif data is None:
        form.initial = {"parent": below}
    return form


def _typed(item: Any, name: str) -> Any:
    """A figure without zeros that say nothing. 0 stands for what was not filled in, but where a value is held against it."""
    value = getattr(item, name)
    if not hasattr(value, "normalize"):
        return value
    return queries.shown(str(value)) if value or (item.measure and name in ("floor", "target")) else ""


@permitted("appraisal.run")
@require_POST
@absent_is_404
def change_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """Changes what the sheet says besides its items, or shows what that would do."""
    page = queries.sheet_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = _settings_form(page, request.POST)
    if request.POST.get("do") == "preview":
        if not form.is_valid():
            return _sheet(request, public_id, 422, settings=form)
        preview = queries.preview_settings(sheet=page.sheet, values=form.cleaned_data)
        return _sheet(request, public_id, settings=form, preview=preview, previewed="settings")
    status = done(
        form,
        lambda: operations.change_sheet(
            actor=account_of(request),
            sheet=page.sheet,
            values=form.cleaned_data,
            expected_version=number_in(request.POST, "version"),
            now=timezone.now(),
        ),
    )
    if status:
        return _sheet(request, public_id, status, settings=form)
    messages.success(request, _("已保存。"))
    return redirect("appraisal:sheet", public_id)


@permitted("appraisal.run")
@require_POST
@absent_is_404
def renew_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new edition, to be changed for the next round."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    try:
        made = operations.renew_sheet(actor=account_of(request), sheet=row, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("appraisal:sheet", public_id)
    messages.success(request, _("已另立第 %(edition)s 版，可以修改。") % {"edition": made.edition})
    return redirect("appraisal:sheet", made.public_id)


@permitted("appraisal.run")
@require_POST
@absent_is_404
def put_item(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds an item or replaces that of its code, or shows what that would do."""
    page = queries.sheet_page(account=request.user, public_id=public_id, day=timezone.localdate())
    was = request.POST.get("was", "")
    chosen = next((item for item, *_more in page.lines if item.code == was), None)
    form = _item_form(page, request.POST, chosen=chosen)
    if request.POST.get("do") == "preview":
        if not form.is_valid():
            return _sheet(request, public_id, 422, form=form)
        preview = queries.preview_item(sheet=page.sheet, values=form.values(), was=was)
        return _sheet(request, public_id, form=form, preview=preview, previewed="item")
    status = done(
        form,
        lambda: operations.put_item(
            actor=account_of(request),
            sheet=page.sheet,
            values=form.values(),
            was=was,
            expected_version=number_in(request.POST, "version"),
            now=timezone.now(),
        ),
    )
    if status:
        return _sheet(request, public_id, status, form=form)
    messages.success(request, _("已保存项目“%(code)s”。") % {"code": form.cleaned_data["code"]})
    return redirect("appraisal:sheet", public_id)


@permitted("appraisal.run")
@require_POST
@absent_is_404
def remove_item(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes an item out."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    code = request.POST.get("code", "")
    try:
        operations.remove_item(actor=account_of(request), sheet=row, code=code, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("已删除项目“%(code)s”。") % {"code": code})
    return redirect("appraisal:sheet", public_id)


@permitted("appraisal.view")
@require_GET
@absent_is_404
def workbook(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    """The items as Excel; edited, they come back through `upload`."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    answer = StreamingHttpResponse(write_items(row.items.order_by("position")), content_type=EXCEL)
    return as_file(answer, f"appraisal-{row.public_id}.xlsx")


@permitted("appraisal.run")
@require_POST
@absent_is_404
def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """All items of a workbook in the place of those that are there, or none; or what that would do."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    form: RefusableForm = UploadForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            items = read_items(name=file.name, chunks=file.chunks())
            if request.POST.get("do") == "preview":
                preview = queries.preview_items(sheet=row, items=items)
                return _sheet(request, public_id, preview=preview, previewed="upload")
            operations.replace_items(actor=account_of(request), sheet=row, items=items, now=timezone.now())
        except (UnableToReadItems, operations.UnableTo) as problem:
            form.add_error("file", problem.message)
            status = problem.status
        else:
            messages.success(request, _("已读入 %(count)s 个项目。") % {"count": len(items)})
            return redirect("appraisal:sheet", public_id)
    return _sheet(request, public_id, status, upload=form)


@permitted("appraisal.run")
@require_GET
@absent_is_404
def dry_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the sheet would have come to on the values of `?day=`, beside `?other=`: another draft, today, or a past round."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    today = timezone.localdate()
    day = day_in(request.GET, "day") or today.replace(year=today.year - 1, month=12, day=31)
    page = queries.dry_run(
        account=request.user, sheet=row, day=min(day, today), today=today, other=request.GET.get("other")
    )
    return render(request, "appraisal/dry_run.html", {"page": page, "sheet": row})
