"""A minimal PDF writer for Chinese text: one font that names Unicode characters and embeds nothing.

Places are in points from the top left of an A4 page; a Chinese character is as wide as its size, an ASCII one half.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

WIDTH, HEIGHT = 595.0, 842.0
LEFT, SIZE, PITCH = 90.0, 14.0, 26.0


@dataclass
class Page:
    """One page: words at places, ruled boxes, and a picture that covers it where ``is_scan``."""

    words: list[tuple[float, float, float, str]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    is_scan: bool = False

    def put(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        """Print ``text`` with its baseline ``y`` below the top."""
        self.words.append((x, y, size, text))

    def centre(self, y: float, text: str, size: float = SIZE) -> None:
        """Print ``text`` in the middle of the line."""
        self.put((WIDTH - width(text, size)) / 2, y, text, size)

    def grid(self, x: float, y: float, widths: list[float], rows: list[list[str]], height: float = 30.0) -> float:
        """A ruled table; returns the height below it."""
        for row in rows:
            at = x
            for wide, cell in zip(widths, row, strict=True):
                self.boxes.append((at, y, wide, height))
                self.put(at + 4, y + height - 10, cell, 10)
                at += wide
            y += height
        return y


def width(text: str, size: float) -> float:
    """The printed width of ``text`` in points."""
    return sum(size / 2 if character < "\x7f" else size for character in text)


def paragraphs(
    texts: list[str],
    *,
    columns: int = 28,
    per_page: int = 26,
    indent: int = 2,
    header: str = "",
    footer: str = "— {} —",
) -> list[Page]:
    """Pages with ``texts`` set as paragraphs of ``columns`` characters a line, first lines indented."""
    lines: list[tuple[float, str]] = []
    for text in texts:
        first = True
        while text:
            room = (columns - (indent if first else 0)) * SIZE
            taken = 0
            while taken < len(text) and width(text[: taken + 1], SIZE) <= room:
                taken += 1
            lines.append((LEFT + (indent * SIZE if first else 0), text[:taken]))
            text, first = text[taken:], False
    pages = []
    for start in range(0, len(lines), per_page):
        page = Page()
        if header:
            page.put(LEFT, 40, header, 9)
        for at, (x, line) in enumerate(lines[start : start + per_page]):
            page.put(x, 90 + at * PITCH, line)
        if footer:
            page.centre(810, footer.format(len(pages) + 1), 10)
        pages.append(page)
    return pages


def build(
    pages: list[Page], *, title: str = "", has_map: bool = True, extra: bytes = b"", extra_objects: bytes = b""
) -> bytes:
    """The file's bytes. Without ``has_map`` the font lacks its map to Unicode, as in damaged exports."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(content: bytes, head: bytes = b"") -> int:
        packed = zlib.compress(content)
        return add(b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (head, len(packed), packed))

    to_unicode = stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        b"256 beginbfrange\n"
        + b"".join(b"<%02x00> <%02xff> <%02x00>\n" % (row, row, row) for row in range(256))
        + b"endbfrange endcmap end end"
    )
    descriptor = add(
        b"<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 "
        b"/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    descendant = add(
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << "
        b"/Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW 1000 /W [32 126 500] >>"
        % descriptor
    )
    unicode_map = b"/ToUnicode %d 0 R" % to_unicode if has_map else b""
    font = add(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [%d 0 R] %s >>"
        % (descendant, unicode_map)
    )
    picture = stream(
        b"\x80" * 64, b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    leaves = []
    parent = len(objects) + 2 * len(pages) + 1
    for page in pages:
        content = b"".join(
            b"BT /F1 %.1f Tf %.2f %.2f Td <%s> Tj ET\n" % (size, x, HEIGHT - y, text.encode("utf-16-be").hex().encode())
            for x, y, size, text in page.words
        )
        content += b"".join(
            b"%.2f %.2f %.2f %.2f re S\n" % (x, HEIGHT - y - tall, wide, tall) for x, y, wide, tall in page.boxes
        )
        if page.is_scan:
            content += b"q %.0f 0 0 %.0f 0 0 cm /I1 Do Q\n" % (WIDTH, HEIGHT)
        body = stream(content)
        leaves.append(
            add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                b"/Resources << /Font << /F1 %d 0 R >> /XObject << /I1 %d 0 R >> >> >>" % (parent, body, font, picture)
            )
        )
    tree = add(
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(leaves), b" ".join(b"%d 0 R" % leaf for leaf in leaves))
    )
    catalog = add(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
    info = add(b"<< /Title <feff%s> >>" % title.encode("utf-16-be").hex().encode())
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    out += extra_objects
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root %d 0 R /Info %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        catalog,
        info,
        extra,
        start,
    )
    return bytes(out)
