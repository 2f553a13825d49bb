"""Cases as YAML: a sentence, a day, inputs, and what is expected, numbers as arithmetic that shows where they come from."""

from __future__ import annotations

import ast
import datetime
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


@dataclass(frozen=True, slots=True)
class Case:
    sentence: str
    day: datetime.date
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]


def read_cases(path: Path) -> list[Any]:
    """The cases of a file as parameters of a test. A case that lacks a part, or has one more, is an error."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
    cases = [Case(**entry) for entry in entries]
    assert len({case.sentence for case in cases}) == len(cases), f"{path}: a sentence stands twice"
    return [pytest.param(case, id=case.sentence) for case in cases]


def worth(text: object) -> Fraction:
    """The exact value of numbers joined by + - * / and brackets. Nothing else is read, and nothing is run."""
    return _worth(ast.parse(str(text), mode="eval").body, str(text))


def _worth(node: ast.expr, text: str) -> Fraction:
    match node:
        case ast.Constant() if type(node.value) in (int, float):
            return Fraction(ast.get_source_segment(text, node) or "")
        case ast.UnaryOp(op=ast.USub()):
            return -_worth(node.operand, text)
        case ast.BinOp() if type(node.op) in OPERATORS:
            return Fraction(OPERATORS[type(node.op)](_worth(node.left, text), _worth(node.right, text)))
    raise ValueError(f"“{text}” is not arithmetic")
