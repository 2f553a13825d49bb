"""A ZIP file opened with suspicion: what its directory claims is not believed, what comes out is counted."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from yaodian.foundation.sheets import limits
from yaodian.foundation.sheets.unreadable import Unreadable


class Part(io.RawIOBase):
    """A part as it comes out of the decompressor, counted against the whole file's allowance and its own."""

    def __init__(self, archive: Archive, name: str, most: int) -> None:
        info = archive.zip.getinfo(name)
        self._archive, self._packed, self._left, self._out = archive, info.compress_size, most, 0
        self._part = archive.zip.open(info)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._part.read(1 << 16 if size < 0 else min(size, 1 << 16))
        self._out += len(chunk)
        self._archive.unpacked += len(chunk)
        if self._out > self._left or self._archive.unpacked > limits.UNPACKED_BYTES:
            raise Unreadable("bomb", most=limits.UNPACKED_BYTES // limits.MEGABYTE)
        if self._out > limits.RATIO_FROM_BYTES and self._out > limits.RATIO * max(1, self._packed):
            raise Unreadable("bomb", most=limits.UNPACKED_BYTES // limits.MEGABYTE)
        return chunk

    def readinto(self, buffer: Any) -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Archive:
    """Raises Unreadable for one with too many parts, or with a password."""

    def __init__(self, file: io.BufferedReader) -> None:
        self.unpacked = 0
        self.zip = zipfile.ZipFile(file)
        self.infos = self.zip.infolist()
        if len(self.infos) > limits.PARTS:
            raise Unreadable("bomb", most=limits.UNPACKED_BYTES // limits.MEGABYTE)
        if any(info.flag_bits & 1 for info in self.infos):
            raise Unreadable("locked")

    def open(self, name: str, most: int = limits.UNPACKED_BYTES) -> Part:
        return Part(self, name, most)
