"""`serve` in processes of its own: it answers, outlives the death of its parts, and leaves none behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# The processes are what is tried here; their database is SQLite whatever the other tests use.
pytestmark = pytest.mark.once

PROGRAM = (
    "import sys; from yaodian.config.serving import serve; "
    "sys.exit(serve(host='127.0.0.1', port=int(sys.argv[1]), on_ready=lambda: print('ready', flush=True)))"
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def health(port: int) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return dict(json.load(answer))
    except (urllib.error.URLError, OSError):
        return None


def wait(condition: Callable[[], Any], seconds: float = 90) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("what the test waits for did not come about")


def children(pid: int) -> list[tuple[int, str]]:
    """The processes that a process has started itself, with their command lines."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, IndexError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append((int(folder.name), words))
    return found


def part(pid: int, word: str) -> int | None:
    return next((number for number, words in children(pid) if word in words), None)


def is_alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty site's data folder."""
    folder = tmp_path_factory.mktemp("migrated")
    subprocess.run([Path(sys.executable).with_name("yaodian"), "migrate"], env=variables_for(folder), check=True)
    return folder


def variables_for(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"YAODIAN_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "yaodian.config.settings"}


@pytest.fixture
def environment(migrated: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a site of one's own."""
    shutil.copytree(migrated, tmp_path / "data")
    return variables_for(tmp_path / "data")


@pytest.fixture
def served(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(port)], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", (tmp_path / "log").read_text()
        wait(lambda: (health(port) or {}).get("status") == "ok")
        yield process, port
    finally:
        started = children(process.pid)
        process.kill()
        process.communicate()
        wait(lambda: not any(is_alive(pid) for pid, _words in started))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_cleanly(served: tuple[subprocess.Popen[str], int], number: int) -> None:
    process, port = served
    parts = [pid for pid, _words in children(process.pid)]
    assert len(parts) == 3
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    assert not any(is_alive(pid) for pid in parts)
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_each_part_that_is_killed_is_started_again(served: tuple[subprocess.Popen[str], int]) -> None:
    process, port = served
    for word in ("--no-bulk", "gunicorn"):
        before = wait(lambda word=word: part(process.pid, word))
        os.kill(before, signal.SIGKILL)
        after = wait(lambda word=word, before=before: (found := part(process.pid, word)) != before and found)
        assert after != before
        wait(lambda: health(port))


def test_a_killed_supervisor_leaves_no_process_and_no_taken_port(served: tuple[subprocess.Popen[str], int]) -> None:
    process, port = served
    parts = [pid for pid, _words in children(process.pid)]
    process.kill()
    process.wait()
    wait(lambda: not any(is_alive(pid) for pid in parts))

    def is_free() -> bool:
        try:
            with socket.create_server(("127.0.0.1", port)):
                return True
        except OSError:
            return False

    wait(is_free)


def test_a_taken_port_is_said_in_words(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(port)], env=environment, capture_output=True, text=True, check=False
        )
    assert finished.returncode != 0
    assert f"Nothing can listen on 127.0.0.1:{port}" in finished.stderr
    assert "PORT=" in finished.stderr
