"""Automatic numbers of Word: ``numbering.xml`` and the styles that point to it, counted as Word counts.

ECMA-376 part 1, 17.9. Counters belong to the abstract list, so that lists that share one run on; an override of
the start restarts it once, at the first paragraph of that list; a level restarts when a level above it is used
unless ``lvlRestart`` says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from yaodian.engines.reading.formats import labels

LEVELS: Final = 9
_PLACE: Final = re.compile(r"%([1-9])")


def local(element: etree._Element) -> str:
    """The element's name without its namespace: transitional and strict files differ in nothing else."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child called ``name``."""
    if element is not None:
        for found in element:
            if local(found) == name:
                return found
    return None


def attribute(element: etree._Element | None, name: str) -> str | None:
    """The attribute called ``name`` in any namespace."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return None


def value(element: etree._Element | None, name: str) -> str | None:
    """The ``w:val`` of the child called ``name``."""
    return attribute(child(element, name), "val")


def integer(text: str | None, default: int) -> int:
    """``text`` as a number that fits a counter, else ``default``."""
    if text is None or not re.fullmatch(r"-?[0-9]{1,9}", text.strip()):
        return default
    return int(text)


@dataclass
class _Level:
    start: int = 1
    style: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    is_legal: bool = False
    paragraph_style: str | None = None


@dataclass
class _List:
    """A ``w:num``: its abstract list and what it overrides."""

    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    is_used: bool = False


class Numbering:
    """The lists of a document and their counters; :meth:`label` is called once a paragraph, in order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, list[int | None]] = {}
        links: dict[str, str] = {}
        styles: dict[str, str] = {}
        for element in root if root is not None else ():
            name = local(element)
            if name == "abstractNum":
                key = attribute(element, "abstractNumId") or ""
                self._abstract[key] = _levels(element)
                if link := value(element, "numStyleLink"):
                    links[key] = link
                if style := value(element, "styleLink"):
                    styles[style] = key
            elif name == "num":
                self._add_list(element)
        for key, link in links.items():
            if link in styles and not self._abstract[key]:
                self._abstract[key] = self._abstract[styles[link]]

    def _add_list(self, element: etree._Element) -> None:
        found = _List(value(element, "abstractNumId") or "")
        for override in element:
            if local(override) != "lvlOverride":
                continue
            level = integer(attribute(override, "ilvl"), 0)
            start = value(override, "startOverride")
            if start is not None:
                found.starts[level] = integer(start, 1)
            replaced = child(override, "lvl")
            if replaced is not None:
                found.levels[level] = _level(replaced)
        self._lists[attribute(element, "numId") or ""] = found

    def level_of_style(self, list_id: str, style: str) -> int:
        """The level of list ``list_id`` that is bound to the paragraph style, 0 where none is."""
        found = self._lists.get(list_id)
        if found is not None:
            for level, definition in self._abstract.get(found.abstract, {}).items():
                if definition.paragraph_style == style:
                    return level
        return 0

    def label(self, list_id: str, level: int) -> str:
        """Count a paragraph of list ``list_id`` at ``level`` (from 0); its number as printed, empty for a bullet."""
        found = self._lists.get(list_id)
        if found is None or not 0 <= level < LEVELS:
            return ""
        definitions = {**self._abstract.get(found.abstract, {}), **found.levels}
        definition = definitions.get(level)
        if definition is None:
            return ""
        counters = self._counters.setdefault(found.abstract, [None] * LEVELS)
        if not found.is_used:
            found.is_used = True
            for overridden, start in found.starts.items():
                if 0 <= overridden < LEVELS:
                    counters[overridden] = start - 1
        counter = counters[level]
        counters[level] = found.starts.get(level, definition.start) if counter is None else counter + 1
        for deeper in range(level + 1, LEVELS):
            restart = definitions[deeper].restart if deeper in definitions else None
            if restart is None or (restart > 0 and level < restart):
                counters[deeper] = None
        if definition.style == "bullet":
            return ""
        return self._shown(definition, definitions, counters)

    @staticmethod
    def _shown(definition: _Level, definitions: dict[int, _Level], counters: list[int | None]) -> str:
        def number(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            of_place = definitions.get(place, _Level())
            if counters[place] is None:
                # A level that was skipped counts as begun.
                counters[place] = of_place.start
            style = of_place.style
            if definition.is_legal and style not in ("none", "bullet"):
                style = "decimal"
            return labels.word_number(counters[place] or 0, style)

        return _PLACE.sub(number, definition.text)


def _levels(abstract: etree._Element) -> dict[int, _Level]:
    return {integer(attribute(element, "ilvl"), 0): _level(element) for element in abstract if local(element) == "lvl"}


def _level(element: etree._Element) -> _Level:
    style = "decimal"
    for found in element.iter():
        # A newer format stands in mc:AlternateContent with a plain one to fall back to.
        if local(found) == "numFmt":
            style = attribute(found, "val") or "decimal"
            if style != "custom":
                break
    restart = value(element, "lvlRestart")
    legal = child(element, "isLgl")
    return _Level(
        start=integer(value(element, "start"), 0 if value(element, "start") is None else 1),
        style=style,
        text=value(element, "lvlText") or "",
        suffix=value(element, "suff") or "tab",
        restart=integer(restart, 0) if restart is not None else None,
        is_legal=legal is not None and attribute(legal, "val") not in ("0", "false", "off"),
        paragraph_style=value(element, "pStyle"),
    )
