"""What a rule of the reader is: a name, a reason, a pattern, and examples that hold it to its word.

Every rule that recognises something by a pattern is a :class:`Rule`. Its examples are run as tests
(``tests/test_rules.py``), so a colleague adds a rule by adding one entry with examples that hold and that must not.
Patterns see folded text (:mod:`.folding`): half-width digits and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .folding import fold


@dataclass(frozen=True, slots=True)
class Rule:
    """A named pattern. ``holds`` are texts it must find something in, ``fails`` texts in which it must find nothing."""

    name: str
    why: str
    pattern: re.Pattern[str]
    holds: tuple[str, ...]
    fails: tuple[str, ...]
    confidence: float = 1.0
    #: One of these characters stands in every text the rule finds something in; asking for them first is cheap.
    needs: re.Pattern[str] | None = None

    def may_find(self, folded: str) -> bool:
        """Whether folded text holds one of the characters the rule needs."""
        return self.needs is None or self.needs.search(folded) is not None

    def finds(self, text: str) -> bool:
        """Whether the rule finds something in ``text`` as printed."""
        return self.pattern.search(fold(text)) is not None


class RuleBook:
    """The rules of one kind, in order of precedence; names are unique."""

    def __init__(self, title: str, *rules: Rule) -> None:
        names = [rule.name for rule in rules]
        if len(set(names)) != len(names):
            raise ValueError(f"rule book {title!r} has a name twice: {sorted(names)}")
        self.title = title
        self.rules = rules

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def first(self, folded: str) -> Rule | None:
        """The first rule that finds something in already folded text."""
        for rule in self.rules:
            if rule.pattern.search(folded):
                return rule
        return None


def rule(
    name: str,
    pattern: str,
    *,
    why: str,
    holds: tuple[str, ...],
    fails: tuple[str, ...],
    confidence: float = 1.0,
    needs: str = "",
) -> Rule:
    """Write a rule in one call; the pattern is compiled once."""
    needed = re.compile(f"[{re.escape(needs)}]") if needs else None
    return Rule(name, why, re.compile(pattern), holds, fails, confidence, needed)
