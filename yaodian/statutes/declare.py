"""The law as code: what the classes of the statutes derive from, and the book they are entered in as they are created.

One class per notion, its figures and cases in the YAML of the same name beside it. ``yaodian.statutes.book.BOOK`` is the
book with every statute in it. Each folder is one document or one subject (``folders.yaml``); ``sources.yaml`` lists the
documents, ``quantities.yaml`` what may be given; a folder may add a ``quantities.yaml`` of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

from yaodian.engines import rules

FOLDER = Path(__file__).parent


def _beside(declared: type) -> str:
    """The text of the YAML file beside the module that declares a class."""
    module = sys.modules[declared.__module__]
    assert module.__file__ is not None
    path = Path(module.__file__).with_suffix(".yaml")
    if not path.is_file():
        raise rules.NotDeclared(f"{declared.__module__}: {path.name} is missing; it holds its figures and its cases")
    return path.read_text(encoding="utf-8")


BOOK = rules.Book(
    sources=(FOLDER / "sources.yaml").read_text(encoding="utf-8"),
    quantities=[
        path.read_text(encoding="utf-8")
        for path in [FOLDER / "quantities.yaml", *sorted(FOLDER.glob("*/quantities.yaml"))]
    ],
    beside=_beside,
)


FOLDERS = rules.read_mapping((FOLDER / "folders.yaml").read_text(encoding="utf-8"), "folders.yaml")


def title(folder: str) -> str:
    """What a statute is called."""
    return str(FOLDERS[folder]["title"])


class Indicator(rules.Indicator, abstract=True):
    """A formula of the law."""

    book = BOOK


class Rule(rules.Rule, abstract=True):
    """A decision of the law."""

    book = BOOK


class Dispersion(rules.Dispersion, abstract=True):
    """A coefficient of variation that the law limits."""

    book = BOOK


class MeanDispersion(rules.MeanDispersion, abstract=True):
    """A mean of coefficients of variation that the law limits."""

    book = BOOK


class Several(rules.Several, abstract=True):
    """So many of so many indicators."""

    book = BOOK
