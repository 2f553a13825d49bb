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
from yaodian.statutes.changes import (
    TEACHERS,
    AddRooms,
    BuyEquipment,
    Change,
    HireTeachers,
    MoveTeachers,
    Number,
    TrainTeachers,
    label_of,
)
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
    may_move: bool = False,
) -> Suggestion:
    """Changes after which every assessed stage of a school meets «6 of 7, the last at least 85 %», as far as it can be decided.

    Each stage of a school is taken by itself: for each choice of the one indicator that may stay at the floor the least rise of every
    other lever is known, and the cheapest choice at ``prices`` is taken. Where a price is missing the choice is the one with the
    smallest sum of shares of what there would have to be: units of different kinds have no common measure. A teacher who is hired
    counts for both qualification and sports or arts where both are missing; 骨干 are made of the teachers there. With ``may_move``
    teachers whom another school of the same stage can spare go there before anybody is hired, from the school that can spare most, as
    long as it still meets. No school is merged, and other items (2.9 asks 360 hours of those newly hired) and the spreads are
    not looked at: this is greedy, and not the least that the county could do. What is suggested was applied and evaluated again; where that does not end
    in «meets», the stage is in ``undecided`` and nothing is suggested for it.
    """
    asked = _Asked(day, rules_on or day, region)
    changes: list[Change] = []
    left: list[Need] = []
    undecided: list[Undecided] = []
    donors: list[_Donor] = []
    by_place: dict[tuple[str, str], Row] = {}
    for row in rows:
        result = asked.resources(row)
        by_place[str(row.get("code")), str(row.get("stage"))] = row
        if result is None or (isinstance(result, Computed) and result.value):
            if result is not None and may_move:
                donors.append(_Donor(row, {name: asked.spare(row, name) for name in HIRED}))
            continue
        best = asked.cheapest(row, asked.needs(row, result), result, prices or {})
        if isinstance(best, str):
            undecided.append(Undecided(str(row.get("code")), str(row.get("stage")), name_of(row), best))
            continue
        changes.extend(best[0])
        left.extend(best[1])
    if may_move:
        changes = asked.moved(changes, by_place, donors)
    return Suggestion(tuple(changes), tuple(left), tuple(undecided))


def _undecided(row: Row, result: NotComputable) -> Undecided:
    said = "；".join(reason.sentence for reason in result.reasons)
    return Undecided(str(row.get("code")), str(row.get("stage")), name_of(row), said)


@dataclass
class _Donor:
    """A stage of a school that meets, as it is after what it has given, and how many teachers of each sort it can still spare."""

    row: Row
    spare: dict[str, int]


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

    def spare(self, row: Row, lever: str) -> int:
        """How many teachers of a sort could go before the indicator is no longer reached."""
        declared = next(each for each in SchoolResources.of if each.lever == lever)
        part, there = self.evaluated(declared, row), believed(row, lever)
        if not there or not isinstance(part, Computed) or part.verdict is None or not part.verdict.gap:
            return 0
        fewer = self.evaluated(declared, {**row, lever: there - 1})
        if part.verdict.gap < 0 or not isinstance(fewer, Computed):
            return 0
        return min(int(part.verdict.gap / (part.value - fewer.value)), int(there))

    def moved(
        self, changes: Sequence[Change], rows: Mapping[tuple[str, str], Row], donors: Sequence[_Donor]
    ) -> list[Change]:
        """The same changes with teachers moved instead of hired where a school of the stage can spare them; moves come first."""
        moves: list[Change] = []
        rest: list[Change] = []
        for change in changes:
            if not isinstance(change, HireTeachers):
                rest.append(change)
                continue
            row, numbers = rows[change.code, change.stage], dict(change.numbers)
            for donor in sorted(donors, key=lambda each: -sum(each.spare.values())):
                if donor.row.get("stage") != change.stage or not numbers["full_time"]:
                    continue
                move = _move(donor, row, numbers)
                if move is None:
                    continue
                try:
                    given, row_after = apply([donor.row, row], [move]).rows
                except UnableToApply:
                    continue  # the other does not report what would have to go along
                again = self.evaluated(SchoolResources, given)
                if not isinstance(again, Computed) or not again.value:
                    continue
                sent = dict(move.numbers)
                donor.row, row = given, row_after
                donor.spare = {name: donor.spare[name] - sent.get(name, 0) for name in HIRED}
                numbers = {name: max(each - sent.get(name, 0), 0) for name, each in numbers.items()}
                if "certified" in numbers:
                    numbers["certified"] = numbers["full_time"]
                moves.append(move)
            if numbers["full_time"]:
                rest.append(HireTeachers(change.code, change.stage, numbers))
        return [*moves, *rest]


def _move(donor: _Donor, row: Row, numbers: Mapping[str, int]) -> MoveTeachers | None:
    """As many of the teachers asked for as the donor can spare; None where that would leave as many to be hired."""
    teachers = believed(donor.row, "full_time") or Fraction(0)
    for heads in range(min(numbers["full_time"], int(teachers)), 0, -1):
        sent = {"full_time": heads}
        for name in TEACHERS[1:]:
            # At the donor no part may exceed the teachers who stay.
            least = max(int(believed(donor.row, name) or 0) - int(teachers) + heads, 0)
            wanted = min(numbers.get(name, 0), heads, donor.spare[name]) if name in HIRED else 0
            sent[name] = max(least, wanted)
        are_spared = all(sent[name] <= donor.spare[name] for name in HIRED)
        if are_spared and all(numbers.get(name, 0) - sent[name] <= numbers["full_time"] - heads for name in HIRED):
            places = (str(donor.row["code"]), str(donor.row["stage"]), str(row["code"]), str(row["stage"]))
            return MoveTeachers(*places, {name: each for name, each in sent.items() if each})
    return None


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
