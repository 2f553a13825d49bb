"""The cases beside each class: a sentence, a day, what is given, what must come out; and what cases must exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from .evaluate import disperse, evaluate
from .exact import BadArithmetic, arithmetic, rounded
from .figures import NATION
from .indicator import Declared, Dispersion, Indicator, MeanDispersion, Rule, Several
from .quantities import Kind
from .results import Computed, NotComputable, Result
from .texts import Malformed, day_of

KEYS = {
    "says",
    "on",
    "rules_on",
    "region",
    "given",
    "rows",
    "key",
    "expect",
    "places",
    "because",
    "meets",
    "needed",
    "options",
}
NOT_COMPUTABLE = "not computable"
WORDS = {"yes": True, "no": False}


def run_case(declared: type[Declared], case: Mapping[str, Any]) -> Result:
    """What the evaluator makes of a case. Raises Malformed."""
    at = f"{declared.code}: {case.get('says', 'a case without «says»')}"
    unknown = set(case) - KEYS
    if unknown or not {"says", "on", "expect"} <= set(case):
        raise Malformed(f"{at}: a case has says, on, given or rows, and expect; unknown: {sorted(unknown)}")
    day = day_of(case["on"], at)
    rules_on = day_of(case["rules_on"], at) if "rules_on" in case else None
    region = str(case.get("region", NATION))
    if issubclass(declared, Dispersion | MeanDispersion):
        rows = [{**read_given(declared, row), "school": str(row.get("school", number))}
                for number, row in enumerate(case["rows"], 1)]  # fmt: skip
        return disperse(declared, rows, day=day, rules_on=rules_on, region=region, key=str(case.get("key", "")))
    assert issubclass(declared, Indicator | Rule | Several)
    return evaluate(declared, read_given(declared, case.get("given", {})), day=day, rules_on=rules_on, region=region)


def read_given(declared: type[Declared], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a case: yes and no, texts, arithmetic; what is none of these stays the text it is, to be refused."""
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name == "school":
            continue
        if name not in declared.book.quantities:
            raise Malformed(f"{declared.code}: a case gives «{name}», which is no quantity")
        kind = declared.book.quantities[name].kind
        if value == "null":
            read[name] = None
        elif kind is Kind.FLAG:
            read[name] = WORDS.get(value, value)
        elif kind is Kind.TEXT:
            read[name] = value
        else:
            try:
                read[name] = arithmetic(value)
            except BadArithmetic:
                read[name] = value
    return read


def complaints(declared: type[Declared], case: Mapping[str, Any]) -> Iterator[str]:
    """Where the result of a case is not what the case expects."""
    result = run_case(declared, case)
    at = f"{declared.code}: {case['says']}"
    if case["expect"] == NOT_COMPUTABLE:
        if isinstance(result, Computed):
            yield f"{at}: it was computed: {result}"
        elif "because" not in case:
            yield f"{at}: say because of what (a code and a quantity, as «missing pupils»)"
        elif str(case["because"]) not in {f"{each.code} {each.quantity}".strip() for each in result.reasons}:
            found = ", ".join(f"{each.code} {each.quantity}".strip() for each in result.reasons)
            yield f"{at}: not computable because of «{found}», not «{case['because']}»"
        return
    if isinstance(result, NotComputable):
        yield f"{at}: {result}"
        return
    value, expected = result.value, read_expected(case, at)
    if isinstance(value, Fraction) and isinstance(expected, Fraction) and "places" in case:
        value = Fraction(rounded(value, int(case["places"])))
    if value != expected:
        yield f"{at}: the value is {value}, expected {expected}"
    if "meets" in case:
        meets = result.verdict.meets if result.verdict else None
        if meets is not WORDS.get(str(case["meets"])):
            yield f"{at}: meets is {meets}, expected {case['meets']}"
    if "needed" in case and (result.verdict is None or result.verdict.needed != arithmetic(str(case["needed"]))):
        yield f"{at}: needed is {result.verdict and result.verdict.needed}, expected {case['needed']}"
    for name, choice in case.get("options", {}).items():
        if choice not in {each.choice for each in result.options if each.name == name}:
            yield f"{at}: the option «{name}» was not «{choice}»"


def read_expected(case: Mapping[str, Any], at: str) -> Any:
    expected = str(case["expect"])
    if expected in WORDS:
        return WORDS[expected]
    try:
        return arithmetic(expected)
    except BadArithmetic as error:
        if any(sign in expected for sign in "+*/()"):
            raise Malformed(f"{at}: expect: {error}") from None
        return expected


def sides_missing(declared: type[Declared]) -> Iterator[str]:
    """Which sides of which threshold no case stands on.

    For each key of the required figure there must be a case that meets it and one that fails it, and for a Rule's or an
    indicator's figure one whose value equals it (a dispersion is a root and rarely does).
    """
    if not declared.cases:
        yield f"{declared.code}: it has no cases"
        return
    requirement = declared.requires
    if requirement is None:
        return
    keys: tuple[str, ...] = ("",)
    if requirement.figure:
        keys = tuple(dict.fromkeys(v.key for v in declared.figures[requirement.figure].values if v.number is not None))
    seen: set[tuple[str, str]] = set()
    for case in declared.cases:
        result = run_case(declared, case)
        if not isinstance(result, Computed) or result.verdict is None:
            continue
        key = str(case.get("key") or case.get("given", {}).get(declared.keyed_by, ""))
        for place in {key, ""}:
            seen.add((place, "meets" if result.verdict.meets else "fails"))
            if result.verdict.gap == 0:
                seen.add((place, "equals"))
    wanted = ["meets", "fails"]
    if requirement.figure and not issubclass(declared, Dispersion | MeanDispersion):
        wanted.append("equals")
    for key in keys:
        for side in wanted:
            if (key, side) not in seen:
                yield f"{declared.code}: no case {side} «{requirement.figure or 'the condition'}» {key}".rstrip()
