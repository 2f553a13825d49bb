"""A sheet tried out on the values of another year, before a round is made of it; beside another draft, today, or what a past
round really gave. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from django.db.models import Sum
from django.utils.translation import gettext as _

from yaodian.appraisal import scoring
from yaodian.appraisal.models import Appraisal, ItemRule, Occurrence, Round, RoundState, Sheet
from yaodian.appraisal.problem import Content, SheetUnusable, content_of_rows, read_content
from yaodian.appraisal.queries.visibility import appraised_units, visible_sheets
from yaodian.foundation import measuring
from yaodian.measures.queries import Place, latest_taking, nothing_behind, readings_on
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor

MOST_ROUNDS = 10
# From here on a round has marks to compare with.
RECKONED = (RoundState.FROZEN, RoundState.FEEDBACK, RoundState.DECIDED, RoundState.PUBLISHED)


@dataclass(frozen=True)
class Tried:
    """What a sheet would come to for a unit; `other` is what stands beside it. None: nothing could be marked."""

    unit: Unit
    total: Fraction | None
    rank: int | None
    is_vetoed: bool
    left_out: tuple[str, ...]
    other_total: Fraction | None = None
    other_rank: int | None = None
    other_vetoed: bool = False

    @property
    def moved(self) -> int:
        """By how many places it stands higher in the other."""
        return (self.rank or 0) - (self.other_rank or 0) if self.rank and self.other_rank else 0


@dataclass(frozen=True)
class Beside:
    """What a trial may be held against: `code` chooses it. It is another draft, this sheet on today's values, or what a past
    round really gave."""

    code: str
    label: str
    sheet: Sheet | None = None
    round: Round | None = None


@dataclass(frozen=True)
class DryRun:
    """A sheet on the values of a day. `problem` says why it, or the other, cannot be scored with.

    `passed_over` are judged items without a mark to go by; `carried` those items whose marks or events were taken from `source`,
    the round of that year.
    """

    sheet: Sheet
    other: Beside | None
    others: tuple[Beside, ...]
    day: date
    taken_on: date | None
    lines: tuple[Tried, ...]
    problem: str = ""
    passed_over: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    source: Round | None = None
    other_taken_on: date | None = None
    digits: int = 2


def frozen_values(
    content: Content, units: Collection[int], day: date
) -> tuple[date | None, dict[tuple[int, str], measuring.Value]]:
    """The values of all measured items for units as of a day, by unit and item, and when they were taken. Three queries."""
    places = [
        Place(item["measure"], unit, item["stage"], item["filter"]) for unit in units for item in content.measured
    ]
    taking = latest_taking(day=day)
    _taken_on, found = readings_on(places=places, day=day)
    by_item: dict[tuple[int, str], measuring.Value] = {}
    for unit in units:
        for item in content.measured:
            place = Place(item["measure"], unit, item["stage"], item["filter"])
            reading = found.get(place)
            value = reading.value if reading is not None else None
            if value is None and taking is not None:
                # A unit without any cases has none of them overdue: that is known.
                value = nothing_behind(place=place, taking=taking)
            if value is not None:
                by_item[unit, item["code"]] = value
    return (taking.on if taking is not None else None), by_item


def dry_run(*, account: Visitor, sheet: Sheet, day: date, today: date, other: str | None = None) -> DryRun:
    """What a sheet would have come to on the values of a day, for all units of its kind below its office.

    Marks of assessors, and what was entered, are those of the round of that year, where it had the same item; what it had not
    is left out, as is what a person would have decided. `other` None: beside it stands what that round really gave, or this
    sheet on today's values where there was none; empty: nothing. A constant number of queries.
    """
    rounds = list(
        Round.objects.filter(office=sheet.office, sheet__unit_kind=sheet.unit_kind, state__in=RECKONED)
        .order_by("-year", "-pk")
        .select_related("sheet")[:MOST_ROUNDS]
    )
    others = _others(account, sheet, rounds)
    source = next((row for row in rounds if row.year == day.year), None)
    if other is None:
        other = f"round-{source.public_id}" if source is not None else "now"
    beside = next((one for one in others if one.code == other), None)
    units = list(appraised_units(office=sheet.office, kind=sheet.unit_kind, day=day))
    try:
        content = _content(sheet)
        known = _known(content, source)
        first, taken_on = _scored(content, units, day, known)
        second, ranks, other_taken_on = _second(beside, content, units, day, today, known)
    except SheetUnusable as problem:
        return DryRun(sheet, beside, others, day, None, (), str(problem))
    own = _ranks(content, first)
    lines = [
        Tried(
            unit=unit,
            total=first[unit.pk].total,
            rank=own[unit.pk],
            is_vetoed=bool(first[unit.pk].vetoes),
            left_out=tuple(item.code for item in first[unit.pk].items if item.is_left_out),
            other_total=second[unit.pk][0] if unit.pk in second else None,
            other_rank=ranks.get(unit.pk),
            other_vetoed=unit.pk in second and second[unit.pk][1],
        )
        for unit in units
    ]
    lines.sort(key=lambda one: (one.rank is None, one.rank or 0, one.unit.code))
    return DryRun(
        sheet,
        beside,
        others,
        day,
        taken_on,
        tuple(lines),
        passed_over=tuple(one["code"] for one in content.judged if one["code"] not in known.items),
        carried=tuple(sorted(known.items)),
        source=source,
        other_taken_on=other_taken_on,
        digits=content.sheet.digits,
    )


def _others(account: Visitor, sheet: Sheet, rounds: list[Round]) -> tuple[Beside, ...]:
    drafts = visible_sheets(account).filter(unit_kind=sheet.unit_kind).exclude(pk=sheet.pk)
    return (
        *(Beside(f"round-{row.public_id}", row.title, round=row) for row in rounds),
        Beside("now", _("本表，按现在的数值"), sheet=sheet),
        *(Beside(one.public_id, str(one), sheet=one) for one in drafts),
    )


@dataclass(frozen=True)
class _Known:
    """What a past round knew of the items that a sheet shares with it, by unit and item: a share of the full marks of what
    was judged, the number of what had happened."""

    items: frozenset[str] = frozenset()
    values: Mapping[tuple[int, str], Fraction] = field(default_factory=dict)


def _known(content: Content, source: Round | None) -> _Known:
    """Two queries, where there was a round."""
    if source is None:
        return _Known()
    there = {line["code"]: line for line in read_content(source.content).leaves}
    shared = {
        line["code"]: line
        for line in content.leaves
        if not line["measure"]
        and line["code"] in there
        and (there[line["code"]]["label"], there[line["code"]]["rule"]) == (line["label"], line["rule"])
        and not there[line["code"]]["measure"]
    }
    values: dict[tuple[int, str], Fraction] = {}
    for appraisal in Appraisal.objects.filter(round=source):
        for mark in appraisal.marks:
            code = mark["code"]
            if code in shared and shared[code]["rule"] == ItemRule.JUDGED and mark["marks"]:
                values[appraisal.unit_id, code] = Fraction(mark["marks"]) / Fraction(there[code]["full"])
    counted = Occurrence.objects.filter(appraisal__round=source, taken_back_at__isnull=True).order_by()
    for unit, code, times in counted.values_list("appraisal__unit", "item").annotate(Sum("times")):
        if code in shared:
            values[unit, code] = Fraction(times)
    return _Known(frozenset(shared), values)


def _second(
    beside: Beside | None, content: Content, units: list[Unit], day: date, today: date, known: _Known
) -> tuple[dict[int, tuple[Fraction | None, bool]], dict[int, int | None], date | None]:
    """Totals, vetoes and ranks of what stands beside, and the day of its values."""
    if beside is None:
        return {}, {}, None
    if beside.round is not None:
        rows = list(Appraisal.objects.filter(round=beside.round))
        totals = {row.unit_id: (Fraction(row.total) if row.total else None, row.is_vetoed) for row in rows}
        return totals, {row.unit_id: row.rank for row in rows}, beside.round.taken_on
    assert beside.sheet is not None  # One of the two.
    is_other = beside.code != "now"
    used = _content(beside.sheet) if is_other else content
    marks, taken_on = _scored(used, units, day if is_other else today, known)
    ranks = _ranks(used, marks)
    return {pk: (one.total, bool(one.vetoes)) for pk, one in marks.items()}, ranks, taken_on


def _content(sheet: Sheet) -> Content:
    return read_content(content_of_rows(sheet, list(sheet.items.order_by("position"))))


def _scored(
    content: Content, units: list[Unit], day: date, known: _Known
) -> tuple[dict[int, scoring.Marks], date | None]:
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
                share = known.values.get((unit.pk, line["code"]))
                given[line["code"]] = (
                    scoring.Given(share * Fraction(line["full"]))
                    if share is not None
                    else scoring.Given(problem="not-judged")
                )
            else:
                given[line["code"]] = scoring.Given(known.values.get((unit.pk, line["code"]), Fraction(0)))
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
