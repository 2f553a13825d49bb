"""What is declared of a notion of the law, checked when its class is created.

An ``Indicator`` has formulas that both evaluators read. A ``Rule`` decides in plain Python, for what is no arithmetic: a
table looked up, a count of passes. A ``Dispersion`` is the coefficient of variation of an indicator over the schools of
a county. All three name their source, their unit and their cases, or there is no class.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from .expressions import Expression, Input, Law, Variant, figure_names, inputs, node, walk
from .figures import NATION, Figure, read_figures, regions_above
from .quantities import Quantity
from .sources import Citation, Confidence, Reference, read_reference
from .texts import Malformed, day_of, read_mapping

if TYPE_CHECKING:
    from .book import Book


class Entity(StrEnum):
    """Of whom a value speaks."""

    PUPIL = "pupil"
    CLASS = "class"
    SCHOOL = "school"  # one stage of a school
    KINDERGARTEN = "kindergarten"
    COUNTY = "county"


class Period(StrEnum):
    """For which time a value holds."""

    SCHOOL_YEAR = "school year"
    CALENDAR_YEAR = "calendar year"
    MONTH = "month"
    DAY = "day"


class Direction(StrEnum):
    """Whether more of it is better."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


@dataclass(frozen=True)
class Requirement:
    """What the law asks of a value: a comparison with one of the indicator's figures, or that the condition holds."""

    sign: str  # ≥ ≤ > < or «holds»
    figure: str = ""


def at_least(figure: str) -> Requirement:
    """The value reaches the figure; equal is enough (以上、不低于)."""
    return Requirement("≥", figure)


def at_most(figure: str) -> Requirement:
    """The value does not exceed the figure; equal is allowed."""
    return Requirement("≤", figure)


def below(figure: str) -> Requirement:
    """The value is less than the figure; equal is not enough."""
    return Requirement("<", figure)


HOLDS = Requirement("holds")


@dataclass(frozen=True)
class OptionValue:
    """From a day, in a region: which reading of a definition is taken."""

    choice: str
    region: str
    valid_from: datetime.date
    reference: Reference


@dataclass(frozen=True)
class Option:
    """A definition with several readings in use; which one was taken is printed on every result."""

    name: str
    label: str
    choices: Mapping[str, str]  # choice to the sentence that is printed
    values: tuple[OptionValue, ...]

    def at(self, day: datetime.date, *, region: str = NATION) -> OptionValue | None:
        for place in regions_above(region):
            for value in self.values:
                if value.region == place and value.valid_from <= day:
                    return value
        return None


class NotDeclared(TypeError):
    """A class lacks what every notion of the law must say; the sentence says how to mend it."""


DATED = re.compile(r"(formula|decide)_(\d{4})_(\d{2})_(\d{2})")
REQUIRED = ("label", "entity", "period", "unit", "reference")


class Given:
    """Hands a formula its inputs: ``given.pupils``. A name outside the vocabulary is refused at once."""

    def __init__(self, quantities: Mapping[str, Quantity], code: str) -> None:
        self._quantities = quantities
        self._code = code

    def __getattr__(self, name: str) -> Expression:
        if name not in self._quantities:
            raise NotDeclared(f"{self._code}: «{name}» is no quantity; add it to quantities.yaml with label and unit")
        return Input(self._quantities[name])


class Figures:
    """Hands a formula the figures of the law: ``law.threshold``."""

    def __init__(self, figures: Mapping[str, Figure], code: str) -> None:
        self._figures = figures
        self._code = code

    def __getattr__(self, name: str) -> Expression:
        if name not in self._figures:
            raise NotDeclared(f"{self._code}: «{name}» is no figure; add it with its citation to the YAML beside")
        return Law(name, self._figures[name].label)


class Declared:
    """What all notions of the law have in common. Subclass Indicator, Rule or Dispersion, never this."""

    book: ClassVar[Book]
    code: ClassVar[str]
    label: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    entity: ClassVar[Entity]
    period: ClassVar[Period]
    unit: ClassVar[str]
    direction: ClassVar[Direction] = Direction.UP
    reference: ClassVar[Reference]
    requires: ClassVar[Requirement | None] = None
    lever: ClassVar[str] = ""  # the quantity that one would change to mend a value
    keyed_by: ClassVar[str] = "stage"  # the text quantity whose value picks among a figure's keys
    figures: ClassVar[Mapping[str, Figure]]
    options: ClassVar[Mapping[str, Option]]
    cases: ClassVar[Sequence[Mapping[str, Any]]]
    tables: ClassVar[Mapping[str, Any]]  # of a Rule: what its file says under «tables», numbers as text
    is_abstract: ClassVar[bool] = True

    def __init_subclass__(
        cls, *, abstract: bool = False, code: str = "", text: str | None = None, **extra: Any
    ) -> None:
        super().__init_subclass__(**extra)
        cls.is_abstract = abstract
        if abstract:
            return
        cls.code = code or ".".join(cls.__module__.rsplit(".", 2)[-2:])
        cls._check_words()
        read = read_mapping(cls.book.beside(cls) if text is None else text, cls.code)
        unknown = set(read) - {"figures", "options", "cases", "tables"}
        if unknown:
            raise NotDeclared(f"{cls.code}: its file has unknown sections {sorted(unknown)}")
        cls.figures = MappingProxyType(dict(read_figures(read.get("figures", {}), cls.code)))
        cls.options = MappingProxyType(dict(read_options(read.get("options", {}), cls.code)))
        cls.tables = MappingProxyType(dict(read.get("tables", {})))
        cls.cases = tuple(read.get("cases", ()))
        cls._check_citations()
        if cls.requires and cls.requires.figure and cls.requires.figure not in cls.figures:
            raise NotDeclared(f"{cls.code}: it requires «{cls.requires.figure}», which its file has no figure for")
        cls._check_body()
        cls.book.enter(cls)

    @classmethod
    def _check_words(cls) -> None:
        for name in REQUIRED:
            value = getattr(cls, name, None)
            if value is None or (not value and name != "unit"):  # a pure number has the unit ""
                raise NotDeclared(f"{cls.code}: it says no {name}; every notion of the law has {', '.join(REQUIRED)}")
        if not (cls.__doc__ or "").strip() or cls.__doc__ in {base.__doc__ for base in cls.__mro__[1:]}:
            raise NotDeclared(f"{cls.code}: its docstring is missing; say in a sentence what the law asks")

    @classmethod
    def _check_citations(cls) -> None:
        references = [cls.reference]
        references.extend(value.reference for figure in cls.figures.values() for value in figure.values)
        references.extend(value.reference for option in cls.options.values() for value in option.values)
        for reference in references:
            if reference.source not in cls.book.sources:
                raise NotDeclared(f"{cls.code}: it cites «{reference.source}», which sources.yaml does not list")
            if not reference.article:
                raise NotDeclared(f"{cls.code}: it cites {reference.source} without an article")

    @classmethod
    def _check_body(cls) -> None:
        raise NotDeclared(f"{cls.code}: subclass Indicator, Rule or Dispersion")

    @classmethod
    def citation(cls) -> Citation:
        """The reference of the class, looked up."""
        return cls.book.citation(cls.reference)

    @classmethod
    def least_sure(cls) -> Confidence:
        """The least sure of the reference and the figures: what a page warns of."""
        order = list(Confidence)
        references = [
            cls.reference,
            *(v.reference for f in cls.figures.values() for v in f.values if v.region == NATION),
        ]
        return max((each.confidence for each in references), key=order.index)


def dated(cls: type, kind: str) -> dict[datetime.date, Callable[..., Any]]:
    """The functions of a class named ``kind_YYYY_MM_DD``, by day, newest first."""
    found = {}
    for name in dir(cls):
        match = DATED.fullmatch(name)
        if match and match[1] == kind:
            try:
                day = datetime.date(int(match[2]), int(match[3]), int(match[4]))
            except ValueError:
                raise NotDeclared(f"{cls.__name__}.{name}: there is no such day") from None
            found[day] = getattr(cls, name)
        elif name.startswith(kind + "_"):
            raise NotDeclared(f"{cls.__name__}.{name}: name it {kind}_YYYY_MM_DD, to the day from which it holds")
    return dict(sorted(found.items(), reverse=True))


class Indicator(Declared, abstract=True):
    """A notion whose value is a formula over given quantities and figures of the law.

    Subclasses hold static functions ``formula_YYYY_MM_DD(given, law)``, one for each state of the law, named by the day
    from which it holds; an old one is never edited.
    """

    formulas: ClassVar[Mapping[datetime.date, Expression]]

    @classmethod
    def _check_body(cls) -> None:
        functions = dated(cls, "formula")
        if not functions:
            raise NotDeclared(f"{cls.code}: it has no formula; write formula_YYYY_MM_DD(given, law)")
        given, law = Given(cls.book.quantities, cls.code), Figures(cls.figures, cls.code)
        cls.formulas = MappingProxyType({day: node(each(given, law)) for day, each in functions.items()})
        for tree in cls.formulas.values():
            for each in walk(tree):
                if isinstance(each, Variant):
                    option = cls.options.get(each.option)
                    if option is None or set(option.choices) != {key for key, _ in each.branches}:
                        raise NotDeclared(f"{cls.code}: the variants of «{each.option}» are not those of its file")
        read = {name for tree in cls.formulas.values() for name in figure_names(tree)}
        required = {cls.requires.figure} if cls.requires else set()
        unused = set(cls.figures) - read - required
        if unused:
            raise NotDeclared(f"{cls.code}: no formula reads {sorted(unused)}")

    @classmethod
    def in_force(cls, day: datetime.date) -> tuple[datetime.date, Expression] | None:
        """The formula in force on ``day`` and the day from which it holds; None before the first."""
        return next(((since, tree) for since, tree in cls.formulas.items() if since <= day), None)

    @classmethod
    def asked(cls, day: datetime.date) -> tuple[Quantity, ...]:
        """The quantities that the formula of ``day`` asks for, in order."""
        found = cls.in_force(day)
        return inputs(found[1]) if found else ()


class Rule(Declared, abstract=True):
    """A notion decided in plain Python by ``decide_YYYY_MM_DD(given, law)``, which reads exact values as attributes.

    ``asks`` names the quantities it may read. ``given.name`` of a quantity that is missing or absurd ends the decision
    with that reason; ``law.name`` is the figure for the case's key, ``law("name", key)`` that for another key.
    """

    asks: ClassVar[tuple[str, ...]] = ()
    says: ClassVar[str]  # the rule in a sentence, for the explanation
    decisions: ClassVar[Mapping[datetime.date, Callable[..., Any]]]

    @classmethod
    def _check_body(cls) -> None:
        cls.decisions = MappingProxyType(dated(cls, "decide"))
        if not cls.decisions:
            raise NotDeclared(f"{cls.code}: it decides nothing; write decide_YYYY_MM_DD(given, law)")
        if not getattr(cls, "says", ""):
            raise NotDeclared(f"{cls.code}: «says» is missing: the rule in a sentence, for the explanation")
        for name in cls.asks:
            if name not in cls.book.quantities:
                raise NotDeclared(f"{cls.code}: «{name}» is no quantity; add it to quantities.yaml with label and unit")

    @classmethod
    def in_force(cls, day: datetime.date) -> tuple[datetime.date, Callable[..., Any]] | None:
        """The function in force on ``day`` and the day from which it holds; None before the first."""
        return next(((since, each) for since, each in cls.decisions.items() if since <= day), None)


class Dispersion(Declared, abstract=True):
    """The coefficient of variation of ``of`` over the schools of one stage of a county, weighted by ``weight``."""

    of: ClassVar[type[Indicator]]
    weight: ClassVar[str] = "pupils"
    holds_from: ClassVar[datetime.date]

    @classmethod
    def _check_body(cls) -> None:
        if not getattr(cls, "of", None) or not getattr(cls, "holds_from", None):
            raise NotDeclared(f"{cls.code}: a dispersion names the indicator it is of, and the day from which it holds")
        if "method" not in cls.options:
            raise NotDeclared(f"{cls.code}: a dispersion has the option «method», printed on every result")
        if cls.weight not in cls.book.quantities:
            raise NotDeclared(f"{cls.code}: «{cls.weight}» is no quantity")


class MeanDispersion(Declared, abstract=True):
    """The plain mean of several coefficients of variation over the same schools."""

    of: ClassVar[tuple[type[Dispersion], ...]]
    holds_from: ClassVar[datetime.date]

    @classmethod
    def _check_body(cls) -> None:
        if not getattr(cls, "of", None) or not getattr(cls, "holds_from", None):
            raise NotDeclared(f"{cls.code}: a mean names what it is of, and the day from which it holds")


class Several(Declared, abstract=True):
    """At least ``least`` of the indicators ``of`` reach their thresholds, each other at least ``floor`` of its own."""

    of: ClassVar[tuple[type[Indicator], ...]]
    requires = HOLDS
    holds_from: ClassVar[datetime.date]

    @classmethod
    def _check_body(cls) -> None:
        if not getattr(cls, "of", None) or not getattr(cls, "holds_from", None):
            raise NotDeclared(f"{cls.code}: it names what it is of, and the day from which it holds")
        if set(cls.figures) != {"least", "floor"}:
            raise NotDeclared(f"{cls.code}: its figures are «least» and «floor»")
        if not all(each.requires and each.requires.sign == "≥" for each in cls.of):
            raise NotDeclared(f"{cls.code}: each of its indicators must have a threshold to reach")


def read_options(read: Any, at: str) -> Mapping[str, Option]:
    """The section ``options`` of a file: ``name: {label, choices: {choice: sentence}, values: [{from, value, cite}]}``."""
    options = {}
    for name, entry in read.items():
        here = f"{at}: options: {name}"
        if not isinstance(entry, Mapping) or not {"label", "choices", "values"} <= set(entry):
            raise Malformed(f"{here}: an option has label, choices and values")
        values = []
        for each in entry["values"]:
            if each["value"] not in entry["choices"]:
                raise Malformed(f"{here}: {each['value']!r} is none of its choices")
            reference = read_reference(each.get("cite"), here)
            region = str(each.get("region", NATION))
            values.append(OptionValue(each["value"], region, day_of(each["from"], here), reference))
        values.sort(key=lambda value: value.valid_from, reverse=True)
        options[name] = Option(name, str(entry["label"]), dict(entry["choices"]), tuple(values))
    return options
