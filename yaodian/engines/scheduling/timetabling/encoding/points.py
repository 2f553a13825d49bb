"""What a constraint misses at one point of application: held to nothing, or paid for by its cost function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from yaodian.engines.scheduling.timetabling.constraints import busyness
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost

if TYPE_CHECKING:
    from .building import Building

Literal = Any  # CP-SAT's Booleans and their negations have no common public type.


class Point:
    """One point of application of one constraint: what is missed there is collected, then held to nothing or paid for."""

    def __init__(self, building: Building, constraint: Constraint) -> None:
        self.building = building
        self.constraint = constraint
        # Clashes stay out at any price: a piece that finds no place costs as much, and the model is far smaller.
        self.is_hard = constraint.required and (building.price is None or isinstance(constraint, busyness.AvoidClashes))
        self.terms: list[Any] = []
        self.coefficients: list[int] = []
        self.top = 0

    def literal(self, one: Literal | None, amount: int = 1) -> None:
        """If this is true, so much is missed."""
        if one is None or amount == 0:
            return
        if self.is_hard:
            self.building.model.add_bool_and([~one])
        else:
            self.amount(one, amount, amount)

    def amount(self, variable: Any, times: int, most: int) -> None:
        """``variable`` (≥ 0, minimised) times ``times`` is missed, ``most`` at most."""
        self.terms.append(variable)
        self.coefficients.append(times)
        self.top += most

    def outside(
        self,
        terms: Sequence[Any],
        minimum: int,
        maximum: int | None,
        *,
        coefficients: Sequence[int] | None = None,
        constant: int = 0,
        times: int = 1,
        most: int | None = None,
        unless: Literal | None = None,
    ) -> None:
        """By how much the sum of terms (Booleans unless ``most`` says how much they sum to) is outside. ``unless``: a Boolean that lifts the minimum."""
        model = self.building.model
        weights = list(coefficients) if coefficients is not None else [1] * len(terms)
        if most is None:
            most = sum(weight for weight in weights if weight > 0)
        least = sum(weight for weight in weights if weight < 0)
        over = maximum is not None and most + constant > maximum
        under = minimum > least + constant
        if not over and not under:
            return
        total = cp_model.LinearExpr.weighted_sum(list(terms), weights) if terms else cp_model.LinearExpr.constant(0)
        if self.is_hard:
            if coefficients is None and not constant and maximum == 1 and over:
                model.add_at_most_one(terms)
                over = False
            if unless is None and over and under:
                model.add_linear_constraint(total, minimum - constant, (maximum or 0) - constant)
                return
            if over:
                model.add(total <= (maximum or 0) - constant)
            if under:
                row = model.add(total >= minimum - constant)
                if unless is not None:
                    row.only_enforce_if(~unless)
            return
        span = max(most + constant - (maximum or 0) if over else 0, minimum - least - constant if under else 0)
        slack = model.new_int_var(0, span, "") if span > 1 else model.new_bool_var("")
        if over:
            model.add(total - slack <= (maximum or 0) - constant)
        if under:
            row = model.add(total + slack >= minimum - constant)
            if unless is not None:
                row.only_enforce_if(~unless)
        self.amount(slack, times, times * span)

    def close(self) -> None:
        """To be called once the point is complete."""
        if self.is_hard or not self.terms:
            return
        building = self.building
        weight = self.constraint.weight * (building.price or 1 if self.constraint.required else 1)
        if weight == 0:
            return
        if self.constraint.cost is Cost.LINEAR or (self.top == 1 and len(self.terms) == 1):
            for variable, times in zip(self.terms, self.coefficients, strict=True):
                building.charge(variable, weight * times)
            return
        total = cp_model.LinearExpr.weighted_sum(self.terms, self.coefficients)
        if self.constraint.cost is Cost.STEP:
            missed = building.model.new_bool_var("")
            building.model.add(total <= self.top * missed)
            building.charge(missed, weight)
            return
        # The k-th unit adds 2k - 1 to the square; units are interchangeable, so that the cheaper ones are taken first.
        units = [building.model.new_bool_var("") for _ in range(self.top)]
        building.model.add(total <= cp_model.LinearExpr.sum(units))
        for order, unit in enumerate(units):
            building.charge(unit, weight * (2 * order + 1))
