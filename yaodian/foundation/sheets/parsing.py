"""The child process: reads one file under limits and says its raw cells on standard output, a frame at a time.

A frame is eight bytes of length, big-endian, and that many bytes of JSON: a list of rows `[number, is_hidden, cells]`
(of an archive `[line, name of the file, cells]`),
or a mapping: `{"facts": …}` at the end, `{"error": code, "details": …}` instead of it. Cells: `declaring.Raw`.

No Django here, nothing is unpickled, no file is written. The file arrives as a descriptor of memory.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from yaodian.foundation.sheets import archive, delimited, limits, workbook
from yaodian.foundation.sheets.unreadable import Unreadable

OUT_OF_MEMORY = 71


def main(descriptor: int, request: str) -> None:
    """Parses the file behind `descriptor` and ends the process."""
    wanted = json.loads(request)
    status = 1
    try:
        bound()
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                speak(file, wanted)
            status = 0
        except Unreadable as problem:
            send({"error": problem.code, "details": problem.details})
            status = 0
        except (MemoryError, RecursionError):
            status = OUT_OF_MEMORY
    finally:
        os._exit(status)


def speak(file: io.BufferedReader, wanted: dict[str, Any]) -> None:
    facts: dict[str, Any] = {}
    cells = 0
    frame: list[Any] = []
    for rows, row in enumerate(parse(file, wanted, facts), 1):
        cells += len(row[2])
        # Each file of an archive is counted by itself.
        if rows > limits.ROWS and not wanted.get("members"):
            raise Unreadable("too-many-rows", most=limits.ROWS)
        if cells > limits.CELLS:
            raise Unreadable("too-many-cells", most=limits.CELLS)
        frame.append(row)
        if len(frame) >= limits.FRAME_ROWS:
            send(frame)
            frame = []
    if frame:
        send(frame)
    send({"facts": facts})


def parse(file: io.BufferedReader, wanted: dict[str, Any], facts: dict[str, Any]) -> Iterator[list[Any]]:
    """The rows of the file, whichever format it turns out to have; its name must not say another."""
    head = file.read(8)
    file.seek(0)
    suffix = wanted["suffix"]
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("locked" if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k" in file.read(64 << 20) else "old-excel")
    if not head:
        raise Unreadable("empty")
    if wanted.get("members"):
        if not head.startswith(b"PK"):
            raise Unreadable("not-an-archive")
        return archive.rows(file, wanted["members"], facts)
    if head.startswith(b"PK"):
        if suffix != ".xlsx":
            raise Unreadable("wrong-suffix", suffix=suffix, found="Excel")
        return workbook.rows(file, wanted["prefer"], facts)
    if head.startswith(b"%PDF") or head[:4] in {b"\x89PNG", b"\xff\xd8\xff\xe0", b"Rar!", b"7z\xbc\xaf"}:
        raise Unreadable("no-sheet")
    if suffix == ".xlsx":
        raise Unreadable("not-a-workbook")
    return delimited.rows(file, facts)


def send(frame: Any) -> None:
    data = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    view = memoryview(len(data).to_bytes(8, "big") + data)
    while view:
        view = view[os.write(1, view) :]


def bound(*, memory_bytes: int = limits.MEMORY_BYTES, cpu_seconds: int = limits.CPU_SECONDS) -> None:
    """Bounds what this process may use, and forbids what no parser needs. `memory_bytes` is what comes on top of now."""
    import resource

    def most(what: int, soft: int, hard: int) -> None:
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(what, (soft, hard))

    with open("/proc/self/statm", encoding="ascii") as status:  # noqa: PTH123 - the one file that is opened by name.
        used = int(status.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    most(resource.RLIMIT_CORE, 0, 0)
    most(resource.RLIMIT_FSIZE, 0, 0)
    most(resource.RLIMIT_NOFILE, 16, 16)
    most(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    most(resource.RLIMIT_AS, used + memory_bytes, used + memory_bytes)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    sys.addaudithook(_forbid)


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        mode = arguments[2] if isinstance(arguments[2], int) else 0
        if mode & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise PermissionError("a parser may not write files")
    elif event.startswith(("socket.", "subprocess.", "os.", "shutil.", "ctypes.")) and event not in {
        "os.listdir",
        "os.scandir",
    }:
        raise PermissionError(f"a parser may not use {event}")
