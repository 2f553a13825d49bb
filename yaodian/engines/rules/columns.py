"""The same formulas over tables: each declared formula compiled to Ibis expressions, for DuckDB or Spark.

Exactness: a given value of ``decimals`` places becomes a whole number of its smallest unit, a formula becomes a ratio of
whole numbers, and a comparison multiplies crosswise. So a verdict on a school is decided in integers, never in floats,
and an overflow is an error of the engine, never a wrong number. Only the coefficient of variation is a float; where it
comes within ``CLOSE`` of its limit the row says ``is_close``, and the caller asks the plain evaluator.

Never on PostgreSQL or SQLite: Ibis 12 divides wrongly there without saying so.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import ibis

from .expressions import (
    Binary,
    Ceiling,
    Choose,
    Compare,
    Constant,
    Expression,
    Input,
    Law,
    Logic,
    Not,
    Unanswered,
    When,
    inputs,
    resolved,
    walk,
)
from .figures import NATION, regions_above
from .indicator import Declared, Dispersion, Indicator, MeanDispersion, Several
from .quantities import TOO_LARGE, Kind, Quantity

CLOSE = 1e-9  # floats of a sum of squares over some thousand schools err below 1e-12
NUMBER = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*$"  # what the plain evaluator takes for a number
Table = Any
Column = Any


class UnsafeEngine(ValueError):
    """Ibis computes wrong numbers on this engine; indicators run on DuckDB and Spark."""


def refuse_unsafe(connection: Any) -> None:
    """Raises UnsafeEngine for an engine on which Ibis divides wrongly."""
    if connection.name not in {"duckdb", "pyspark"}:
        raise UnsafeEngine(f"indicators run on duckdb and pyspark, not on {connection.name}")


@dataclass(frozen=True)
class Ratio:
    """times · above ÷ (divided · below): whole constants and whole columns (None is 1). ``divided · below`` is not
    negative where ``is_positive``; ``is_sure`` says that ``above`` cannot be negative."""

    times: int = 1
    above: Column | None = None
    divided: int = 1
    below: Column | None = None
    is_sure: bool = True

    def reduced(self) -> Ratio:
        common = math.gcd(self.times, self.divided) or 1
        return replace(self, times=self.times // common, divided=self.divided // common)


def _times(column: Column | None, constant: int) -> Column:
    if column is None:
        return ibis.literal(constant, type="int64")
    return column if constant == 1 else column * ibis.literal(constant, type="int64")


def _product(left: Column | None, right: Column | None) -> Column | None:
    if left is None or right is None:
        return right if left is None else left
    return left * right


@dataclass(frozen=True)
class Compiled:
    """What an indicator is over a table, a column each: ``value`` (float64), ``meets`` (null where there is no value or
    no requirement), ``above_floor`` (at least a share of the threshold), ``reason`` (null where there is a value)."""

    value: Column
    meets: Column
    reason: Column
    above_floor: Column | None = None


@dataclass(frozen=True)
class _Branch:
    """The rows of one region and one combination of text values, for which formula and figures are the same."""

    region: str
    chosen: Mapping[str, str]
    of_region: Column | None  # None: everywhere
    of_texts: Column | None

    @property
    def condition(self) -> Column:
        return _all([test for test in (self.of_region, self.of_texts) if test is not None])


@dataclass(frozen=True)
class _Parts:
    """The table as a formula sees it."""

    table: Table
    county: str

    def raw(self, quantity: Quantity) -> Column | None:
        return self.table[quantity.name] if quantity.name in self.table.columns else None

    def number(self, quantity: Quantity) -> Column:
        """The column as numbers; of a column of texts those that are none are null."""
        column = self.table[quantity.name]
        return column.strip().try_cast("float64") if column.type().is_string() else column

    def whole(self, quantity: Quantity) -> Column:
        """The value in its smallest unit, as int64; null where something is wrong with it, so that what is made of it
        is null too, without asking again."""
        column = self.number(quantity)
        if quantity.decimals <= 0:
            scaled = column.cast("int64")
        elif column.type().is_decimal():
            scaled = (column * ibis.literal(10**quantity.decimals, type="int64")).cast("int64")
        else:
            scaled = (column.cast("float64") * float(10**quantity.decimals)).round().cast("int64")
        tests = [test for test, _ in self.tests(quantity)[1:]]
        return ibis.ifelse(_any(tests), ibis.null("int64"), scaled) if tests else scaled

    def tests(self, quantity: Quantity) -> list[tuple[Column, str]]:
        """What can be wrong with the value, and its code; the first is that it is missing."""
        column = self.table[quantity.name]
        kind = column.type()
        if quantity.kind is Kind.TEXT:
            return [(column.isnull() | (column == ""), "missing"), (column.notin(quantity.choices), "unknown")]
        found = [(column.isnull(), "missing")]
        if quantity.kind is Kind.FLAG:
            return found
        if kind.is_string():
            found = [(column.isnull() | (column == ""), "missing"), (~column.re_search(NUMBER), "text")]
            column = self.number(quantity)
            kind = column.type()
        if kind.is_floating():
            found.append((column.isnan() | column.isinf(), "text"))
        if quantity.kind is not Kind.NUMBER:
            found.append((column < 0, "negative"))
        if quantity.kind is Kind.SHARE:
            found.append((column > 1, "over-100"))
        elif quantity.kind is Kind.NUMBER:
            found.append(((column >= TOO_LARGE) | (column <= -TOO_LARGE), "too-large"))
        else:
            found.append((column >= TOO_LARGE, "too-large"))
        if (
            quantity.decimals >= 0
            and not kind.is_integer()
            and not (kind.is_decimal() and kind.scale <= quantity.decimals)
        ):
            # A float holds no decimal exactly; 1e-4 of the smallest unit is beyond its error and below any report's step.
            scaled = column.cast("float64") * float(10**quantity.decimals)
            found.append(((scaled - scaled.round()).abs() > 1e-4, "too-fine"))
        return found

    def trouble(self, quantity: Quantity) -> Column:
        """The code of what is wrong with the value; null where nothing is."""
        if self.raw(quantity) is None:
            return ibis.literal(f"missing {quantity.name}")
        return ibis.cases(
            *((test, f"{code} {quantity.name}") for test, code in self.tests(quantity)), else_=ibis.null("string")
        )


def compile_indicator(
    declared: type[Indicator],
    table: Table,
    *,
    rules_on: datetime.date,
    county: str = "county",
    floor: Mapping[str, Fraction] | None = None,
) -> Compiled:
    """``declared`` over ``table``, which has a column for each quantity (or lacks it: missing) and the county's code.

    ``floor``, by region, asks for ``above_floor`` too.
    """
    parts = _Parts(table, county)
    found = declared.in_force(rules_on)
    null = Compiled(ibis.null("float64"), ibis.null("boolean"), ibis.literal("not-in-force"))
    if found is None:
        return replace(null, above_floor=ibis.null("boolean"))
    tree = found[1]
    groups: dict[Expression | str, list[_Branch]] = {}
    every = _branches(declared, tree, parts)
    combinations = len(every) // len({branch.region for branch in every})
    for branch in every:
        options = {name: option.at(rules_on, region=branch.region) for name, option in declared.options.items()}
        chosen = {**branch.chosen, **{name: value.choice for name, value in options.items() if value}}
        if None in options.values():
            groups.setdefault("no-option", []).append(branch)
            continue
        try:
            groups.setdefault(resolved(tree, chosen), []).append(branch)
        except Unanswered as unanswered:
            groups.setdefault(f"not-for {unanswered.args[0]}", []).append(branch)
    pieces = []
    for plain, branches in groups.items():
        condition = _condition(branches, combinations)
        if isinstance(plain, str):
            pieces.append((condition, replace(null, reason=ibis.literal(plain), above_floor=ibis.null("boolean"))))
        else:
            pieces.append((condition, _Formula(declared, parts, rules_on, branches).compiled(plain, floor or {})))
    texts = [each for each in inputs(tree) if each.kind is Kind.TEXT]
    trouble = ibis.coalesce(*(parts.trouble(each) for each in texts)) if texts else None
    together = _together(pieces)
    if trouble is None:
        return together
    is_fine = trouble.isnull()
    return Compiled(
        together.value,
        together.meets,
        ibis.ifelse(is_fine, together.reason, trouble),
        together.above_floor,
    )


def _branches(declared: type[Declared], tree: Expression, parts: _Parts) -> list[_Branch]:
    """Nearest region first, so that the first branch that fits a row is the one that governs it."""
    regions = {NATION}
    texts: dict[str, tuple[str, ...]] = {}
    for figure in declared.figures.values():
        regions.update(figure.regions)
        if any(figure.keys) and parts.raw(declared.book.quantities[declared.keyed_by]) is not None:
            texts[declared.keyed_by] = declared.book.quantities[declared.keyed_by].choices
    for option in declared.options.values():
        regions.update(value.region for value in option.values)
    for each in walk(tree):
        if isinstance(each, Choose):
            texts[each.quantity.name] = each.quantity.choices
    ordered = sorted(regions, key=lambda region: len(regions_above(region)), reverse=True)
    found = []
    for region in ordered:
        for values in itertools.product(*texts.values()):
            chosen = dict(zip(texts, values, strict=True))
            tests = [
                parts.table[name] == value if name in parts.table.columns else ibis.literal(False)
                for name, value in chosen.items()
            ]
            found.append(_Branch(region, chosen, _of_region(region, parts), _all(tests) if tests else None))
    return found


def _of_region(region: str, parts: _Parts) -> Column | None:
    width = {4: 6, 3: 4, 2: 2, 1: 0}[len(regions_above(region))]
    return parts.table[parts.county].substr(0, width) == region[:width] if width else None


def _any(conditions: Sequence[Column]) -> Column:
    return functools.reduce(operator.or_, conditions)


def _all(conditions: Sequence[Column]) -> Column:
    return functools.reduce(operator.and_, conditions) if conditions else ibis.literal(True)


def _condition(branches: Sequence[_Branch], combinations: int) -> Column | None:
    """Where one of the branches holds; None: everywhere. A region with all its combinations needs no test of texts."""
    by_region: dict[str, list[_Branch]] = {}
    for branch in branches:
        by_region.setdefault(branch.region, []).append(branch)
    if all(len(own) == combinations for own in by_region.values()):
        if NATION in by_region:
            return None
        return _any([own[0].condition if own[0].of_region is None else own[0].of_region for own in by_region.values()])
    return _any([branch.condition for branch in branches])


def _together(pieces: Sequence[tuple[Column | None, Compiled]]) -> Compiled:
    """The first piece whose condition holds; the nearest region stands first."""

    def one(of: Any, kind: str) -> Column:
        left = next((of(piece) for condition, piece in pieces if condition is None), ibis.null(kind))
        tests = [(condition, of(piece)) for condition, piece in pieces if condition is not None]
        return ibis.cases(*tests, else_=left) if tests else left

    return Compiled(
        one(lambda piece: piece.value, "float64"),
        one(lambda piece: piece.meets, "boolean"),
        one(lambda piece: piece.reason, "string"),
        one(lambda piece: piece.above_floor, "boolean"),
    )


class _Formula:
    """One resolved formula over the rows of some branches."""

    def __init__(
        self, declared: type[Indicator], parts: _Parts, rules_on: datetime.date, branches: Sequence[_Branch]
    ) -> None:
        self.declared, self.parts, self.rules_on, self.branches = declared, parts, rules_on, branches
        self.divisors: list[tuple[Column, str]] = []
        self.lacking: list[tuple[Column, str]] = []
        self.over: list[Column] = []
        self.known: dict[str, Ratio] = {}
        self.wholes: dict[str, Column] = {}

    def compiled(self, plain: Expression, floor: Mapping[str, Fraction]) -> Compiled:
        asked = inputs(plain)
        if any(self.parts.raw(quantity) is None for quantity in asked):
            first = next(q for q in asked if self.parts.raw(q) is None)
            troubles = [self.parts.trouble(q) for q in asked[: asked.index(first) + 1]]
            return Compiled(
                ibis.null("float64"), ibis.null("boolean"), ibis.coalesce(*troubles), ibis.null("boolean")
            )  # fmt: skip
        troubles = [self.parts.trouble(quantity) for quantity in asked]
        troubles += self.over_wholes(asked)
        requirement = self.declared.requires
        if isinstance(plain, Compare | Logic | Not) or (isinstance(plain, Input) and plain.quantity.kind is Kind.FLAG):
            # A condition of an unknown part may still be known to SQL, not to the law.
            holds, above = self.condition(plain), None
            reason = ibis.coalesce(*troubles, *self.reasons())
            holds = ibis.ifelse(reason.isnull(), holds, ibis.null("boolean"))
            value = holds.cast("int64").cast("float64")
            meets = ibis.null("boolean") if requirement is None else holds
        else:
            ratio = self.ratio(plain).reduced()
            value = _times(ratio.above, ratio.times).cast("float64") / _times(ratio.below, ratio.divided).cast(
                "float64"
            )
            meets, above = ibis.null("boolean"), None
            if requirement is not None:
                threshold = self.ratio(Law(requirement.figure, ""))
                meets = self.compare(requirement.sign, ratio, threshold)
                if floor:
                    share = floor[NATION]
                    low = Ratio(share.numerator, threshold.above, share.denominator * threshold.divided)
                    above = self.compare("≥", ratio, replace(low, times=low.times * threshold.times))
            if self.lacking:
                value = ibis.ifelse(_any([is_null for is_null, _ in self.lacking]), ibis.null("float64"), value)
            if self.over:
                value = ibis.ifelse(_any(self.over), ibis.null("float64"), value)
                meets = ibis.ifelse(_any(self.over), ibis.null("boolean"), meets)
                above = None if above is None else ibis.ifelse(_any(self.over), ibis.null("boolean"), above)
            reason = ibis.coalesce(*troubles, *self.reasons())
        return Compiled(value, meets, reason, ibis.null("boolean") if above is None else above)

    def reasons(self) -> list[Column]:
        return [ibis.ifelse(test, code, ibis.null("string")) for test, code in (*self.divisors, *self.lacking)]

    def over_wholes(self, asked: Sequence[Quantity]) -> list[Column]:
        quantities = self.declared.book.quantities
        found = []
        for quantity in asked:
            if not quantity.part_of or quantity.part_of not in self.parts.table.columns:
                continue
            whole = quantities[quantity.part_of]
            is_over = self.parts.number(quantity) > self.parts.number(whole)
            if whole not in asked:  # one that cannot be believed itself is compared with nothing
                is_over = is_over & self.parts.trouble(whole).isnull()
            self.over.append(is_over.fill_null(False))
            found.append(ibis.ifelse(is_over, f"over-whole {quantity.name}", ibis.null("string")))
        return found

    def figure(self, name: str) -> Ratio:
        """The figure of each branch as a whole number over a common divisor."""
        if name in self.known:
            return self.known[name]
        figure = self.declared.figures[name]
        numbers: list[tuple[_Branch, Fraction | None]] = []
        for branch in self.branches:
            value = figure.at(self.rules_on, region=branch.region, key=branch.chosen.get(self.declared.keyed_by, ""))
            numbers.append((branch, value.number if value else None))
        present = {number for _, number in numbers if number is not None}
        if len(present) == 1 and None not in {number for _, number in numbers}:
            (only,) = present
            self.known[name] = Ratio(only.numerator, None, only.denominator, None, only >= 0)
            return self.known[name]
        common = math.lcm(*(number.denominator for number in present)) if present else 1
        by_key: dict[str, list[tuple[_Branch, Fraction]]] = {}
        for branch, number in numbers:
            if number is not None:  # a region without a figure has none above it either, so nothing is let through
                by_key.setdefault(branch.chosen.get(self.declared.keyed_by, ""), []).append((branch, number))
        tests: list[tuple[Column, Fraction]] = []
        for key, pairs in by_key.items():
            of_key = [branch for branch, _ in numbers if branch.chosen.get(self.declared.keyed_by, "") == key]
            if len({number for _, number in pairs}) == 1 and len(pairs) == len(of_key):
                tests.append(
                    (self.parts.table[self.declared.keyed_by] == key if key else ibis.literal(True), pairs[0][1])
                )
            else:
                tests.extend((branch.condition, number) for branch, number in pairs)
        column = ibis.null("int64")
        if tests:
            column = ibis.cases(
                *((test, ibis.literal(int(number * common), type="int64")) for test, number in tests),
                else_=ibis.null("int64"),
            )
        self.lacking.append((column.isnull(), f"no-figure {name}"))
        self.known[name] = Ratio(1, column, common, None, all(number >= 0 for number in present))
        return self.known[name]

    def ratio(self, tree: Expression) -> Ratio:
        match tree:
            case Constant(number):
                return Ratio(number.numerator, None, number.denominator, None, number >= 0)
            case Input(quantity):
                if quantity.name not in self.wholes:
                    self.wholes[quantity.name] = self.parts.whole(quantity)
                divided = 10 ** max(quantity.decimals, 0)
                return Ratio(1, self.wholes[quantity.name], divided, None, quantity.kind is not Kind.NUMBER)
            case Law(name):
                return self.figure(name)
            case Binary("*", left, right):
                a, b = self.ratio(left), self.ratio(right)
                return Ratio(
                    a.times * b.times, _product(a.above, b.above), a.divided * b.divided, _product(a.below, b.below),
                    a.is_sure and b.is_sure,
                ).reduced()  # fmt: skip
            case Binary("/", left, right):
                return self.divide(self.ratio(left), self.ratio(right), right)
            case Binary(sign, left, right):
                return self.add(self.ratio(left), self.ratio(right), 1 if sign == "+" else -1)
            case Ceiling(of):
                a = self.ratio(of).reduced()
                below = _times(a.below, a.divided)
                above = _times(a.above, a.times) + below - 1
                return Ratio(1, above - above % below, 1, below, a.is_sure)
            case When(condition, then, otherwise):
                test = self.condition(condition)
                a, b = self.ratio(then), self.ratio(otherwise)
                common = math.lcm(a.divided, b.divided)
                above = ibis.cases(
                    (test, _times(a.above, a.times * common // a.divided)),
                    (~test, _times(b.above, b.times * common // b.divided)),
                    else_=ibis.null("int64"),
                )
                below = None
                if a.below is not None or b.below is not None:
                    below = ibis.ifelse(test, _times(a.below, 1), _times(b.below, 1))
                return Ratio(1, above, common, below, a.is_sure and b.is_sure)
        raise TypeError(f"{tree!r} is no number")

    def divide(self, a: Ratio, b: Ratio, divisor: Expression) -> Ratio:
        code = f"zero {divisor.quantity.name}" if isinstance(divisor, Input) else "zero"
        if b.above is not None:
            self.divisors.append((b.above == 0, code))
            b = replace(b, above=b.above.nullif(0))
        above, below = _product(a.above, b.below), _product(a.below, b.above)
        times, divided = a.times * b.divided, a.divided * b.times
        if not b.is_sure and b.above is not None:  # a divisor that may be negative: its sign goes above
            sign = b.above.sign().cast("int64")
            above, below = _product(above, sign), _product(below, sign)
        return Ratio(times, above, divided, below, a.is_sure).reduced()

    def add(self, a: Ratio, b: Ratio, sign: int) -> Ratio:
        common = math.lcm(a.divided, b.divided)
        left, right = a.times * common // a.divided, sign * b.times * common // b.divided
        is_same = (a.below is None and b.below is None) or (
            a.below is not None and b.below is not None and a.below.equals(b.below)
        )
        if is_same:
            above = _times(a.above, left) + _times(b.above, right)
            return Ratio(1, above, common, a.below, a.is_sure and b.is_sure and sign > 0)
        above = _times(_product(a.above, b.below), left) + _times(_product(b.above, a.below), right)
        return Ratio(1, above, common, _product(a.below, b.below), a.is_sure and b.is_sure and sign > 0)

    def compare(self, sign: str, a: Ratio, b: Ratio) -> Column:
        """a sign b, by multiplying crosswise; both divisors are positive where the row has a value."""
        left, right = a.times * b.divided, b.times * a.divided
        common = math.gcd(left, right) or 1
        first = _times(_product(a.above, b.below), left // common)
        second = _times(_product(b.above, a.below), right // common)
        match sign:
            case "≥":
                return first >= second
            case "≤":
                return first <= second
            case ">":
                return first > second
        return first < second

    def condition(self, tree: Expression) -> Column:
        match tree:
            case Input(quantity):
                return self.parts.table[quantity.name]
            case Not(of):
                return ~self.condition(of)
            case Compare(sign, left, right):
                return self.compare(sign, self.ratio(left), self.ratio(right))
            case Logic("且", left, right):
                return self.condition(left) & self.condition(right)
            case Logic(_, left, right):
                return self.condition(left) | self.condition(right)
        raise TypeError(f"{tree!r} is no condition")


# ---- Schools and counties


def school_columns(
    table: Table,
    several: type[Several] | None,
    indicators: Sequence[type[Indicator]],
    *,
    rules_on: datetime.date,
    county: str = "county",
) -> dict[str, Column]:
    """Columns named ``<module>__value``, ``__meets``, ``__reason`` for each indicator, and ``passes`` for ``several``.

    ``passes`` is null where what is missing leaves it open.
    """
    columns: dict[str, Column] = {}
    floor: dict[str, Fraction] = {}
    least = 0
    if several is not None:
        if {*several.figures["floor"].regions, *several.figures["least"].regions} != {NATION}:
            raise NotImplementedError(f"{several.code}: columns know one national floor; a region has its own")
        share, count = several.figures["floor"].at(rules_on), several.figures["least"].at(rules_on)
        if share is not None and share.number is not None and count is not None and count.number is not None:
            floor, least = {NATION: share.number}, int(count.number)
    compiled = {
        each: compile_indicator(each, table, rules_on=rules_on, county=county, floor=floor) for each in indicators
    }
    for each, done in compiled.items():
        name = each.code.rpartition(".")[2]
        columns |= {f"{name}__value": done.value, f"{name}__meets": done.meets, f"{name}__reason": done.reason}
    if several is not None and floor:
        columns |= {f"{each.code.rpartition('.')[2]}__floor": compiled[each].above_floor for each in several.of}
        columns["_least"] = ibis.literal(least, type="int64")
    return columns


def passes(table: Table, several: type[Several]) -> Column:
    """``several`` over the columns that ``school_columns`` made: true, false, or null where it cannot be decided."""
    names = [each.code.rpartition(".")[2] for each in several.of]

    def count(test: Any) -> Column:
        whole = ibis.literal(0, type="int64")
        for name in names:
            whole = whole + ibis.ifelse(test(name).fill_null(False), 1, 0).cast("int64")
        return whole

    short = count(lambda name: ~table[f"{name}__meets"])
    too_low = count(lambda name: ~table[f"{name}__floor"])
    unknown = count(lambda name: table[f"{name}__meets"].isnull())
    is_failed = (too_low > 0) | (short > len(names) - table["_least"])
    return ibis.cases((is_failed, False), (unknown > 0, ibis.null("boolean")), else_=True)


def spread(
    schools: Table, dispersions: Sequence[type[Dispersion]], *, rules_on: datetime.date, county: str = "county"
) -> Table:
    """One row for each county and stage: for each dispersion ``<module>__cv``, ``__meets``, ``__close``, ``__reason``.

    ``schools`` holds what ``school_columns`` made, with the stage, the county and the weights. One pass of sums, since
    a join of the schools with their own means does not end on some versions of DuckDB.
    """
    sums: dict[str, Column] = {}
    for each in dispersions:
        name = each.of.code.rpartition(".")[2]
        weight = schools[each.weight].cast("float64")
        value = schools[f"{name}__value"]
        counts = (schools[each.weight] != 0).fill_null(True)
        sums |= {
            f"{name}__w": weight.sum(where=counts),
            f"{name}__wx": (weight * value).sum(where=counts),
            f"{name}__wxx": (weight * value * value).sum(where=counts),
            f"{name}__n": counts.sum().cast("float64"),
            f"{name}__x": value.sum(where=counts),
            f"{name}__xx": (value * value).sum(where=counts),
            f"{name}__bad": (schools[f"{name}__reason"].notnull() & counts).sum(),
        }
    grouped = schools.group_by([county, "stage"]).agg(**sums)
    squares: dict[str, Column] = {}
    for each in dispersions:
        squares |= _variation(grouped, each, rules_on, county)
    made = grouped.mutate(**squares)
    columns: dict[str, Column] = {}
    for each in dispersions:
        columns |= _judged(made, each)
    return made.select(county, "stage", **columns)


def _variation(grouped: Table, declared: type[Dispersion], rules_on: datetime.date, county: str) -> dict[str, Column]:
    of, own = declared.of.code.rpartition(".")[2], declared.code.rpartition(".")[2]
    requirement, parts = declared.requires, _Parts(grouped, county)
    squares, limits = [], []
    for branch in _branches(declared, Constant(Fraction(0)), parts):
        method = declared.options["method"].at(rules_on, region=branch.region)
        if method is not None:
            squares.append((branch, method.choice))
        if requirement is not None:
            key = branch.chosen.get(declared.keyed_by, "")
            value = declared.figures[requirement.figure].at(rules_on, region=branch.region, key=key)
            if value is not None and value.number is not None:
                limits.append((branch, float(value.number)))
    if not squares or declared.holds_from > rules_on:
        reason = "not-in-force" if declared.holds_from > rules_on else "no-option method"
        return {f"{own}__cv": ibis.null("float64"), f"{own}__meets": ibis.null("boolean"),
                f"{own}__close": ibis.literal(False), f"{own}__reason": ibis.literal(reason)}  # fmt: skip

    def squared(choice: str) -> Column:
        w, wx, wxx = ("w", "wx", "wxx") if choice == "pupil_weighted" else ("n", "x", "xx")
        total = grouped[f"{of}__{wx}"].nullif(0.0)
        return grouped[f"{of}__{wxx}"] * grouped[f"{of}__{w}"] / total / total - 1.0

    by_region = {branch.region: (branch.of_region, choice) for branch, choice in squares}
    square = squared(by_region.pop(NATION)[1]) if NATION in by_region else ibis.null("float64")
    if by_region:
        square = ibis.cases(*((test, squared(choice)) for test, choice in by_region.values()), else_=square)
    columns = {f"{own}__square": ibis.ifelse(grouped[f"{of}__bad"] == 0, square, ibis.null("float64"))}
    if requirement is not None:
        national = {branch.chosen.get(declared.keyed_by, ""): n for branch, n in limits if branch.region == NATION}
        differing = [(b, n) for b, n in limits if national.get(b.chosen.get(declared.keyed_by, "")) != n]
        tests = [(branch.condition, ibis.literal(number)) for branch, number in differing]
        tests += [(branch.condition, ibis.literal(n)) for branch, n in limits if branch.region == NATION]
        columns[f"{own}__limit"] = ibis.cases(*tests, else_=ibis.null("float64")) if tests else ibis.null("float64")
    return columns


def _judged(made: Table, declared: type[Dispersion]) -> dict[str, Column]:
    """From the square and the limit to the coefficient, its verdict, and the reason why there is none."""
    of, own = declared.of.code.rpartition(".")[2], declared.code.rpartition(".")[2]
    if f"{own}__square" not in made.columns:
        return {name: made[name] for name in (f"{own}__cv", f"{own}__meets", f"{own}__close", f"{own}__reason")}
    square = made[f"{own}__square"]
    # greatest() passes NULL over: without the condition an unknown spread would be 0, and within every limit.
    root = ibis.ifelse(square.isnull(), ibis.null("float64"), ibis.greatest(square, 0.0).sqrt())
    tests = [
        (made[f"{of}__bad"] > 0, "school"),
        (made[f"{of}__n"] == 0, "no-schools"),
        (made[f"{own}__square"].isnull(), "mean-zero"),
    ]
    meets, is_close, cv = ibis.null("boolean"), ibis.literal(False), root
    if declared.requires is not None:
        limit = made[f"{own}__limit"]
        tests.append((limit.isnull(), "no-figure threshold"))
        meets, is_close = root <= limit, ((root - limit).abs() <= CLOSE).fill_null(False)
        cv = ibis.ifelse(limit.isnull(), ibis.null("float64"), root)
    reason = ibis.cases(*tests, else_=ibis.null("string"))
    return {f"{own}__cv": cv, f"{own}__meets": meets, f"{own}__close": is_close, f"{own}__reason": reason}


def mean_variation(spreads: Table, declared: type[MeanDispersion]) -> Column:
    """The plain mean over what ``spread`` made; null where one of them has no value."""
    whole: Column = ibis.literal(0.0)
    for each in declared.of:
        whole = whole + spreads[f"{each.code.rpartition('.')[2]}__cv"]
    return whole / float(len(declared.of))
