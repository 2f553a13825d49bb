"""The verdict on a county: every item of a statute, passed, failed with each reason, or undecided with what is missing.

A statute lists its items; ``judge`` evaluates each over the county's own figures, over each stage, or over each school,
and adds up. One item that fails fails the county, whatever is missing elsewhere; without a failure anything missing
leaves it undecided.
"""

from __future__ import annotations

import datetime
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, cast

from yaodian.engines import rules
from yaodian.engines.rules import Result, Standing
from yaodian.statutes.declare import BOOK

Row = Mapping[str, Any]
Evaluable = type[rules.Indicator] | type[rules.Rule] | type[rules.Several]
Spread = type[rules.Dispersion] | type[rules.MeanDispersion]


class Scope(StrEnum):
    """Over what an item is evaluated."""

    COUNTY = "county"
    STAGE = "stage"  # the county's figures of each stage
    SCHOOL = "school"  # each return of a school
    SPREAD = "spread"  # all schools of each stage together


@dataclass(frozen=True)
class Item:
    """One item of a statute: its number and label there, what decides it, and which rows it applies to."""

    number: str
    label: str
    declared: tuple[Evaluable | Spread, ...]
    scope: Scope = Scope.COUNTY
    applies: Callable[[Row], bool] = lambda row: True
    #: Of Scope.STAGE: the text quantity by which the county's figures are parted, and its values, where it is not the stage.
    parted: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Finding:
    """One evaluation of an item: of whom, and the result. ``key`` is the row it is of: a school's code, a stage, or both."""

    of: str
    result: Result
    key: tuple[str, str] = ("", "")  # (code of the school, stage)

    def __str__(self) -> str:
        return f"{self.of}：{self.result}" if self.of else str(self.result)


@dataclass(frozen=True)
class ItemVerdict:
    """An item with everything that was found for it."""

    item: Item
    findings: tuple[Finding, ...]

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.result.standing is Standing.FAILS)

    @property
    def undecided(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if isinstance(each.result, rules.NotComputable))

    @property
    def standing(self) -> Standing:
        if self.failures:
            return Standing.FAILS
        return Standing.UNDECIDED if self.undecided or not self.findings else Standing.MEETS


@dataclass(frozen=True)
class CountyVerdict:
    """The verdict on a county under one statute."""

    statute: str
    region: str
    day: datetime.date
    rules_on: datetime.date
    items: tuple[ItemVerdict, ...]
    obstacles: tuple[str, ...]  # what is wrong with the returns themselves

    @property
    def standing(self) -> Standing:
        """Failed returns cannot be trusted to fail a county: with an obstacle it is undecided at best."""
        standings = {each.standing for each in self.items}
        if self.obstacles:
            return Standing.UNDECIDED
        if Standing.FAILS in standings:
            return Standing.FAILS
        return Standing.UNDECIDED if Standing.UNDECIDED in standings else Standing.MEETS

    @property
    def failures(self) -> tuple[str, ...]:
        """Each reason why it fails."""
        return tuple(f"{each.item.number} {found}" for each in self.items for found in each.failures)

    @property
    def missing(self) -> tuple[str, ...]:
        """Each reason why something cannot be decided."""
        said = [f"{each.item.number} {found}" for each in self.items for found in each.undecided]
        said += [f"{each.item.number} {each.item.label}：没有可评的对象" for each in self.items if not each.findings]
        return (*self.obstacles, *said)

    def __str__(self) -> str:
        if self.standing is Standing.FAILS:
            return f"{self.statute}：不达标。" + "；".join(self.failures)
        if self.standing is Standing.UNDECIDED:
            return f"{self.statute}：无法判定。" + "；".join(self.missing)
        return f"{self.statute}：达标"


def judge(
    statute: str,
    items: Iterable[Item],
    *,
    schools: Sequence[Row] = (),
    county: Row,
    by_stage: Mapping[str, Row] | None = None,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = rules.NATION,
    stages: Sequence[str] = (),
    amounts: Sequence[str] = (),
) -> CountyVerdict:
    """Every item of a statute over one county.

    ``schools`` holds a row for each stage of each school, with ``school`` (its name) and ``stage``; ``county`` the
    county's own figures; ``by_stage`` those that it has by stage. Returns that contradict themselves (two for one school
    and stage, one of a closed school, one without a stage), or that give an amount of ``amounts`` in another unit than
    the rest, are obstacles: with them nothing is decided.
    """
    then = rules_on or day
    verdicts = []
    memory: rules.Memory = {}
    for item in items:
        findings: list[Finding] = []
        for declared in item.declared:
            if item.scope is Scope.SPREAD:
                spread = cast(Spread, declared)
                for stage in stages:
                    rows = [row for row in schools if row.get("stage") == stage]
                    if rows:
                        result = rules.disperse(
                            spread, rows, day=day, rules_on=then, region=region, key=stage, memory=memory
                        )
                        findings.append(Finding(STAGES.get(stage, stage), result, ("", stage)))
                continue
            evaluable = cast(Evaluable, declared)
            for of, key, row in _rows(item, schools, county, by_stage or {}, stages):
                result = rules.evaluate(evaluable, row, day=day, rules_on=then, region=region, memory=memory)
                findings.append(Finding(of, result, key))
        verdicts.append(ItemVerdict(item, tuple(findings)))
    return CountyVerdict(
        statute, region, day, then, tuple(verdicts), (*_obstacles(schools, stages), *odd_units(schools, amounts))
    )


STAGES = {"primary": "小学", "junior": "初中"}
PARTS = {**STAGES, "from_2017": "2017年起设计的园舍", "before_2017": "2017年前设计的园舍"}


def _rows(
    item: Item, schools: Sequence[Row], county: Row, by_stage: Mapping[str, Row], stages: Sequence[str]
) -> list[tuple[str, tuple[str, str], Row]]:
    if item.scope is Scope.COUNTY:
        return [("", ("", ""), county)]
    if item.scope is Scope.STAGE:
        quantity, parts = item.parted or ("stage", tuple(stages))
        rows = [(part, {quantity: part, **by_stage.get(part, {})}) for part in parts]
        return [(PARTS.get(part, part), ("", part), row) for part, row in rows if item.applies(row)]
    return [
        (
            f"{row.get('school', '学校')}{STAGES.get(str(row.get('stage')), '')}",
            (str(row.get("code", "")), str(row.get("stage") or "")),
            row,
        )
        for row in schools
        if item.applies(row)
    ]


def _obstacles(schools: Sequence[Row], stages: Sequence[str]) -> list[str]:
    said = []
    for (school, stage), times in Counter((str(row.get("school")), str(row.get("stage"))) for row in schools).items():
        if times > 1:
            said.append(f"{school}{STAGES.get(stage, stage)}同一学年有{times}份报表；请留下一份")
    for row in schools:
        if row.get("is_closed"):
            said.append(f"{row.get('school')}已撤并，却有报表；请核对学校状态")
        if stages and row.get("stage") not in stages:
            said.append(f"{row.get('school')}没有可识别的学段；请在报表中填写学段")
    return said


@dataclass(frozen=True)
class OddValue:
    """A value that can hardly be in the unit asked for: ``share`` is it per pupil, ``middle`` the median of its stage."""

    row: Row
    name: str
    share: Fraction
    middle: Fraction


def odd_values(
    schools: Sequence[Row], names: Iterable[str], *, per: str = "pupils", times: int = 1000, least: int = 3
) -> list[OddValue]:
    """Values that are ``times`` as large or small as the median of their stage: 元 given for 万元.

    Compared are values per ``per``, and only where at least ``least`` schools of a stage have one; 0 is not compared.
    """
    found = []
    for name in names:
        by_stage: dict[str, list[tuple[Row, Fraction]]] = {}
        for row in schools:
            try:
                value, weight = rules.exact(row.get(name)), rules.exact(row.get(per))
            except rules.NotANumber:
                continue
            if value > 0 and weight > 0:
                by_stage.setdefault(str(row.get("stage")), []).append((row, value / weight))
        for values in by_stage.values():
            if len(values) < least:
                continue
            middle = statistics.median(share for _, share in values)
            for row, share in values:
                if share >= middle * times or share * times <= middle:
                    found.append(OddValue(row, name, share, middle))
    return found


def odd_units(
    schools: Sequence[Row], names: Iterable[str], *, per: str = "pupils", times: int = 1000, least: int = 3
) -> list[str]:
    """Sentences about ``odd_values``."""
    return [
        f"{odd.row.get('school')}的{BOOK.quantities[odd.name].label}与同学段学校的中位数相差{times}倍以上，"
        "疑似单位报错；请核对"
        for odd in odd_values(schools, names, per=per, times=times, least=least)
    ]


def totals(schools: Sequence[Row], names: Iterable[str]) -> dict[str, Fraction | None]:
    """The sums over all rows; None where any row lacks the value, because a sum of some is not the county's."""
    sums: dict[str, Fraction | None] = {}
    for name in names:
        values = [row.get(name) for row in schools]
        try:
            sums[name] = sum((rules.exact(value) for value in values), Fraction(0)) if values else None
        except rules.NotANumber:
            sums[name] = None
    return sums
