"""Looks for canaries, invented persons that must stand nowhere in clear, in all that a run has left behind.

Whoever writes a row plants a canary (a name, an identity number, a telephone that stands nowhere else) and gives its texts to
`in_files` and `in_database` afterwards. A canary is looked for as it is and in the spellings in which programs write
things down: UTF-8, GB 18030, UTF-16, escaped JSON, percent-encoding, XML references, base64 at each of its three places, hex.
A spelling of fewer than six bytes is left out: it would be met by chance. What is packed (zip, xlsx, docx, gzip, streams of
PDF) is unpacked, three deep.

A search sees what the file holds now; text that a program kept for a moment and has wiped leaves no trace to be found.
"""

from __future__ import annotations

import base64
import gzip
import io
import itertools
import json
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Below this, base64 and hex fit into random bytes too often.
LEAST_BYTES = 6
DEEPEST = 3
# A packed file may claim to be of any size; what is beyond is searched as it lies there.
UNPACKED_MOST = 200 * 1024 * 1024


@dataclass(frozen=True)
class Sighting:
    """A canary in clear: where (file, member of an archive, or table and column), which, and in what spelling."""

    where: str
    canary: str
    spelling: str

    def __str__(self) -> str:
        return f"{self.where}: {self.canary} as {self.spelling}"


class Canaries:
    """Texts to look for. Raises ValueError for one that is so short that it would be found everywhere."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(dict.fromkeys(texts))
        short = [text for text in self.texts if len(text.encode()) < LEAST_BYTES]
        if short or not self.texts:
            raise ValueError(f"Canaries need at least {LEAST_BYTES} bytes each, and one at least: {short}")
        self._known: dict[bytes, tuple[str, str]] = {}
        for text in self.texts:
            for spelling, spelled in _spellings(text).items():
                self._known.setdefault(spelled.lower(), (text, spelling))
        self._pattern = re.compile(_factored(sorted(self._known)))

    def in_bytes(self, data: bytes, where: str, *, depth: int = DEEPEST) -> Iterator[Sighting]:
        """Each canary once for each place and spelling."""
        seen = {self._known[match.group()] for match in self._pattern.finditer(data.lower())}
        for text, spelling in sorted(seen):
            yield Sighting(where, text, spelling)
        if depth:
            for member, content in _unpacked(data):
                yield from self.in_bytes(content, f"{where}!{member}", depth=depth - 1)

    def in_files(self, *roots: Path) -> list[Sighting]:
        """In files, and in all files below folders, their names included. A root that is not there is an error."""
        found: list[Sighting] = []
        for root in roots:
            if not root.exists():
                raise FileNotFoundError(f"{root} is to be searched and is not there")
            paths = [root] if root.is_file() else sorted(root.rglob("*"))
            for path in paths:
                found += self.in_bytes(str(path.relative_to(root.parent)).encode(), f"name of {path}", depth=0)
                if path.is_file() and not path.is_symlink():
                    found += self.in_bytes(path.read_bytes(), str(path))
        return found

    def in_database(self, connection: Any, *, but: Iterable[str] = ()) -> list[Sighting]:
        """In every cell of every table, as the database gives it out; `but` names columns as table.column.

        It asks for the cells themselves and not through models, which would open what is sealed.
        """
        left_out, found = set(but), []
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                columns = [str(one[0]) for one in cursor.description]
                while rows := cursor.fetchmany(2_000):
                    for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
                        place = f"{table}.{column}"
                        if place not in left_out:
                            for cell in cells:
                                found += self.in_bytes(_as_bytes(cell), place)
        return list(dict.fromkeys(found))


def _factored(words: Sequence[bytes]) -> bytes:
    """A pattern of these words, sorted, that tries each beginning once: the longest that fits is found.

    Some hundred words side by side would each be tried at every place of a file of a hundred megabytes.
    """
    branches = []
    for first, group in itertools.groupby((word for word in words if word), key=lambda word: word[:1]):
        branches.append(re.escape(first) + _factored([word[1:] for word in group]))
    whole = b"|".join(branches)
    if words[0] == b"":
        return b"(?:" + whole + b")?" if whole else b""
    return whole if len(branches) == 1 else b"(?:" + whole + b")"


def _spellings(text: str) -> Mapping[str, bytes]:
    """The bytes by which a text is written down; those that are the same stand once."""
    raw = text.encode()
    spelled = {
        "UTF-8": raw,
        "GB 18030": text.encode("gb18030"),
        "UTF-16 little end first": text.encode("utf-16-le"),
        "UTF-16 big end first": text.encode("utf-16-be"),
        "JSON": json.dumps(text)[1:-1].encode(),
        "percent-encoding": urllib.parse.quote(text).encode(),
        "XML references": text.encode("ascii", "xmlcharrefreplace"),
        "hexadecimal XML references": "".join(f"&#x{ord(one):x};" if ord(one) > 127 else one for one in text).encode(),
        "hexadecimal": raw.hex().encode(),
    }
    for shift in range(3):
        # Only the characters that depend on the text alone: 8 bits of each neighbour are not known.
        coded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        first = (shift * 8 + 5) // 6
        last = (shift + len(raw)) * 8 // 6
        spelled[f"base64, {shift} bytes on"] = coded[first:last]
        spelled[f"base64 of addresses, {shift} bytes on"] = coded[first:last].replace(b"+", b"-").replace(b"/", b"_")
    once: dict[str, bytes] = {}
    for spelling, one in spelled.items():
        if len(one) >= LEAST_BYTES and one not in once.values():
            once[spelling] = one
    return once


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Members of an archive, a gzip stream, or the zlib streams of a PDF; nothing for what is damaged."""
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.infolist():
                    yield f"name {member.filename}", member.filename.encode()
                    if member.file_size <= UNPACKED_MOST:
                        yield member.filename, archive.read(member)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, ValueError):
            return
    elif data[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(data)) as stream:
                yield "gzip", stream.read(UNPACKED_MOST)
        except (OSError, EOFError, zlib.error):
            return
    elif data[:5] == b"%PDF-":
        for number, start in enumerate(re.finditer(rb"stream\r?\n", data)):
            try:
                yield f"stream {number}", zlib.decompressobj().decompress(data[start.end() :], UNPACKED_MOST)
            except zlib.error:
                continue


def _as_bytes(cell: Any) -> bytes:
    if cell is None:
        return b""
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell)
    if isinstance(cell, str):
        return cell.encode("utf-8", "surrogatepass")
    if isinstance(cell, list | dict):
        return json.dumps(cell, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    return str(cell).encode()
