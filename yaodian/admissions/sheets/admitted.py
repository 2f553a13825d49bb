"""The list of a school's admitted as it leaves: the same lines as on the page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from yaodian.admissions.queries.score_results import AdmittedPage
from yaodian.foundation.sheets.declaring import Column, Number, Sheet, Text, Whole

ADMITTED = Sheet(
    code="admissions.admitted",
    label=gettext_lazy("录取名单"),
    english="Admitted",
    key=("number",),
    is_declared=False,
    columns=(
        Column("number", gettext_lazy("准考证号"), "Candidate number", Text(max_length=30, is_code=True), is_required=True),
        Column("name", gettext_lazy("姓名"), "Name", Text(max_length=60), is_sensitive=True),
        Column("origin", gettext_lazy("毕业学校"), "Sending school", Text(max_length=100)),
        Column("total", gettext_lazy("总分"), "Total", Number(decimals=2)),
        Column("batch", gettext_lazy("批次"), "Batch", Text(max_length=40)),
        Column("position", gettext_lazy("志愿"), "Wish", Whole(least=1)),
    ),
)  # fmt: skip


def admitted_rows(page: AdmittedPage) -> Iterator[dict[str, Any]]:
    """Rows of `ADMITTED`."""
    for one in page.lines:
        yield {
            "number": one.number, "name": one.name, "origin": one.origin or None, "total": Decimal(one.total),
            "batch": one.batch, "position": one.position,
        }  # fmt: skip
