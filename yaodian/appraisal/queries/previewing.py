"""What a change of a sheet would do, before it is done: what is said otherwise, and what each item would then be worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from yaodian.appraisal import scoring
from yaodian.appraisal.models import Absence, ItemRule, Sheet, SheetItem, Ties
from yaodian.appraisal.problem import FIGURES, Content, SheetUnusable, content_of_rows, item_to_json, read_content
from yaodian.appraisal.queries.words import shown
from yaodian.organisations.models import UnitKind


@dataclass(frozen=True)
class Difference:
    """One thing that would be said otherwise; `item` is empty for the sheet itself."""

    item: str
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Worth:
    """What the full marks of an item are worth in the total, before and after; empty where it is not there."""

    item: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Preview:
    """`problem` says why the sheet could not be used after the change; it may be saved all the same and finished later."""

    differences: tuple[Difference, ...]
    worths: tuple[Worth, ...]
    problem: str

    @property
    def moved(self) -> int:
        """How many items would be worth something else."""
        return sum(1 for one in self.worths if one.is_changed)


def preview_settings(*, sheet: Sheet, values: Mapping[str, Any]) -> Preview:
    """A sheet with other figures or rules. One query."""
    items = list(sheet.items.order_by("position"))
    other = Sheet(**{one.attname: getattr(sheet, one.attname) for one in Sheet._meta.concrete_fields})
    for name, value in values.items():
        setattr(other, name, value)
    said = [
        Difference(
            "", str(Sheet._meta.get_field(name).verbose_name), _said(name, getattr(sheet, name)), _said(name, value)
        )
        for name, value in values.items()
        if getattr(sheet, name) != value
    ]
    return _compared(content_of_rows(sheet, items), content_of_rows(other, items), said)


def preview_item(*, sheet: Sheet, values: Mapping[str, Any], was: str = "") -> Preview:
    """A sheet with one item put in, or in the place of that of its code. One query."""
    rows = list(sheet.items.order_by("position"))
    code = str(values.get("code", ""))
    lines = [item_to_json(row) for row in rows]
    known = next((row for row in rows if row.code == (was or code)), None)
    made = SheetItem(**{one.attname: getattr(known, one.attname) for one in SheetItem._meta.concrete_fields}) if known else SheetItem(sheet=sheet)  # fmt: skip
    for name, value in values.items():
        setattr(made, name, value)
    line = item_to_json(made)
    if known is None:
        after = [*lines, line]
    else:
        after = [line if row.code == known.code else _renamed(item_to_json(row), known.code, code) for row in rows]
    return _of_items(sheet, lines, after)


def preview_items(*, sheet: Sheet, items: Sequence[Mapping[str, Any]]) -> Preview:
    """A sheet with other items altogether. One query."""
    before = [item_to_json(row) for row in sheet.items.order_by("position")]
    return _of_items(sheet, before, [item_to_json(SheetItem(**values)) for values in items])


def _renamed(line: dict[str, Any], was: str, code: str) -> dict[str, Any]:
    return {**line, "parent": code} if line["parent"] == was else line


def _of_items(sheet: Sheet, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Preview:
    old, new = ({line["code"]: line for line in lines} for lines in (before, after))
    said = []
    for code in [*old, *(code for code in new if code not in old)]:
        one, other = old.get(code), new.get(code)
        if one is None or other is None:
            there = _("有：%(label)s") % {"label": (one or other or {}).get("label", "")}
            said.append(Difference(code, _("整个项目"), there if one else "", there if other else ""))
            continue
        said += [
            Difference(code, _label(name), _said(name, one[name]), _said(name, other[name]))
            for name in one
            if _plain(name, one[name]) != _plain(name, other[name])
        ]
    kept = content_of_rows(sheet, [])
    return _compared({**kept, "items": before}, {**kept, "items": after}, said)


def _compared(before: dict[str, Any], after: dict[str, Any], said: list[Difference]) -> Preview:
    problem = ""
    try:
        second = worths(read_content(after))
    except SheetUnusable as fault:
        problem, second = str(fault), {}
    try:
        first = worths(read_content(before))
    except SheetUnusable:
        first = {}
    labels = {line["code"]: line["label"] for line in (*before["items"], *after["items"])}
    codes = dict.fromkeys([*first, *second]) if second else {}
    lines = tuple(Worth(f"{code} {labels[code]}", first.get(code, ""), second.get(code, "")) for code in codes)
    return Preview(tuple(said), lines, problem)


def worths(content: Content) -> dict[str, str]:
    """What each leaf is worth where nothing is left out."""
    marks = scoring.score(content.sheet, {line["code"]: scoring.Given(Fraction(0)) for line in content.leaves})
    return {one.code: shown(one.worth, 2) for one in marks.items if one.worth}


def _plain(name: str, value: Any) -> Any:
    """Figures as text are equal whatever zeros they end with; codes are not."""
    return Fraction(value) if name in FIGURES and value else value


def _label(name: str) -> str:
    return str(SheetItem._meta.get_field(name).verbose_name)


_CHOICES: Mapping[str, Any] = {"rule": ItemRule, "when_absent": Absence, "ties": Ties, "unit_kind": UnitKind}


def _said(name: str, value: Any) -> str:
    if name in _CHOICES:
        return str(_CHOICES[name](value).label) if value else "—"
    if name == "steps":
        return "；".join(f"{shown(limit)}:{shown(marks)}" for limit, marks in value) or "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name in (*FIGURES, "digits", "limit_percent"):
        return shown(str(value))
    return str(value) or "—"
