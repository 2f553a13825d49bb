"""The child process: looks at one file under limits; of a picture it makes a clean copy and a small one.

It says a frame on standard output: eight bytes of length, big-endian, that many bytes of JSON, then the bytes of the copy and
of the small picture, whose lengths the JSON tells. `{"error": code, "details": …}` instead refuses the file.

No Django here, nothing is unpickled, no file is written. The file arrives as a descriptor of memory.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from yaodian.foundation.files import kinds, limits
from yaodian.foundation.files.kinds import Kind, Look
from yaodian.foundation.sheets.parsing import OUT_OF_MEMORY, bound
from yaodian.foundation.sheets.unpacking import Archive
from yaodian.foundation.sheets.unreadable import Unreadable

Facts = dict[str, Any]
Seen = tuple[Facts, bytes, bytes]
"""What is known of the file, its clean copy (empty: keep it as it came), its small picture."""

# Relations by which a document fetches something when it is opened.
_REMOTE = re.compile(
    rb"<Relationship\b(?=[^>]*\bType=\"[^\"]*/(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath)\")"
    rb"(?=[^>]*\bTarget=\"(?:https?:|ftp:|\\\\|file:/{4}))",
    re.IGNORECASE,
)
_EXECUTABLE = (b"MZ", b"\x7fELF")


def main(descriptor: int, request: str) -> None:
    """Looks at the file behind `descriptor` and ends the process."""
    wanted = json.loads(request)
    status = 1
    try:
        look = looker(wanted["kind"])
        bound(memory_bytes=limits.MEMORY_BYTES, cpu_seconds=limits.CPU_SECONDS)
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                facts, copy, small = look(file, wanted)
            speak({"facts": facts, "sizes": [len(copy), len(small)]}, copy, small)
            status = 0
        except Unreadable as problem:
            speak({"error": problem.code, "details": problem.details})
            status = 0
        except (MemoryError, RecursionError):
            status = OUT_OF_MEMORY
    finally:
        os._exit(status)


def speak(told: Any, *blobs: bytes) -> None:
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    for piece in (len(data).to_bytes(8, "big") + data, *blobs):
        view = memoryview(piece)
        while view:
            view = view[os.write(1, view) :]


def looker(code: str) -> Callable[[io.BufferedReader, dict[str, Any]], Seen]:
    """What looks at the kind, with its libraries loaded before the limits fall."""
    if code == "archive":
        return look_at_archive
    look = kinds.KINDS[code].look
    if look is Look.PICTURE:
        from yaodian.foundation.files import pictures

        return pictures.look_at_picture
    if look is Look.PDF:
        import pdfminer.pdfpage

        assert pdfminer.pdfpage
        return look_at_pdf
    return look_at_text


def look_at_pdf(file: io.BufferedReader, _wanted: dict[str, Any]) -> Seen:
    """Whether the document opens without a password and has a page."""
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser
    from pdfminer.psexceptions import PSException

    try:
        document = PDFDocument(PDFParser(file))
        page = next(PDFPage.create_pages(document), None)
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise Unreadable("locked") from None
    except (PSException, ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError, OverflowError):
        raise Unreadable("broken") from None
    if page is None:
        raise Unreadable("broken")
    return {"kind": "pdf"}, b"", b""


def look_at_archive(file: io.BufferedReader, _wanted: dict[str, Any]) -> Seen:
    """Which kind of document the archive is; every part is unpacked once, counted and thrown away."""
    try:
        archive = Archive(file)
        kind = _kind_of(archive)
        for info in archive.infos:
            if not info.filename.endswith("/"):
                _look_at_part(archive, info.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError, ValueError):
        raise Unreadable("broken") from None
    return {"kind": kind.code}, b"", b""


def _kind_of(archive: Archive) -> Kind:
    names = [info.filename for info in archive.infos]
    if len(set(names)) != len(names) or any(".." in name.split("/") or name.startswith("/") for name in names):
        raise Unreadable("broken")
    found = [kind for kind in kinds.PACKED if kind.part in names]
    if len(found) != 1 or (found[0].look is Look.OFFICE and "[Content_Types].xml" not in names):
        raise Unreadable("packed")
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise Unreadable("macros")
    return found[0]


def _look_at_part(archive: Archive, name: str) -> None:
    part = archive.open(name)
    is_relations, kept = name.lower().endswith(".rels"), b""
    first = True
    while chunk := part.read(1 << 16):
        if archive.unpacked > limits.UNPACKED_BYTES:
            raise Unreadable("bomb", most=limits.UNPACKED_BYTES // limits.MEGABYTE)
        if first and chunk.startswith(_EXECUTABLE):
            raise Unreadable("program-inside")
        if is_relations:
            kept += chunk
            if len(kept) > limits.MEGABYTE:
                raise Unreadable("broken")
        first = False
    if is_relations and _REMOTE.search(kept):
        raise Unreadable("remote")


def look_at_text(file: io.BufferedReader, _wanted: dict[str, Any]) -> Seen:
    """Whether it is text at all, in UTF-8 or GB 18030."""
    data = file.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f]", text):
            break
        return {"kind": "text", "encoding": encoding}, b"", b""
    raise Unreadable("unknown")
