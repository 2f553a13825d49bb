"""Formulas as values: declared once with ordinary operators, evaluated twice (exactly, and as columns).

A formula is a function of ``given`` and ``law``: ``100 * given.teachers / given.pupils``. Called once when its class is
created, it yields a tree of the nodes below. ``evaluate`` makes an exact function of the tree, ``columns`` Ibis expressions.
"""

from __future__ import annotations

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


Pair = tuple[
    int, int
]  # numerator and divisor, not reduced, the divisor above 0: an exact number, quicker than a Fraction
Values = Mapping[str, Fraction | bool | str]
LawOf = Callable[[str], Fraction]
Step = Callable[[Values, LawOf], Pair | bool]


def compiled(tree: Expression) -> Callable[[Values, LawOf], Fraction | bool]:
    """The function that computes a resolved ``tree`` exactly. It raises ZeroDivisor."""
    step = _step(tree)

    def value(given: Values, law: LawOf) -> Fraction | bool:
        found = step(given, law)
        return found if isinstance(found, bool) else Fraction(*found)

    return value


def _step(tree: Expression) -> Step:
    match tree:
        case Constant(fixed):
            pair = (fixed.numerator, fixed.denominator)
            return lambda given, law: pair
        case Input(quantity):
            return _input(quantity)
        case Law(name):
            return lambda given, law: law(name).as_integer_ratio()
        case Binary(sign, left, right):
            return _binary(sign, left, right)
        case Compare(sign, left, right):
            compare, first, second = COMPARE[sign], _number(left), _number(right)

            def compared(given: Values, law: LawOf) -> bool:
                (a, b), (c, d) = first(given, law), second(given, law)
                return compare(a * d, c * b)

            return compared
        case Logic(word, left, right):
            one, other = _truth(left), _truth(right)
            if word == "且":
                return lambda given, law: one(given, law) & other(given, law)
            return lambda given, law: one(given, law) | other(given, law)
        case Not(of):
            opposite = _truth(of)
            return lambda given, law: not opposite(given, law)
        case Ceiling(of):
            whole = _number(of)

            def ceiled(given: Values, law: LawOf) -> Pair:
                numerator, divisor = whole(given, law)
                return -(-numerator // divisor), 1

            return ceiled
        case When(condition, then, otherwise):
            holds, yes, no = _truth(condition), _step(then), _step(otherwise)
            return lambda given, law: yes(given, law) if holds(given, law) else no(given, law)
    raise TypeError(f"{tree!r} is not resolved")


def _input(quantity: Quantity) -> Step:
    def found(given: Values, law: LawOf) -> Pair | bool:
        value = given[quantity.name]
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            raise TypeError(f"{quantity.label} is text where a number is needed")
        return value.as_integer_ratio()

    return found


def _binary(sign: str, left: Expression, right: Expression) -> Step:
    first, second = _number(left), _number(right)

    def added(given: Values, law: LawOf) -> Pair:
        (a, b), (c, d) = first(given, law), second(given, law)
        return a * d + c * b, b * d

    def taken(given: Values, law: LawOf) -> Pair:
        (a, b), (c, d) = first(given, law), second(given, law)
        return a * d - c * b, b * d

    def multiplied(given: Values, law: LawOf) -> Pair:
        (a, b), (c, d) = first(given, law), second(given, law)
        return a * c, b * d

    def divided(given: Values, law: LawOf) -> Pair:
        c, d = second(given, law)
        if c == 0:
            raise ZeroDivisor(right)
        a, b = first(given, law)
        return (a * d, b * c) if c > 0 else (-a * d, -b * c)

    return {"+": added, "-": taken, "*": multiplied, "/": divided}[sign]


def _number(tree: Expression) -> Callable[[Values, LawOf], Pair]:
    step = _step(tree)

    def number(given: Values, law: LawOf) -> Pair:
        value = step(given, law)
        if isinstance(value, bool):
            raise TypeError(f"{tree} is a condition where a number is needed")
        return value

    return number


def _truth(tree: Expression) -> Callable[[Values, LawOf], bool]:
    step = _step(tree)

    def truth(given: Values, law: LawOf) -> bool:
        value = step(given, law)
        if not isinstance(value, bool):
            raise TypeError(f"{tree} is a number where a condition is needed")
        return value

    return truth


class Formula:
    """A tree prepared for many evaluations: what it chooses by, and for each choice the plain formula, its words, its inputs."""

    def __init__(self, tree: Expression) -> None:
        self.tree = tree
        self.texts = tuple(quantity for quantity in inputs(tree) if quantity.kind is Kind.TEXT)
        self._plain: dict[tuple[tuple[str, str], ...], Plain] = {}

    def plain(self, chosen: Mapping[str, str]) -> Plain:
        """The formula for what was chosen. Raises Unanswered where there is none."""
        key = tuple(chosen.items())
        found = self._plain.get(key)
        if found is None:
            tree = resolved(self.tree, chosen)
            found = self._plain[key] = Plain(str(tree), inputs(tree), compiled(tree))
        return found


@dataclass(frozen=True)
class Plain:
    """A formula without choices: its words, what it asks for, and the function that computes it."""

    words: str
    inputs: tuple[Quantity, ...]
    value: Callable[[Values, LawOf], Fraction | bool]


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "≥": lambda left, right: bool(left >= right),
    "≤": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    "<": lambda left, right: bool(left < right),
}
