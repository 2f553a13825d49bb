"""Several CSV files in one ZIP, a row at a time, in the order in which somebody wants them: UTF-8, commas, flat."""

from __future__ import annotations

import csv
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from yaodian.foundation.sheets import limits
from yaodian.foundation.sheets.delimited import bounded, unguarded
from yaodian.foundation.sheets.unpacking import Archive
from yaodian.foundation.sheets.unreadable import Unreadable

# What the tools of one maker add to every archive.
_LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$)")


def rows(file: io.BufferedReader, members: list[str], facts: dict[str, Any]) -> Iterator[list[Any]]:
    """First `[0, "", names]`, the names of the files that lie outermost; then `[line, name, cells]` of those among
    `members` that are there. Names that would lead out of the archive refuse it whole."""
    try:
        archive = Archive(file)
        names = _names(archive)
        yield [0, "", names]
        for name in members:
            if name in names:
                yield from _member(archive, name)
    except Unreadable as problem:
        if problem.code == "locked":
            raise Unreadable("locked-archive") from None
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError, ValueError):
        raise Unreadable("broken-archive") from None


def _names(archive: Archive) -> list[str]:
    found: list[str] = []
    for info in archive.infos:
        name = info.filename
        # The library ends a name at a zero byte; what stood behind it is in orig_filename.
        if "\\" in info.orig_filename or "\0" in info.orig_filename or ":" in name or name.startswith("/"):
            raise Unreadable("unsafe-archive", name=name[:60])
        if ".." in name.split("/") or posixpath.normpath(name) != name.rstrip("/"):
            raise Unreadable("unsafe-archive", name=name[:60])
        if name.endswith("/") or _LITTER.search(name) or "/" in name:
            continue
        if name in found:
            raise Unreadable("name-twice", name=name[:60])
        found.append(name)
    return found


def _member(archive: Archive, name: str) -> Iterator[list[Any]]:
    text = io.TextIOWrapper(io.BufferedReader(archive.open(name)), encoding="utf-8-sig", newline="")
    csv.field_size_limit(limits.CELL_CHARACTERS)
    reader = csv.reader(bounded(text), strict=True)
    try:
        for count, cells in enumerate(reader, 1):
            if count > limits.ROWS:
                raise Unreadable("member-too-long", name=name, most=limits.ROWS)
            if len(cells) > limits.COLUMNS:
                raise Unreadable("member-too-wide", name=name, row=reader.line_num, most=limits.COLUMNS)
            if any(cells):
                yield [reader.line_num, name, [unguarded(cell) for cell in cells]]
    except UnicodeDecodeError:
        raise Unreadable("member-encoding", name=name) from None
    except csv.Error:
        raise Unreadable("broken-member", name=name, row=reader.line_num) from None
