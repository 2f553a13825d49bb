"""Mock examinations at the desk of the grade office: the list, one of them, a subject of it, pupils' own sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file, number_in
from yaodian.foundation.charting import answer_workbook
from yaodian.foundation.forms import done
from yaodian.foundation.sheets import writing
from yaodian.foundation.sheets.views import XLSX
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries, sheets
from yaodian.timetabling.forms.mocks import MockForm, MockNamesForm, MockReasonForm, NewMockForm
from yaodian.timetabling.models import MockExam
from yaodian.timetabling.views.imports import PAGES


@permitted("timetabling.view", POST="timetabling.run")
@require_http_methods(["GET", "POST"])
def mocks(request: HttpRequest) -> HttpResponse:
    """The mock examinations that the account sees; posted, a new one."""
    page = queries.mock_list(account=request.user, day=timezone.localdate())
    form = NewMockForm(request.POST if request.method == "POST" else None, schools=page.schools)
    status = 200
    made: list[MockExam] = []
    if request.method == "POST":

        def act() -> None:
            given = dict(form.cleaned_data)
            school, year = given.pop("grade")
            made[:] = [
                operations.make_mock(
                    actor=account_of(request), school=school, entered_year=year, values=given, now=timezone.now()
                )
            ]

        status = done(form, act)
        if not status:
            messages.success(request, _("已建立。请下载成绩表，填好卷面分再导入。"))
            return redirect("timetabling:mock", made[0].public_id)
    return render(request, "timetabling/mocks/list.html", {"page": page, "form": form}, status=status or 200)


@permitted("timetabling.view", POST="timetabling.run")
@require_http_methods(["GET", "POST"])
@absent_is_404
def mock(request: HttpRequest, public_id: str) -> HttpResponse:
    """A mock examination with what its subjects came to; posted, other values."""
    if request.method != "POST":
        return _mock(request, public_id)
    row = queries.find_mock(account=request.user, public_id=public_id)
    form = MockForm(request.POST)
    status = done(
        form,
        lambda: operations.change_mock(
            actor=account_of(request), mock=row, values=form.cleaned_data, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _mock(request, public_id, status, form=form)
    messages.success(request, _("已保存。"))
    return redirect("timetabling:mock", public_id)


def _mock(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.mock_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {
        "page": page,
        "mock": page.mock,
        "form": MockForm(initial=MockForm.typed(page.mock)),
        "reason_form": MockReasonForm(auto_id="reopen-%s"),
        "links": PAGES["mock_scores"].links,
        **given,
    }
    return render(request, "timetabling/mocks/one.html", context, status=status)


_STEPS: Mapping[str, Callable[..., Any]] = {
    "convert": operations.convert_mock,
    "drop": operations.drop_conversion,
    "erase": operations.erase_mock,
}


@permitted("timetabling.run")
@require_POST
@absent_is_404
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press of those who load and convert: convert, give the conversion up, delete the scores."""
    row = queries.find_mock(account=request.user, public_id=public_id)
    do = request.POST.get("do", "")
    if do not in _STEPS:
        raise Http404
    try:
        _STEPS[do](actor=account_of(request), mock=row, now=timezone.now())
    except operations.UnableTo as refused:
        return _mock(request, public_id, refused.status, refused=refused)
    said = {
        "convert": _("已换算，须由另一位同事核对后公布。"),
        "drop": _("已撤销换算，成绩仍在。"),
        "erase": _("成绩已删除。"),
    }
    messages.success(request, said[do])
    return redirect("timetabling:mock", public_id)


@permitted("timetabling.decide")
@require_POST
@absent_is_404
def gate(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press of the second person: recompute and publish, or take published results back with a reason."""
    row = queries.find_mock(account=request.user, public_id=public_id)
    do, now = request.POST.get("do", ""), timezone.now()
    if do == "reopen":
        form = MockReasonForm(request.POST, auto_id="reopen-%s")
        status = done(
            form,
            lambda: operations.reopen_mock(
                actor=account_of(request), mock=row, reason=form.cleaned_data["reason"], now=now
            ),
        )
        if status:
            return _mock(request, public_id, status, reason_form=form)
        messages.success(request, _("已撤回，成绩可以更正后重新换算。"))
        return redirect("timetabling:mock", public_id)
    if do != "publish":
        raise Http404
    try:
        operations.publish_mock(
            actor=account_of(request), mock=row, expected_sha256=request.POST.get("sha256", ""), now=now
        )
    except operations.UnableTo as refused:
        return _mock(request, public_id, refused.status, refused=refused)
    messages.success(request, _("重算一致，已公布。"))
    return redirect("timetabling:mock", public_id)


@permitted("timetabling.view")
@require_GET
@absent_is_404
def subject(request: HttpRequest, public_id: str, subject: str) -> HttpResponse:
    """A subject: how the raw scores are spread, and how they are converted; `?format=xlsx` gives its charts as tables."""
    page = queries.subject_page(
        account=request.user, public_id=public_id, subject=subject, day=timezone.localdate()
    )  # fmt: skip
    workbook = answer_workbook(request, page.charts)
    if workbook is not None:
        return workbook
    context = {"subject": page, "page": page.page, "mock": page.page.mock}
    return render(request, "timetabling/mocks/subject.html", context)


@permitted("timetabling.run")
@never_cache
@require_GET
@absent_is_404
def scores(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The list of one mock examination with its grade, to be filled in or kept."""
    row = queries.find_mock(account=request.user, public_id=public_id)
    lines = sheets.lines_of(actor=account_of(request), mock=row, now=timezone.now())
    answer = StreamingHttpResponse(writing.export_xlsx(sheets.MOCK_SCORES, lines), content_type=XLSX)
    return as_file(answer, f"{row.title}.xlsx")


@permitted("timetabling.decide")
@never_cache
@require_GET
@absent_is_404
def names(request: HttpRequest, public_id: str) -> HttpResponse:
    """A class by name for a purpose that was chosen; without one, the question alone."""
    return _listed(request, public_id, "timetabling/mocks/names.html")


@permitted("timetabling.decide")
@never_cache
@require_GET
@absent_is_404
def pupil_sheets(request: HttpRequest, public_id: str) -> HttpResponse:
    """Each pupil's own sheet, one to a page, of a class or of one pupil."""
    return _listed(request, public_id, "timetabling/mocks/sheets.html")


def _listed(request: HttpRequest, public_id: str, template: str) -> HttpResponse:
    page = queries.mock_page(account=request.user, public_id=public_id, day=timezone.localdate())
    classes = [(one.public_id, one.name) for one in page.all_classes]
    form = MockNamesForm(request.GET if "purpose" in request.GET else None, classes=classes)
    found: list[queries.PupilSheet] | None = None
    status = 200
    if form.is_bound:
        listed: list[queries.PupilSheet] = []

        def act() -> None:
            listed[:] = operations.list_sheets(
                actor=account_of(request), mock=page.mock, now=timezone.now(), **form.cleaned_data
            )

        status = done(form, act) or 200
        found = listed if status == 200 else None
    if found is None:
        template = "timetabling/mocks/names.html"
    context = {
        "page": page, "mock": page.mock, "form": form, "lines": found, "on": timezone.localdate(),
        "kept": {name: request.GET.get(name, "") for name in ("school_class", "purpose")},
    }  # fmt: skip
    return render(request, template, context, status=status)
