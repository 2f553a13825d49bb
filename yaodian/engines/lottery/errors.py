"""Why a list, a promise or a draw cannot be made, said so that a clerk can act on it."""

from __future__ import annotations


class Refused(ValueError):
    """What was given cannot be used: :meth:`message` says where, what, why and what to do, in a language."""

    def __init__(self, chinese: str, english: str, *, row: int | None = None) -> None:
        self.chinese = chinese
        self.english = english
        self.row = row
        super().__init__(chinese)

    def message(self, language: str = "zh") -> str:
        """One or two sentences in ``zh`` or ``en``; a row counts from 1 in what was given."""
        if language.startswith("en"):
            return self.english if self.row is None else f"Line {self.row}: {self.english}"
        return self.chinese if self.row is None else f"第 {self.row} 行：{self.chinese}"


class UnableToList(Refused):
    """No canonical list can be made of these lines."""


class UnableToPromise(Refused):
    """No promise can be made of this, or this is none."""


class UnableToDraw(Refused):
    """There is no seed: a value is missing, unreadable, or the promise says that nothing is drawn."""
