"""Measures: declared once in code, in a module `measures` of the app whose rows they count.

    declare(Measure(code="registry.kindergartens", label=_("幼儿园数"), …, contributions=kindergartens))

A measure says what each unit that has rows of its own contributes, as a numerator and, for a ratio, a denominator; what
lies below an office is summed up to it by whoever takes the values (`yaodian.measures`). Nothing is ever typed in.
A declaration without a citation or a formula, or with an alias that another measure has, raises when it is imported,
so that no build with one starts.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

T = TypeVar("T")
Number = int | Decimal


class Direction(Enum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Kind(Enum):
    """A level is how things stand on a day; a flow is what has happened since the first of January."""

    LEVEL = "level"
    FLOW = "flow"


@dataclass(frozen=True)
class Citation:
    """Where a definition or a figure stands: title of the text, its number, the article; and how sure we are of it."""

    title: str
    number: str = ""
    article: str = ""
    certainty: str = ""

    def __str__(self) -> str:
        return f"{self.plain}［{self.certainty}］" if self.certainty else self.plain

    @property
    def plain(self) -> str:
        """Without the mark of certainty, which is for whoever checks the law and not for whoever works on a case."""
        number = f"（{self.number}）" if self.number else ""
        return f"《{self.title}》{number}{self.article}"


@dataclass(frozen=True)
class DatedFigure:
    """A figure of the law, in force from a day on until the next one."""

    from_on: date
    figure: Number
    citation: Citation


class Parameter:
    """A figure that the law sets and changes. `on(day)` is the one in force; LookupError before the first."""

    def __init__(self, code: str, label: Promise, *figures: DatedFigure) -> None:
        if not figures or any(not one.citation.title for one in figures):
            raise ValueError(f"The parameter {code} has no figure with a citation.")
        self.code, self.label = code, label
        self.figures = tuple(sorted(figures, key=lambda one: one.from_on))

    def on(self, day: date) -> DatedFigure:
        """The figure in force on a day."""
        found = [one for one in self.figures if one.from_on <= day]
        if not found:
            raise LookupError(f"{self.code} has no figure in force on {day}.")
        return found[-1]


@dataclass(frozen=True)
class Contribution:
    """What the rows of one unit add to a measure.

    `stage` is one of the basic stages, `marks` are the codes of the filters that the unit falls under. Where something
    is missing or contradictory `problem` says it (a code of `PROBLEMS`) and the numbers are not used.
    """

    unit_id: int
    stage: str = ""
    numerator: Number = 0
    denominator: Number | None = None
    marks: frozenset[str] = frozenset()
    problem: str = ""


class Asked:
    """One taking of values: the day, and what was already read for it, so that measures over equal rows read them once."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._known: dict[Hashable, Any] = {}

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """What `read` gives, asked for once in a taking."""
        if key not in self._known:
            self._known[key] = read()
        found: T = self._known[key]
        return found


@dataclass(frozen=True)
class Answer:
    """What a measure's function gives: the contributions, the period they are of, and which rows they were read from."""

    contributions: Iterable[Contribution]
    period: str = ""
    sources: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Behind:
    """One row that a value was counted from: of which unit, what it is (`cases.case:12`), and whether the numerator has it."""

    unit_id: int
    ref: str
    is_counted: bool


@dataclass(frozen=True)
class Measure:
    """A named quantity. `scale` is 100 for a share in per cent; `unit` is how it is printed.

    `stages` are what it may be asked for, each with the basic stages that it holds; the first is meant where a plan
    says none. `counted` names what the numerator counts, for a gap in words («个班»); `gap_in` says whether the
    denominator is what can be mended (teachers, in pupils for each teacher). `list_url` leads to the rows. What is not
    summed (`is_summed`) belongs to its own unit alone, such as a spread within a county.

    `behind` gives the rows themselves, for the units asked and one of the stages: what is counted from rows that keep their
    days. A unit without any then has none of it, and a day that is over may be counted again. `rests_on_values`: it is
    computed from values of other measures, so those of the day are taken first.
    """

    code: str
    label: Promise
    unit: str
    entity: Promise
    direction: Direction
    formula: Promise
    citations: tuple[Citation, ...]
    compute: Callable[[Asked], Answer]
    aliases: tuple[str, ...] = ()
    kind: Kind = Kind.LEVEL
    is_ratio: bool = False
    scale: int = 1
    numerator_label: Promise | str = ""
    denominator_label: Promise | str = ""
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"": ()})
    filters: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    counted: Promise | str = ""
    gap_in: str = "numerator"
    is_for_schools: bool = True
    is_summed: bool = True
    digits: int = 0
    version: str = "1"
    list_query: Callable[[str, str], str] | None = None
    behind: Callable[[Asked, Collection[int], str], Iterable[Behind]] | None = None
    rests_on_values: bool = False

    @property
    def has_rows_behind(self) -> bool:
        """Whether it is counted from rows that can be named; for templates, which would call `behind` itself."""
        return self.behind is not None

    @property
    def default_stage(self) -> str:
        return next(iter(self.stages))

    def rule(self, day: date) -> str:
        """The version of the rule on a day: of the code, and of each figure of the law."""
        return ";".join([self.version, *(f"{one.code}={one.on(day).figure}" for one in self.parameters)])


class AliasTaken(ValueError):
    """Two measures claim the same words."""


_MEASURES: dict[str, Measure] = {}
_ALIASES: dict[str, str] = {}
_CHANGES: set[str] = set()
FILTERS: dict[str, Promise | str] = {}
STAGES: dict[str, Promise | str] = {}
# What may be missing, by the name that stands in `missing:…`.
INPUTS: dict[str, Promise | str] = {}

_PUNCTUATION = re.compile(r"[\s、，,。．.;；:：!！?？\"“”'‘’()（）\[\]【】〔〕《》<>—\-·/]+")


def plain_words(text: str) -> str:
    """Words as they are compared: one width, one case, neither blanks nor punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).casefold()


def declare(measure: Measure) -> Measure:
    """Takes a measure into the register. Raises ValueError where something is not said, AliasTaken for a double alias."""
    if measure.code in _MEASURES:
        raise ValueError(f"The measure {measure.code} is declared twice.")
    if not measure.citations or any(not one.title for one in measure.citations):
        raise ValueError(f"The measure {measure.code} has no citation: say where its definition stands.")
    if not str(measure.formula).strip() or not str(measure.label).strip():
        raise ValueError(f"The measure {measure.code} has no definition: say in `formula` how it is computed.")
    if measure.is_ratio != bool(measure.denominator_label):
        raise ValueError(f"The measure {measure.code} is a ratio exactly where it has a denominator_label.")
    words = {plain_words(alias) for alias in measure.aliases}
    if len(words) != len(measure.aliases):
        raise AliasTaken(f"The measure {measure.code} has an alias twice.")
    for word in words:
        if word in _ALIASES:
            raise AliasTaken(f"The alias {word} of {measure.code} is one of {_ALIASES[word]} already.")
    _ALIASES.update(dict.fromkeys(words, measure.code))
    _MEASURES[measure.code] = measure
    return measure


def changed_by(*codes: str) -> None:
    """Says how the journal's codes begin for whatever changes the rows that the measures of an app count.

    Beside the declarations, so that values are taken again after a change, and no app has to tell another.
    """
    _CHANGES.update(codes)


def changes() -> frozenset[str]:
    """How the codes of all entries begin after which values may be others."""
    measures()
    return frozenset(_CHANGES)


def forget(code: str) -> None:
    """Takes a measure out of the register; for tests that declare one."""
    _MEASURES.pop(code, None)
    for word in [word for word, owner in _ALIASES.items() if owner == code]:
        del _ALIASES[word]


@cache
def _discover() -> None:
    """Imports the declarations of all apps, once: looking for the modules costs more than many a query."""
    autodiscover_modules("measures")


def measures() -> Mapping[str, Measure]:
    """All measures by code, in the order of their declaration."""
    _discover()
    return _MEASURES


def measure_of(code: str) -> Measure | None:
    """The measure of a code, or None where it is no longer declared."""
    return measures().get(code)


@dataclass(frozen=True)
class Value:
    """A measure for one unit, day, stage and filter: exact, with what it was made of; or why it cannot be had.

    `counted` of `expected` units of the base had what was needed. `problem` is a code where there is no value.
    """

    on: date
    numerator: Fraction | None
    denominator: Fraction | None
    scale: int = 1
    problem: str = ""
    counted: int = 0
    expected: int = 0
    period: str = ""
    rule: str = ""

    @property
    def exact(self) -> Fraction | None:
        """The value in the unit of the measure, as a fraction; None where it is not computable."""
        if self.problem or self.numerator is None:
            return None
        if self.denominator is None:
            return self.numerator * self.scale
        return self.numerator / self.denominator * self.scale

    @property
    def is_complete(self) -> bool:
        return self.counted == self.expected
