"""The door of the writers: one function a kind of constraint, chosen by its type."""

from __future__ import annotations

from functools import singledispatch

from yaodian.engines.scheduling.timetabling.constraints.base import Constraint

from .paper import Paper


@singledispatch
def say(constraint: Constraint, paper: Paper) -> None:
    """Writes a constraint in FET's words, or notes that FET has none for it."""
    paper.refuse(
        constraint.name,
        f"FET 没有这类约束（{type(constraint).__name__}）",
        f"FET has no such kind ({type(constraint).__name__})",
    )
