"""The XML of FET's files, opened with care: no document type, no entities, bounded size; and its values, asked for by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from .refusals import UnfitFetFile

MEGABYTE: Final = 1_000_000
LIMIT_MB: Final = 40
"""A school of 2,000 activities with all its constraints takes 1.5 MB."""


class Entry:
    """One element: its tag, the text of its children by name, each asked for as what it has to be. ``UnfitFetFile`` says where one is not."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self.tag = str(element.tag)

    def __iter__(self) -> Iterator[Entry]:
        for child in self._element:
            if isinstance(child.tag, str):
                yield Entry(child)

    def each(self, tag: str) -> Iterator[Entry]:
        """The children of this tag."""
        return (child for child in self if child.tag == tag)

    def only(self, tag: str) -> Entry:
        """The child of this tag. Refuses: ``missing``."""
        for child in self.each(tag):
            return child
        raise UnfitFetFile("missing", where=self.tag, what=tag)

    @property
    def value(self) -> str:
        """The text as it stands: FET tells names apart by their blanks."""
        return self._element.text or ""

    @property
    def attributes(self) -> dict[str, str]:
        return {str(name): str(value) for name, value in self._element.attrib.items()}

    def text(self, *tags: str, default: str | None = None) -> str:
        """The text of the first child of one of these tags. Refuses: ``missing`` unless there is a default."""
        for child in self:
            if child.tag in tags:
                return child.value
        if default is None:
            raise UnfitFetFile("missing", where=self.tag, what=tags[0])
        return default

    def texts(self, *tags: str) -> tuple[str, ...]:
        return tuple(child.value for child in self if child.tag in tags)

    def number(self, *tags: str, default: int | None = None) -> int:
        """A whole number of 0 or more. Refuses: ``missing``, ``number``."""
        text = self.text(*tags, default="" if default is not None else None).strip()
        if text == "" and default is not None:
            return default
        try:
            found = int(text)
        except ValueError:
            found = -1
        if found < 0:
            raise UnfitFetFile(
                "number",
                where=self.tag,
                what=tags[0],
                found=text,
                expected=("不小于 0 的整数", "a whole number of 0 or more"),
            )
        return found

    def flag(self, *tags: str, default: bool | None = None) -> bool:
        """«true» or «false». Refuses: ``missing``, ``number``."""
        text = self.text(*tags, default="" if default is not None else None).strip().lower()
        if text == "" and default is not None:
            return default
        if text not in ("true", "yes", "1", "false", "no", "0"):
            raise UnfitFetFile(
                "number",
                where=self.tag,
                what=tags[0],
                found=text,
                expected=(" true 或 false", "true or false"),
            )
        return text in ("true", "yes", "1")


def opened(data: bytes, root: str) -> Entry:
    """The root element of a file. Refuses: ``too-large``, ``declares``, ``broken``, ``not-fet``."""
    if len(data) > LIMIT_MB * MEGABYTE:
        raise UnfitFetFile("too-large", found=len(data) // MEGABYTE, limit=LIMIT_MB)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        element = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        # What the parser says of entities it met is not the reason the file is refused for.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise UnfitFetFile("declares") from None
        line = error.lineno or 1
        raise UnfitFetFile("broken", where=(f"第 {line} 行", f"line {line}")) from None
    except ValueError:
        raise UnfitFetFile("broken", where=("编码", "encoding")) from None
    if element.getroottree().docinfo.doctype or element.getroottree().docinfo.internalDTD is not None:
        raise UnfitFetFile("declares")
    entry = Entry(element)
    if entry.tag != root:
        raise UnfitFetFile("not-fet", found=entry.tag[:80], expected=root)
    return entry
