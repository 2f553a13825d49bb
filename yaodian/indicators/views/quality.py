"""The desk for the quality of data: counties with their counts, and the findings of one, on the page and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.http import require_GET

from yaodian.foundation.answering import absent_is_404, as_file, number_in
from yaodian.foundation.sheets.declaring import Column, Sheet, Text
from yaodian.foundation.sheets.views import XLSX
from yaodian.foundation.sheets.writing import export_xlsx
from yaodian.indicators.queries import quality
from yaodian.organisations.access import permitted

SHEET = Sheet(
    code="indicators.findings",
    label=_("数据质量"),
    english="Quality of data",
    columns=tuple(
        Column(code, label, english, Text(max_length=500), is_required=code == "what")
        for code, label, english in (
            ("kind", _("类别"), "Kind"),
            ("code", _("学校标识码"), "School code"),
            ("school", _("学校"), "School"),
            ("stage", _("学段"), "Stage"),
            ("quantity", _("项目"), "Quantity"),
            ("value", _("数值"), "Value"),
            ("against", _("对照"), "Compared with"),
            ("what", _("问题"), "Problem"),
            ("why", _("影响"), "Effect"),
            ("todo", _("处理"), "What to do"),
        )
    ),
    key=("what",),
    is_declared=False,
)


@permitted("indicators.view")
@require_GET
def quality_list(request: HttpRequest) -> HttpResponse:
    """Every county that the visitor reaches, with what is missing and what is doubtful in its returns."""
    page = quality.quality_list(
        account=request.user, today=timezone.localdate(), year=number_in(request.GET, "year", most=99_999)
    )
    return render(request, "indicators/quality.html", {"page": page})


@permitted("indicators.view")
@require_GET
@absent_is_404
def quality_unit(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was found in a county, or in one school."""
    return render(request, "indicators/quality_unit.html", {"page": _page(request, public_id)})


@permitted("indicators.view")
@require_GET
@absent_is_404
def quality_workbook(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    """The same list, all of it, as a workbook; in Chinese as every file is."""
    with override("zh-hans"):
        page = _page(request, public_id)
    answer = StreamingHttpResponse(export_xlsx(SHEET, _rows(page)), content_type=XLSX)
    as_file(answer, f"{page.unit.name_then}-{page.year}学年-数据质量.xlsx")  # type: ignore[attr-defined]  # Annotated.
    return answer


def _page(request: HttpRequest, public_id: str) -> quality.FindingsPage:
    return quality.quality_page(
        account=request.user,
        unit=public_id,
        today=timezone.localdate(),
        year=number_in(request.GET, "year", most=99_999),
        kind=request.GET.get("kind", ""),
        stage=request.GET.get("stage", ""),
        number=number_in(request.GET, "page", most=99_999) or 1,
    )


def _rows(page: quality.FindingsPage) -> Iterator[dict[str, Any]]:
    for finding in page.findings:
        with override("zh-hans"):
            kind, stage = finding.kind_label, finding.stage_label
        yield {
            "kind": kind,
            "code": finding.place.code if finding.place else "",
            "school": finding.place.name if finding.place else page.unit.name_then,  # type: ignore[attr-defined]  # Annotated.
            "stage": stage,
            "quantity": finding.quantity,
            "value": finding.value,
            "against": finding.against,
            "what": finding.what,
            "why": finding.why,
            "todo": finding.todo,
        }
