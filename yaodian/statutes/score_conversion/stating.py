"""What a conversion stands on, line by line: each figure and option in force, in words, with where it stands and how sure we are."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from yaodian.engines.rules import NATION, Reference

from .converted_score import ConvertedScore


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure or an option as a page prints it, in Chinese: `values` such as «A 15、B 35», `confidence` as its code and its meaning."""

    label: str
    values: str
    unit: str
    source: str
    article: str
    confidence: str
    meaning: str


def stated_on(day: datetime.date, *, region: str = NATION) -> tuple[Stated, ...]:
    """The formula, then all figures and options in force on a day in a region; empty before the first rule."""
    lines = [*_figures(day, region), *_options(day, region)]
    if not lines:
        return ()
    return (_line("公式与取整", ConvertedScore.says, "", ConvertedScore.reference), *lines)


def _figures(day: datetime.date, region: str) -> Iterator[Stated]:
    for figure in ConvertedScore.figures.values():
        found = [
            value
            for key in sorted(figure.keys)
            if (value := figure.at(day, region=region, key=key)) is not None and value.key == key
        ]
        if found:
            words = "、".join(f"{value.key} {value}".strip() for value in found)
            note = next((value.note for value in found if value.note), "")
            yield _line(figure.label, f"{words}（{note}）" if note else words, figure.unit, found[0].reference)


def _options(day: datetime.date, region: str) -> Iterator[Stated]:
    for option in ConvertedScore.options.values():
        chosen = option.at(day, region=region)
        if chosen is not None:
            yield _line(option.label, option.choices[chosen.choice], "", chosen.reference)


def _line(label: str, values: str, unit: str, reference: Reference) -> Stated:
    citation = ConvertedScore.book.citation(reference)
    return Stated(
        label, values, unit, str(citation.source), citation.article, citation.confidence.value, citation.confidence.meaning
    )  # fmt: skip
