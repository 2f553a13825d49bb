"""What a file is, told by its first bytes and never by its name. No Django here: the child process imports it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Look(Enum):
    """How a kind is looked at in the child process."""

    PICTURE = "picture"
    PDF = "pdf"
    OFFICE = "office"
    OFD = "ofd"
    TEXT = "text"


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: its media type, the endings its name may have (the first is added to a name without
    one), how it is looked at; `part` is what an archive of the kind must hold."""

    code: str
    media_type: str
    suffixes: tuple[str, ...]
    look: Look
    part: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument"

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("jpeg", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), Look.PICTURE),
        Kind("png", "image/png", (".png",), Look.PICTURE),
        Kind("webp", "image/webp", (".webp",), Look.PICTURE),
        Kind("pdf", "application/pdf", (".pdf",), Look.PDF),
        Kind("docx", f"{_OFFICE}.wordprocessingml.document", (".docx",), Look.OFFICE, "word/document.xml"),
        Kind("xlsx", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",), Look.OFFICE, "xl/workbook.xml"),
        Kind("pptx", f"{_OFFICE}.presentationml.presentation", (".pptx",), Look.OFFICE, "ppt/presentation.xml"),
        Kind("ofd", "application/ofd", (".ofd",), Look.OFD, "OFD.xml"),
        Kind("text", "text/plain", (".txt", ".csv", ".md"), Look.TEXT),
    )
}
PACKED = tuple(kind for kind in KINDS.values() if kind.part)

# What is told apart only to be refused with advice: (code, what the file begins with).
_REFUSED: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    (
        "program",
        (
            b"MZ",
            b"\x7fELF",
            b"\xfe\xed\xfa\xce",
            b"\xfe\xed\xfa\xcf",
            b"\xce\xfa\xed\xfe",
            b"\xcf\xfa\xed\xfe",
            b"\xca\xfe\xba\xbe",
            b"#!",
            b"L\0\0\0\x01\x14\x02\0",  # a shortcut of Windows, which starts programs
            b"dex\n",
        ),
    ),
    ("packed", (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF", b"PK\x05\x06", b"PK\x07\x08")),
    ("gif", (b"GIF8",)),
    ("picture-kind", (b"BM", b"II*\0", b"MM\0*", b"8BPS")),
    ("sound", (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3", b"FLV", b"\xff\xfb")),
)
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_PAGES = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"<head", b"<body", b"<iframe")
_BLANK = b" \t\r\n\xef\xbb\xbf"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(head: bytes) -> str:
    """The code of a kind, "archive" for what must be opened to be told, or the code of a refusal; "text" is a guess that the
    child proves."""
    if not head:
        return "empty"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF"):
        return "webp" if head[8:12] == b"WEBP" else "sound"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "archive"
    if head.startswith(OLE):
        return "ole"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in _HEIC else "sound"
    for code, beginnings in _REFUSED:
        # A table may begin with the letters BM or MZ; no picture and no program is without a zero byte so early.
        if head.startswith(beginnings) and (b"\0" in head or head.startswith(b"#!")):
            return code
    if head.lstrip(_BLANK)[:16].lower().startswith(_PAGES):
        return "page"
    return "text"
