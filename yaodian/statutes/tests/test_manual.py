"""The manual says what is declared."""

from __future__ import annotations

from yaodian.statutes.book import BOOK
from yaodian.statutes.manual import lines, page


def test_every_notion_every_source_and_every_sentence_is_in_the_manual() -> None:
    text = page()
    for declared in BOOK:
        assert f"`{declared.code}`" in text
        assert f"### {declared.label}\n" in text
    for source in BOOK.sources:
        assert f"| `{source}` |" in text


def test_a_notion_in_the_manual_has_its_formula_figures_and_citations() -> None:
    said = "\n".join(lines(BOOK["staffing.required_establishment"]))
    assert "2001-10-08起" in said
    assert "2014-11-13起" in said
    assert "已废止" in said
    assert "国办发〔2001〕74号" in said
