"""Every rule of the reader does what its own examples say."""

from __future__ import annotations

import re

import pytest

from yaodian.engines.reading import chrome, deadlines, masks, numbering, policies, responsible, schedules, systems
from yaodian.engines.reading.folding import fold
from yaodian.engines.reading.rules import RuleBook, rule

BOOKS = (
    chrome.CHROME,
    numbering.NUMBERING,
    responsible.FORMS,
    deadlines.FORMS,
    masks.MASKS,
    policies.NO_DOCUMENT,
    systems.NO_SYSTEM,
    schedules.FORMS,
    schedules.RECURRENCES,
)
RULES = [pytest.param(book.title, each, id=f"{book.title}/{each.name}") for book in BOOKS for each in book]


@pytest.mark.parametrize(("title", "each"), RULES)
def test_a_rule_finds_what_it_must_and_nothing_else(title: str, each: object) -> None:
    assert each.holds, f"rule {each.name} of {title} has no example that holds"
    for text in each.holds:
        assert each.may_find(fold(text)), f"{each.name} needs a character that {text!r} lacks"
        assert each.finds(text), f"{each.name} must find something in {text!r}"
    if title == "deadlines":  # Its forms are only candidates: the readers beside them refuse what is no deadline.
        for text in each.fails:
            assert not deadlines.moments_in(fold(text), 2026), f"{text!r} holds no deadline"
        return
    for text in each.fails:
        assert not each.finds(text), f"{each.name} must find nothing in {text!r}"


@pytest.mark.parametrize(("title", "each"), RULES)
def test_a_rule_gives_its_reason(title: str, each: object) -> None:
    assert each.why.endswith("."), f"rule {each.name} of {title} needs a reason that is a sentence"
    assert each.fails, f"rule {each.name} of {title} needs an example that must not hold"


def test_a_rule_book_refuses_a_name_twice() -> None:
    one = rule("same", "a", why="A.", holds=("a",), fails=("b",))
    with pytest.raises(ValueError, match="twice"):
        RuleBook("book", one, one)


def test_folding_keeps_every_place() -> None:
    printed = "1．加强(试行)——“十四五”末达到９５％;〔责任单位:基教科〕"
    assert len(fold(printed)) == len(printed)
    assert fold("９５％") == "95%"
    assert re.fullmatch(r"[\x20-\x7e]+", fold(":;,()"))
