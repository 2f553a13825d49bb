"""A small sheet of library readers with a table of its own, for the tests of imports only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from yaodian.foundation.models import Import
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Choice, Column, Day, Flag, Number, Problem, Sheet, Text, Whole, warning
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.targets import ModelTarget


class Reader(models.Model):
    number = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=40)
    born_on = models.DateField(null=True)
    kind = models.CharField(max_length=10, blank=True)
    fee = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    books = models.IntegerField(null=True)
    is_boarder = models.BooleanField(null=True)
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=20)

    class Meta:
        app_label = "sheet_tests"
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


def _no_thirteen(value: str) -> Problem | str | None:
    if value.endswith("13"):
        return "尾号不能是 13。请核对。"
    return warning("尾号是 7，请再核对。") if value.endswith("7") else None


def _books_need_a_fee(values: Any) -> Problem | None:
    if values["books"] and values["books"] > 100 and not values["fee"]:
        return Problem("借书超过 100 本时须填押金。", column="fee")
    return None


READERS = Sheet(
    code="sheet_tests.readers",
    label="读者",
    english="Readers",
    key=("number",),
    columns=(
        Column("number", "读者证号", "Card", kind=Text(max_length=18, min_length=4, is_code=True), is_required=True,
               check=_no_thirteen, example="0012", note="证件上的号码"),
        Column("name", "姓名", "Name", kind=Text(max_length=40), is_required=True, example="林一一", aliases=("名字",)),
        Column("born_on", "出生日期", "Born", kind=Day(last=date(2100, 1, 1)), example="2019-02-28"),
        Column("kind", "类别", "Kind", kind=Choice(options={"child": "儿童", "adult": "成人"})),
        Column("fee", "押金", "Fee", kind=Number(least=Decimal(0), most=Decimal(9999))),
        Column("books", "借书数", "Books", kind=Whole(least=0, most=1000)),
        Column("is_boarder", "住宿", "Boarder", kind=Flag()),
        Column("note", "备注", "Note", kind=Text(max_length=200)),
    ),
    cross_checks=(_books_need_a_fee,),
)  # fmt: skip

FIELDS = {column.code: column.code for column in READERS.columns}
JOURNAL: list[tuple[str, int]] = []
FORBIDDEN: set[str] = set()


def out_of_scope(rows: Sequence[Row]) -> Iterable[Problem]:
    for row in rows:
        if str(row.values["number"]).startswith("9"):
            yield Problem("这位读者不属于本馆。请删去这一行。", code="scope", column="number", row=row.number)


class Refused(Exception):
    """The account may not."""


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    if action in FORBIDDEN:
        raise Refused(action)


def journal(*, batch: Import, action: str, actor_id: int | None, now: datetime) -> None:
    JOURNAL.append((action, batch.pk))


def make_target(*, scope: str, actor_id: int | None) -> ModelTarget:
    return ModelTarget(READERS, Reader, FIELDS, constants={"source": "import"}, checks=(out_of_scope,))


IMPORTER = Importer(sheet=READERS, target=make_target, authorise=authorise, journal=journal)
