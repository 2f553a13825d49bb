"""Text as WordprocessingML: whatever people wrote is shown as they wrote it, and can be nothing but text.

A document is written as markup and parsed at once: building it element by element takes seconds for a county.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

# What XML cannot hold, other controls, and marks that turn the direction of what follows.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
TWENTIETHS_PER_MM = 56.6929
"""Word counts lengths in twentieths of a point."""


@dataclass(frozen=True)
class Mark:
    """A reference in brackets that leads to the place of this name."""

    label: str
    place: str


Piece = str | Mark
Line = Sequence[Piece] | str
"""Text with references in it. A line break in a text is one on the page."""


@dataclass
class Places:
    """Numbers of bookmarks, which are unique in a document."""

    count: int = field(default=0)

    def around(self, place: str, inner: str) -> str:
        """`inner` as the place of this name; without a name, as it is."""
        if not place:
            return inner
        self.count += 1
        return (
            f'<w:bookmarkStart w:id="{self.count}" w:name={quoteattr(place)}/>{inner}<w:bookmarkEnd w:id="{self.count}"/>'
        )  # fmt: skip


def printable(text: str) -> str:
    """The text without what a page cannot show; every other character stays, those of four bytes included. Idempotent."""
    return _UNPRINTABLE.sub("", _BREAKS.sub("\n", text)).replace("\t", " ")


def twentieths(millimetres: float) -> int:
    return round(millimetres * TWENTIETHS_PER_MM)


def look(
    face: str = "",
    size_pt: float = 0,
    *,
    is_bold: bool = False,
    colour: str = "",
    latin: str = "",
    is_hidden: bool = False,
    is_raised: bool = False,
    width_percent: int = 100,
) -> str:
    """The properties of a run, in the order that the schema asks for. What is not said is the style's."""
    names = f' w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{latin}"' if latin else ""
    names += f' w:eastAsia="{face}"' if face else ""
    return (
        (f"<w:rFonts{names}/>" if names else "")
        + ("<w:b/>" if is_bold else "")
        + ("<w:vanish/>" if is_hidden else "")
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + (f'<w:w w:val="{width_percent}"/>' if width_percent != 100 else "")
        + (f'<w:sz w:val="{round(size_pt * 2)}"/><w:szCs w:val="{round(size_pt * 2)}"/>' if size_pt else "")
        + ('<w:vertAlign w:val="superscript"/>' if is_raised else "")
    )


def run(text: str, properties: str = "") -> str:
    """A run of one look; a line break in the text is one on the page."""
    said = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in printable(text).split("\n"))
    return f"<w:r><w:rPr>{properties}</w:rPr>{said}</w:r>" if properties else f"<w:r>{said}</w:r>"


def link(mark: Mark, properties: str) -> str:
    """A reference that can be followed."""
    return f'<w:hyperlink w:anchor={quoteattr(mark.place)} w:history="1">{run(mark.label, properties)}</w:hyperlink>'


def page_number(properties: str = "") -> str:
    """The number of the page between two dashes, as official papers have it."""
    shape = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    inner = (
        '<w:fldChar w:fldCharType="begin"/>',
        '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    )
    return (
        run("— ", properties) + "".join(f"<w:r>{shape}{piece}</w:r>" for piece in inner) + run(" —", properties)
    )  # fmt: skip
