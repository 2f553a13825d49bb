"""What comes out: a computed value or the reasons why there is none; both are values, neither is an exception."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from .exact import shown
from .figures import NATION
from .sources import Citation


class Standing(StrEnum):
    """How a value or a set of values stands against what the law asks."""

    MEETS = "达标"
    FAILS = "不达标"
    UNDECIDED = "无法判定"


@dataclass(frozen=True)
class Reason:
    """Why a value cannot be computed: a code for programs (``missing``, ``zero``, …), a sentence for people."""

    code: str
    quantity: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class InputUsed:
    """A given value as it was used, and where it came from (a row, an import) if the caller said so."""

    name: str
    label: str
    unit: str
    value: Fraction | bool | str
    origin: str = ""

    def __str__(self) -> str:
        value = {True: "是", False: "否"}[self.value] if isinstance(self.value, bool) else self.value
        said = shown(value, 6) if isinstance(value, Fraction) else value
        return f"{self.label} = {said}{self.unit}" + (f"（{self.origin}）" if self.origin else "")


@dataclass(frozen=True)
class FigureUsed:
    """A figure of the law as it was used."""

    name: str
    label: str
    unit: str
    number: Fraction
    valid_from: datetime.date
    region: str
    citation: Citation
    note: str = ""

    def __str__(self) -> str:
        place = "" if self.region == NATION else f"，地区{self.region}"
        return f"{self.label} = {shown(self.number, 6)}{self.unit}（{self.valid_from}起{place}；{self.citation}）"


@dataclass(frozen=True)
class OptionUsed:
    """Which of several readings of a definition was taken."""

    name: str
    label: str
    choice: str
    sentence: str
    citation: Citation

    def __str__(self) -> str:
        return f"{self.label}：{self.sentence}（{self.citation}）"


@dataclass(frozen=True)
class Verdict:
    """The comparison of exact numbers. ``gap`` is how far the value is from its threshold (negative: short of it);
    ``needed`` is what would have to be added (or taken away) in the unit of ``lever`` to reach it, 0 if reached; ``per_unit`` is by how
    much one unit of the lever raises a value that does not reach it."""

    meets: bool
    sentence: str
    gap: Fraction | None = None
    lever: str = ""
    lever_unit: str = ""
    needed: Fraction | None = None
    per_unit: Fraction | None = None

    @property
    def standing(self) -> Standing:
        return Standing.MEETS if self.meets else Standing.FAILS


@dataclass(frozen=True)
class Completeness:
    """How many of the values needed were there: inputs of one school, or schools of a county."""

    known: int
    needed: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.known, self.needed) if self.needed else Fraction(1)

    def __str__(self) -> str:
        return f"{self.known}/{self.needed}"


@dataclass(frozen=True)
class Outcome:
    """What both kinds of result say: which indicator, for what day, under which version of the rule, from what."""

    indicator: str
    label: str
    unit: str
    day: datetime.date
    rules_on: datetime.date
    region: str
    rule: str  # the indicator and the day from which the formula holds
    citation: Citation
    formula: str
    completeness: Completeness
    inputs: tuple[InputUsed, ...] = ()
    figures: tuple[FigureUsed, ...] = ()
    options: tuple[OptionUsed, ...] = ()
    details: tuple[Any, ...] = ()  # results below this one
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Computed(Outcome):
    """A value: a number, a condition, or what a rule makes. ``verdict`` is None where the law asks nothing of it."""

    value: Any = None
    verdict: Verdict | None = None

    @property
    def standing(self) -> Standing | None:
        return self.verdict.standing if self.verdict else None

    def __str__(self) -> str:
        said = self.value
        if isinstance(said, bool):
            said = "是" if said else "否"
        elif isinstance(said, Fraction):
            said = shown(said * 100, 2) + "%" if self.unit == "%" else shown(said, 4) + self.unit
        return f"{self.label} = {said}" + (f"，{self.verdict.sentence}" if self.verdict else "")


@dataclass(frozen=True)
class NotComputable(Outcome):
    """No value, and why: every reason that was found, the first first."""

    reasons: tuple[Reason, ...] = field(default=())

    @property
    def standing(self) -> Standing:
        return Standing.UNDECIDED

    def __str__(self) -> str:
        return f"{self.label}：无法计算，" + "；".join(reason.sentence for reason in self.reasons)


Result = Computed | NotComputable


def explain(result: Result, *, depth: int = 0) -> tuple[str, ...]:
    """The result down to its inputs, as lines; each step below a result is indented by two blanks."""
    indent = "  " * depth
    lines = [
        f"{indent}{result}",
        f"{indent}  依据：{result.citation}",
        f"{indent}  规则版本：{result.rule}；数据日期 {result.day}，按 {result.rules_on} 的规则",
        f"{indent}  公式：{result.formula}",
        *(f"{indent}  口径：{option}" for option in result.options),
        *(f"{indent}  标准：{figure}" for figure in result.figures),
        *(f"{indent}  数据：{used}" for used in result.inputs),
        *(f"{indent}  说明：{note}" for note in result.notes),
        f"{indent}  完整度：{result.completeness}",
    ]
    for below in result.details:
        lines.extend(explain(below, depth=depth + 1))
    return tuple(lines)


def known(results: Mapping[str, Result]) -> Completeness:
    """How many of the results have a value."""
    return Completeness(sum(isinstance(each, Computed) for each in results.values()), len(results))
