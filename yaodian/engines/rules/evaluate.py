"""The plain evaluator: one indicator for one entity, exact, with everything it used on the result."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

from . import exact
from .expressions import COMPARE, Expression, Formula, Input, Plain, Unanswered, ZeroDivisor
from .figures import NATION
from .indicator import Declared, Dispersion, Indicator, MeanDispersion, Rule, Several
from .quantities import Absurd, Derived, Quantity, checked
from .results import (
    Completeness,
    Computed,
    FigureUsed,
    InputUsed,
    NotComputable,
    OptionUsed,
    Reason,
    Result,
    Verdict,
)
from .sources import Citation

P = ParamSpec("P")
R = TypeVar("R")
Row = Mapping[str, Any]
#: Results for rows that are asked more than once: by what was asked, and by the row's identity. The row is kept with its result, so
#: that no other row can take its identity.
Memory = dict[tuple[type[Indicator], int], tuple[Row, Result]]
PROBLEM = "problem"  # the name under which a row carries the Reason for which nothing of it can be believed


class Impossible(Exception):
    """Ends a decision with a reason; ``evaluate`` turns it into a NotComputable."""

    def __init__(self, code: str, sentence: str, quantity: str = "") -> None:
        super().__init__(sentence)
        self.reason = Reason(code, quantity, sentence)


def evaluate(
    declared: type[Indicator] | type[Rule] | type[Several],
    given: Row,
    *,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = NATION,
    origins: Mapping[str, str] | None = None,
    memory: Memory | None = None,
) -> Result:
    """The value of ``declared`` for one entity.

    ``given`` maps names of quantities to values; a name that is absent or None is missing, never 0. ``day`` is the day
    of the data; ``rules_on`` the day whose rules are applied (``day`` itself where None: the rules of then). ``region``
    is the county's code: its own figures stand over the province's, those over the nation's. ``origins`` says where
    each value came from, for the explanation. ``memory`` keeps the parts of a Several for a ``disperse`` that follows with the
    same rows, day, rules and region; the caller must keep the rows as they are as long as it keeps the memory.
    """
    run = _Run(declared, given, day, rules_on or day, region, origins or {}, memory)
    if isinstance(given.get(PROBLEM), Reason):
        return run.impossible(given[PROBLEM])
    if issubclass(declared, Rule):
        return run.rule(declared)
    return run.several(declared) if issubclass(declared, Several) else run.indicator(declared)


def disperse(
    declared: type[Dispersion] | type[MeanDispersion],
    rows: Sequence[Row],
    *,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = NATION,
    key: str = "",
    memory: Memory | None = None,
) -> Result:
    """The coefficient of variation over ``rows``, one per school of one stage (``key``) of a county.

    A school with 0 pupils is left out and named in the notes. A school whose value cannot be computed makes the whole
    not computable, because leaving it out would change every other school's verdict.
    """
    run = _Run(declared, {declared.keyed_by: key} if key else {}, day, rules_on or day, region, {}, memory)
    return run.mean(declared, rows, key) if issubclass(declared, MeanDispersion) else run.dispersion(declared, rows)


class _Run:
    """One evaluation: what was asked, and what has been used so far."""

    def __init__(
        self,
        declared: type[Declared],
        given: Row,
        day: datetime.date,
        rules_on: datetime.date,
        region: str,
        origins: Mapping[str, str],
        memory: Memory | None,
    ) -> None:
        self.declared, self.given = declared, given
        self.day, self.rules_on, self.region = day, rules_on, region
        self.origins = origins
        self.memory = {} if memory is None else memory
        self.inputs: dict[str, InputUsed] = {}
        self.figures: dict[tuple[str, str], FigureUsed] = {}
        self.options: dict[str, OptionUsed] = {}
        self.reasons: list[Reason] = []
        self.notes: list[str] = []
        self.details: list[Result] = []
        self.asked = 0
        self.since: datetime.date | None = None
        self.formula = ""

    # ---- The three kinds

    def indicator(self, declared: type[Indicator]) -> Result:
        found = declared.in_force(self.rules_on)
        if found is None:
            return self.not_in_force()
        self.since, tree = found
        formula = _formula(declared, self.since)
        try:
            chosen = {name: self.option(name) for name in declared.options}
            for quantity in formula.texts:
                self.take(quantity)
            if self.reasons:
                return self.impossible()
            chosen.update({name: str(used.value) for name, used in self.inputs.items() if isinstance(used.value, str)})
            plain = formula.plain(chosen)
        except Unanswered as unanswered:
            self.formula = str(tree)
            self.reasons.append(self.unanswered(str(unanswered.args[0])))
            return self.impossible()
        except Impossible as impossible:
            return self.impossible(impossible.reason)
        self.formula = plain.words
        for quantity in plain.inputs:
            self.take(quantity)
        self.compare_parts()
        if self.reasons:
            return self.impossible()
        values = {name: used.value for name, used in self.inputs.items()}
        try:
            value = plain.value(values, self.law)
            verdict = self.judge(value, plain)
        except ZeroDivisor as zero:
            return self.impossible(_zero(zero.divisor))
        except Impossible as impossible:
            return self.impossible(impossible.reason)
        return self.computed(value, verdict)

    def rule(self, declared: type[Rule]) -> Result:
        found = declared.in_force(self.rules_on)
        if found is None:
            return self.not_in_force()
        self.since, decide = found
        self.formula = declared.says
        try:
            for name in declared.options:
                self.option(name)
            value = decide(Values(self, declared), Numbers(self))
            verdict = self.judge(value, None)
        except Impossible as impossible:
            if impossible.reason not in self.reasons:
                self.reasons.append(impossible.reason)
            return self.impossible()
        return self.computed(value, verdict)

    def dispersion(self, declared: type[Dispersion], rows: Sequence[Row]) -> Result:
        self.formula = FORMULAS["pupil_weighted"]
        if declared.holds_from > self.rules_on:
            return self.not_in_force()
        self.since = declared.holds_from
        try:
            method = self.option("method")
        except Impossible as impossible:
            return self.impossible(impossible.reason)
        self.formula = FORMULAS[method]
        weight = self.declared.book.quantities[declared.weight]
        pairs: list[tuple[Fraction, Fraction]] = []
        self.asked = 0
        for row in rows:
            name = str(row.get("school", "学校"))
            if PROBLEM not in row and row.get(declared.weight) in (0, "0"):
                self.notes.append(f"{name}{weight.label}为0，不参加计算")
                continue
            self.asked += 1
            result = self.part(declared.of, row)
            self.details.append(result)
            if isinstance(result, NotComputable):
                self.reasons.append(
                    Reason(result.reasons[0].code, result.reasons[0].quantity, f"{name}：{result.reasons[0].sentence}")
                )
                continue
            try:
                pupils = checked(weight, row.get(declared.weight))
            except Absurd as absurd:
                self.reasons.append(Reason(absurd.code, weight.name, f"{name}：{absurd}"))
                continue
            assert isinstance(pupils, Fraction)
            assert isinstance(result.value, Fraction)
            pairs.append((result.value, pupils))
        if self.reasons:
            return self.impossible()
        if not pairs:
            return self.impossible(Reason("no-schools", "", "没有可以计算的学校"))
        square = squared_variation(pairs, is_weighted=method == "pupil_weighted")
        if square is None:
            return self.impossible(Reason("mean-zero", "", "平均值为0，差异系数没有意义"))
        if len(pairs) == 1:
            self.notes.append("本学段只有一所学校，差异系数为0")
        try:
            verdict = self.judge_root(square)
        except Impossible as impossible:
            return self.impossible(impossible.reason)
        return self.computed(exact.root(square, 30), verdict)

    def mean(self, declared: type[MeanDispersion], rows: Sequence[Row], key: str) -> Result:
        self.formula = f"{len(declared.of)}项差异系数的算术平均"
        if declared.holds_from > self.rules_on:
            return self.not_in_force()
        self.since = declared.holds_from
        self.asked = len(declared.of)
        for each in declared.of:
            result = disperse(
                each, rows, day=self.day, rules_on=self.rules_on, region=self.region, key=key, memory=self.memory
            )
            self.details.append(result)
            if isinstance(result, NotComputable):
                self.reasons.extend(
                    Reason(r.code, r.quantity, f"{each.label}：{r.sentence}") for r in result.reasons[:1]
                )  # one reason an indicator: the details hold all
        if self.reasons:
            return self.impossible()
        value = sum((each.value for each in self.details if isinstance(each, Computed)), Fraction(0)) / self.asked
        try:
            verdict = self.judge(value, None)
        except Impossible as impossible:
            return self.impossible(impossible.reason)
        return self.computed(value, verdict)

    def several(self, declared: type[Several]) -> Result:
        self.formula = f"{len(declared.of)}项指标中规定项数达到标准值，其余各项不低于标准值的规定比例"
        if declared.holds_from > self.rules_on:
            return self.not_in_force()
        self.since = declared.holds_from
        self.asked = len(declared.of)
        try:
            least, floor = self.law("least"), self.law("floor")
        except Impossible as impossible:
            return self.impossible(impossible.reason)
        reached, short, too_low = 0, 0, 0
        for each in declared.of:
            result = self.part(each, self.given)
            self.details.append(result)
            if isinstance(result, NotComputable):
                self.reasons.extend(reason for reason in result.reasons if reason not in self.reasons)
            elif result.verdict and result.verdict.meets:
                reached += 1
            else:
                short += 1
                assert each.requires is not None
                threshold = next(used.number for used in result.figures if used.name == each.requires.figure)
                if result.value < floor * threshold:
                    too_low += 1
                    self.notes.append(f"{each.label}低于标准值的{exact.shown(floor * 100)}%")
        # What is missing cannot save a school that fails already, nor harm one whose every figure is known.
        if too_low == 0 and short <= len(declared.of) - least and self.reasons:
            return self.impossible()
        self.reasons.clear()
        meets = too_low == 0 and reached >= least
        self.notes.insert(0, f"{len(declared.of)}项中{reached}项达到标准值")
        return self.computed(meets, self.judge(meets, None))

    def part(self, declared: type[Indicator], row: Row) -> Result:
        """The result of an indicator that this one is made of, from memory where it was asked before."""
        known = self.memory.get((declared, id(row)))
        if known is None:
            result = evaluate(
                declared, row, day=self.day, rules_on=self.rules_on, region=self.region, origins=self.origins
            )
            known = self.memory[declared, id(row)] = row, result
        return known[1]

    # ---- Inputs, figures, options

    def take(self, quantity: Quantity) -> Fraction | bool | str | None:
        """The checked value of ``quantity``; None, and a reason, where it is missing or absurd."""
        if quantity.name in self.inputs:
            return self.inputs[quantity.name].value
        if any(reason.quantity == quantity.name for reason in self.reasons):
            return None
        self.asked += 1
        value = self.given.get(quantity.name)
        if value is None or value == "":
            self.reasons.append(Reason("missing", quantity.name, f"缺少{quantity.label}"))
            return None
        try:
            good = checked(quantity, value)
        except Absurd as absurd:
            self.reasons.append(Reason(absurd.code, quantity.name, str(absurd)))
            return None
        origin = value.how if isinstance(value, Derived) else self.origins.get(quantity.name, "")
        self.inputs[quantity.name] = InputUsed(quantity.name, quantity.label, quantity.unit, good, origin)
        return good

    def compare_parts(self) -> None:
        """A part that exceeds its whole is absurd, also where the formula does not ask for the whole but it was reported."""
        quantities = self.declared.book.quantities
        for name, used in list(self.inputs.items()):
            part_of = quantities[name].part_of
            whole = self.beside(part_of) if part_of else None
            if whole is not None and isinstance(used.value, Fraction) and used.value > whole:
                self.reasons.append(
                    Reason(
                        "over-whole",
                        name,
                        f"{used.label}（{exact.shown(used.value)}）多于"
                        f"{quantities[part_of].label}（{exact.shown(whole)}）；请核对报表",
                    )
                )

    def beside(self, name: str) -> Fraction | None:
        """A number that was reported, if it can be believed; only to compare with."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        try:
            good = checked(self.declared.book.quantities[name], value)
        except Absurd:
            return None
        return good if isinstance(good, Fraction) else None

    @property
    def key(self) -> str:
        value = self.given.get(self.declared.keyed_by, "")
        return value if isinstance(value, str) else ""

    def law(self, name: str, key: str | None = None) -> Fraction:
        """The figure in force. Raises Impossible where the law has none for that day, region and key."""
        sought = self.key if key is None else key
        used = _figure(self.declared, name, sought, self.rules_on, self.region)
        if used is None:
            for_key = f"（{sought}）" if sought else ""
            raise Impossible(
                "no-figure", f"{self.rules_on}没有生效的标准：{self.declared.figures[name].label}{for_key}", name
            )
        self.figures[name, sought] = used
        return used.number

    def option(self, name: str) -> str:
        """The choice in force, which the result will print."""
        used = _option(self.declared, name, self.rules_on, self.region)
        if used is None:
            raise Impossible("no-option", f"{self.rules_on}没有生效的口径：{self.declared.options[name].label}", name)
        self.options[name] = used
        return used.choice

    def unanswered(self, name: str) -> Reason:
        used = self.inputs.get(name)
        if used is None:
            return Reason("no-formula", name, f"{name}没有对应的算法")
        return Reason("not-for", name, f"{used.label}为「{used.value}」时没有这项指标")

    # ---- Verdicts

    def judge(self, value: Any, plain: Plain | None) -> Verdict | None:
        requirement = self.declared.requires
        if requirement is None:
            return None
        if requirement.sign == "holds":
            if not isinstance(value, bool):
                raise TypeError(f"{self.declared.code} requires a condition, its value is {value!r}")
            return Verdict(value, "符合要求" if value else "不符合要求")
        if not isinstance(value, Fraction):
            raise TypeError(f"{self.declared.code} is compared with a figure, its value is {value!r}")
        threshold = self.law(requirement.figure)
        meets = COMPARE[requirement.sign](value, threshold)
        gap = value - threshold if requirement.sign in "≥>" else threshold - value
        return Verdict(meets, self.sentence(value, threshold, meets), gap, *self.need(value, threshold, meets, plain))

    def sentence(self, value: Fraction, threshold: Fraction, meets: bool) -> str:
        """What was compared. Where rounding for the eye would show the other verdict, all digits that tell are shown."""
        assert self.declared.requires is not None
        scale = 100 if self.declared.unit == "%" else 1
        said = exact.shown(value * scale)
        if not meets and exact.rounded(value * scale) == exact.rounded(threshold * scale):
            said = f"{exact.shown(value * scale, 6)}（按未修约的数判定）"
        word = "达标" if meets else "不达标"
        return f"{word}：{said} {self.declared.requires.sign} {exact.shown(threshold * scale, 6)}" + (
            "" if meets else " 不成立"
        )

    def need(
        self, value: Fraction, threshold: Fraction, meets: bool, plain: Plain | None
    ) -> tuple[str, str, Fraction | None, Fraction | None]:
        """How much more of the lever would reach the threshold, for a formula that is linear in it, and what one more adds."""
        lever = self.declared.lever
        if not lever or plain is None or lever not in self.inputs:
            return "", "", None, None
        quantity = self.declared.book.quantities[lever]
        if meets:
            return quantity.label, quantity.unit, Fraction(0), None
        values = {name: used.value for name, used in self.inputs.items()}
        now = values[lever]
        assert isinstance(now, Fraction)
        slope = plain.value({**values, lever: now + 1}, self.law) - value
        if slope == 0:
            return "", "", None, None
        needed = (threshold - value) / slope
        step = Fraction(1, 10**quantity.decimals)
        rounded = (math.ceil(abs(needed) / step) * step) * (1 if needed > 0 else -1)
        return quantity.label, quantity.unit, rounded, slope

    def judge_root(self, square: Fraction) -> Verdict | None:
        """The verdict on a square root, from squares: exact."""
        requirement = self.declared.requires
        if requirement is None:
            return None
        limit = self.law(requirement.figure)
        meets = COMPARE[requirement.sign](square, limit * limit)
        value = exact.root(square, 30)
        return Verdict(meets, self.sentence(value, limit, meets), limit - value)

    # ---- Results

    def computed(self, value: Any, verdict: Verdict | None) -> Computed:
        return Computed(**self.said(), value=value, verdict=verdict)

    def impossible(self, *reasons: Reason) -> NotComputable:
        return NotComputable(**self.said(), reasons=(*self.reasons, *reasons))

    def not_in_force(self) -> NotComputable:
        return self.impossible(Reason("not-in-force", "", f"{self.rules_on}时这条规则尚未施行"))

    def said(self) -> dict[str, Any]:
        known = sum(isinstance(each, Computed) for each in self.details) if self.details else len(self.inputs)
        version = f"{self.declared.code}@{self.since}" if self.since else self.declared.code
        return {
            "indicator": self.declared.code,
            "label": self.declared.label,
            "unit": self.declared.unit,
            "day": self.day,
            "rules_on": self.rules_on,
            "region": self.region,
            "rule": version,
            "citation": _citation(self.declared),
            "formula": self.formula,
            "completeness": Completeness(known, self.asked),
            "inputs": tuple(self.inputs.values()),
            "figures": tuple(self.figures.values()),
            "options": tuple(self.options.values()),
            "details": tuple(self.details),
            "notes": tuple(self.notes),
        }


# What a class declares does not change, so that what is looked up in it is kept: a county asks the same a thousand times.


def _kept(function: Callable[P, R]) -> Callable[P, R]:
    # The cast gives the arguments their types back; to mypy a class with a method of its own is not hashable.
    return cast(Callable[P, R], lru_cache(maxsize=8192)(function))


@_kept
def _formula(declared: type[Indicator], since: datetime.date) -> Formula:
    return Formula(declared.formulas[since])


@_kept
def _citation(declared: type[Declared]) -> Citation:
    return declared.citation()


@_kept
def _figure(declared: type[Declared], name: str, key: str, rules_on: datetime.date, region: str) -> FigureUsed | None:
    figure = declared.figures[name]
    value = figure.at(rules_on, region=region, key=key)
    if value is None or value.number is None:
        return None
    citation = declared.book.citation(value.reference)
    return FigureUsed(
        name, figure.label, figure.unit, value.number, value.valid_from, value.region, citation, value.note
    )


@_kept
def _option(declared: type[Declared], name: str, rules_on: datetime.date, region: str) -> OptionUsed | None:
    option = declared.options[name]
    value = option.at(rules_on, region=region)
    if value is None:
        return None
    citation = declared.book.citation(value.reference)
    return OptionUsed(name, option.label, value.choice, option.choices[value.choice], citation)


class Values:
    """``given`` of a rule: exact values by attribute; a missing or absurd one ends the decision with its reason."""

    def __init__(self, run: _Run, declared: type[Rule]) -> None:
        self._run, self._declared = run, declared

    def __getattr__(self, name: str) -> Any:
        if name not in self._declared.asks:
            raise AttributeError(f"{self._declared.code} reads «{name}» but does not ask for it")
        value = self._run.take(self._declared.book.quantities[name])
        if value is None:
            raise Impossible(*_parts(next(reason for reason in self._run.reasons if reason.quantity == name)))
        return value

    def is_known(self, name: str) -> bool:
        """Whether the quantity was given at all."""
        return self._run.given.get(name) not in (None, "")

    def option(self, name: str) -> str:
        """The choice in force for an option of the rule."""
        return self._run.option(name)

    def note(self, sentence: str) -> None:
        """Put a remark on the result."""
        self._run.notes.append(sentence)


class Numbers:
    """``law`` of a rule: ``law.name`` for the case's key, ``law("name", key)`` for another."""

    def __init__(self, run: _Run) -> None:
        self._run = run

    def __getattr__(self, name: str) -> Fraction:
        if name not in self._run.declared.figures:
            raise AttributeError(f"{self._run.declared.code} has no figure «{name}»")
        return self._run.law(name)

    def __call__(self, name: str, key: str) -> Fraction:
        return self._run.law(name, key)


def _parts(reason: Reason) -> tuple[str, str, str]:
    return reason.code, reason.sentence, reason.quantity


def _zero(divisor: Expression) -> Reason:
    name = divisor.quantity.name if isinstance(divisor, Input) else ""
    return Reason("zero", name, f"{divisor}为0，不能作除数")


FORMULAS = {
    "pupil_weighted": "√(Σ(Pᵢ÷P)·(Xᵢ−X̄)²)÷X̄，X̄＝Σ(Pᵢ·Xᵢ)÷P，Pᵢ为学校学生数，P为本学段学生总数",
    "unweighted_population": "√(Σ(Xᵢ−X̄)²÷n)÷X̄，X̄＝ΣXᵢ÷n，n为学校数",
}


def squared_variation(pairs: Sequence[tuple[Fraction, Fraction]], *, is_weighted: bool) -> Fraction | None:
    """The square of the coefficient of variation of (value, weight) pairs, exact; None where the mean is 0."""
    weights = [weight if is_weighted else Fraction(1) for _, weight in pairs]
    whole = sum(weights, Fraction(0))
    total = sum((value * weight for (value, _), weight in zip(pairs, weights, strict=True)), Fraction(0))
    if whole == 0 or total == 0:
        return None
    squares = sum((value * value * weight for (value, _), weight in zip(pairs, weights, strict=True)), Fraction(0))
    return squares * whole / (total * total) - 1
