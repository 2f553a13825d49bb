"""Is the list in its one form, and the one that was promised?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from .findings import Finding, Kind

FILE = "list.txt"
_HEADER = re.compile(rb"yaodian-lottery-list/1 ([a-z0-9][a-z0-9-]{2,63})")
_ONE = rb"[A-Z0-9][A-Z0-9-]{2,31}"
_LINE = re.compile(_ONE + rb"(?:\+" + _ONE + rb")*")


def check_list(content: bytes, promise: dict[str, Any] | None, published: bytes | None) -> Iterator[Finding]:
    """Form and order of every line, then hash and counts of the promise, then a copy that somebody kept, row by row."""
    yield from _form(content)
    if promise is None:
        return
    lines = content.split(b"\n")[1:-1]
    header = _HEADER.fullmatch(content.partition(b"\n")[0])
    if header and header[1].decode() != promise["round"]:
        yield Finding(Kind.LIST_OTHER_ROUND, FILE, 1, header[1].decode())
    is_promised = hashlib.sha256(content).hexdigest() == promise["list"]
    if not is_promised:
        yield Finding(Kind.LIST_HASH, FILE)
    if len(lines) != promise["lines"]:
        yield Finding(Kind.LIST_LINES, FILE, None, f"{len(lines)} / {promise['lines']}")
    children = len(lines) + sum(line.count(b"+") for line in lines)
    if children != promise["children"]:
        yield Finding(Kind.LIST_CHILDREN, FILE, None, f"{children} / {promise['children']}")
    if published is not None:
        if hashlib.sha256(published).hexdigest() != promise["list"]:
            yield Finding(Kind.LIST_OTHER_COPY, FILE)
        elif not is_promised:
            yield from _differences(lines, published.split(b"\n")[1:-1])


def _form(content: bytes) -> Iterator[Finding]:
    if content.startswith(b"\xef\xbb\xbf"):
        yield Finding(Kind.LIST_BOM, FILE, 1)
        content = content[3:]
    if content and not content.endswith(b"\n"):
        yield Finding(Kind.LIST_CUT, FILE, content.count(b"\n") + 1)
    rows = content.removesuffix(b"\n").split(b"\n")
    if not _HEADER.fullmatch(rows[0].rstrip(b"\r")):
        yield Finding(Kind.LIST_HEADER, FILE, 1)
    if len(rows) < 2:
        yield Finding(Kind.LIST_EMPTY, FILE)
    if any(row.endswith(b"\r") for row in rows):
        yield Finding(Kind.LIST_CRLF, FILE, next(n for n, row in enumerate(rows, start=1) if row.endswith(b"\r")))
    before = b""
    seen: dict[bytes, int] = {}
    for number, found in enumerate(rows[1:], start=2):
        row = found.rstrip(b"\r")
        if not _LINE.fullmatch(row):
            yield Finding(_misspelt(row), FILE, number, row[:60].decode("utf-8", "replace"))
            continue
        shown = row.decode()
        members = row.split(b"+")
        if members != sorted(members):
            yield Finding(Kind.LIST_GROUP_ORDER, FILE, number, shown)
        if row == before:
            yield Finding(Kind.LIST_DUPLICATE, FILE, number, shown)
        else:
            if row < before:
                yield Finding(Kind.LIST_ORDER, FILE, number, shown)
            for member in members:
                if member in seen:
                    yield Finding(Kind.LIST_CHILD_TWICE, FILE, number, member.decode())
                seen[member] = number
        before = row


def _misspelt(row: bytes) -> Kind:
    if not row:
        return Kind.LIST_BLANK
    if any(byte > 127 for byte in row):
        return Kind.LIST_LOOKALIKE
    if re.search(rb"\s", row):
        return Kind.LIST_SPACE
    return Kind.LIST_LOWERCASE if _LINE.fullmatch(row.upper()) else Kind.LIST_NUMBER


def _differences(lines: list[bytes], kept: list[bytes]) -> Iterator[Finding]:
    """What was added, dropped or renamed since the copy was kept. One of each in a list of equal length is a renaming."""
    now, then = set(lines), set(kept)
    added = [(number, line) for number, line in enumerate(lines, start=2) if line not in then]
    dropped = [(number, line) for number, line in enumerate(kept, start=2) if line not in now]
    if len(added) == len(dropped) == 1:
        names = f"{dropped[0][1].decode('utf-8', 'replace')} → {added[0][1].decode('utf-8', 'replace')}"
        yield Finding(Kind.LIST_RENAMED, FILE, added[0][0], names)
        return
    yield from (Finding(Kind.LIST_ADDED, FILE, number, line.decode("utf-8", "replace")) for number, line in added)
    yield from (Finding(Kind.LIST_DROPPED, FILE, number, line.decode("utf-8", "replace")) for number, line in dropped)
