"""What a statute asks, in words and with where it stands: read off the declarations, so that it cannot say anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from yaodian.engines import rules
from yaodian.statutes.declare import BOOK
from yaodian.statutes.monitored import Statute
from yaodian.statutes.verdicts import Scope

Declared = type[rules.Declared]

SIGNS = {"≥": "不低于", "≤": "不高于", ">": "高于", "<": "低于"}
# Figures have keys; these are what they are called.
KEYS = {
    "preschool": "学前",
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "teaching_point": "教学点",
    "nine_year": "九年一贯制学校",
    "twelve_year": "十二年一贯制学校",
    "complete_secondary": "完全中学",
    "special": "特殊教育学校",
    "vocational": "中等职业学校",
    "city": "城区",
    "town": "镇区",
    "rural": "乡村",
    "from_2017": "2017年起设计的园舍",
    "before_2017": "2017年前设计的园舍",
    "small": "小班",
    "middle": "中班",
    "large": "大班",
    "mixed": "混龄班",
}


@dataclass(frozen=True)
class Limit:
    """A figure of the law as it holds for a key: what a value is held against."""

    key: str
    number: Fraction
    unit: str
    sign: str
    citation: rules.Citation

    @property
    def words(self) -> str:
        return f"{SIGNS[self.sign]}{shown_in(self.number, self.unit)}{self.unit if self.unit != '%' else ''}"

    @property
    def sign_words(self) -> str:
        """The same in signs, for pictures in any language."""
        return f"{self.sign} {shown_in(self.number, self.unit)}{self.unit if self.unit != '%' else ''}"


@dataclass(frozen=True)
class RuleVersion:
    """Which state of a rule was applied: its code, since when it holds, and what it says."""

    code: str
    label: str
    since: date | None
    says: str


def shown_in(number: Fraction, unit: str, places: int = 4) -> str:
    """A number as it is printed: a share as a percentage."""
    return f"{rules.shown(number * 100, places)}%" if unit == "%" else rules.shown(number, places)


def stage_words(stage: str) -> str:
    """A stage in the language of the page."""
    words = {"preschool": _("学前"), "primary": _("小学"), "junior": _("初中")}
    return words.get(stage) or KEYS.get(stage, stage)


def limits_of(declared: Declared, *, day: date, region: str = rules.NATION) -> tuple[Limit, ...]:
    """The figures that a value of an indicator is held against under the rules of a day, one for each key."""
    asked = declared.requires
    figure = declared.figures.get(asked.figure) if asked else None
    if asked is None or figure is None:
        return ()
    found = []
    for key in figure.keys:
        value = figure.at(day, region=region, key=key)
        if value is not None and value.number is not None and value.key == key:
            found.append(Limit(key, value.number, declared.unit, asked.sign, BOOK.citation(value.reference)))
    return tuple(found)


def limit_for(declared: Declared, *, stage: str, day: date, region: str = rules.NATION) -> Limit | None:
    """The figure for a stage, or the one that holds for all."""
    found = {limit.key: limit for limit in limits_of(declared, day=day, region=region)}
    return found.get(stage) or found.get("")


def standard_words(declared: Declared, *, day: date, region: str = rules.NATION) -> str:
    """What the law asks of a value, as a clause: 不低于4.5平方米（小学）、5.8平方米（初中）."""
    limits = limits_of(declared, day=day, region=region)
    if limits:
        # Keys with the same figure are said together.
        by_words: dict[str, list[str]] = {}
        for limit in limits:
            by_words.setdefault(limit.words, []).append(KEYS.get(limit.key, limit.key))
        return "；".join(words + (f"（{'、'.join(keys)}）" if any(keys) else "") for words, keys in by_words.items())
    if issubclass(declared, rules.Several):
        least, floor = (declared.figures[name].at(day, region=region) for name in ("least", "floor"))
        if least and floor and least.number is not None and floor.number is not None:
            return (
                f"{len(declared.of)}项中至少{rules.shown(least.number)}项达到标准值，"
                f"余项不低于标准值的{rules.shown(floor.number * 100)}%"
            )
    if issubclass(declared, rules.Rule):
        return declared.says
    if not declared.requires:
        return ""
    # A condition: the figures in it say how much of what.
    figures = "；".join(
        _figure_words(one, day, region) for one in declared.figures.values() if one.at(day, region=region)
    )
    return f"须符合（{figures}）" if figures else "须符合"


def _figure_words(figure: rules.Figure, day: date, region: str) -> str:
    value = figure.at(day, region=region)
    return f"{figure.label}{value}{figure.unit}"


def citations_of(declared: Declared, *, day: date, region: str = rules.NATION) -> Iterator[rules.Citation]:
    """Where a notion stands, and where each of its figures and options in force on a day stands; the notion itself first."""
    yield declared.citation()
    for figure in declared.figures.values():
        for key in figure.keys:
            value = figure.at(day, region=region, key=key)
            if value is not None:
                yield BOOK.citation(value.reference)
    for option in declared.options.values():
        chosen = option.at(day, region=region)
        if chosen is not None:
            yield BOOK.citation(chosen.reference)


def judges_schools(statute: Statute) -> bool:
    """Whether a statute says of each school whether it meets what is asked; else their figures only go into the county's."""
    return any(item.number == "1.1" and item.scope is Scope.SCHOOL for item in statute.items)


def below(declared: Declared) -> tuple[Declared, ...]:
    """The notions that one is made of."""
    of: Any = getattr(declared, "of", ())
    return tuple(of) if isinstance(of, tuple) else (of,)


def everything_in(declared: Declared) -> Iterator[Declared]:
    """A notion and all that it is made of, itself first."""
    yield declared
    for one in below(declared):
        yield from everything_in(one)


def asked_by(declared: Declared, day: date) -> Iterator[str]:
    """The names of the quantities that a notion asks for under the rules of a day, of its parts as well."""
    for one in everything_in(declared):
        if issubclass(one, rules.Indicator):
            yield from (quantity.name for quantity in one.asked(day))
        elif issubclass(one, rules.Rule):
            yield from one.asks
        elif issubclass(one, rules.Dispersion):
            yield one.weight


def options_of(declared: Declared, *, day: date, region: str = rules.NATION) -> Iterator[rules.OptionUsed]:
    """Which of several readings is taken on a day, of its parts as well."""
    for one in everything_in(declared):
        for option in one.options.values():
            chosen = option.at(day, region=region)
            if chosen is not None:
                yield rules.OptionUsed(
                    option.name, option.label, chosen.choice, option.choices[chosen.choice],
                    BOOK.citation(chosen.reference),
                )  # fmt: skip


def version_of(declared: Declared, day: date) -> RuleVersion:
    """The state of a rule that holds on a day."""
    if issubclass(declared, rules.Indicator):
        formula = declared.in_force(day)
        return RuleVersion(declared.code, declared.label, formula and formula[0], str(formula[1]) if formula else "")
    if issubclass(declared, rules.Rule):
        decision = declared.in_force(day)
        return RuleVersion(declared.code, declared.label, decision and decision[0], declared.says)
    since: date | None = getattr(declared, "holds_from", None)
    if issubclass(declared, rules.Dispersion):
        weight = BOOK.quantities[declared.weight].label
        return RuleVersion(declared.code, declared.label, since, f"{declared.of.label}的差异系数，以{weight}为权重")
    return RuleVersion(declared.code, declared.label, since, f"由{len(below(declared))}项得出")
