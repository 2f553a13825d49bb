"""Parses risky formats (Word, PDF, HTML) in a child process with limits.

One small worker process is started on first use and kept. For every document it forks a child that sets limits on
memory, processor time, open files and output, forbids itself sockets, programs and writing, parses, and hands the
result back as JSON. The worker has a single thread, so that its fork is safe whatever the caller's threads do. A
crash, a time-out or too much memory in the child becomes :class:`UnreadableDocument`; the next document gets a
fresh child. Nothing is unpickled and no file is written.

    caller ── request over a pipe ──> worker ── fork ──> child (limits, parser)
           <── one frame of JSON ───         <── JSON ──

A frame is eight bytes of length, big-endian, and that many bytes of JSON. A request is a frame that names the
format and the size, then the document's bytes.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

from yaodian.engines.reading import limits
from yaodian.engines.reading.errors import UnreadableDocument
from yaodian.engines.reading.source import Line, Source, Table

Format = Literal["html", "docx", "pdf"]

_PARSERS: Final = {
    "html": "yaodian.engines.reading.formats.html",
    "docx": "yaodian.engines.reading.formats.docx",
    "pdf": "yaodian.engines.reading.formats.pdf",
}
_HEAD: Final = 8
_START: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from yaodian.engines.reading.sandbox import serve; serve()"
)
# Beyond the child's own time, for starting a worker on a busy machine and passing the data.
_GRACE_SECONDS: Final = 30
# Exit statuses of the child that mean something to the worker; others are crashes.
_OUT_OF_MEMORY: Final = 71


def parse(kind: Format, data: bytes) -> Source:
    """The lines and tables of ``data``, parsed as ``kind`` in a child process.

    May be called from any thread. Raises :class:`UnreadableDocument`: what the parser says, or ``too-slow``,
    ``too-much-memory``, ``too-long``, ``parser-crashed``.
    """
    with _places:
        worker = _take()
        try:
            answer = worker.ask(kind, data)
        except _WorkerLost as lost:
            worker.stop()
            raise UnreadableDocument(lost.code) from None
        except BaseException:
            # Interrupted half-way: the pipes no longer stand at the start of a frame.
            worker.stop()
            raise
        _give_back(worker)
    if "error" in answer:
        raise UnreadableDocument(answer["error"], **answer["details"])
    return source_from(answer)


def to_plain(source: Source) -> dict[str, Any]:
    """``source`` as lists and dictionaries that JSON can carry."""
    blocks: list[Any] = []
    for block in source.blocks:
        if isinstance(block, Line):
            blocks.append([block.text, block.heading] if block.heading else block.text)
        else:
            blocks.append({"rows": block.rows, "merged": sorted(block.merged)})
    return {"kind": source.kind, "title": source.title, "blocks": blocks}


def source_from(plain: dict[str, Any]) -> Source:
    """The document that :func:`to_plain` gave."""
    blocks: list[Line | Table] = []
    for block in plain["blocks"]:
        if isinstance(block, str):
            blocks.append(Line(block))
        elif isinstance(block, list):
            blocks.append(Line(block[0], block[1]))
        else:
            rows = tuple(tuple(row) for row in block["rows"])
            blocks.append(Table(rows, frozenset((row, column) for row, column in block["merged"])))
    return Source(plain["kind"], tuple(blocks), plain["title"])


class _WorkerLost(Exception):
    """The worker gave no answer; ``code`` says which error that is for the document."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Worker:
    """The caller's end of one worker process."""

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[3])
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and a constant program.
            [sys.executable, "-I", "-X", "utf8", "-c", _START, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            bufsize=0,
            close_fds=True,
            # A group of its own: a Ctrl-C at the terminal is the caller's to handle, and stop() ends the child too.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._write_to = self._process.stdin
        self._read_from = self._process.stdout
        os.set_blocking(self._write_to.fileno(), False)
        os.set_blocking(self._read_from.fileno(), False)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, kind: Format, data: bytes) -> dict[str, Any]:
        """Send a document, wait for the frame; raises :class:`_WorkerLost`."""
        until = time.monotonic() + limits.WALL_SECONDS + _GRACE_SECONDS
        request = json.dumps({"kind": kind, "size": len(data)}).encode()
        try:
            self._send(len(request).to_bytes(_HEAD, "big") + request, until)
            self._send(data, until)
            size = int.from_bytes(self._receive(_HEAD, until), "big")
            if size > limits.RESULT_BYTES:
                raise _WorkerLost("parser-crashed")
            answer = json.loads(self._receive(size, until))
        except (BrokenPipeError, ConnectionResetError, UnicodeDecodeError, json.JSONDecodeError):
            raise _WorkerLost("parser-crashed") from None
        if not isinstance(answer, dict):
            raise _WorkerLost("parser-crashed")
        return answer

    def _send(self, data: bytes, until: float) -> None:
        view = memoryview(data)
        while view:
            _wait(self._write_to.fileno(), select.POLLOUT, until)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(self._write_to.fileno(), view[: 1 << 20]) :]

    def _receive(self, size: int, until: float) -> bytes:
        chunks = bytearray()
        while len(chunks) < size:
            _wait(self._read_from.fileno(), select.POLLIN, until)
            try:
                chunk = os.read(self._read_from.fileno(), min(size - len(chunks), 1 << 20))
            except BlockingIOError:
                continue
            if not chunk:
                raise _WorkerLost("parser-crashed")
            chunks += chunk
        return bytes(chunks)

    def stop(self) -> None:
        """End the worker and whatever it started."""
        self._write_to.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._read_from.close()

    def forget(self) -> None:
        """Let go of a worker that belongs to the process this one was forked from."""
        self._write_to.close()
        self._read_from.close()
        # It is not our child, so there is nothing to wait for and no reason to warn about it.
        self._process.returncode = 0


def _wait(descriptor: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise _WorkerLost("too-slow")


_lock = threading.Lock()
_places = threading.BoundedSemaphore(limits.CHILDREN)
_idle: list[_Worker] = []


def _take() -> _Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.is_alive:
                return worker
            worker.stop()
    return _Worker()


def _give_back(worker: _Worker) -> None:
    with _lock:
        _idle.append(worker)


def close() -> None:
    """Stop the idle workers; the next document starts a new one."""
    with _lock:
        while _idle:
            _idle.pop().stop()


def _after_fork() -> None:
    """A forked server process must not share its parent's pipes."""
    global _lock, _places
    _lock = threading.Lock()
    _places = threading.BoundedSemaphore(limits.CHILDREN)
    while _idle:
        _idle.pop().forget()


atexit.register(close)
os.register_at_fork(after_in_child=_after_fork)


# What follows runs in the worker and in its children only.


def serve() -> NoReturn:
    """The worker: read requests from standard input until it closes, answer each on standard output."""
    while True:
        head = _read_exactly(0, _HEAD)
        if head is None:
            os._exit(0)
        header = _read_exactly(0, int.from_bytes(head, "big"))
        if header is None:
            os._exit(0)
        request = json.loads(header)
        data = _read_exactly(0, request["size"])
        if data is None:
            os._exit(0)
        # Imported before the fork, so that it is paid for once.
        parser = importlib.import_module(_PARSERS[request["kind"]])
        # What is loaded stays as it is: a child that never marks it for collection copies no page of it.
        gc.freeze()
        answer = _answer(parser.parse, data)
        del data
        _write_all(1, len(answer).to_bytes(_HEAD, "big"))
        _write_all(1, answer)


def _answer(parser: Any, data: bytes) -> bytes:
    """Fork a child for ``data`` and wait for what it says, within the time and size allowed."""
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_child(parser, data, send)
    os.close(send)
    until = time.monotonic() + limits.WALL_SECONDS
    chunks = bytearray()
    code = None
    while True:
        poll = select.poll()
        poll.register(receive, select.POLLIN)
        left = until - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            code = "too-slow"
            break
        chunk = os.read(receive, 1 << 20)
        if not chunk:
            break
        chunks += chunk
        if len(chunks) > limits.RESULT_BYTES:
            code = "too-long"
            break
    if code is not None:
        os.kill(pid, signal.SIGKILL)
    os.close(receive)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code is None and status != 0:
        code = {-signal.SIGXCPU: "too-slow", _OUT_OF_MEMORY: "too-much-memory", -signal.SIGKILL: "too-much-memory"}.get(
            status, "parser-crashed"
        )
    if code is not None:
        return _error(code, {"limit": limits.TEXT_CHARACTERS} if code == "too-long" else {})
    return bytes(chunks)


def _error(code: str, details: dict[str, Any]) -> bytes:
    return json.dumps({"error": code, "details": details}, ensure_ascii=False).encode()


def _be_child(parser: Any, data: bytes, send: int) -> NoReturn:
    """Parse one document under limits, write the result to ``send`` and end; nothing else is left to do here."""
    status = 1
    try:
        # The requests and answers are the worker's; the parsers must see neither.
        os.dup2(2, 0)
        os.dup2(2, 1)
        _limit()
        try:
            answer = json.dumps(to_plain(parser(data)), ensure_ascii=False).encode("utf-8", "replace")
        except UnreadableDocument as problem:
            answer = _error(problem.code, problem.details)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        _write_all(send, answer)
        status = 0
    finally:
        # Whatever went wrong, the child must not return into the worker's loop.
        os._exit(status)


def _limit() -> None:
    """Bound what this process may use, and forbid what no parser needs."""
    import resource

    def most(what: int, soft: int, hard: int | None = None) -> None:
        ceiling = resource.getrlimit(what)[1]
        wanted = soft if hard is None else hard
        if ceiling != resource.RLIM_INFINITY:
            soft, wanted = min(soft, ceiling), min(wanted, ceiling)
        resource.setrlimit(what, (soft, wanted))

    most(resource.RLIMIT_CORE, 0)
    most(resource.RLIMIT_FSIZE, 0)
    # Enough for the character maps that come with the PDF library, which are read from its own folder.
    most(resource.RLIMIT_NOFILE, 16)
    # The soft limit ends the process with a signal that says why; the hard one a second later without.
    most(resource.RLIMIT_CPU, limits.CPU_SECONDS, limits.CPU_SECONDS + 1)
    most(resource.RLIMIT_AS, _address_space() + limits.MEMORY_BYTES)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    sys.addaudithook(_forbid)


def _address_space() -> int:
    """Bytes of address space in use, or a generous guess where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 1_000_000_000
    return pages * os.sysconf("SC_PAGE_SIZE")


_FORBIDDEN: Final = (
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "ctypes.",
    "ftplib.",
    "urllib.",
    "http.",
    "webbrowser.",
)
_ALLOWED: Final = frozenset({"os.listdir", "os.scandir", "os.putenv", "os.unsetenv"})


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        mode = arguments[2] if isinstance(arguments[2], int) else 0
        if mode & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise PermissionError("a parser may not write files")
    elif event.startswith(_FORBIDDEN) and event not in _ALLOWED:
        raise PermissionError(f"a parser may not use {event}")


def _read_exactly(descriptor: int, size: int) -> bytes | None:
    """``size`` bytes, or ``None`` where the other side closed."""
    chunks = bytearray()
    while len(chunks) < size:
        chunk = os.read(descriptor, min(size - len(chunks), 1 << 20))
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view[: 1 << 20]) :]
