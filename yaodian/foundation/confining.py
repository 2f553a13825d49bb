"""A child process that looks at what somebody has sent: without our environment, under the limits that it lays on itself
(`sheets.parsing.bound`), and ended whatever happens.

Children are forked by a process that was started with nothing of ours (`forking`), one for each process that wants any. Children of one
such process have the same layout of memory, which a hostile file could feel out by crashing one after the other; after a child that
crashed, and after RENEWED_AFTER children, it is therefore given up for a fresh one.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from yaodian.foundation.forking import STATUS_BYTES
from yaodian.foundation.sheets.parsing import OUT_OF_MEMORY

RENEWED_AFTER = 200
WAIT_SECONDS = 30.0
# Loaded before anything is forked; what a module loads besides, it loads in the child.
_LOADED = ("yaodian.foundation.files.parsing", "yaodian.foundation.files.pictures")
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from yaodian.foundation import forking; forking.main(int(sys.argv[2]), sys.argv[3:])"
)  # fmt: skip
_ENDED_WELL = frozenset({0, OUT_OF_MEMORY})


class ChildFailed(Exception):
    """The child has said less than was asked of it. `why` is too-slow, too-much-memory or broken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Child:
    """A child at work; `descriptor` is where it speaks."""

    def __init__(self, descriptor: int, holder: socket.socket, parent: _Parent) -> None:
        self.descriptor = descriptor
        self._holder = holder
        self._parent = parent
        self._status: int | None = None

    def wait(self) -> int:
        """Its exit status, of a signal the negative number; -1 where nobody can say."""
        if self._status is None:
            try:
                told = self._holder.recv(STATUS_BYTES)
            except OSError:
                told = b""
            self._status = int.from_bytes(told, "big", signed=True) if len(told) == STATUS_BYTES else -1
            if self._status not in _ENDED_WELL:
                _give_up(self._parent)
        return self._status

    def end(self) -> None:
        """Kills it where it is still at work, and waits until it is gone."""
        if self._status is None:
            # Where it has said all that was asked, being killed on the way out is no sign of anything.
            with contextlib.suppress(OSError):
                self._holder.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                self._holder.recv(STATUS_BYTES)
        self._holder.close()
        os.close(self.descriptor)


class _Parent:
    """The forking process of this process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and a constant program.
                [
                    sys.executable,
                    "-I",
                    "-X",
                    "utf8",
                    "-c",
                    _START,
                    str(Path(__file__).resolve().parents[2]),
                    str(theirs.fileno()),
                    *_LOADED,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._control = ours
        self.children = 0

    def fork(self, module: str, descriptor: int, request: Mapping[str, Any]) -> Child:
        """Raises OSError where the process is gone."""
        message = json.dumps({"module": module, "request": request}).encode()
        speaks, hears = None, None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            hears, speaks = os.pipe2(os.O_CLOEXEC)
            with theirs:
                socket.send_fds(self._control, [message], [descriptor, speaks, theirs.fileno()], socket.MSG_NOSIGNAL)
        except OSError:
            ours.close()
            if hears is not None:
                os.close(hears)
            raise
        finally:
            if speaks is not None:
                os.close(speaks)
        self.children += 1
        ours.settimeout(WAIT_SECONDS)
        return Child(hears, ours, self)

    def close(self) -> None:
        """Asks for no more children; the process ends with its last one."""
        self._control.close()


_lock = threading.Lock()
_parent: _Parent | None = None
# Given up, and ending with their last children.
_former: list[_Parent] = []


def _forked(module: str, descriptor: int, request: Mapping[str, Any]) -> Child:
    global _parent
    with _lock:
        for is_last in (False, True):
            if _parent is not None and _parent.children >= RENEWED_AFTER:
                _retire(_parent)
            if _parent is None:
                _parent = _Parent()
            try:
                return _parent.fork(module, descriptor, request)
            except OSError:
                # Killed meanwhile, by the system that needs memory or by hand.
                _retire(_parent)
                if is_last:
                    raise
    raise AssertionError


def _give_up(parent: _Parent) -> None:
    with _lock:
        if parent is _parent:
            _retire(parent)


def _retire(parent: _Parent) -> None:
    global _parent
    _parent = None
    parent.close()
    _former[:] = [one for one in (*_former, parent) if one.process.poll() is None]


def _forget() -> None:
    """In a process that was forked from this one: what is held here is its parent's."""
    global _lock, _parent
    _lock = threading.Lock()
    for one in (*_former, *([_parent] if _parent is not None else [])):
        one.close()
        # Notes that it is no child of ours.
        one.process.poll()
    _parent = None
    _former.clear()


def _close() -> None:
    with _lock:
        if _parent is not None:
            _retire(_parent)
        for one in _former:
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.process.wait(1)


atexit.register(_close)
os.register_at_fork(after_in_child=_forget)


@contextlib.contextmanager
def confined(module: str, *, descriptor: int, request: Mapping[str, Any]) -> Iterator[Child]:
    """A child that runs `main` of a module on an open file and a request, and speaks on its standard output."""
    child = _forked(module, descriptor, request)
    try:
        yield child
    finally:
        child.end()


def read_exactly(child: Child, size: int, *, until: float) -> bytes:
    """So many bytes of what the child says, by `until` on the monotonic clock. Raises ChildFailed."""
    chunks: list[bytes] = []
    while size:
        left = until - time.monotonic()
        if left <= 0 or not select.select([child.descriptor], [], [], left)[0]:
            raise ChildFailed("too-slow")
        chunk = os.read(child.descriptor, min(size, 1 << 20))
        if not chunk:
            status = child.wait()
            if status == -signal.SIGXCPU:
                raise ChildFailed("too-slow")
            raise ChildFailed("too-much-memory" if status in {OUT_OF_MEMORY, -signal.SIGKILL} else "broken")
        chunks.append(chunk)
        size -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
