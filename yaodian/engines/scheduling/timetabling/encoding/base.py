"""The door of the encodings: one function a kind of constraint, chosen by its type."""

from __future__ import annotations

from functools import singledispatch

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint

from .building import Building


@singledispatch
def encode(constraint: Constraint, building: Building) -> None:
    """Adds a constraint to the model, so that what it costs there is what ``verify`` says of it."""
    message = f"The solver cannot state constraints of the kind {type(constraint).__name__} ({constraint.name})."
    raise NotImplementedError(message)
