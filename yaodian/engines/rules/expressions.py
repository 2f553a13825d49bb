"""Formulas as values: declared once with ordinary operators, evaluated twice (exactly, and as columns).

A formula is a function of ``given`` and ``law``: ``100 * given.teachers / given.pupils``. Called once when its class is
created, it yields a tree of the nodes below. ``evaluate`` walks the tree with fractions, ``columns`` with Ibis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .exact import shown
from .quantities import Kind, Quantity


class Expression:
    """A node. Operators make larger nodes; a comparison makes a condition and never a Python truth value."""

    def __add__(self, other: Operand) -> Expression:
        return Binary("+", self, node(other))

    def __radd__(self, other: Operand) -> Expression:
        return Binary("+", node(other), self)

    def __sub__(self, other: Operand) -> Expression:
        return Binary("-", self, node(other))

    def __rsub__(self, other: Operand) -> Expression:
        return Binary("-", node(other), self)

    def __mul__(self, other: Operand) -> Expression:
        return Binary("*", self, node(other))

    def __rmul__(self, other: Operand) -> Expression:
        return Binary("*", node(other), self)

    def __truediv__(self, other: Operand) -> Expression:
        return Binary("/", self, node(other))

    def __rtruediv__(self, other: Operand) -> Expression:
        return Binary("/", node(other), self)

    def __ge__(self, other: Operand) -> Expression:
        return Compare("≥", self, node(other))

    def __le__(self, other: Operand) -> Expression:
        return Compare("≤", self, node(other))

    def __gt__(self, other: Operand) -> Expression:
        return Compare(">", self, node(other))

    def __lt__(self, other: Operand) -> Expression:
        return Compare("<", self, node(other))

    def __and__(self, other: Expression) -> Expression:
        return Logic("且", self, other)

    def __or__(self, other: Expression) -> Expression:
        return Logic("或", self, other)

    def __invert__(self) -> Expression:
        return Not(self)

    def __bool__(self) -> bool:
        raise TypeError("a formula has no truth value; write & and |, or when(condition, then, otherwise)")

    def parts(self) -> tuple[Expression, ...]:
        """The nodes directly below."""
        return ()

    def rebuilt(self, parts: tuple[Expression, ...]) -> Expression:
        """The same node over other parts."""
        return self


Operand = Expression | int | Fraction


@dataclass(frozen=True, eq=True)
class Constant(Expression):
    """A number of arithmetic (100 of «per hundred»), never a figure of the law."""

    number: Fraction

    def __str__(self) -> str:
        return shown(self.number, 6)


@dataclass(frozen=True)
class Input(Expression):
    """A given quantity."""

    quantity: Quantity

    def __str__(self) -> str:
        return self.quantity.label


@dataclass(frozen=True)
class Law(Expression):
    """A figure of the law, by its name in the indicator's file."""

    name: str
    label: str

    def __str__(self) -> str:
        return f"［{self.label}］"


@dataclass(frozen=True)
class Binary(Expression):
    """left sign right, for + - * /."""

    sign: str
    left: Expression
    right: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    def rebuilt(self, parts: tuple[Expression, ...]) -> Expression:
        return Binary(self.sign, *parts)

    def __str__(self) -> str:
        sign = {"*": "×", "/": "÷", "-": "−"}.get(self.sign, self.sign)
        return f"{_bracketed(self.left, self, False)} {sign} {_bracketed(self.right, self, True)}"


@dataclass(frozen=True)
class Compare(Expression):
    """left sign right, for ≥ ≤ > <; a condition."""

    sign: str
    left: Expression
    right: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    def rebuilt(self, parts: tuple[Expression, ...]) -> Expression:
        return Compare(self.sign, *parts)

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


@dataclass(frozen=True)
class Logic(Expression):
    """Two conditions, both (且) or either (或)."""

    word: str
    left: Expression
    right: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    def rebuilt(self, parts: tuple[Expression, ...]) -> Expression:
        return Logic(self.word, *parts)

    def __str__(self) -> str:
        return f"（{self.left}）{self.word}（{self.right}）"


@dataclass(frozen=True)
class Not(Expression):
    """The opposite of a condition."""

    of: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.of,)

    def rebuilt(self, parts: tuple[Expression, ...]) -> Expression:
        return Not(*parts)

    def __str__(self) -> str:
        return f"没有（{self.of}）"


@dataclass(frozen=True)
class Ceiling(Expression):
    """The least whole number that is not below its part."""

    of: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.of,)

    def rebuilt(self, parts: tuple[Expression, ...]) -> Expression:
        return Ceiling(*parts)

    def __str__(self) -> str:
        return f"进一取整（{self.of}）"


@dataclass(frozen=True)
class When(Expression):
    """``then`` where the condition holds, else ``otherwise``. All three must be known."""

    condition: Expression
    then: Expression
    otherwise: Expression

    def parts(self) -> tuple[Expression, ...]:
        return (self.condition, self.then, self.otherwise)

    def rebuilt(self, parts: tuple[Expression, ...]) -> Expression:
        return When(*parts)

    def __str__(self) -> str:
        return f"若{self.condition}则{self.then}，否则{self.otherwise}"


@dataclass(frozen=True)
class Choose(Expression):
    """One branch by the value of a text quantity (a stage); the others ask for nothing."""

    quantity: Quantity
    branches: tuple[tuple[str, Expression], ...]

    def __str__(self) -> str:
        return "；".join(f"{self.quantity.label}为{key}时：{branch}" for key, branch in self.branches)


@dataclass(frozen=True)
class Variant(Expression):
    """One branch by an option of the indicator, which is chosen by region and day and printed on the result."""

    option: str
    branches: tuple[tuple[str, Expression], ...]

    def __str__(self) -> str:
        return "；".join(f"［{key}］{branch}" for key, branch in self.branches)


def node(value: Operand) -> Expression:
    return value if isinstance(value, Expression) else Constant(Fraction(value))


def when(condition: Expression, then: Operand, otherwise: Operand) -> Expression:
    """``then`` where ``condition`` holds, else ``otherwise``."""
    return When(condition, node(then), node(otherwise))


def ceiling(of: Expression) -> Expression:
    """``of``, rounded up to a whole number."""
    return Ceiling(of)


def choose(by: Expression, /, **branches: Operand) -> Expression:
    """The branch that the text quantity ``by`` names: ``choose(given.stage, primary=…, junior=…)``."""
    if not isinstance(by, Input) or by.quantity.kind is not Kind.TEXT:
        raise TypeError("choose() takes a text quantity, such as given.stage")
    return Choose(by.quantity, tuple((key, node(branch)) for key, branch in branches.items()))


def variant(option: str, /, **branches: Operand) -> Expression:
    """The branch that the indicator's option of that name selects."""
    return Variant(option, tuple((key, node(branch)) for key, branch in branches.items()))


class Unanswered(LookupError):
    """A Choose or a Variant has no branch for what was chosen."""


def resolved(tree: Expression, chosen: Mapping[str, str]) -> Expression:
    """``tree`` with every Choose and Variant replaced by its branch. Raises Unanswered where there is none."""
    if isinstance(tree, Choose | Variant):
        name = tree.option if isinstance(tree, Variant) else tree.quantity.name
        branches = dict(tree.branches)
        if chosen.get(name) not in branches:
            raise Unanswered(name)
        return resolved(branches[chosen[name]], chosen)
    parts = tree.parts()
    if not parts:
        return tree
    return tree.rebuilt(tuple(resolved(part, chosen) for part in parts))


def walk(tree: Expression) -> Iterator[Expression]:
    """Every node, from the left; all branches."""
    yield tree
    below = tuple(branch for _, branch in tree.branches) if isinstance(tree, Choose | Variant) else tree.parts()
    for part in below:
        yield from walk(part)


def inputs(tree: Expression) -> tuple[Quantity, ...]:
    """The quantities that ``tree`` asks for, each once, in order; the ones it chooses by come first."""
    chosen = [each.quantity for each in walk(tree) if isinstance(each, Choose)]
    asked = [each.quantity for each in walk(tree) if isinstance(each, Input)]
    return tuple(dict.fromkeys([*chosen, *asked]))


def figure_names(tree: Expression) -> tuple[str, ...]:
    """The names of the figures of the law that ``tree`` reads."""
    return tuple(dict.fromkeys(each.name for each in walk(tree) if isinstance(each, Law)))


STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def _bracketed(part: Expression, above: Binary, is_right: bool) -> str:
    if isinstance(part, Compare | Logic | When):
        return f"（{part}）"
    if isinstance(part, Binary):
        weaker = STRENGTH[part.sign] < STRENGTH[above.sign]
        same_right = is_right and STRENGTH[part.sign] == STRENGTH[above.sign] and above.sign in "-/"
        if weaker or same_right:
            return f"（{part}）"
    return str(part)


# ---- The exact evaluation


class ZeroDivisor(ArithmeticError):
    """A divisor is 0; ``quantity`` names it where it is a given one."""

    def __init__(self, divisor: Expression) -> None:
        super().__init__(f"{divisor}是0")
        self.divisor = divisor


def value_of(
    tree: Expression, given: Mapping[str, Fraction | bool | str], law: Callable[[str], Fraction]
) -> Fraction | bool:
    """The exact value of a resolved ``tree``. Raises ZeroDivisor."""

    def number(part: Expression) -> Fraction:
        value = value_of(part, given, law)
        if isinstance(value, bool):
            raise TypeError(f"{part} is a condition where a number is needed")
        return value

    def truth(part: Expression) -> bool:
        value = value_of(part, given, law)
        if not isinstance(value, bool):
            raise TypeError(f"{part} is a number where a condition is needed")
        return value

    match tree:
        case Constant(fixed):
            return fixed
        case Input(quantity):
            found = given[quantity.name]
            if isinstance(found, str):
                raise TypeError(f"{quantity.label} is text where a number is needed")
            return found
        case Law(name):
            return law(name)
        case Binary("+", left, right):
            return number(left) + number(right)
        case Binary("-", left, right):
            return number(left) - number(right)
        case Binary("*", left, right):
            return number(left) * number(right)
        case Binary("/", left, right):
            divisor = number(right)
            if divisor == 0:
                raise ZeroDivisor(right)
            return number(left) / divisor
        case Compare(sign, left, right):
            return COMPARE[sign](number(left), number(right))
        case Logic("且", left, right):
            return truth(left) & truth(right)
        case Logic(_, left, right):
            return truth(left) | truth(right)
        case Not(of):
            return not truth(of)
        case Ceiling(of):
            return Fraction(math.ceil(number(of)))
        case When(condition, then, otherwise):
            return value_of(then if truth(condition) else otherwise, given, law)
    raise TypeError(f"{tree!r} is not resolved")


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "≥": lambda left, right: bool(left >= right),
    "≤": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    "<": lambda left, right: bool(left < right),
}
