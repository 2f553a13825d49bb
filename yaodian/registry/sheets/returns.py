"""Yearly returns: one row for a school, a school year and a stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Column, Found, Number, Problem, Sheet, Whole, warning
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.registry import operations
from yaodian.registry.models import (
    AMOUNTS,
    COUNTS,
    LISTS,
    TABLES,
    Qualification,
    Stage,
    Title,
    YearlyReturn,
    grades_of,
    school_year_of,
)
from yaodian.registry.queries import doubts_about, school_keys, school_types
from yaodian.registry.sheets.columns import SCHOOL, choice
from yaodian.registry.sheets.rows import EXPORT_CHUNK, RegistryTarget, authorise, in_parts, in_words, journal

GRADES = 9
"""No stage has more."""
SOURCE = "表格导入"

# The bands of class sizes as the statistics' forms have them, by the code of the column.
_BANDS = {
    "band_25": "25-", "band_30": "26-30", "band_35": "31-35", "band_40": "36-40", "band_45": "41-45", "band_50": "46-50",
    "band_55": "51-55", "band_60": "56-60", "band_65": "61-65", "band_more": "66+",
}  # fmt: skip
_GRADES = (
    *(_("一年级"), _("二年级"), _("三年级"), _("四年级"), _("五年级"), _("六年级")),
    *(_("七年级"), _("八年级"), _("九年级")),
)
_COUNT = Whole(least=0, most=2**31 - 1)
_AMOUNT = Number(decimals=2, least=Decimal(0), most=Decimal(10**11))

# What each column of the sheet is in the row: (field, place in a list or key in a table, or None).
PLACES: dict[str, tuple[str, int | str | None]] = {
    **{f"pupils_{grade}": ("pupils_by_grade", grade - 1) for grade in range(1, GRADES + 1)},
    **{f"classes_{grade}": ("classes_by_grade", grade - 1) for grade in range(1, GRADES + 1)},
    **{code: ("class_size_bands", band) for code, band in _BANDS.items()},
    **{f"qualification_{one.value}": ("by_qualification", one.value) for one in Qualification},
    **{f"title_{one.value}": ("by_title", one.value) for one in Title},
    **{name: (name, None) for name in (*COUNTS, *AMOUNTS)},
}
_COLUMNS_OF = {
    field: [code for code, (name, _place) in PLACES.items() if name == field] for field in (*LISTS, *TABLES, *COUNTS, *AMOUNTS)
}  # fmt: skip


def _band_words(band: str) -> Any:
    match band:
        case "25-":
            return _("25人及以下")
        case "66+":
            return _("66人及以上")
        case _other:
            return format_lazy(_("{band}人"), band=band)


def _figures() -> Iterator[Column]:
    note = _("学段内的年级，如初中一年级填在“一年级学生”；没有的年级填 0，没有填报的留空")
    for grade, words in enumerate(_GRADES, 1):
        label = format_lazy(_("{grade}学生"), grade=words)
        yield Column(f"pupils_{grade}", label, f"Pupils, grade {grade}", kind=_COUNT, note=note)
    for grade, words in enumerate(_GRADES, 1):
        label = format_lazy(_("{grade}班数"), grade=words)
        yield Column(f"classes_{grade}", label, f"Classes, grade {grade}", kind=_COUNT)
    for code, band in _BANDS.items():
        label = format_lazy(_("班额{band}的班"), band=_band_words(band))
        yield Column(code, label, f"Classes of {band}", kind=_COUNT)
    for one in Qualification:
        label = format_lazy(_("学历为{label}的教师"), label=one.label)
        yield Column(f"qualification_{one.value}", label, f"Teachers, {one.value}", kind=_COUNT)
    for title in Title:
        label = format_lazy(_("职称为{label}的教师"), label=title.label)
        yield Column(f"title_{title.value}", label, f"Teachers, title {title.value}", kind=_COUNT)
    for name, label in COUNTS.items():
        yield Column(name, label, name.replace("_", " ").capitalize(), kind=_COUNT)
    for name, label in AMOUNTS.items():
        yield Column(name, label, name.replace("_", " ").capitalize(), kind=_AMOUNT)


def _grades_from_the_first(values: Mapping[str, Any]) -> Iterable[Found]:
    """A grade that was not reported stands only behind those that were: a gap would move the others."""
    for field in LISTS:
        numbers = [values.get(code) for code in _COLUMNS_OF[field]]
        filled = [place for place, number in enumerate(numbers) if number is not None]
        if filled and len(filled) <= filled[-1]:
            column = _COLUMNS_OF[field][numbers.index(None)]
            yield Problem(str(_("各年级须全部填写，没有的年级填 0；或者全部留空，表示没有填报。")), column=column)


RETURNS = Sheet(
    code="registry.returns",
    label=_("学年报表"),
    english="Yearly returns",
    key=("school", "year", "stage"),
    note=_("一行是一所学校一个学段的一个学年。留空表示没有填报，与 0 不同。与上学年相比变化很大、合计不符的会提醒，不会拒绝。"),
    columns=(
        SCHOOL,
        Column("year", _("学年"), "School year", kind=Whole(least=1949, most=2199), is_required=True, example="2026",
               note=_("学年开始的那一年：2026 表示 2026 年 9 月开始的学年")),
        Column("stage", _("学段"), "Stage", kind=choice(Stage), is_required=True),
        *_figures(),
    ),
    rules=(_("学校在您的权限范围内，并且办这个学段；学年已经开始"),
           _("各年级从一年级起连续填写，不超过这个学段的年级数"),
           _("班额、学历、职称的合计与总数相符，各部分不多于总数，与上学年相比变化不大（不符只提醒）")),
    cross_checks=(_grades_from_the_first,),
)  # fmt: skip


class ReturnTarget(RegistryTarget):
    sheet = RETURNS
    table = "returns"
    fixed: Mapping[str, Any] = {}

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        return {key: row.pk for key, row in self._rows(keys).items()}

    def _rows(self, keys: Sequence[Key]) -> dict[Key, YearlyReturn]:
        schools = school_keys(codes={key[0] for key in keys})
        codes = {pk: code for code, pk in schools.items()}
        wanted = set(keys)
        rows = YearlyReturn.objects.filter(school_id__in=codes, year__in={key[1] for key in keys}).order_by()
        found = {(codes[row.school_id], row.year, row.stage): row for row in rows.iterator(chunk_size=EXPORT_CHUNK)}
        return {key: row for key, row in found.items() if key in wanted}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = YearlyReturn.objects.select_related("school__unit").order_by("pk")
        rows = rows.filter(pk__in=list(ids)) if ids is not None else self.reach.rows(rows)
        for row in in_parts(rows):
            yield row.pk, row.school_id, _values(row, row.school.unit.code)

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        wrong = set()
        for problem in super().check(rows):
            wrong.add(problem.row)
            yield problem
        types = school_types(codes={row.values["school"] for row in rows})
        before = self._rows([(row.key[0], row.key[1] - 1, row.key[2]) for row in rows])
        now = self._rows([row.key for row in rows])
        this_year = school_year_of(timezone.localdate(self.now))
        for row in rows:
            if row.number in wrong:
                continue
            school, year, stage = row.key
            grades = grades_of(types[school], stage)
            if not grades:
                yield self.wrong(row, "stage", _("这所学校不办这个学段。请核对学段，或学校的办学类型。"))
                continue
            if year > this_year:
                yield self.wrong(row, "year", _("这个学年还没有开始，不能填报。请核对学年。"))
            for field in LISTS:
                for code in _COLUMNS_OF[field][grades:]:
                    if row.values.get(code) is not None:
                        sentence = _("这个学段只有 %(most)s 个年级，这一格请留空。")
                        yield self.wrong(row, code, str(sentence) % {"most": grades})
            written = YearlyReturn(school_id=0, year=year, stage=stage)
            _apply(written, {**(_values(now[row.key], school) if row.key in now else {}), **row.values})
            for doubt in doubts_about(written, before.get((school, year - 1, stage))):
                yield replace(warning(doubt.message, column=_column_of(doubt.field)), row=row.number)

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = YearlyReturn()
        _apply(row, values)
        fields = {name: getattr(row, name) for name in (*LISTS, *TABLES, *COUNTS, *AMOUNTS)}
        place = {"school_id": schools[values["school"]], "year": values["year"], "stage": values["stage"]}
        return {**place, **fields, "source": SOURCE}

    def change(self, changes: Sequence[Change]) -> None:
        """A figure that is one of a list or a table is changed inside it; what the sheet has no column for stays."""
        rows = self._rows([change.key for change in changes])
        wanted: list[tuple[tuple[str, ...], YearlyReturn]] = []
        for change in changes:
            row = rows[change.key]
            _apply(row, {**_values(row, change.key[0]), **change.after})
            row.source = SOURCE
            fields = tuple(sorted({PLACES[code][0] for code in change.after} | {"source"}))
            wanted.append((fields, row))
        for fields, group in groupby(sorted(wanted, key=lambda one: one[0]), key=lambda one: one[0]):
            with in_words():
                operations.change_rows(
                    actor=self.actor, table=self.table, columns=fields, now=self.now, source=self.sheet.code,
                    rows=[(row.pk, *(getattr(row, name) for name in fields)) for _fields, row in group],
                )  # fmt: skip

    def held(self, ids: list[int]) -> set[int]:
        return set()


def _values(row: YearlyReturn, school: str) -> dict[str, Any]:
    values: dict[str, Any] = {"school": school, "year": row.year, "stage": row.stage}
    for code, (field, place) in PLACES.items():
        found = getattr(row, field)
        if isinstance(place, int):
            values[code] = found[place] if place < len(found) else None
        else:
            values[code] = found if place is None else found.get(place)
    return values


def _apply(row: YearlyReturn, values: Mapping[str, Any]) -> None:
    """Sets the figures that `values` has, and what follows from them."""
    for field in LISTS:
        numbers = [values.get(code) for code in _COLUMNS_OF[field]]
        setattr(row, field, [number for number in numbers if number is not None])
    for field in TABLES:
        table = dict(getattr(row, field))
        for code in _COLUMNS_OF[field]:
            if code in values:
                table[PLACES[code][1]] = values[code]
        setattr(row, field, {name: number for name, number in table.items() if number is not None})
    for field in (*COUNTS, *AMOUNTS):
        if field in values:
            setattr(row, field, values[field])


def _column_of(field: str) -> str:
    """The first column of a figure; doubts speak of all pupils and all classes as well."""
    return _COLUMNS_OF.get({"pupils": "pupils_by_grade", "classes": "classes_by_grade"}.get(field, field), [""])[0]


def return_target(*, scope: str, actor_id: int | None) -> ReturnTarget:
    return ReturnTarget(scope, actor_id)


IMPORT_RETURNS = Importer(sheet=RETURNS, target=return_target, authorise=authorise, journal=journal)
