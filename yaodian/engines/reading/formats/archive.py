"""The parts of a Word file's zip archive, read in memory with every byte counted; nothing is written to disk."""

from __future__ import annotations

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
from typing import Final

from lxml import etree

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.formats.refusals import damaged, refuse

# What zipfile raises on archives that are broken by accident or by intent.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RecursionError,
)
_CHUNK: Final = 1 << 16
_ENCRYPTED_FLAG: Final = 0x1


class Archive:
    """A Word file opened for reading parts by name.

    Raises :class:`UnreadableDocument`: ``damaged``, ``encrypted``, ``archive-too-large``, or ``unsupported`` where
    the archive is no Word file.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            raise damaged("docx") from None
        entries = self._zip.infolist()
        if len(entries) > limits.ARCHIVE_ENTRIES:
            raise UnreadableDocument("archive-too-large")
        if sum(entry.file_size for entry in entries) > limits.ARCHIVE_BYTES:
            raise UnreadableDocument("archive-too-large")
        self._entries = {entry.filename.replace("\\", "/").lstrip("/"): entry for entry in entries}
        self._left = limits.ARCHIVE_BYTES
        # What the package itself names: the main part, the properties.
        self.root_relations = self.relations("")
        self.main = self._main_part()

    def _main_part(self) -> str:
        """The name of the part that holds the text; refuses archives that are something else."""
        names = self._entries
        if "[Content_Types].xml" not in names and "word/document.xml" not in names:
            if "OFD.xml" in names:
                refuse("ofd")
            if "mimetype" in names:
                refuse("odt")
            refuse("archive")
        for target, kind in self.root_relations:
            if kind == "officeDocument" and target in names:
                if target.startswith("xl/"):
                    refuse("xlsx")
                if target.startswith("ppt/"):
                    refuse("ppt")
                return target
        if "word/document.xml" not in names:
            refuse("xlsx" if any(name.startswith("xl/") for name in names) else "archive")
        return "word/document.xml"

    def relations(self, part: str) -> list[tuple[str, str]]:
        """The ``(target, kind)`` of the parts that ``part`` names; the kind is the last word of the type's URI."""
        folder, _, file = part.rpartition("/")
        root = self.xml(f"{folder}/_rels/{file}.rels".lstrip("/"))
        if root is None:
            return []
        found = []
        for relation in root:
            target = relation.get("Target") or ""
            # A link to another host is only a name here: no part is ever fetched.
            if relation.get("TargetMode") == "External" or not target:
                continue
            path = target if target.startswith("/") else posixpath.join(folder, target)
            kind = (relation.get("Type") or "").rpartition("/")[2]
            found.append((posixpath.normpath(path).lstrip("/"), kind))
        return found

    def xml(self, part: str) -> etree._Element | None:
        """The root of an XML part, or ``None`` where the archive has no such part."""
        entry = self._entries.get(part)
        if entry is None:
            return None
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        data = self._read(entry)
        # Office writes no document type; whoever does wants entities expanded.
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:65_536]:
            raise UnreadableDocument("unsafe-xml")
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as problem:
            if "depth" in str(problem):
                raise UnreadableDocument("too-deep") from None
            raise damaged("docx") from None
        except ValueError:
            raise damaged("docx") from None
        if root.getroottree().docinfo.doctype:
            raise UnreadableDocument("unsafe-xml")
        return root

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise UnreadableDocument("encrypted")
        most = min(self._left, limits.PART_BYTES)
        chunks: list[bytes] = []
        read = 0
        try:
            with self._zip.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    read += len(chunk)
                    if read > most:
                        raise UnreadableDocument("archive-too-large")
                    chunks.append(chunk)
        except UnreadableDocument:
            raise
        except _BROKEN:
            raise damaged("docx") from None
        except RuntimeError:
            # zipfile says so where a password is asked for.
            raise UnreadableDocument("encrypted") from None
        self._left -= read
        return b"".join(chunks)
