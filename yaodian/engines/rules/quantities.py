"""The vocabulary of what may be given to a formula, and what makes a given value absurd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .exact import Given, NotANumber, exact
from .texts import Malformed, entries, read_mapping


class Kind(StrEnum):
    """What sort of value a quantity is."""

    COUNT = "count"  # whole, not negative
    AMOUNT = "amount"  # not negative, `decimals` places
    SHARE = "share"  # 0 to 1, `decimals` places
    NUMBER = "number"  # any number, `decimals` places: a difference, a temperature
    FLAG = "flag"  # true or false: a judgement that a person made
    TEXT = "text"  # one of `choices`


@dataclass(frozen=True)
class Quantity:
    """One entry: its name, label, unit, kind, decimal places (-1: any), and the quantity of which it is a part."""

    name: str
    label: str
    unit: str
    kind: Kind
    decimals: int = 0
    part_of: str = ""
    choices: tuple[str, ...] = ()
    meaning: str = ""


TOO_LARGE = 10**15  # beyond it a product of two columns would not fit a 64-bit number


class Absurd(ValueError):
    """A given value that cannot be: the sentence says what stands there and why it cannot be."""

    def __init__(self, code: str, quantity: Quantity, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.quantity = quantity


def read_quantities(*texts: str) -> Mapping[str, Quantity]:
    """The vocabulary from its YAML, in one or several parts. Raises Malformed."""
    quantities: dict[str, Quantity] = {}
    for name, entry in (each for text in texts for each in entries(read_mapping(text, "quantities"))):
        at = f"quantities: {name}"
        if name in quantities:
            raise Malformed(f"{at}: it stands in two files")
        unknown = set(entry) - {"label", "unit", "kind", "decimals", "part_of", "choices", "meaning"}
        if unknown or not {"label", "kind"} <= set(entry):
            raise Malformed(f"{at}: label and kind are needed, {sorted(unknown)} are unknown")
        if not name.isidentifier():
            raise Malformed(f"{at}: a name is a Python identifier")
        try:
            kind = Kind(entry["kind"])
            decimals = int(entry.get("decimals", 0))
        except ValueError as error:
            raise Malformed(f"{at}: {error}") from None
        quantities[name] = Quantity(
            name=name,
            label=str(entry["label"]),
            unit=str(entry.get("unit", "")),
            kind=kind,
            decimals=decimals,
            part_of=str(entry.get("part_of", "")),
            choices=tuple(entry.get("choices", ())),
            meaning=str(entry.get("meaning", "")),
        )
    for quantity in quantities.values():
        if quantity.part_of and quantity.part_of not in quantities:
            raise Malformed(f"quantities: {quantity.name}: part_of names «{quantity.part_of}», which is no quantity")
    return quantities


@dataclass(frozen=True)
class Derived:
    """A value that was worked out and not reported: exact, with how it was made; a form's decimals do not bind it."""

    value: Fraction
    how: str


def checked(quantity: Quantity, value: Given | Derived) -> Fraction | bool | str:
    """``value`` as the exact value of ``quantity``. Raises Absurd with a reason a clerk understands."""
    if isinstance(value, Derived):
        if value.value < 0 and quantity.kind is not Kind.NUMBER:
            raise Absurd("negative", quantity, f"{quantity.label}算出负数 {value.value}（{value.how}）；请核对报表")
        return value.value
    if quantity.kind is Kind.FLAG:
        if not isinstance(value, bool):
            raise Absurd("not-a-flag", quantity, f"{quantity.label}应为「是」或「否」，报的是「{value}」")
        return value
    if quantity.kind is Kind.TEXT:
        if value not in quantity.choices:
            raise Absurd("unknown", quantity, f"{quantity.label}「{value}」不在{'、'.join(quantity.choices)}之中")
        return str(value)
    try:
        number = exact(value)
    except NotANumber:
        raise Absurd("text", quantity, f"{quantity.label}应是数，报的是「{value}」；请改成数") from None
    numerator, divisor = number.as_integer_ratio()  # compared as integers: quicker, and as exact
    if numerator < 0 and quantity.kind is not Kind.NUMBER:
        raise Absurd("negative", quantity, f"{quantity.label}报了负数 {value}；请核对报表")
    if quantity.kind is Kind.SHARE and numerator > divisor:
        raise Absurd("over-100", quantity, f"{quantity.label}报了 {value}，超过100%；比例按0到1报，请核对")
    if abs(numerator) >= TOO_LARGE * divisor:
        raise Absurd("too-large", quantity, f"{quantity.label}大得不可能；请核对报表和单位")
    if quantity.decimals >= 0 and 10**quantity.decimals % divisor != 0:
        said = "应是整数" if quantity.decimals == 0 else f"最多{quantity.decimals}位小数"
        raise Absurd("too-fine", quantity, f"{quantity.label}{said}，报的是 {value}；请核对单位")
    return number
