"""Score sheets: their items in the page and as Excel, and a sheet tried out on another year's values."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.appraisal import operations, queries
from yaodian.appraisal.forms import ItemForm, UploadForm
from yaodian.appraisal.sheets import UnableToReadItems, read_items, steps_text, write_items
from yaodian.appraisal.views.rounds import absent_is_404, account_of, done
from yaodian.organisations.access import permitted

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@permitted("appraisal.view")
@require_GET
@absent_is_404
def sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """A sheet with its items; `?item=1.1` opens one to be changed."""
    return _sheet(request, public_id)


def _sheet(
    request: HttpRequest,
    public_id: str,
    form: ItemForm | None = None,
    upload: UploadForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = queries.sheet_page(account=request.user, public_id=public_id, day=timezone.localdate())
    chosen = next((item for item, *_more in page.lines if item.code == request.GET.get("item", "")), None)
    if form is None:
        initial = {}
        if chosen is not None:
            initial = {name: getattr(chosen, name) for name in ItemForm(measures=[]).fields}
            initial["steps"] = steps_text(chosen.steps)
        form = ItemForm(measures=queries.measure_choices(), initial=initial)
    context = {"page": page, "sheet": page.sheet, "form": form, "upload": upload or UploadForm(), "chosen": chosen}
    return render(request, "appraisal/sheet.html", context, status=status)


@permitted("appraisal.run")
@require_POST
@absent_is_404
def put_item(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds an item or replaces that of its code."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    form = ItemForm(request.POST, measures=queries.measure_choices())
    status = done(
        form,
        lambda: operations.put_item(actor=account_of(request), sheet=row, values=form.values(), now=timezone.now()),
    )
    if status:
        return _sheet(request, public_id, form=form, status=status)
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
    answer["Content-Disposition"] = f'attachment; filename="appraisal-{row.public_id}.xlsx"'
    return answer


@permitted("appraisal.run")
@require_POST
@absent_is_404
def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """All items of a workbook in the place of those that are there, or none."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    form = UploadForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            items = read_items(name=file.name, chunks=file.chunks())
            operations.replace_items(actor=account_of(request), sheet=row, items=items, now=timezone.now())
        except (UnableToReadItems, operations.UnableTo) as problem:
            form.add_error("file", problem.message)
        else:
            messages.success(request, _("已读入 %(count)s 个项目。") % {"count": len(items)})
            return redirect("appraisal:sheet", public_id)
    return _sheet(request, public_id, upload=form, status=status)


@permitted("appraisal.run")
@require_GET
@absent_is_404
def dry_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the sheet would have come to on the values of `?day=`, beside another draft, `?other=`."""
    row = queries.find_sheet(account=request.user, public_id=public_id)
    today = timezone.localdate()
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = today.replace(year=today.year - 1, month=12, day=31)
    page = queries.dry_run(account=request.user, sheet=row, day=min(day, today), other=request.GET.get("other", ""))
    return render(request, "appraisal/dry_run.html", {"page": page, "sheet": row})
