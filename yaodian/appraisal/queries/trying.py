"""A sheet tried out on the values of another year, before a round is made of it; two drafts side by side. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from yaodian.appraisal import scoring
from yaodian.appraisal.models import ItemRule, Sheet
from yaodian.appraisal.problem import Content, SheetUnusable, content_of_rows, read_content
from yaodian.appraisal.queries.visibility import appraised_units, visible_sheets
from yaodian.foundation import measuring
from yaodian.measures.queries import Place, readings_on
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor


@dataclass(frozen=True)
class Tried:
    """What a sheet would come to for a unit; `other` are those of the draft beside it. None: nothing could be marked."""

    unit: Unit
    total: Fraction | None
    rank: int | None
    is_vetoed: bool
    left_out: tuple[str, ...]
    other_total: Fraction | None = None
    other_rank: int | None = None

    @property
    def moved(self) -> int:
        """By how many places it stands higher in the other draft."""
        return (self.rank or 0) - (self.other_rank or 0) if self.rank and self.other_rank else 0


@dataclass(frozen=True)
class DryRun:
    """A sheet on the values of a day. `problem` says why it, or the other, cannot be scored with."""

    sheet: Sheet
    other: Sheet | None
    others: tuple[Sheet, ...]
    day: date
    taken_on: date | None
    lines: tuple[Tried, ...]
    problem: str = ""
    passed_over: tuple[str, ...] = ()


def frozen_values(
    content: Content, units: Collection[int], day: date
) -> tuple[date | None, dict[tuple[int, str], measuring.Value]]:
    """The values of all measured items for units as of a day, by unit and item, and when they were taken. Two queries."""
    places = [
        Place(item["measure"], unit, item["stage"], item["filter"]) for unit in units for item in content.measured
    ]
    taken_on, found = readings_on(places=places, day=day)
    by_item: dict[tuple[int, str], measuring.Value] = {}
    for unit in units:
        for item in content.measured:
            reading = found.get(Place(item["measure"], unit, item["stage"], item["filter"]))
            if reading is not None:
                by_item[unit, item["code"]] = reading.value
    return taken_on, by_item


def dry_run(*, account: Visitor, sheet: Sheet, day: date, other: str = "") -> DryRun:
    """What a sheet would have come to on the values of a day, for all units of its kind below its office.

    Nobody has judged anything there, so judged items are left out, as is what a person would have decided; nothing is entered.
    A constant number of queries.
    """
    others = tuple(visible_sheets(account).filter(unit_kind=sheet.unit_kind).exclude(pk=sheet.pk))
    beside = next((one for one in others if one.public_id == other), None)
    units = list(appraised_units(office=sheet.office, kind=sheet.unit_kind, day=day))
    try:
        content = _content(sheet)
        first, taken_on = _scored(content, units, day)
        second = _scored(_content(beside), units, day)[0] if beside is not None else {}
    except SheetUnusable as problem:
        return DryRun(sheet, beside, others, day, None, (), str(problem))
    ranks, other_ranks = _ranks(content, first), {}
    if beside is not None:
        other_ranks = _ranks(_content(beside), second)
    lines = [
        Tried(
            unit=unit,
            total=first[unit.pk].total,
            rank=ranks[unit.pk],
            is_vetoed=bool(first[unit.pk].vetoes),
            left_out=tuple(item.code for item in first[unit.pk].items if item.is_left_out),
            other_total=second[unit.pk].total if second else None,
            other_rank=other_ranks.get(unit.pk),
        )
        for unit in units
    ]
    lines.sort(key=lambda one: (one.rank is None, one.rank or 0, one.unit.code))
    return DryRun(
        sheet, beside, others, day, taken_on, tuple(lines), passed_over=tuple(one["code"] for one in content.judged)
    )


def _content(sheet: Sheet) -> Content:
    return read_content(content_of_rows(sheet, list(sheet.items.order_by("position"))))


def _scored(content: Content, units: list[Unit], day: date) -> tuple[dict[int, scoring.Marks], date | None]:
    taken_on, values = frozen_values(content, [unit.pk for unit in units], day)
    sheet = replace(content.sheet, items=tuple(_passing(item) for item in content.sheet.items))
    found = {}
    for unit in units:
        given = {}
        for line in content.leaves:
            value = values.get((unit.pk, line["code"]))
            if line["measure"]:
                exact = value.exact if value is not None else None
                given[line["code"]] = (
                    scoring.Given(exact)
                    if exact is not None
                    else scoring.Given(problem=value.problem if value is not None else "not-taken")
                )
            elif line["rule"] == ItemRule.JUDGED:
                given[line["code"]] = scoring.Given(problem="not-judged")
            else:
                given[line["code"]] = scoring.Given(Fraction(0))
        found[unit.pk] = scoring.score(sheet, given)
    return found, taken_on


def _passing(item: scoring.Item) -> scoring.Item:
    """The item with whatever would wait for a person left out."""
    if item.children:
        return replace(item, children=tuple(_passing(child) for child in item.children))
    if item.rule is scoring.Rule.JUDGED or item.when_absent is scoring.WhenAbsent.BY_HAND:
        return replace(item, when_absent=scoring.WhenAbsent.LEAVE_OUT)
    return item


def _ranks(content: Content, marks: dict[int, scoring.Marks]) -> dict[int, int | None]:
    return scoring.rank(
        {pk: one.total for pk, one in marks.items()},
        digits=content.sheet.digits,
        tie_rule=content.sheet.tie_rule,
        vetoed=[pk for pk, one in marks.items() if one.vetoes],
    )
