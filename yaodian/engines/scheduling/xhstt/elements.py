"""A bounded XML document, walked strictly: whatever is not expected is refused with its place, so that nothing is lost in silence."""

from __future__ import annotations

from functools import cache

from lxml import etree

from .refusals import UnreadableXhstt

_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}"
ROOT = "HighSchoolTimetableArchive"
MOST_BYTES = 64 << 20
MOST_TAGS = 4_000_000
# The largest number that the format's readers can be expected to hold.
MOST = 2**31 - 1


def root_of(document: bytes) -> Node:
    """The root element of an XHSTT file.

    Raises UnreadableXhstt for what is too large, no XML, not in an encoding that begins as ASCII does, or defines a document type.
    """
    if len(document) > MOST_BYTES:
        raise UnreadableXhstt("too-large", what="bytes", found=len(document), most=MOST_BYTES)
    if b"\0" in document:
        raise UnreadableXhstt("encoding")
    tags = document.count(b"<")
    if tags > MOST_TAGS:
        raise UnreadableXhstt("too-large", what="tags", found=tags, most=MOST_TAGS)
    # Before anything is parsed: entities of a document type could be expanded while it is.
    if b"<!DOCTYPE" in document.partition(f"<{ROOT}".encode())[0]:
        raise UnreadableXhstt("doctype")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise UnreadableXhstt("not-xml", line=line, detail=error.msg or "nothing there") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableXhstt("doctype")
    if root.tag != ROOT:
        raise UnreadableXhstt("root", found=root.tag)
    return Node(root, None)


class Node:
    """An element whose attributes and children have been named beforehand by :meth:`expect`."""

    __slots__ = ("_element", "_listed", "_one", "_parent", "name")

    _one: dict[str, Node]
    _listed: list[Node]

    def __init__(self, element: etree._Element, parent: Node | None) -> None:
        self._element = element
        self._parent = parent
        self.name = str(element.tag)

    @property
    def path(self) -> str:
        """From the root to here, with the Ids and references on the way."""
        known = self._element.get("Id") or self._element.get("Reference")
        step = f"{self.name} {known}" if known else self.name
        return f"{self._parent.path} / {step}" if self._parent is not None else step

    @property
    def where(self) -> str:
        """Path and line, for a refusal."""
        return f"{self.path} ({self._element.sourceline})"

    def refusal(self, code: str, **details: object) -> UnreadableXhstt:
        return UnreadableXhstt(code, where=self.where, **details)

    def expect(self, one: str = "", many: str = "", attributes: str = "") -> Node:
        """Itself, after every attribute and child has been found among these names, and each of ``one`` at most once."""
        single, several, known = _words(one), _words(many), _words(attributes)
        for attribute in self._element.attrib:
            # Where a schema lies says nothing about the timetable.
            if attribute not in known and not str(attribute).startswith(_SCHEMA):
                raise self.refusal("unknown-attribute", name=attribute)
        self._one, self._listed = {}, []
        self._bare_text(self._element.text)
        for element in self._element:
            child = Node(element, self)
            name = child.name
            self._bare_text(element.tail)
            if name in several:
                self._listed.append(child)
            elif name not in single:
                raise child.refusal("unknown-element", name=name, known=f"{one} {many}".strip() or "–")
            elif name in self._one:
                found = sum(1 for other in self._element if other.tag == name)
                raise self.refusal("doubled", name=name, found=found)
            else:
                self._one[name] = child
        return self

    def _bare_text(self, text: str | None) -> None:
        if text and not text.isspace():
            raise self.refusal("text", text=text.strip()[:40])

    def child(self, name: str) -> Node | None:
        return self._one.get(name)

    def needed(self, name: str) -> Node:
        if (child := self._one.get(name)) is None:
            raise self.refusal("missing", name=name)
        return child

    def children(self) -> list[Node]:
        """The children of which there may be many, in their order in the file."""
        return self._listed

    def list_of(self, name: str, member: str) -> list[Node]:
        """The members of a child that is nothing but a list of them; empty where it is absent."""
        child = self._one.get(name)
        return child.expect(many=member).children() if child is not None else []

    def attribute(self, name: str) -> str:
        value = self._element.get(name)
        if value is None or not value.strip():
            raise self.refusal("missing", name=name)
        return value

    def optional_attribute(self, name: str) -> str:
        return self._element.get(name) or ""

    def reference(self) -> str:
        """The Id to which an element that is nothing but a reference refers."""
        self.expect(attributes="Reference")
        return self.attribute("Reference")

    def text(self) -> str:
        """The text of an element that has nothing else."""
        for child in self._element:
            raise Node(child, self).refusal("unknown-element", name=child.tag, known="–")
        for attribute in self._element.attrib:
            raise self.refusal("unknown-attribute", name=attribute)
        return (self._element.text or "").strip()

    def text_of(self, name: str) -> str:
        """The text of a child; empty where it is absent."""
        child = self._one.get(name)
        return child.text() if child is not None else ""

    def number(self, least: int = 0) -> int:
        """The whole number that is the text of this element."""
        text = self.text()
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST)) and least <= int(text) <= MOST:
            return int(text)
        raise self.refusal("number", found=text[:40], least=least, most=MOST)

    def number_of(self, name: str, default: int = 0, *, least: int = 0) -> int:
        """The number in a child, or the default where it is absent."""
        child = self._one.get(name)
        return child.number(least) if child is not None else default

    def maximum_of(self, name: str) -> int | None:
        """The bound in a child; None where it is absent or the largest number there is."""
        found = self.number_of(name, MOST)
        return None if found == MOST else found

    def word(self, known: dict[str, object]) -> object:
        """What the text of this element means, of the words that it may be."""
        text = self.text()
        if text not in known:
            raise self.refusal("word", found=text[:40], known=", ".join(known))
        return known[text]


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())
