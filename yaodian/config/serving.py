"""`yaodian serve` and `yaodian work`: the web server and its workers, started, watched and stopped together.

No process keeps anything in memory that has been acknowledged: pages answer after their transaction is committed, and
a job lives in the database until its end is written. Each of the processes may therefore be killed at any moment.
"""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

logger = logging.getLogger("yaodian.serving")

STOP_SECONDS = 20.0
QUICK_DEATH_SECONDS = 5.0
MAX_PAUSE_SECONDS = 30.0
# More than REQUESTS_IN_HAND: the others refuse what is beyond it, and a request that waits for a thread is not refused at once.
# Each keeps a connection to the database, and two processes with their workers shall do with fewer than the hundred of PostgreSQL.
THREADS = 24
MAX_WORKERS = 64

_PR_SET_PDEATHSIG = 1


class UnableToServe(RuntimeError):
    """The server cannot start; the message says why and what to do."""


def _die_with_parent() -> Callable[[], None] | None:
    """What a child does first, on Linux: ask to be stopped when its parent is killed, so that the port gets free."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


@dataclass
class _Part:
    """One of the processes: how to start it, and when it may be started again after it has died."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_seconds: float = 0.5
    not_before: float = 0.0
    deaths: int = field(default=0)

    def start(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # The command is put together below, from no one's input.
            self.command, env=environment, preexec_fn=_die_with_parent()
        )
        self.started_at = time.monotonic()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_death(self) -> None:
        """Waits twice as long before each further start of a process that keeps dying, at most half a minute."""
        lived = time.monotonic() - self.started_at
        self.pause_seconds = min(self.pause_seconds * 2, MAX_PAUSE_SECONDS) if lived < QUICK_DEATH_SECONDS else 0.5
        self.not_before = time.monotonic() + self.pause_seconds
        self.deaths += 1


def _check_port(*, host: str, port: int) -> None:
    """Raises UnableToServe where the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise UnableToServe(
                f"Nothing can listen on {host}:{port} ({error.strerror}). "
                f"Stop the program that uses it, or choose another port: PORT={port + 1}."
            ) from error


def number_of_workers() -> int:
    """YAODIAN_WORKERS, by default 2. Raises UnableToServe where it is no number from 0 to 64.

    0 leaves the jobs to other machines.
    """
    word = os.environ.get("YAODIAN_WORKERS", "").strip() or "2"
    if not word.isascii() or not word.isdigit() or int(word) > MAX_WORKERS:
        raise UnableToServe(
            f"YAODIAN_WORKERS={word!r} is not a whole number from 0 to {MAX_WORKERS}. Correct it or leave it out."
        )
    return int(word)


def _workers(count: int) -> list[_Part]:
    """The workers. Of several, the first leaves bulk jobs to the others, so that nobody at a screen waits for them."""
    command = [sys.executable, "-m", "django", "run_jobs"]
    return [
        _Part(f"jobs-{number + 1}", [*command, "--no-bulk"] if count > 1 and number == 0 else command)
        for number in range(count)
    ]


def _web(*, host: str, port: int) -> _Part:
    address = f"[{host.strip('[]')}]:{port}" if ":" in host else f"{host}:{port}"
    web = [
        sys.executable, "-m", "gunicorn", "yaodian.config.wsgi:application",
        "--bind", address,
        "--worker-class", "gthread", "--workers", str(min(4, os.cpu_count() or 1)), "--threads", str(THREADS),
        # gunicorn would otherwise open a socket for commands under the home directory.
        "--no-control-socket",
        "--graceful-timeout", "10", "--timeout", "60", "--log-level", "warning",
    ]  # fmt: skip
    return _Part("web", web)


def serve(*, host: str, port: int, on_ready: Callable[[], None] | None = None) -> int:
    """Serves until SIGTERM or SIGINT. Returns the exit status; calls `on_ready` once the address answers.

    A part that dies is started again. Raises UnableToServe where the port is taken or the web server does not start.
    """
    _check_port(host=host, port=port)
    web = _web(host=host, port=port)
    return _watch((web, *_workers(number_of_workers())), web=web, host=host, port=port, on_ready=on_ready)


def work(*, processes: int) -> int:
    """Runs workers only, until SIGTERM or SIGINT; for further machines on the same PostgreSQL. Returns the status."""
    return _watch(tuple(_workers(processes)), web=None, host="", port=0, on_ready=None)


def _watch(
    parts: tuple[_Part, ...], *, web: _Part | None, host: str, port: int, on_ready: Callable[[], None] | None
) -> int:
    """Starts the parts, starts again what dies, and stops all of them together."""
    environment = {**os.environ}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    is_stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_stopping
        is_stopping = True

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    is_ready = web is None
    try:
        for part in parts:
            part.start(environment)
        while not is_stopping:
            for part in parts:
                if part.is_alive() or is_stopping:
                    continue
                if part.not_before <= part.started_at:
                    code = part.process.returncode if part.process is not None else None
                    if part is web and not is_ready:
                        raise UnableToServe(
                            f"The web server did not start (exit status {code}); its reason stands above."
                        )
                    logger.warning("The %s process ended (exit status %s) and is started again", part.name, code)
                    part.note_death()
                elif time.monotonic() >= part.not_before:
                    part.start(environment)
            if not is_ready and _answers(host=host, port=port):
                is_ready = True
                if on_ready is not None:
                    on_ready()
            time.sleep(0.1 if not is_ready else 0.3)
    finally:
        _stop(parts)
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0


def _answers(*, host: str, port: int) -> bool:
    """Whether something accepts connections at the address."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))  # noqa: S104  # A comparison.
    try:
        with socket.create_connection((target, port), timeout=1):
            return True
    except OSError:
        return False


def _stop(parts: tuple[_Part, ...]) -> None:
    """Asks the parts to end, waits for the requests and the job in hand, then ends them by force.

    A job stopped by force returns to the queue when its lease runs out.
    """
    for part in parts:
        if part.process is not None and part.process.poll() is None:
            part.process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for part in parts:
        if part.process is None:
            continue
        try:
            part.process.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()
            part.process.wait()
