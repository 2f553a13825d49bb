"""How much is missing at each school, and changes that would bring every school past item 1.1 of 优质均衡."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from yaodian.engines.rules import NATION, Computed, NotComputable, Result, evaluate, shown
from yaodian.statutes.changes import AddRooms, BuyEquipment, Change, HireTeachers, Number, TrainTeachers, label_of
from yaodian.statutes.costs import cost
from yaodian.statutes.declare import BOOK, Indicator
from yaodian.statutes.quality_balance.is_assessed import IsAssessed
from yaodian.statutes.quality_balance.school_resources import SchoolResources
from yaodian.statutes.scenarios import UnableToApply, apply, believed, name_of

Row = Mapping[str, Any]
HIRED = ("above_required_qualification", "sports_and_arts")
TRAINED = "backbone_county_or_above"
AREAS = {"teaching": "teaching_rooms", "sports_ground": "sports_ground"}


@dataclass(frozen=True)
class Need:
    """An indicator of item 1.1 that one stage of a school does not reach, and by how much its lever has to rise.

    ``needed`` is in ``unit``, of which each raises ``value`` by ``per_unit`` towards ``threshold``; ``floor`` is what would do where
    this is the one indicator that may stay at the floor (85 %), 0 where it stands there already.
    """

    code: str
    stage: str
    school: str
    indicator: str
    label: str
    quantity: str
    unit: str
    value: Fraction
    threshold: Fraction
    per_unit: Fraction
    needed: Fraction
    floor: Fraction

    def __str__(self) -> str:
        return f"{self.school}：{self.label}不达标，{label_of(self.quantity)}还差{shown(self.needed, 6)}{self.unit}"


@dataclass(frozen=True)
class Undecided:
    """One stage of a school for which nothing can be said, and why."""

    code: str
    stage: str
    school: str
    sentence: str


@dataclass(frozen=True)
class Needs:
    """What is missing in a county, and where that cannot be said."""

    needs: tuple[Need, ...]
    undecided: tuple[Undecided, ...]

    def totals(self) -> dict[str, Fraction]:
        """The sum of what is missing, by quantity."""
        sums: dict[str, Fraction] = {}
        for each in self.needs:
            sums[each.quantity] = sums.get(each.quantity, Fraction(0)) + each.needed
        return sums


@dataclass(frozen=True)
class Suggestion:
    """Changes after which every school that could be decided meets item 1.1; ``left`` are the needs left at the floor."""

    changes: tuple[Change, ...]
    left: tuple[Need, ...]
    undecided: tuple[Undecided, ...]


def needed(
    rows: Iterable[Row], *, day: datetime.date, rules_on: datetime.date | None = None, region: str = NATION
) -> Needs:
    """For each stage of a school that is assessed, each of the seven indicators that it does not reach.

    A need is rounded up to what a report can say (a whole teacher, a hundredth of a m²).
    """
    asked = _Asked(day, rules_on or day, region)
    needs: list[Need] = []
    undecided: list[Undecided] = []
    for row in rows:
        result = asked.resources(row)
        if result is None:
            continue
        parts = result.details or (result,)
        for part in parts:
            if isinstance(part, NotComputable):
                undecided.append(_undecided(row, part))
        needs.extend(asked.needs(row, result))
    return Needs(tuple(needs), tuple(dict.fromkeys(undecided)))


def suggest(
    rows: Sequence[Row],
    *,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = NATION,
    prices: Mapping[str, Number] | None = None,
) -> Suggestion:
    """Changes after which every assessed stage of a school meets «6 of 7, the last at least 85 %», as far as it can be decided.

    Each stage of a school is taken by itself: for each choice of the one indicator that may stay at the floor the least rise of every
    other lever is known, and the cheapest choice at ``prices`` is taken. Where a price is missing the choice is the one with the
    smallest sum of shares of what there would have to be: units of different kinds have no common measure. A teacher who is hired
    counts for both qualification and sports or arts where both are missing; 骨干 are made of the teachers there. Nothing is
    moved between schools, no school is merged, and other items (2.9 asks 360 hours of those newly hired) are not looked at: this
    is greedy, and not the least that the county could do. What is suggested was applied and evaluated again; where that does not end
    in «meets», the stage is in ``undecided`` and nothing is suggested for it.
    """
    asked = _Asked(day, rules_on or day, region)
    changes: list[Change] = []
    left: list[Need] = []
    undecided: list[Undecided] = []
    for row in rows:
        result = asked.resources(row)
        if result is None or (isinstance(result, Computed) and result.value):
            continue
        best = asked.cheapest(row, asked.needs(row, result), result, prices or {})
        if isinstance(best, str):
            undecided.append(Undecided(str(row.get("code")), str(row.get("stage")), name_of(row), best))
            continue
        changes.extend(best[0])
        left.extend(best[1])
    return Suggestion(tuple(changes), tuple(left), tuple(undecided))


def _undecided(row: Row, result: NotComputable) -> Undecided:
    said = "；".join(reason.sentence for reason in result.reasons)
    return Undecided(str(row.get("code")), str(row.get("stage")), name_of(row), said)


@dataclass(frozen=True)
class _Asked:
    """Under which rules; what is asked of a row."""

    day: datetime.date
    rules_on: datetime.date
    region: str

    def evaluated(self, declared: Any, row: Row) -> Result:
        return evaluate(declared, row, day=self.day, rules_on=self.rules_on, region=self.region)

    def resources(self, row: Row) -> Result | None:
        """Item 1.1 of a row; None for a row that is not assessed."""
        assessed = self.evaluated(IsAssessed, row)
        if isinstance(assessed, Computed) and not assessed.value:
            return None
        return self.evaluated(SchoolResources, row)

    def needs(self, row: Row, result: Result) -> list[Need]:
        """What is missing at a row, from the verdicts of the seven."""
        floor = next((used.number for used in result.figures if used.name == "floor"), Fraction(1))
        found = []
        for declared, part in zip(SchoolResources.of, result.details, strict=False):
            need = _need(row, declared, part, floor) if isinstance(part, Computed) else None
            if need is not None:
                found.append(need)
        return found

    def cheapest(
        self, row: Row, needs: Sequence[Need], result: Result, prices: Mapping[str, Number]
    ) -> tuple[list[Change], list[Need]] | str:
        """The changes for a row and the needs left at the floor; the reason where there are none."""
        unknown = [part for part in (result.details or (result,)) if isinstance(part, NotComputable)]
        if unknown:
            return "；".join(dict.fromkeys(reason.sentence for part in unknown for reason in part.reasons))
        least = next(used.number for used in result.figures if used.name == "least")
        spared = min(len(SchoolResources.of) - int(least), len(needs))
        choices = []
        for left in combinations(needs, spared):
            amounts = {each.quantity: each.floor if each in left else each.needed for each in needs}
            made = changes_for(row, amounts)
            costs = cost(made, prices)
            share = sum((amounts[each.quantity] * each.per_unit / each.threshold for each in needs), Fraction(0))
            choices.append((costs.once + costs.yearly if costs.is_complete else None, share, made, list(left)))
        are_priced = all(costs is not None for costs, *_ in choices)
        choices.sort(key=lambda choice: (choice[0] if are_priced and choice[0] is not None else Fraction(0), choice[1]))
        why = "没有可行的办法"
        for _, _, made, spared_needs in choices:
            try:
                after = apply([row], made).rows[0]
            except UnableToApply as unable:
                why = str(unable)
                continue
            again = self.evaluated(SchoolResources, after)
            if isinstance(again, Computed) and again.value:
                return made, spared_needs
            why = f"按此改变后仍不达标：{again}"
        return why


def _need(row: Row, declared: type[Indicator], part: Computed, floor: Fraction) -> Need | None:
    verdict = part.verdict
    if verdict is None or verdict.meets or verdict.needed is None or verdict.per_unit is None:
        return None
    assert declared.requires is not None
    figure = declared.requires.figure
    threshold = next(used.number for used in part.figures if used.name == figure)
    quantity = BOOK.quantities[declared.lever]
    step = Fraction(1, 10**quantity.decimals)
    short = max((threshold * floor - part.value) / verdict.per_unit, Fraction(0))
    return Need(
        code=str(row.get("code")),
        stage=str(row.get("stage")),
        school=name_of(row),
        indicator=declared.code,
        label=declared.label,
        quantity=declared.lever,
        unit=quantity.unit,
        value=part.value,
        threshold=threshold,
        per_unit=verdict.per_unit,
        needed=verdict.needed,
        floor=math.ceil(short / step) * step,
    )


def changes_for(row: Row, amounts: Mapping[str, Fraction]) -> list[Change]:
    """Changes that raise the levers of one stage of a school by ``amounts``, with as few people as will do."""
    code, stage = str(row.get("code")), str(row.get("stage"))
    more = {name: int(amounts.get(name, 0)) for name in (*HIRED, TRAINED)}
    hired = max(more[name] for name in HIRED)
    teachers, recognised = believed(row, "full_time"), believed(row, TRAINED)
    if teachers is not None and recognised is not None:
        hired = max(hired, int(recognised + more[TRAINED] - teachers) if more[TRAINED] else 0)
    made: list[Change] = []
    if hired:
        numbers = {"full_time": hired, **{name: more[name] for name in HIRED if more[name]}}
        if believed(row, "certified") is not None:
            numbers["certified"] = hired
        made.append(HireTeachers(code, stage, numbers))
    if more[TRAINED]:
        made.append(TrainTeachers(code, stage, {TRAINED: more[TRAINED]}))
    for rooms, name in AREAS.items():
        if amounts.get(name):
            made.append(AddRooms(code, stage, rooms, 1, amounts[name]))
    if amounts.get("multimedia_classrooms"):
        made.append(AddRooms(code, stage, "multimedia", int(amounts["multimedia_classrooms"]), is_new=False))
    if amounts.get("equipment_value_10k_yuan"):
        made.append(BuyEquipment(code, stage, "equipment_value_10k_yuan", amounts["equipment_value_10k_yuan"]))
    return made
