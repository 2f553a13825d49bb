"""What a file is, by its first bytes or the parts of its archive; its name is only a hint between texts.

Whatever is no text, HTML, Markdown, Word (.docx) or PDF file raises :class:`UnreadableDocument` with what it is
and what to do about it.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NoReturn

from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats.refusals import refuse

Container = Literal["zip", "pdf", "characters"]

_MAGIC: Final = (
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"8BPS", "image"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b\x08", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
)
_PROGRAMS: Final = (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"SQLite format 3\x00", b"ID3", b"OggS", b"\x00asm")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def container(data: bytes) -> Container:
    """Whether ``data`` is an archive, a PDF or characters; raises ``unsupported``, ``encrypted`` or ``binary``."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return "zip"
    # Readers accept a PDF head within the first kilobyte; some servers put a line before it.
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_OLE):
        _refuse_ole(data)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            refuse(kind)
    if (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif"):
        refuse("image")
    if data[:2] == b"BM" and int.from_bytes(data[2:6], "little") == len(data):
        refuse("image")
    if data[257:262] == b"ustar":
        refuse("archive")
    if data.startswith(_PROGRAMS) and b"\x00" in data:
        raise UnreadableDocument("binary")
    return "characters"


def _refuse_ole(data: bytes) -> NoReturn:
    """A compound file of Microsoft names its streams in UTF-16; a Word file with a password is one too."""
    if _stream(data, "EncryptedPackage"):
        raise UnreadableDocument("encrypted")
    for stream, kind in (
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("PowerPoint Document", "ppt"),
        ("Book", "xls"),
    ):
        if _stream(data, stream):
            refuse(kind)
    refuse("ole")


def _stream(data: bytes, name: str) -> bool:
    return name.encode("utf-16-le") + b"\x00\x00" in data


_HTML_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*){0,5}"
    r"<(?:!doctype\s+html|html|head|body|meta|title|link|style|script|table|div|section|article|main|p|h[1-6]|ol|ul|center|font|span)"
    r"(?=[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ENDS: Final = re.compile(r"</(?:p|div|td|tr|li|h[1-6]|span|body|html|table)\s*>|<br\s*/?>", re.IGNORECASE)
_XML_START: Final = re.compile(r"\s*<\?xml\s[^>]{0,200}\?>")
_MHTML_START: Final = re.compile(
    r"\s*(?:from|subject|date|mime-version):[^\n]*\n(?:.{0,200}\n){0,12}?.{0,200}multipart/related", re.IGNORECASE
)
_MARKDOWN_HEADING: Final = re.compile(r"^#{1,6} \S", re.MULTILINE)
_MARKDOWN_MARK: Final = re.compile(
    r"\*\*[^*\n]{1,200}\*\*|^\|[ :|-]{3,}\|?\s*$|^\s{0,3}[-*+] \S|\[[^\]\n]{1,200}\]\(", re.MULTILINE
)


def prose(text: str, name: str = "") -> Literal["html", "markdown", "text"]:
    """Which of the three text formats ``text`` is; ``name`` decides only where text and Markdown look the same.

    Raises ``unsupported`` for XML that is no HTML and for a web page saved as one MIME file.
    """
    start = text[:20_000]
    if "<" in start:
        if _HTML_START.match(start) or (len(_HTML_ENDS.findall(start)) >= 6 and _HTML_ENDS.search(start[:6_000])):
            return "html"
        if _XML_START.match(start):
            refuse("wordxml" if 'progid="Word.Document"' in start or "wordprocessingml" in start else "xml")
    if _MHTML_START.match(start):
        refuse("mhtml")
    if name.lower().endswith((".md", ".markdown")):
        return "markdown"
    headings = len(_MARKDOWN_HEADING.findall(start))
    if headings >= 2 or (headings and _MARKDOWN_MARK.search(start)):
        return "markdown"
    return "text"
