"""A child process that looks at what somebody has sent: without our environment, under the limits that it lays on itself
(`sheets.parsing.bound`), and ended whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from yaodian.foundation.sheets.parsing import OUT_OF_MEMORY

_START = "import importlib, sys; sys.path.insert(0, sys.argv[1]); importlib.import_module(sys.argv[2]).main(int(sys.argv[3]), sys.argv[4])"  # fmt: skip
Child = subprocess.Popen[bytes]


class ChildFailed(Exception):
    """The child has said less than was asked of it. `why` is too-slow, too-much-memory or broken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@contextlib.contextmanager
def confined(module: str, *, descriptor: int, request: Mapping[str, Any]) -> Iterator[Child]:
    """A child that runs `main` of a module on an open file and a request, and speaks on its standard output."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and a constant program.
        [
            sys.executable,
            "-I",
            "-X",
            "utf8",
            "-c",
            _START,
            str(Path(__file__).resolve().parents[2]),
            module,
            str(descriptor),
            json.dumps(request),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath},
        pass_fds=(descriptor,),
        bufsize=0,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        child.kill()
        assert child.stdout is not None
        child.stdout.close()
        child.wait()


def read_exactly(child: Child, size: int, *, until: float) -> bytes:
    """So many bytes of what the child says, by `until` on the monotonic clock. Raises ChildFailed."""
    assert child.stdout is not None
    descriptor = child.stdout.fileno()
    chunks: list[bytes] = []
    while size:
        left = until - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise ChildFailed("too-slow")
        chunk = os.read(descriptor, min(size, 1 << 20))
        if not chunk:
            status = child.wait(timeout=30)
            if status == -signal.SIGXCPU:
                raise ChildFailed("too-slow")
            raise ChildFailed("too-much-memory" if status in {OUT_OF_MEMORY, -signal.SIGKILL} else "broken")
        chunks.append(chunk)
        size -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
